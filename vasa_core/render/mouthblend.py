"""Laying the inside of the mouth into the frame: between the lips, to a fraction of a pixel, in the lips' shadow."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import smooth
from vasa_core.render.mouthpose import CHANNEL_BITS, LIGHT_BITS
from vasa_core.render.mouthraster import OVER

UPPER_SHADOW = (0.46, 0.028)
"""Darkening right below the upper lip, and inter-ocular distances over which it fades."""
LOWER_SHADOW = (0.3, 0.02)
"""The same above the lower lip."""
NARROW = (0.44, 0.095)
"""Brightness between lips that hardly part, and the gap (inter-ocular distances) from which all light comes in."""
SIDE = (0.6, 0.09)
"""Brightness at the corners, and inter-ocular distances from them over which it rises."""
SEAM_GAP = 0.04
"""Lip gap in inter-ocular distances below which nothing of the inside is told apart: the colour of a lip line."""
DIMMEST = 0.12
"""Light that reaches even the corners of a mouth that hardly opens."""
DRAWN_LIGHT = 0.75
"""Share of the lips' shadow that drawings of flat areas leave out."""
THROWN = 0.42
"""What lips and walls throw on everything that is in their shadow, against the colour of a lip line."""
BOUNCE = (0.2, -0.05, -0.15)
"""Half-dark between red walls: how much more of each channel it holds than its brightness says."""


@njit("float64(float64)", cache=True, nogil=True)
def _ramp(u: float) -> float:
    """Integral from 0 to u of a ramp that rises from 0 to 1 over [0, 1] and stays."""
    if u <= 0.0:
        return 0.0
    return u * u / 2 if u < 1.0 else u - 0.5


@njit("float64(float64)", cache=True, nogil=True)
def _fall(u: float) -> float:
    """From 1 at 0 down to 0, much as exp(-u), at a fraction of its cost."""
    return 1.0 / (1.0 + u + 0.5 * u * u)


@njit("void(float64[:, ::1], float64[:, ::1])", cache=True, nogil=True)
def cover(outline: NDArray, covered: NDArray) -> None:
    """Exact share of each pixel inside a closed outline [n, 2] px that runs clockwise on the screen.

    `covered` [rows, columns] receives shares in [0, 1]. Where the outline runs the other way around, as between lips
    that overlap, nothing is covered. Areas of edges are summed up along the rows (as font rasterisers do).
    """
    rows, columns = covered.shape
    covered[:] = 0.0
    n = outline.shape[0]
    for e in range(n):
        x0, y0 = outline[e, 0], outline[e, 1]
        x1, y1 = outline[(e + 1) % n, 0], outline[(e + 1) % n, 1]
        sign = -1.0
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
            sign = 1.0
        for j in range(max(int(np.floor(y0)), 0), min(int(np.ceil(y1)), rows)):
            high, low = max(y0, np.float64(j)), min(y1, j + 1.0)
            if low <= high:
                continue
            amount = (low - high) * sign
            slope = (x1 - x0) / (y1 - y0)
            one, two = x0 + (high - y0) * slope, x0 + (low - y0) * slope
            left, right = max(min(one, two), 0.0), max(max(one, two), 0.0)
            before = 0.0
            for i in range(int(left), columns):
                if right - left < 1e-9:
                    share = min(max(i + 1 - left, 0.0), 1.0)
                else:
                    share = (_ramp(i + 1 - left) - _ramp(i + 1 - right)) / (right - left)
                covered[j, i] += amount * (share - before)
                before = share
                if i > right:
                    break
    for j in range(rows):
        total = 0.0
        for i in range(columns):
            total += covered[j, i]
            covered[j, i] = min(max(total, 0.0), 1.0)


@njit("void(int32[:, ::1], int64, int64, int64, uint8[:, ::1])", cache=True, nogil=True)
def mark(spans: NDArray, count: int, left: int, top: int, marked: NDArray) -> None:
    """Set to 1 what `count` spans of the frame cover of a box from px (`left`, `top`) on, `marked` [rows, columns]."""
    rows, columns = marked.shape
    for k in range(count):
        j = spans[k, 1] - top
        if 0 <= j < rows:
            for i in range(max(spans[k, 2] - left, 0), min(spans[k, 3] - left, columns)):
                marked[j, i] = 1


@njit("void(uint8[:, :, ::1], int32[:, ::1], int64)", cache=True, nogil=True)
def seal(frame: NDArray, spans: NDArray, count: int) -> None:
    """Give the few pixels that rounding leaves bare between shut lips the colour above them; `frame` [H, W, 4]."""
    for k in range(count):
        y = spans[k, 1]
        for x in range(spans[k, 2], spans[k, 3]):
            for channel in range(4):
                frame[y, x, channel] = frame[max(y - 1, 0), x, channel]


@njit(
    "void(int64[:, ::1], float64[:, ::1], float64, float64[::1], float64[::1], float64, float64, float64[::1], "
    "float64, float64, float32[:, :, ::1])",
    cache=True,
    nogil=True,
)
def shade(
    colour: NDArray,
    covered: NDArray,
    reach: float,
    above: NDArray,
    below: NDArray,
    margin: float,
    unit: float,
    seam: NDArray,
    warmth: float,
    flat: float,
    inside: NDArray,
) -> None:
    """Put the mouth's inside into the lips' shadow: from samples to `inside` [rows, columns, 3] RGB.

    Parameters: `colour` packed samples; `covered` [rows, columns] share of each pixel between the lips, with `reach` px
    around it that are wanted too (0: only what is covered); `above`, `below` [columns] y of the lips' edges in the box;
    `margin` px of the box beyond the lips; `unit` px per inter-ocular distance; `seam` [3] RGB of a lip line; `warmth`
    [0, 1] of light off the walls; `flat` [0, 1] how far shadows are left out, as in drawings.
    """
    rows, columns = covered.shape
    dimmest = DIMMEST + (1 - DIMMEST) * DRAWN_LIGHT * flat
    mask = (1 << CHANNEL_BITS) - 1
    total = 1.0 / (OVER * OVER * (1 << LIGHT_BITS))
    openness, closed = np.empty(columns), np.empty(columns)
    for i in range(columns):
        gap = max(below[i] - above[i], 0.0) / unit
        edge = max(min(i, columns - 1 - i) - margin, 0.0) / (SIDE[1] * unit)
        openness[i] = (NARROW[0] + (1 - NARROW[0]) * smooth(gap / NARROW[1])) * (SIDE[0] + (1 - SIDE[0]) * smooth(edge))
        closed[i] = 1 - smooth(gap / SEAM_GAP)
    for j in range(rows):
        row = j + 0.5
        for i in range(columns):
            if covered[j, i] <= 0.0 and (reach == 0.0 or row < above[i] - reach or row > below[i] + reach):
                for c in range(3):
                    inside[j, i, c] = seam[c]
                continue
            value = np.int64(0)
            for dj in range(OVER):
                for di in range(OVER):
                    value += colour[j * OVER + dj, i * OVER + di]
            light = openness[i]
            light *= 1 - UPPER_SHADOW[0] * _fall(max(row - above[i], 0.0) / (UPPER_SHADOW[1] * unit))
            light *= 1 - LOWER_SHADOW[0] * _fall(max(below[i] - row, 0.0) / (LOWER_SHADOW[1] * unit))
            light = dimmest + (1 - dimmest) * light
            dusk = light * (1 - light) * warmth
            for c in range(3):
                seen = ((value >> (CHANNEL_BITS * c)) & mask) * total * (light + BOUNCE[c] * dusk)
                seen += THROWN * (1 - light) * seam[c]
                inside[j, i, c] = seen + (seam[c] - seen) * closed[i]


@njit("void(float64[:, ::1], float64, int64)", cache=True, nogil=True)
def soften(layer: NDArray, side: float, passes: int) -> None:
    """Blur a layer [rows, columns] in place by `passes` of three taps, the outer ones `side` against the middle."""
    rows, columns = layer.shape
    middle, outer = 1 / (1 + 2 * side), side / (1 + 2 * side)
    for _ in range(passes):
        for j in range(rows):
            before = layer[j, 0]
            for i in range(columns):
                here = layer[j, i]
                after = layer[j, min(i + 1, columns - 1)]
                layer[j, i] = middle * here + outer * (before + after)
                before = here
        for i in range(columns):
            before = layer[0, i]
            for j in range(rows):
                here = layer[j, i]
                after = layer[min(j + 1, rows - 1), i]
                layer[j, i] = middle * here + outer * (before + after)
                before = here


@njit("void(uint8[:, :, ::1], float64[:, ::1], uint8[:, ::1], int64, int64, int64)", cache=True, nogil=True)
def fill_bare(frame: NDArray, covered: NDArray, bare: NDArray, left: int, top: int, rounds: int) -> None:
    """Give pixels that the skin has left unwritten and the mouth only partly covers the colour of the nearest lip.

    Parameters: `frame` [H, W, 4]; a box from px (`left`, `top`): `covered`, `bare` [rows, columns], 1 where the skin
    wrote nothing; `rounds` px that lips reach into the hole. What they do not reach counts as covered.
    """
    rows, columns = covered.shape
    for turn in range(rounds):
        for j in range(rows):
            for i in range(columns):
                if bare[j, i] != 1 or covered[j, i] > 0.999:
                    continue
                red, green, blue, weight = 0.0, 0.0, 0.0, 0.0
                for dj in range(-1, 2):
                    for di in range(-1, 2):
                        y, x = j + dj, i + di
                        if 0 <= y < rows and 0 <= x < columns and (bare[y, x] == 0 or 1 < bare[y, x] < turn + 2):
                            share = 1.02 - covered[y, x]
                            red += share * frame[top + y, left + x, 0]
                            green += share * frame[top + y, left + x, 1]
                            blue += share * frame[top + y, left + x, 2]
                            weight += share
                if weight > 0:
                    frame[top + j, left + i, 0] = np.uint8(red / weight + 0.5)
                    frame[top + j, left + i, 1] = np.uint8(green / weight + 0.5)
                    frame[top + j, left + i, 2] = np.uint8(blue / weight + 0.5)
                    frame[top + j, left + i, 3] = np.uint8(255)
                    bare[j, i] = turn + 2
    for j in range(rows):
        for i in range(columns):
            if bare[j, i] == 1:
                covered[j, i] = 1.0


@njit("void(uint8[:, :, ::1], float32[:, :, ::1], float64[:, ::1], int64, int64)", cache=True, nogil=True)
def lay(frame: NDArray, inside: NDArray, covered: NDArray, left: int, top: int) -> None:
    """Lay `inside` [rows, columns, 3] over the frame [H, W, 4] from px (`left`, `top`) on where it is `covered`."""
    rows, columns = covered.shape
    for j in range(rows):
        for i in range(columns):
            share = covered[j, i]
            if share <= 0.0:
                continue
            for c in range(3):
                under = np.float64(frame[top + j, left + i, c])
                seen = under + (inside[j, i, c] - under) * share
                frame[top + j, left + i, c] = np.uint8(min(max(seen, 0.0), 255.0) + 0.5)
            frame[top + j, left + i, 3] = np.uint8(255)


@njit("void(float32[:, :, ::1], float64, int64)", cache=True, nogil=True)
def soften_colours(colours: NDArray, side: float, passes: int) -> None:
    """Blur [rows, columns, 3] in place, as `soften` does."""
    rows, columns = colours.shape[0], colours.shape[1]
    middle, outer = np.float32(1 / (1 + 2 * side)), np.float32(side / (1 + 2 * side))
    line = np.empty((columns, 3), np.float32)
    for _ in range(passes):
        for j in range(rows):
            line[:] = colours[j]
            for i in range(1, columns - 1):
                for c in range(3):
                    colours[j, i, c] = middle * line[i, c] + outer * (line[i - 1, c] + line[i + 1, c])
        if rows < 3:
            continue
        line[:] = colours[0]
        for j in range(1, rows - 1):
            for i in range(columns):
                for c in range(3):
                    here = colours[j, i, c]
                    colours[j, i, c] = middle * here + outer * (line[i, c] + colours[j + 1, i, c])
                    line[i, c] = here
