"""Lids that close over the eye and go along with its gaze."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.rims import Rim

LID_MEETS = 0.12
"""Closed lids meet at this share of the opening above the lower lid: the upper lid does nearly all of the way."""
LID_OVERLAP = 1.6
"""px by which a shut upper lid lies over the lower one: no light line is left between them."""
LID_FOLLOWS_GAZE = (0.55, 0.3)
"""Share of the iris's vertical travel that the upper and lower lid go along with."""


def move_lids(rim: Rim, position: NDArray[np.float32], down: NDArray[np.float32], gaze: float, closure: float) -> None:
    """Move the lids of one eye in `position` [V, 3] px in place.

    Parameters: `down` [2] unit vector from brow to chin; `gaze` px that the iris moves down; `closure` in [0, 1].
    """
    upper, lower = position[rim.upper, :2], position[rim.lower, :2]
    opening = lower - upper
    widest = np.abs(opening @ down).max()
    bell = (opening @ down / max(widest, 1e-6))[:, None]
    follow = np.clip(gaze, -0.3 * widest, 0.8 * widest) * (1 - closure) * bell * down
    follow_upper, follow_lower = LID_FOLLOWS_GAZE[0] * follow, LID_FOLLOWS_GAZE[1] * follow
    meeting = lower - LID_MEETS * opening
    overlap = LID_OVERLAP * max(2 * closure - 1, 0) * bell * down
    rim.above.move(position, follow_upper + closure * (meeting - upper) + overlap)
    rim.below.move(position, follow_lower + closure * (meeting - lower))
