"""The curves of a face that are compared: the same ones of a tracked recording and of a generated motion."""

import warnings
from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from vasa_core.evaluation import life
from vasa_core.evaluation.gaze_stats import world_gaze
from vasa_core.evaluation.recordings import Recording
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS, Motion
from vasa_core.performance.solve import solve
from vasa_core.render.brows import lift_brows

Array = NDArray[np.floating]

UPPER_LIP, LOWER_LIP = life.INNER_LIPS


@dataclass(frozen=True)
class FaceCurves:
    """A face in T frames at 25 Hz; frame i belongs to i/25 s of the sound. Lengths in outer inter-ocular distances."""

    opening: Array
    """[T] gap between the inner lips."""
    width: Array
    """[T] distance of the mouth's corners."""
    brows: Array
    """[T] height of the brows above the line of the eye corners."""
    head: Array
    """[T, 3] rotation vectors in rad; x right, y down, z away."""
    gaze: Array
    """[T, 2] direction of sight in the world, yaw (viewer's right) and pitch (up), rad."""
    blink: Array
    """[T] closure of the lids in [0, 1], mean of both."""

    def __len__(self) -> int:
        return len(self.opening)

    def slice(self, frames: int) -> "FaceCurves":
        """The first so many frames."""
        return FaceCurves(**{field.name: getattr(self, field.name)[:frames] for field in fields(self)})


def curves_of_motion(motion: Motion, space: LatentSpace) -> FaceCurves:
    """The curves of a motion at 25 Hz, as it is drawn, on the latent space's own neutral face."""
    points = space.neutral + lift_brows(space.decode(motion.latent))
    corners = points[:, [life.RIGHT_EYE[0], life.RIGHT_EYE[1], life.LEFT_EYE[1], life.LEFT_EYE[0]], 1].mean(axis=1)
    right, left = life.MOUTH_CORNERS
    return FaceCurves(
        opening=np.maximum(points[:, LOWER_LIP, 1] - points[:, UPPER_LIP, 1], 0).astype(float),
        width=np.linalg.norm(points[:, left] - points[:, right], axis=-1).astype(float),
        brows=(corners - points[:, life.BROWS, 1].mean(axis=1)).astype(float),
        head=motion.head_rotation.astype(float),
        gaze=world_gaze(motion.gaze, motion.head_rotation),
        blink=motion.blink.mean(axis=1).astype(float),
    )


def curves_of_recording(recording: Recording, space: LatentSpace) -> FaceCurves:
    """The curves of a recording as tracked, not smoothed; lids and gaze as performance capture reads them."""
    seen = recording.seen
    points = np.where(seen.found[:, None, None], seen.points, np.nan).astype(np.float64)
    raw = life.curves_of(points, seen.fps)
    count = round((seen.duration - recording.sound_delay) * MOTION_FPS)
    times = np.arange(count) / MOTION_FPS + recording.sound_delay  # of the picture
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the gaps have been told of, or are too short
        motion = solve(seen, Fraction(MOTION_FPS), space).resample(times)
    return FaceCurves(
        opening=_read(raw.lip_opening, seen.times, seen.fps, times),
        width=_read(raw.mouth_width, seen.times, seen.fps, times),
        brows=_read(raw.brow_height, seen.times, seen.fps, times),
        head=_read(raw.head_rotation, seen.times, seen.fps, times),
        gaze=world_gaze(motion.gaze, motion.head_rotation),
        blink=motion.blink.mean(axis=1).astype(float),
    )


def _read(values: Array, times: Array, fps: float, at: Array) -> Array:
    """Curves [T] or [T, C] of frames at `times` (s), read at other times; faster films are averaged first."""
    width = round(fps / MOTION_FPS)
    if width > 1:
        kernel = np.bartlett(2 * width + 1)
        kernel /= kernel.sum()
        columns = np.asarray(values, float).reshape(len(values), -1)
        padded = np.pad(columns, ((width, width), (0, 0)), mode="edge")
        smooth = np.stack([np.convolve(column, kernel, mode="same") for column in padded.T], axis=1)
        values = smooth[width:-width].reshape(np.shape(values))
    return np.asarray(CubicSpline(times, values)(np.clip(at, times[0], times[-1])))
