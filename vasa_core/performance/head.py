"""How the actor's head moves, as rotation and translation that any portrait's head can follow."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.face.pose import Pose
from vasa_core.motion.track import CAMERA_DISTANCE
from vasa_core.performance.dynamics import Floats
from vasa_core.performance.smoothing import zero_phase
from vasa_core.render.mesh import PIVOT_DEPTH

CHIN = 152
TURN_LIMITS = np.radians([20.0, 28.0, 25.0])
"""Furthest turn about x (nod), y (turn) and z (tilt): a portrait shows no more of a head."""
SHIFT_LIMITS = np.array([0.6, 0.4])
"""Furthest shift across and down in outer inter-ocular distances, so that the head stays in the frame."""
SIZE_LIMITS = (0.7, 1.4)
REST_HZ, TURN_GAIN, SHIFT_GAIN = 1.5, 12.0, 12.0
"""One-Euro filter: Hz at rest; Hz per rad a second and per inter-ocular distance a second."""


def head_of(pose: Pose, rest: Pose, neutral: Floats, times: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Rotation vectors [T, 3] rad and translations [T, 3] in inter-ocular distances against the pose at `rest`.

    Parameters
    ----------
    pose : of T frames
    rest : the pose that the portrait's own stands for
    neutral : [478, 3] the actor's neutral face, canonical frame
    times : [T] s
    """
    first = Rotation.from_rotvec(rest.rotation.astype(np.float64))
    turn = Rotation.from_rotvec(pose.rotation.astype(np.float64)) * first.inv()
    rotation = soft_limit(zero_phase(turn.as_rotvec(), times, REST_HZ, TURN_GAIN), TURN_LIMITS)
    size = zero_phase((pose.scale / rest.scale)[:, None], times, REST_HZ, SHIFT_GAIN)
    # The landmarks tell where the eyes are; the renderer wants to know where the pivot goes.
    pivot = first.apply(np.array([(neutral[CHIN, 0]) / 2, neutral[CHIN, 1], PIVOT_DEPTH]))
    eyes = (pose.translation - rest.translation).astype(np.float64) / rest.scale
    shift = zero_phase(eyes, times, REST_HZ, SHIFT_GAIN)[:, :2]
    smooth = Rotation.from_rotvec(zero_phase(turn.as_rotvec(), times, REST_HZ, TURN_GAIN))
    shift = shift + (size * smooth.apply(pivot) - pivot)[:, :2]
    depth = CAMERA_DISTANCE * (1 / np.clip(size, *SIZE_LIMITS) - 1)
    translation = np.concatenate([soft_limit(shift, SHIFT_LIMITS), depth], axis=1)
    return rotation.astype(np.float32), translation.astype(np.float32)


def median_pose(pose: Pose) -> Pose:
    """The pose in the middle of those of T frames."""
    rotation, translation = (np.median(part, axis=0).astype(np.float32) for part in (pose.rotation, pose.translation))
    return Pose(rotation, translation, np.asarray(np.median(pose.scale), np.float32))


def soft_limit(values: NDArray, limits: NDArray) -> NDArray[np.float64]:
    """Values [T, C] within `limits` [C]: unchanged up to half of them, then ever slower."""
    half = limits / 2
    beyond = np.maximum(np.abs(values) - half, 0)
    return np.asarray(np.sign(values) * (np.minimum(np.abs(values), half) + half * np.tanh(beyond / half)), np.float64)
