"""From an actor's tracked landmarks to motion: latents, head pose, gaze and blinks."""

import math
import warnings
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.pose import Pose, fit_pose, to_canonical
from vasa_core.latent.space import LatentSpace
from vasa_core.latent.turns import turn_bias
from vasa_core.motion.resampling import SWINGING, interpolate
from vasa_core.motion.track import Motion
from vasa_core.performance.capture import Performance
from vasa_core.performance.dynamics import Floats, lid_gap, lip_opening, still_eyes, take_dynamics
from vasa_core.performance.gaps import bridge, describe_gaps
from vasa_core.performance.gaze import gaze_of, iris_travel
from vasa_core.performance.head import head_of, median_pose
from vasa_core.performance.lids import lids_of, open_gap
from vasa_core.performance.neutral import actor_neutral
from vasa_core.performance.smoothing import zero_phase

FIRST_S, FIRST_ALIKE = 0.1, 0.015
"""s after the first frame whose frames are averaged with it, for one look is noisy: those in which the gaps of lips and
lids differ by less than the second from the first frame's, inter-ocular distances."""
REST_HZ, GAIN = 3.0, 1.5
"""One-Euro filter of latents: Hz at rest; Hz per standard deviation a second. A closure moves at 10 to 30."""
PIECE = 1024
"""Frames that are measured at a time."""
LEAST_OPEN = 0.5
"""An actor who begins with eyes less open than this, as a share of the usual, was blinking."""

Reference = Literal["clip", "first"]


@dataclass(frozen=True)
class CaptureSettings:
    """What shapes the motion besides the film."""

    face: Reference = "clip"
    """Where the actor's neutral face is told from: "clip": what is at rest in all frames. "first": the actor begins
    with the very expression of the portrait, so that the portrait as it is stands for the first frame."""
    head: Reference = "clip"
    """Which pose of the actor stands for the portrait's own: the clip's median, or that of its first frame."""
    head_motion: float = 1.0
    """Share of the actor's head motion that is taken over."""


def solve(
    performance: Performance,
    fps: Fraction,
    space: LatentSpace,
    settings: CaptureSettings | None = None,
    expression: NDArray[np.float32] | None = None,
) -> Motion:
    """The motion of an actor, ceil(duration * fps) frames. Frames without a face are bridged, with a warning.

    Parameters
    ----------
    expression : [D] latent of the portrait's own expression, where the first frame is to have the same
    """
    settings = settings or CaptureSettings()
    points, times = performance.points[performance.found], performance.times[performance.found]
    first = _first_points(points, times)
    as_first = settings.face == "first"
    own = np.float32(0) if expression is None else space.decode(expression)
    neutral = _canonical(first, space) - own if as_first else actor_neutral(points, space.turn_field)
    seen = _measure(points, neutral, space)
    rest = fit_pose(first, neutral) if settings.head == "first" else median_pose(seen.pose)
    opened = open_gap(seen.gap)
    if as_first:  # or half open at least: a portrait with shut eyes has nothing to open
        opened = np.maximum(lid_gap(neutral + own), LEAST_OPEN * opened)
    closure, wide = lids_of(seen.gap, opened, times, space)
    rotation, translation = head_of(seen.pose, rest, neutral, times)
    curves = {
        "latent": zero_phase(seen.latent, times, REST_HZ, GAIN) + wide,
        "head_rotation": settings.head_motion * rotation,
        "head_translation": settings.head_motion * translation,
        "gaze": gaze_of(seen.iris_travel, closure, times),
        "blink": closure,
    }
    missing = describe_gaps(performance)
    if missing:
        warnings.warn(missing, stacklevel=2)
    motion = Motion.still(math.ceil(round(performance.duration * float(fps), 3)), space.size, float(fps))
    at = np.arange(len(motion)) / float(fps)
    for name, curve in curves.items():
        knots, values = bridge(times, curve, performance, keep=name in SWINGING)
        setattr(motion, name, interpolate(knots, values, at, name in SWINGING))
    return motion


@dataclass(frozen=True)
class _Measured:
    """What T faces say: `latent` [T, D] without lids, `gap` [T, 2] of the lids, `iris_travel` [T, 2] and `pose`."""

    latent: Floats
    gap: Floats
    iris_travel: Floats
    pose: Pose


def _measure(points: NDArray, neutral: Floats, space: LatentSpace) -> _Measured:
    """Measure faces [T, 478, 3] px against a neutral one, a piece at a time: films may be long."""
    begins = range(0, len(points), PIECE)
    pieces = (take_dynamics(points[begin : begin + PIECE], neutral, space.turn_field) for begin in begins)
    parts = [
        (
            still_eyes(space.encode(piece.displacement), space),
            lid_gap(piece.displacement + neutral),
            iris_travel(piece.displacement),
            piece.pose.rotation,
            piece.pose.translation,
            piece.pose.scale,
        )
        for piece in pieces
    ]
    latent, gap, travel, *pose = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Measured(latent, gap, travel, Pose(*pose))


def _first_points(points: NDArray, times: NDArray[np.float64]) -> Floats:
    """[478, 3] px landmarks of the first frame."""
    near = points[times <= times[0] + FIRST_S]
    faces = to_canonical(near, fit_pose(near))
    gaps = np.concatenate([lid_gap(faces), lip_opening(near)[:, None]], axis=1)
    alike = np.abs(gaps - gaps[0]).max(axis=1) < FIRST_ALIKE
    return np.asarray(near[alike].mean(axis=0), np.float32)


def _canonical(points: NDArray, space: LatentSpace) -> Floats:
    """[478, 3] the face of landmarks in px, in the canonical frame."""
    pose = fit_pose(points)
    face = to_canonical(points, pose) - turn_bias(space.turn_field, pose.rotation)
    return to_canonical(face, fit_pose(face))
