"""How far a portrait may be moved: what it shows from one side only cannot be turned away from that side."""

from dataclasses import dataclass


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
    """Share of the mouth's motion that the picture carries, 0 to 1: less where the lips are hidden."""
    eyes: float = 1.0
    """Share of the eyes' motion that the picture carries, 0 to 1: less where glasses or hair hide them."""


YAW, PITCH, ROLL = 0.45, 0.33, 0.40
"""Furthest turns of a face that looks straight ahead, rad (26, 19 and 23 degrees)."""
NEAR, FAR = 1.45, 0.68
"""Largest and smallest size of the head against the enrolled one."""

WIDEST = MotionLimits(-YAW, YAW, -PITCH, PITCH, ROLL, NEAR, FAR)
"""What a sharp picture of a face from the front allows."""
