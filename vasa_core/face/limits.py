"""How far a portrait may be moved: what it shows from one side only cannot be turned away from that side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.topology import (
    LEFT_EYE_LOWER,
    LEFT_EYE_UPPER,
    LIPS_INNER_LOWER,
    LIPS_INNER_UPPER,
    LIPS_OUTER,
    RIGHT_EYE_LOWER,
    RIGHT_EYE_UPPER,
    inter_ocular,
)


@dataclass(frozen=True)
class MotionLimits:
    """Motion that a portrait allows, against its enrolled place. The renderer slows down softly towards these."""

    yaw_low: float
    """Furthest turn to the viewer's left, rad, negative; a face that already looks left has little left of it."""
    yaw_high: float
    """Furthest turn to the viewer's right, rad, positive."""
    pitch_low: float
    """Furthest turn down, rad, negative."""
    pitch_high: float
    """Furthest turn up, rad, positive."""
    roll: float
    """Furthest tilt to either side, rad."""
    near: float
    """Largest size of the head against the enrolled one."""
    far: float
    """Smallest size of the head against the enrolled one."""
    mouth: float = 1.0
    """How surely the mouth shows, 0 to 1: less where a scarf, a mask or a microphone hides it."""


YAW, PITCH, ROLL = 0.45, 0.33, 0.40
"""Furthest turns of a face that looks straight ahead, rad (26, 19 and 23 degrees)."""
NEAR, FAR = 1.45, 0.68
"""Largest and smallest size of the head against the enrolled one."""
WIDEST = MotionLimits(-YAW, YAW, -PITCH, PITCH, ROLL, NEAR, FAR)
"""What a sharp picture of a face from the front allows."""
ONWARD, BACK = 0.6, 0.2
"""Share of the enrolled turn that is taken off the room to turn on, and off the room to turn back and beyond: the far
half of the face is in the picture, but narrow."""
LEVEL = -0.12
"""Pitch, rad, at which the landmark net sees faces that look level (median of photographs)."""
LEAST = 0.08
"""No direction is closed further than this, rad."""
ENLARGED, NEARNESS = 1.3, 0.15
"""Enlargement of the source up to which the head may come as near as it likes, and the nearness lost per doubling."""
NEAREST_LEAST = 1.15
MOUTH_STRAY = (0.011, 2.4, 3.5)
"""Looks at the mouth that disagree by more than the first (inter-ocular distances; portraits 0.003 to 0.008) and by
more than the second times as much as those at the eyes are guesses at what is hidden; at the third times, surely.
Painted scarves and masks gave 0.011 to 0.024 and 2.4 to 5 times."""

_LIPS = np.concatenate([LIPS_OUTER, LIPS_INNER_UPPER, LIPS_INNER_LOWER])
_LIDS = np.concatenate([RIGHT_EYE_UPPER, RIGHT_EYE_LOWER, LEFT_EYE_UPPER, LEFT_EYE_LOWER])


def find_limits(angles: NDArray[np.float32], enlarged: float, looks: NDArray[np.float32]) -> MotionLimits:
    """The limits of a portrait.

    Parameters
    ----------
    angles : [3] yaw, pitch and roll of the face in its picture, rad
    enlarged : px of the frame per px of detail in the source
    looks : [n, 478, 3] landmarks by several looks at the face, px
    """
    yaw, pitch = float(angles[0]), float(angles[1]) - LEVEL
    doublings = max(np.log2(max(enlarged, 1e-3) / ENLARGED), 0)
    return MotionLimits(
        yaw_low=-_room(YAW, -yaw),
        yaw_high=_room(YAW, yaw),
        pitch_low=-_room(PITCH, -pitch),
        pitch_high=_room(PITCH, pitch),
        roll=ROLL,
        near=float(max(NEAR - NEARNESS * doublings, NEAREST_LEAST)),
        far=FAR,
        mouth=mouth_shows(looks),
    )


def mouth_shows(looks: NDArray[np.float32]) -> float:
    """How surely the mouth shows, 0 to 1, from landmarks by several looks at the face [n, 478, 3] px."""
    stray = np.linalg.norm(looks.std(axis=0)[:, :2], axis=1) / inter_ocular(looks.mean(axis=0))
    lips, lids = float(stray[_LIPS].mean()), float(stray[_LIDS].mean())
    least, some, sure = MOUTH_STRAY
    if lips < least:
        return 1.0
    return float(np.clip((sure - lips / max(lids, 1e-6)) / (sure - some), 0, 1))


def _room(usual: float, turned: float) -> float:
    """Room to turn in one direction for a face that has `turned` that way already (negative: the other way), rad."""
    return float(max(usual - ONWARD * max(turned, 0) - BACK * max(-turned, 0), LEAST))
