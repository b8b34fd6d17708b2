"""Keeping the head's motion within what the portrait allows: a soft stop instead of a wall."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.limits import MotionLimits
from vasa_core.motion.track import CAMERA_DISTANCE

SOFT_FROM = 0.8
"""Share of a limit up to which motion is as asked; beyond, it slows down and never passes the limit."""


def soften(value: float, low: float, high: float) -> float:
    """A value kept between `low` <= 0 and `high` >= 0: unchanged near 0, smooth everywhere."""
    limit = high if value > 0 else -low
    size = abs(value)
    free = SOFT_FROM * limit
    if size <= free:
        return value
    room = limit - free
    return float(np.sign(value) * (free + room * np.tanh((size - free) / room))) if room > 0 else 0.0


def allowed_rotation(rotation: NDArray, limits: MotionLimits) -> NDArray[np.float64]:
    """The rotation vector [3] rad that a portrait allows in place of `rotation`: nod, turn and tilt each softened."""
    nod, turn, tilt = (float(angle) for angle in rotation)
    return np.array(
        [
            soften(nod, -limits.pitch_high, -limits.pitch_low),
            soften(turn, -limits.yaw_high, -limits.yaw_low),  # about y, which points down: positive is to the left
            soften(tilt, -limits.roll, limits.roll),
        ]
    )


def allowed_translation(translation: NDArray, limits: MotionLimits) -> NDArray[np.float64]:
    """The translation [3] that a portrait allows: its distance softened, so that the head grows and shrinks enough."""
    nearest = CAMERA_DISTANCE / limits.near - CAMERA_DISTANCE
    furthest = CAMERA_DISTANCE / limits.far - CAMERA_DISTANCE
    allowed = np.asarray(translation, np.float64).copy()
    allowed[2] = soften(float(allowed[2]), nearest, furthest)
    return allowed
