"""Lids: their own motion taken off the skin, and where their edges lie for a closure and a gaze."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.rims import Rim

MEETS = 0.22
"""Closed lids meet at this share of the opening above the lower lid: the upper lid does nearly all of the way."""
MEETING_SAG = 0.75
"""How far the closed line sags below the corners, against a lower lid at MEETS: closed lids lie flatter than an open
lower one."""
FOLLOWS_GAZE = (0.6, 0.25)
"""Share of the iris's vertical travel that the upper and lower lid go along with."""
GAZE_TRAVEL = (-0.35, 0.8)
"""That travel is held within these shares of the opening."""
OVERLAP = 1.2
"""px by which a shut upper lid lies over the lower one: no light line is left between them."""
MOST_OPEN = 0.75
"""A lid opens no further than this share of the way to its crease."""

REST_UPPER, REST_LOWER, MEETING, BELL, CREASE, INSIDE = range(6)
"""Columns of an eye's fixed table: heights of the portrait's edges and of the closed line, how far the middle's motion
is shared, distance from the upper edge to its crease, and how far from the corners: 0 there, 1 in the middle; px but
for the shares."""
UPPER, LOWER, UPPER_SCALE, LOWER_SCALE = range(4)
"""Columns of the table of an instant: heights of the lid edges, px; px across an edge per px of height."""


def take_off_lids(rim: Rim, rest: NDArray, position: NDArray[np.float32], down: NDArray) -> NDArray[np.float32]:
    """Take the lids' own motion off the skin, in `position` [V, 3] px in place, and return it: [2, n] px downwards.

    What is left to the edges is the motion of the corners: lids are drawn sliding over the eye, not stretched.
    """
    along = np.linspace(0, 1, len(rim.upper), dtype=np.float32)[:, None]
    motions = []
    for edge, follow in ((rim.upper, rim.above), (rim.lower, rim.below)):
        moved = position[edge, :2] - rest[edge, :2]
        carried = moved[0] + along * (moved[-1] - moved[0])
        own = moved - carried
        motions.append(own @ down)
        follow.move(position, -own)
    return np.stack(motions).astype(np.float32)


def fixed_table(
    upper: NDArray[np.float32], lower: NDArray[np.float32], inside: NDArray[np.float32], crease: NDArray[np.float32]
) -> NDArray[np.float64]:
    """[COLUMNS, 6] what lid motion needs to know of an eye: heights of its edges, the crease's distance, all px."""
    opening = lower - upper
    raw = lower - MEETS * opening
    # A parabola is what a lid spans over the ball; fitted to the lower lid, which alone would hook up at the corners.
    shape = inside**2
    sag = float((raw * shape).sum() / max(float((shape * shape).sum()), 1e-6))
    gentle = MEETING_SAG * sag * shape + (1 - MEETING_SAG) * raw
    meeting = np.clip(np.maximum(gentle, upper), None, lower + 0.25 * opening.max())
    bell = opening / max(float(opening.max()), 1e-3)
    return np.stack([upper, lower, meeting, bell, crease, inside], -1).astype(np.float64)


@njit(
    "void(float64[:, ::1], float32[::1], float32[::1], float64, float64, float64, float64[::1], float64[::1], "
    "float64[:, ::1])",
    cache=True,
)
def place_lids(
    fixed: NDArray,
    upper_motion: NDArray,
    lower_motion: NDArray,
    gaze: float,
    closure: float,
    overlap: float,
    step: NDArray,
    down: NDArray,
    table: NDArray,
) -> None:
    """Fill the table [COLUMNS, 4] of an instant.

    Parameters: `fixed` [COLUMNS, 6] as from `fixed_table`; `upper_motion`, `lower_motion` [COLUMNS] px that the
    expression moves the lids down; `gaze` px that the iris moves down; `closure` in [0, 1]; `overlap` px; `step`,
    `down` [2] px of the portrait per column and per px of height.
    """
    columns = fixed.shape[0]
    widest = 0.0
    for k in range(columns):
        widest = max(widest, fixed[k, REST_LOWER] - fixed[k, REST_UPPER])
    travel = min(max(gaze, GAZE_TRAVEL[0] * widest), GAZE_TRAVEL[1] * widest)
    for k in range(columns):
        bell = fixed[k, BELL]
        upper = upper_motion[k] + FOLLOWS_GAZE[0] * travel * bell
        upper = fixed[k, REST_UPPER] + max(upper, -MOST_OPEN * fixed[k, CREASE])
        lower = fixed[k, REST_LOWER] + lower_motion[k] + FOLLOWS_GAZE[1] * travel * bell
        meeting = fixed[k, MEETING] + 0.7 * min(lower_motion[k], 0.0)
        shut = max(meeting, upper)
        upper += closure * (shut - upper)
        lower += closure * (min(shut, lower) - lower)
        lid = overlap * bell * closure * closure
        if upper > lower and closure < 1:
            upper = min(upper, max(lower, shut))
        table[k, UPPER] = upper + lid
        table[k, LOWER] = lower
    for k in range(columns):
        low, high = max(k - 1, 0), min(k + 1, columns - 1)
        for edge, scale in ((UPPER, UPPER_SCALE), (LOWER, LOWER_SCALE)):
            slope = (table[high, edge] - table[low, edge]) / (high - low)
            tx, ty = step[0] + slope * down[0], step[1] + slope * down[1]
            table[k, scale] = abs(down[0] * ty - down[1] * tx) / max(np.sqrt(tx * tx + ty * ty), 1e-6)
