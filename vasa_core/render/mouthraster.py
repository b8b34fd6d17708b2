"""Small depth-buffered rasteriser for the inside of the mouth: Gouraud triangles, two by two samples per pixel.

Only the box of the mouth's hole is drawn, into buffers of its own; only the hole's spans go to the frame.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import smooth
from vasa_core.render.mouthpose import CHANNEL_BITS, LIGHT_BITS
from vasa_core.render.raster import first_centre

OVER = 2
"""Samples per pixel across and down."""
FARTHEST = 1e9
"""Depth of an empty sample."""

FLAT_AREA = -0.5
"""Doubled area in samples, negative as seen, of a triangle too small to carry a gradient."""


@njit(
    "void(float32[:, ::1], int64[::1], int32[:, ::1], int64, int64, int64, int64, int64, float32[:, ::1], "
    "int64[:, ::1])",
    cache=True,
)
def rasterise(
    position: NDArray,
    packed: NDArray,
    triangles: NDArray,
    left: int,
    top: int,
    columns: int,
    rows: int,
    empty: int,
    depth: NDArray,
    colour: NDArray,
) -> None:
    """Draw triangles into the samples of a box of the frame.

    Parameters: `position` [N, 3] px of the frame, z away from the viewer; `packed` [N] colours; `triangles` [M, 3]; the
    box from px (`left`, `top`), `columns` x `rows` px; `empty` the packed colour of samples that nothing covers.
    Result in the first `OVER` times as many entries of `depth` and `colour`.
    """
    width, height = columns * OVER, rows * OVER
    for j in range(height):
        for i in range(width):
            depth[j, i] = FARTHEST
            colour[j, i] = empty
    mask = (1 << CHANNEL_BITS) - 1
    highest = np.float64(256 << LIGHT_BITS)
    base, gx, gy = np.zeros(3), np.zeros(3), np.zeros(3)
    for n in range(triangles.shape[0]):
        a, b, c = triangles[n, 0], triangles[n, 1], triangles[n, 2]
        ax, ay = (position[a, 0] - left) * OVER, (position[a, 1] - top) * OVER
        bx, by = (position[b, 0] - left) * OVER, (position[b, 1] - top) * OVER
        cx, cy = (position[c, 0] - left) * OVER, (position[c, 1] - top) * OVER
        if min(ax, bx, cx) >= width or max(ax, bx, cx) <= 0 or min(ay, by, cy) >= height or max(ay, by, cy) <= 0:
            continue
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if area >= -1e-6:
            continue
        inverse = 1.0 / area
        az = position[a, 2]
        bz, cz = position[b, 2] - az, position[c, 2] - az
        zx = (bz * (cy - ay) - cz * (by - ay)) * inverse
        zy = (cz * (bx - ax) - bz * (cx - ax)) * inverse
        steps = np.int64(0)
        for k in range(3):
            shift = CHANNEL_BITS * k
            base[k] = np.float64((packed[a] >> shift) & mask)
            gx[k] = gy[k] = 0.0
            if area < FLAT_AREA:
                db = np.float64((packed[b] >> shift) & mask) - base[k]
                dc = np.float64((packed[c] >> shift) & mask) - base[k]
                gx[k] = np.rint((db * (cy - ay) - dc * (by - ay)) * inverse)
                gy[k] = (dc * (bx - ax) - db * (cx - ax)) * inverse
                steps += np.int64(gx[k]) << shift
        if ay > by:
            ax, ay, bx, by = bx, by, ax, ay
        if ay > cy:
            ax, ay, cx, cy = cx, cy, ax, ay
        if by > cy:
            bx, by, cx, cy = cx, cy, bx, by
        ox, oy = (position[a, 0] - left) * OVER, (position[a, 1] - top) * OVER
        begin, end = max(first_centre(ay), 0), min(first_centre(cy), height)
        if begin >= end:
            continue
        long_slope = (cx - ax) / (cy - ay)
        upper_slope = (bx - ax) / (by - ay) if by > ay else 0.0
        lower_slope = (cx - bx) / (cy - by) if cy > by else 0.0
        for j in range(begin, end):
            y = j + 0.5
            one = ax + (y - ay) * long_slope
            two = ax + (y - ay) * upper_slope if y < by else bx + (y - by) * lower_slope
            first = max(first_centre(min(one, two)), 0)
            last = min(first_centre(max(one, two)), width)
            if first >= last:
                continue
            dx, dy = first + 0.5 - ox, y - oy
            z = np.float32(az + dx * zx + dy * zy)
            dz = np.float32(zx)
            value = np.int64(0)
            for k in range(3):
                start = min(max(base[k] + dx * gx[k] + dy * gy[k], 0.0), highest)
                value += np.int64(start) << (CHANNEL_BITS * k)
            for i in range(first, last):
                if z < depth[j, i]:
                    depth[j, i] = z
                    colour[j, i] = value
                z += dz
                value += steps


UPPER_SHADOW = (0.5, 0.028)
"""Darkening right below the upper lip, and inter-ocular distances over which it fades."""
LOWER_SHADOW = (0.3, 0.02)
NARROW = (0.42, 0.1)
"""Brightness between lips that hardly part, and the gap (inter-ocular distances) from which all light comes in."""
SIDE = (0.55, 0.09)
"""Brightness at the corners, and inter-ocular distances from them over which it rises."""
SEAM_GAP = 0.03
"""Lip gap in inter-ocular distances below which nothing of the inside is told apart: the colour of a lip line."""


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, int64[:, ::1], int64, int64, float64[::1], float64[::1], float64, "
    "float64[::1])",
    cache=True,
)
def resolve(
    frame: NDArray,
    spans: NDArray,
    count: int,
    colour: NDArray,
    left: int,
    top: int,
    above: NDArray,
    below: NDArray,
    unit: float,
    seam: NDArray,
) -> None:
    """Write the box's samples into the frame [H, W, 4] where the `count` spans of the hole lie, in the lips' shadow.

    Parameters: `colour` samples of the box from px (`left`, `top`); `above`, `below` [columns] y of the lips' edges at
    each column of the box; `unit` px per inter-ocular distance; `seam` [3] RGB of a lip line.
    """
    mask = (1 << CHANNEL_BITS) - 1
    total = 1.0 / (OVER * OVER * (1 << LIGHT_BITS))
    last = len(above) - 1
    for k in range(count):
        y = spans[k, 1]
        j = (y - top) * OVER
        for x in range(spans[k, 2], spans[k, 3]):
            i = (x - left) * OVER
            column = min(max(x - left, 0), last)
            value = np.int64(0)
            for dj in range(OVER):
                for di in range(OVER):
                    value += colour[j + dj, i + di]
            high, low = above[column], below[column]
            gap = max(low - high, 0.0) / unit
            shade = NARROW[0] + (1 - NARROW[0]) * smooth(gap / NARROW[1])
            shade *= 1 - UPPER_SHADOW[0] * np.exp(-max(y + 0.5 - high, 0.0) / (UPPER_SHADOW[1] * unit))
            shade *= 1 - LOWER_SHADOW[0] * np.exp(-max(low - y - 0.5, 0.0) / (LOWER_SHADOW[1] * unit))
            edge = min(column, last - column) / (SIDE[1] * unit)
            shade *= SIDE[0] + (1 - SIDE[0]) * smooth(edge)
            bounce = 0.2 * shade * (1 - shade)
            share = 1 - smooth(gap / SEAM_GAP)
            for c in range(3):
                seen = ((value >> (CHANNEL_BITS * c)) & mask) * total * (shade + (1 - c) * bounce)
                seen += (seam[c] - seen) * share
                frame[y, x, c] = np.uint8(min(max(seen, 0.0), 255.0) + 0.5)
            frame[y, x, 3] = np.uint8(255)
