"""Where the actor's eyes look, from the irises' place between the corners of their eyes."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.performance.dynamics import Floats
from vasa_core.performance.smoothing import zero_phase
from vasa_core.render.eyeball import BALL_RADIUS

GAIN = np.array([1.05, 2.5])
"""True over seen travel of the irises across and down. The net sees too little of it: of rendered portraits that looked
15 degrees aside 0.96, 12 degrees up and down 0.36 (means of four; single ones 0.7 to 1.2 and 0.25 to 0.46)."""
LIMITS = np.radians([25.0, 15.0])
"""Furthest yaw and pitch, rad."""
HIDDEN = 0.45
"""Closure from which on a lid hides the iris: the gaze is then what it was before and will be after."""
REST_HZ, HZ_PER_SPEED = 1.0, 12.0
"""One-Euro filter: Hz at rest; Hz per rad a second. A saccade makes 2 to 10 rad a second."""
EYES = (
    (topology.LEFT_IRIS[0], topology.LEFT_EYE_UPPER[0], topology.LEFT_EYE_UPPER[-1]),
    (topology.RIGHT_IRIS[0], topology.RIGHT_EYE_UPPER[0], topology.RIGHT_EYE_UPPER[-1]),
)
"""Iris, outer and inner corner of each eye."""


def iris_travel(displacement: NDArray) -> Floats:
    """[T, 2] how far the irises went across and down between the corners of their eyes, inter-ocular distances.

    `displacement` is [T, 478, 3] against the neutral face, canonical frame.
    """
    eyes = [displacement[:, iris] - displacement[:, corners].mean(axis=1) for iris, *corners in EYES]
    return np.asarray(np.mean(eyes, axis=0)[:, :2], np.float32)


def gaze_of(travel: NDArray, closure: NDArray, times: NDArray[np.float64]) -> Floats:
    """[T, 2] yaw and pitch of the eyes in rad against the neutral face's.

    Parameters
    ----------
    travel : [T, 2] of `iris_travel`
    closure : [T, 2] of the subject's left and right eye
    times : [T] s
    """
    angles = np.arcsin(np.clip(GAIN * travel * [1, -1] / BALL_RADIUS, -0.9, 0.9))
    seen = closure.max(axis=1) < HIDDEN
    if not seen.any():
        return np.zeros(angles.shape, np.float32)
    if not seen[0]:  # what the neutral face's irises did is not known then
        angles = angles - np.median(angles[seen], axis=0)
    angles = np.stack([np.interp(times, times[seen], column[seen]) for column in angles.T], axis=1)
    return np.clip(zero_phase(angles, times, REST_HZ, HZ_PER_SPEED), -LIMITS, LIMITS).astype(np.float32)
