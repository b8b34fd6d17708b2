"""Lids: where their edges lie for a closure, a gaze and an expression."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import smooth
from vasa_core.render.eyechart import EyeChart

MEETS = 0.22
"""Closed lids meet at this share of the opening above the lower lid: the upper lid does nearly all of the way."""
MEETING_SAG = 0.75
"""How far the closed line sags below the corners, against a lower lid at MEETS: closed lids lie flatter than an open
lower one."""
MOST_SAG = 0.15
"""It sags by no more than this share of the eye's width: huge round eyes close in a gentle line, too."""
FOLLOWS_GAZE = (0.6, 0.25)
"""Share of the iris's vertical travel that the upper and lower lid go along with."""
GAZE_TRAVEL = (-0.35, 0.8)
"""That travel is held within these shares of the opening."""
OVERLAP = 1.2
"""px by which a shut upper lid lies over the lower one: no light line is left between them."""
MOST_OPEN = 0.75
"""A lid opens no further than this share of the way to its crease."""

OPEN_UPPER, OPEN_LOWER, MEETING, SHARE, CREASE, INSIDE, KEPT, FALL = range(8)
"""Columns of an eye's fixed table: heights of the portrait's edges and of the closed line, how far the middle's motion
is shared, distance from the upper edge to its crease, how far from the corners: 0 there, 1 in the middle; how high
above the edge skin and lashes move with it as they are, and over how much more they mix with new skin; px but for the
shares."""
(
    UPPER,
    LOWER,
    REST_UPPER,
    REST_LOWER,
    UPPER_SCALE,
    LOWER_SCALE,
    MIDDLE,
    OWN_SCALE,
    OWN_FROM,
    FOLD,
    STILL_SCALE,
    NEW,
    PUSH_SCALE,
    CREASE_LINE,
    FOLD_SCALE,
    ON,
    BELL,
    LOWER_PUSH,
    LOWER_NEW,
    TOP,
    BOTTOM,
) = range(21)
"""Columns of the table of an instant. Heights, px: the lid edges now and in the portrait; FOLD, above which the skin
over the crease stays as it is; CREASE_LINE; TOP and BOTTOM, within which skin is drawn anew. ON: px from the lid's edge
down to the closed line. Per px: UPPER_SCALE and LOWER_SCALE, pixels across an edge; OWN_SCALE, STILL_SCALE, PUSH_SCALE,
LOWER_PUSH and FOLD_SCALE, of the transitions from lid to new skin, from new to staying skin, of skin pushed together,
and of the shade in the fold. Shares: OWN_FROM, where the first of those begins; NEW and LOWER_NEW, how far new skin
shows at all, above the eye and below it; MIDDLE, 0 at the corners and 1 in the middle; BELL, how far the middle's
motion is shared."""
TABLE = 21
EDGES = 7
"""So many columns, the first, are needed for every pixel; the others for lids."""

FOLD_SHADE, FOLD_WIDTH = 0.25, 1.6
"""Skin that comes out from under the crease is darker there, by this share, fading over this share of the crease's
distance."""
OPEN_REACH = 2.2
"""Distances of the crease within which a lid that opens wider pushes its skin together."""
GIVES = (3.3, 3.0)
"""Skin gives way over so many times the lid's motion and so many px more, where it is pushed together or pulled."""
LINE_FALL = 0.3
"""A drawn line ends over this share of its width."""
RISES = 0.4
"""A lower lid that rises further than this share of the skin that follows it shows new skin too."""
SOFT = 0.3
"""Half the width of the crease's transition to new skin, in distances of the crease."""
SOFTENS = 1.2
"""How much wider that transition grows, upwards, until the lid is shut: the crease unfolds."""
LASHES_KEPT = 0.3
"""Share of the crease's distance, from the edge up, that moves with the lid as it is; beyond, new skin mixes in."""
MOST_KEPT = 0.8
"""That share where lashes, or a drawn line, reach higher."""
CORNER = 0.55
"""New skin shows fully from where the middle's height is this share: less towards the corners."""
NEW_AFTER = 0.6
"""New skin is all there once the lid has moved by this share of the crease's distance."""
UNMOVED = 0.02
"""px of lid motion that nobody sees."""


def fixed_table(chart: EyeChart, crease: NDArray[np.float32], lashes: float, drawn: bool) -> NDArray[np.float64]:
    """[COLUMNS, 8] what lid motion needs to know of an eye: heights of its edges, the crease's distance, all px.

    `crease` [COLUMNS] px above the upper edge; `lashes` px is how high above its edge lashes reach, or its
    line if it is `drawn`.
    """
    upper, lower, inside = chart.upper, chart.lower, chart.inside
    opening = lower - upper
    raw = lower - MEETS * opening
    # A parabola is what a lid spans over the ball; fitted to the lower lid, which alone would hook up at the corners.
    shape = inside**2
    sag = float((raw * shape).sum() / max(float((shape * shape).sum()), 1e-6))
    most = MOST_SAG * float(np.linalg.norm(chart.corners[1] - chart.corners[0]))
    gentle = MEETING_SAG * sag * shape + (1 - MEETING_SAG) * raw
    gentle = gentle - max(sag - most, 0) * shape
    meeting = np.clip(np.maximum(gentle, upper), None, lower + 0.25 * opening.max())
    bell = opening / max(float(opening.max()), 1e-3)
    kept = np.minimum(np.maximum(LASHES_KEPT * crease, lashes), MOST_KEPT * crease)
    fall = np.minimum(crease - kept, LINE_FALL * lashes) if drawn else crease - kept
    return np.stack([upper, lower, meeting, bell, crease, inside, kept, fall], -1).astype(np.float64)


@njit(
    "void(float64[:, ::1], float32[::1], float32[::1], float64, float64, float64, float64[::1], float64[::1], "
    "float64[::1], float64[:, ::1])",
    cache=True,
    nogil=True,
)
def place_lids(
    fixed: NDArray,
    upper_motion: NDArray,
    lower_motion: NDArray,
    gaze: float,
    closure: float,
    px: float,
    reach: NDArray,
    step: NDArray,
    down: NDArray,
    table: NDArray,
) -> None:
    """Fill the table [COLUMNS, TABLE] of an instant.

    Parameters: `fixed` [COLUMNS, 8] as from `fixed_table`; `upper_motion`, `lower_motion` [COLUMNS] px that the
    expression moves the lids down; `gaze` px that the iris moves down; `closure` in [0, 1]; `px` size of a picture's
    pixel against one of 512; `reach` [3] px above the upper lid that are drawn anew, below a moved lower one,
    and below a shut upper one; `step`, `down` [2] px of the portrait per column and per px of height.
    """
    columns = fixed.shape[0]
    widest = 0.0
    for k in range(columns):
        widest = max(widest, fixed[k, OPEN_LOWER] - fixed[k, OPEN_UPPER])
    travel = min(max(gaze, GAZE_TRAVEL[0] * widest), GAZE_TRAVEL[1] * widest)
    for k in range(columns):
        rest_upper, rest_lower, crease = (
            fixed[k, OPEN_UPPER],
            fixed[k, OPEN_LOWER],
            fixed[k, CREASE],
        )
        bell = fixed[k, SHARE]
        upper = upper_motion[k] + FOLLOWS_GAZE[0] * travel * bell
        upper = rest_upper + max(upper, -MOST_OPEN * crease)
        lower = rest_lower + lower_motion[k] + FOLLOWS_GAZE[1] * travel * bell
        meeting = fixed[k, MEETING] + 0.7 * min(lower_motion[k], 0.0)
        shut = max(meeting, upper)
        upper += closure * (shut - upper)
        lower += closure * (min(shut, lower) - lower)
        if upper > lower and closure < 1:
            upper = min(upper, max(lower, shut))
        upper += OVERLAP * px * bell * closure * closure
        moved = upper - rest_upper
        way = moved / max(fixed[k, MEETING] - rest_upper, px)
        row = table[k]
        row[UPPER], row[LOWER] = upper, lower
        row[REST_UPPER], row[REST_LOWER] = rest_upper, rest_lower
        row[OWN_SCALE] = 1 / fixed[k, FALL]
        row[OWN_FROM] = fixed[k, KEPT] * row[OWN_SCALE]
        row[CREASE_LINE] = rest_upper - crease
        row[FOLD] = row[CREASE_LINE] - SOFT * crease * (1 + SOFTENS * max(way, 0.0))
        row[STILL_SCALE] = 1 / (row[CREASE_LINE] + SOFT * crease - row[FOLD])
        row[NEW] = smooth(moved / (NEW_AFTER * crease)) * smooth(fixed[k, INSIDE] / CORNER)
        push = min(GIVES[0] * abs(moved) + GIVES[1] * px, OPEN_REACH * crease)
        row[PUSH_SCALE] = 1 / push
        row[FOLD_SCALE] = 1 / (FOLD_WIDTH * crease)
        row[MIDDLE] = fixed[k, INSIDE]
        row[ON] = fixed[k, MEETING] - upper
        row[BELL] = bell
        row[TOP] = min(upper, rest_upper) - reach[0]
        if moved < -UNMOVED:
            row[TOP] = min(upper - push, row[TOP])
        elif moved > UNMOVED:
            row[TOP] = min(row[FOLD], row[TOP])
        row[BOTTOM] = max(lower, upper) + px
        moved = abs(lower - rest_lower)
        push = min(GIVES[0] * moved + GIVES[1] * px, reach[1])
        row[LOWER_PUSH] = 1 / push
        row[LOWER_NEW] = smooth(max(rest_lower - lower, 0.0) / (RISES * reach[1]) - 1)
        if moved > UNMOVED:
            row[BOTTOM] += push
        if row[LOWER_NEW] > 0:
            row[BOTTOM] = max(row[BOTTOM], rest_lower + reach[1])
        if closure > 0:
            row[BOTTOM] = max(row[BOTTOM], upper + reach[2])
    for k in range(columns):
        low, high = max(k - 1, 0), min(k + 1, columns - 1)
        for edge, scale in ((UPPER, UPPER_SCALE), (LOWER, LOWER_SCALE)):
            slope = (table[high, edge] - table[low, edge]) / (high - low)
            tx, ty = step[0] + slope * down[0], step[1] + slope * down[1]
            across = abs(down[0] * ty - down[1] * tx) / max(np.sqrt(tx * tx + ty * ty), 1e-6)
            table[k, scale] = across / px
