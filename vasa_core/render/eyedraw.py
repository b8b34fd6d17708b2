"""Drawing the socket of an eye: its ball, its lids and the skin that they move."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import smooth
from vasa_core.render.eyeball import AT_CORNERS
from vasa_core.render.eyechart import BEYOND, COLUMNS
from vasa_core.render.eyeshade import (
    CLOSURE,
    ORIGIN_X,
    ORIGIN_Y,
    OUTSIDE,
    PER_FRINGE,
    PER_PIXEL,
    PIXEL,
    SHADE_SCALE,
    ball_colour,
    lid_colour,
    lid_light,
    look,
    sample,
)
from vasa_core.render.lids import (
    BELL,
    BOTTOM,
    EDGES,
    LOWER,
    LOWER_NEW,
    LOWER_PUSH,
    LOWER_SCALE,
    MIDDLE,
    REST_LOWER,
    REST_UPPER,
    TABLE,
    TOP,
    UPPER,
    UPPER_SCALE,
)

EDGE_OF_RESIDUE = 5.0
"""px below the portrait's upper lid that a moved lid leaves nothing of: lashes and shade drawn there went with it."""
FIRST, LAST = (
    BEYOND / (1 + 2 * BEYOND) * (COLUMNS - 1),
    (1 + BEYOND) / (1 + 2 * BEYOND) * (COLUMNS - 1),
)
"""Columns of the corners: beyond them no lid moves."""
LOWER_KEPT = 3.0
"""px below the edge of a lower lid that move with it as they are, where new skin comes out from under it."""
FRINGE_DARK = 0.55
"""Share of light that the lashes of a shut lid take from the skin right below them."""


@njit("void(float32[:, ::1], float32[:, ::1], int32[::1], float64[::1])", cache=True, nogil=True)
def back_to_rest(position: NDArray, rest: NDArray, triangle: NDArray, out: NDArray) -> None:
    """The map, `out` [6] as rows of a 2x3 matrix, from px of the frame to px of the portrait over a triangle [3]."""
    a, b, c = triangle[0], triangle[1], triangle[2]
    ax, ay = np.float64(position[a, 0]), np.float64(position[a, 1])
    au, av = np.float64(rest[a, 0]), np.float64(rest[a, 1])
    bx, by = position[b, 0] - ax, position[b, 1] - ay
    cx, cy = position[c, 0] - ax, position[c, 1] - ay
    bu, bv = rest[b, 0] - au, rest[b, 1] - av
    cu, cv = rest[c, 0] - au, rest[c, 1] - av
    area = bx * cy - cx * by
    inverse = 1.0 / area if abs(area) > 1e-9 else 0.0
    out[0], out[1] = (bu * cy - cu * by) * inverse, (cu * bx - bu * cx) * inverse
    out[3], out[4] = (bv * cy - cv * by) * inverse, (cv * bx - bv * cx) * inverse
    out[2] = au - out[0] * ax - out[1] * ay
    out[5] = av - out[3] * ax - out[4] * ay


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float32[:, ::1], float32[:, ::1], int32[:, ::1], uint64[:, ::1], "
    "float64[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def fill_hole(
    frame: NDArray,
    spans: NDArray,
    count: int,
    position: NDArray,
    rest: NDArray,
    triangles: NDArray,
    portrait: NDArray,
    origin: NDArray,
) -> None:
    """Draw the portrait's own eye into the spans of its opening; parameters as in `draw_socket`."""
    source = np.empty(6)
    last = -1
    for n in range(count):
        t, y = spans[n, 0], spans[n, 1]
        if t != last:
            last = t
            back_to_rest(position, rest, triangles[t], source)
        for x in range(spans[n, 2], spans[n, 3]):
            u = source[0] * (x + 0.5) + source[1] * (y + 0.5) + source[2] - origin[0]
            v = source[3] * (x + 0.5) + source[4] * (y + 0.5) + source[5] - origin[1]
            colour = sample(portrait, u, v)
            frame[y, x, 0] = np.uint8(colour & np.uint64(255))
            frame[y, x, 1] = np.uint8((colour >> np.uint64(16)) & np.uint64(255))
            frame[y, x, 2] = np.uint8((colour >> np.uint64(32)) & np.uint64(255))
            frame[y, x, 3] = np.uint8(255)


@njit("uint8(float64, float64)", cache=True, nogil=True)
def _level(value: float, most: float) -> np.uint8:
    return np.uint8(min(max(value, 0.0), most) + 0.5)


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float32[:, ::1], float32[:, ::1], int32[:, ::1], int64, "
    "float64[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], "
    "uint64[:, ::1], uint64[:, ::1], float64[::1], uint8[:, ::1], int64)",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def draw_socket(
    frame: NDArray,
    spans: NDArray,
    count: int,
    position: NDArray,
    rest: NDArray,
    triangles: NDArray,
    holes: int,
    to_portrait: NDArray,
    to_chart: NDArray,
    down: NDArray,
    lids: NDArray,
    turn: NDArray,
    shade: NDArray,
    portrait: NDArray,
    lashes: NDArray,
    skin: NDArray,
    white: NDArray,
    iris: NDArray,
    glint: NDArray,
    residue: NDArray,
    numbers: NDArray,
    drawn: NDArray,
    turn_of: int,
) -> None:
    """Draw an eye's socket into the spans of its triangles, over the sheet.

    Parameters
    ----------
    position, rest : [V, 2] px of the frame and of the portrait
    triangles : [N, 3], the first `holes` of them the opening, which is bare; elsewhere only the difference that the
        lids make is added to what is there, with its light and its opacity
    to_portrait : [2, 3] px of the frame to px of the portrait on the eye's plane
    to_chart : [2, 3] px of the portrait to column and height
    down : [2] px of the portrait per px of height
    lids : [COLUMNS, TABLE] of `vasa_core.render.lids`
    turn : [2, 3] as in `ball_colour`
    shade : [2, SHADE_SAMPLES] light left near the lids
    portrait, lashes, skin, white, iris, glint, residue : [h, w] packed layers
    numbers : [NUMBERS]
    drawn, turn_of : [H, W] marks pixels as drawn in this turn: where skin folds over, differences are added once
    """
    source = np.empty(6)
    row = np.empty(TABLE)
    px, per_px = numbers[PIXEL], numbers[PER_PIXEL]
    ox, oy = numbers[ORIGIN_X], numbers[ORIGIN_Y]
    scale = numbers[SHADE_SCALE]
    last = -1
    for n in range(count):
        t = spans[n, 0]
        if t != last:
            last = t
            back_to_rest(position, rest, triangles[t], source)
        y = spans[n, 1]
        hole = t < holes
        for x in range(spans[n, 2], spans[n, 3]):
            u = source[0] * (x + 0.5) + source[1] * (y + 0.5) + source[2]
            v = source[3] * (x + 0.5) + source[4] * (y + 0.5) + source[5]
            column = to_chart[0, 0] * u + to_chart[0, 1] * v + to_chart[0, 2]
            if not hole and (column <= FIRST or column >= LAST):
                continue
            column = min(max(column, 0.0), COLUMNS - 1.001)
            k = int(column)
            height = to_chart[1, 0] * u + to_chart[1, 1] * v + to_chart[1, 2]
            if not hole and (height < lids[k, TOP] or height > lids[k, BOTTOM]):
                continue
            if drawn[y, x] == turn_of:
                continue
            drawn[y, x] = turn_of
            f = column - k
            for i in range(EDGES):
                row[i] = lids[k, i] + (lids[k + 1, i] - lids[k, i]) * f
            upper, lower = row[UPPER], row[LOWER]
            over = min(max((upper - height) * row[UPPER_SCALE] + 0.5, 0.0), 1.0)
            beneath = min(max((height - lower) * row[LOWER_SCALE] + 0.5, 0.0), 1.0)
            red, green, blue = 0.0, 0.0, 0.0
            if over > 0 or beneath > 0:
                for i in range(EDGES, TABLE - 2):
                    row[i] = lids[k, i] + (lids[k + 1, i] - lids[k, i]) * f
            if over < 1 and beneath < 1:
                qx = to_portrait[0, 0] * (x + 0.5) + to_portrait[0, 1] * (y + 0.5) + to_portrait[0, 2]
                qy = to_portrait[1, 0] * (x + 0.5) + to_portrait[1, 1] * (y + 0.5) + to_portrait[1, 2]
                place = to_chart[1, 0] * qx + to_chart[1, 1] * qy + to_chart[1, 2]
                below, above = place - row[REST_UPPER], row[REST_LOWER] - place
                gap = abs(height - upper - below) * per_px
                moved = min(gap, 1.0)
                own = 1 - (1 - smooth(below * per_px / (EDGE_OF_RESIDUE + 2 * gap))) * moved
                moved = min(abs(lower - height - above) * per_px, 1.0)
                own *= 1 - (1 - smooth(above * per_px * (2 / EDGE_OF_RESIDUE))) * moved
                depth = AT_CORNERS + (1 - AT_CORNERS) * row[MIDDLE]
                light = 1 - (1 - lid_light(shade, scale, height - upper, lower - height)) * depth
                own *= min(light / (1 - (1 - lid_light(shade, scale, below, above)) * depth), 1.0)
                red, green, blue = ball_colour(
                    qx - ox,
                    qy - oy,
                    light,
                    own,
                    turn,
                    white,
                    iris,
                    glint,
                    residue,
                    numbers,
                )
            if beneath > 0 and over < 1:
                far = max(height - lower, 0.0)
                moved = lower - row[REST_LOWER]
                back = moved * (1 - smooth(far * row[LOWER_PUSH]) * (1 - row[LOWER_NEW]))
                back -= max(OUTSIDE * min(abs(moved), px) - far, 0.0)
                one, two, three = look(portrait, u - ox - down[0] * back, v - oy - down[1] * back)
                if row[LOWER_NEW] > 0:
                    below = (height - row[REST_LOWER]) * per_px
                    new = smooth(far * per_px * (1 / LOWER_KEPT) - 1) * row[LOWER_NEW]
                    four, five, six = look(skin, u - ox, v - oy)
                    still = smooth(below * (1 / LOWER_KEPT) - 2) * row[LOWER_NEW]
                    one, two, three = one + (four - one) * new, two + (five - two) * new, three + (six - three) * new
                    four, five, six = look(portrait, u - ox, v - oy)
                    one, two, three = (
                        one + (four - one) * still,
                        two + (five - two) * still,
                        three + (six - three) * still,
                    )
                hang = 1 - max(height - upper, 0.0) * numbers[PER_FRINGE]
                if hang > 0:
                    dark = 1 - FRINGE_DARK * numbers[CLOSURE] * row[BELL] * hang * hang
                    one, two, three = one * dark, two * dark, three * dark
                red, green = (
                    red + (one - red) * beneath,
                    green + (two - green) * beneath,
                )
                blue += (three - blue) * beneath
            if over > 0:
                one, two, three = lid_colour(u - ox, v - oy, height, row, down, portrait, lashes, skin, numbers)
                red, green, blue = (
                    red + (one - red) * over,
                    green + (two - green) * over,
                    blue + (three - blue) * over,
                )
            if hole:
                frame[y, x, 0] = _level(red, 255.0)
                frame[y, x, 1] = _level(green, 255.0)
                frame[y, x, 2] = _level(blue, 255.0)
                frame[y, x, 3] = np.uint8(255)
            else:
                one, two, three = look(portrait, u - ox, v - oy)
                most = np.float64(frame[y, x, 3])
                cover = most * (1 / 255)
                frame[y, x, 0] = _level(frame[y, x, 0] + (red - one) * cover, most)
                frame[y, x, 1] = _level(frame[y, x, 1] + (green - two) * cover, most)
                frame[y, x, 2] = _level(frame[y, x, 2] + (blue - three) * cover, most)
