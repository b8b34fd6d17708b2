"""How far a motion is from what was asked of it: gaze and distance."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.gaze_stats import world_gaze
from vasa_core.motion.gaze import line_of_sight
from vasa_core.motion.track import CAMERA_DISTANCE, Motion

Array = NDArray[np.floating]

SETTLE_S = 1.5
"""A face takes so long to do what it is asked from rest; earlier frames do not count."""
LIDS_OPEN = 0.3
"""Frames in which lids shut further than this do not count: an eye behind a lid looks nowhere."""


def looked_at(motion: Motion) -> Array:
    """Yaw and pitch [2] in the world, rad, where the eyes are most: the median of settled frames with open lids."""
    settled = np.arange(len(motion)) >= SETTLE_S * motion.fps
    chosen = settled & (motion.blink.max(axis=1) < LIDS_OPEN)
    if not chosen.any():
        return np.full(2, np.nan)
    return np.asarray(np.median(world_gaze(motion.gaze, motion.head_rotation)[chosen], axis=0))


def stood_at(motion: Motion) -> float:
    """Distance of the head over that of the portrait: the median of settled frames."""
    settled = motion.head_translation[round(SETTLE_S * motion.fps) :, 2]
    return 1 + float(np.median(settled)) / CAMERA_DISTANCE if len(settled) else float("nan")


def gaze_error(seen: Array, asked: Array) -> float:
    """Angle in degrees between two directions of sight (yaw, pitch in rad)."""
    return float(np.degrees(np.arccos(np.clip(line_of_sight(seen) @ line_of_sight(asked), -1, 1))))


def distance_error(seen: float, asked: float) -> float:
    """Share by which a distance is off."""
    return abs(seen / asked - 1)
