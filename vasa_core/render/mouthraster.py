"""Small depth-buffered rasteriser for the inside of the mouth: Gouraud triangles, two by two samples per pixel.

Only the box of the mouth's hole is drawn, into buffers of its own.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.mouthpose import CHANNEL_BITS, LIGHT_BITS
from vasa_core.render.raster import first_centre

OVER = 2
"""Samples per pixel across and down."""
FARTHEST = 1e9
"""Depth of an empty sample."""

FLAT_AREA = -0.5
"""Doubled area in samples, negative as seen, of a triangle too small to carry a gradient."""


class Room:
    """Buffers for the box of a mouth, kept from frame to frame: fresh memory costs more than drawing into it."""

    def __init__(self) -> None:
        self.depth = np.zeros((2, 2), np.float32)
        """Depth of each sample."""
        self.colour = np.zeros((2, 2), np.int64)
        """Packed colour of each sample."""
        self._pixels = 0

    def grow(self, rows: int, columns: int) -> None:
        """Make room for a box of `rows` x `columns` px."""
        have = self.depth.shape
        if rows * OVER > have[0] or columns * OVER > have[1]:
            shape = (max(rows * OVER, have[0]), max(columns * OVER, have[1]))
            self.depth, self.colour = np.zeros(shape, np.float32), np.zeros(shape, np.int64)
        if rows * columns > self._pixels:
            self._pixels = rows * columns
            self._covered = np.zeros(self._pixels)
            self._inside = np.zeros(3 * self._pixels, np.float32)
            self._bare = np.zeros(self._pixels, np.uint8)

    def boxes(self, rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.uint8]]:
        """Layers of a box: coverage [rows, columns], colours [rows, columns, 3], bare pixels; their content is old."""
        count = rows * columns
        return (
            self._covered[:count].reshape(rows, columns),
            self._inside[: 3 * count].reshape(rows, columns, 3),
            self._bare[:count].reshape(rows, columns),
        )


@njit(
    "void(float32[:, ::1], int64[::1], int32[:, ::1], int64, int64, int64, int64, int64, float32[:, ::1], "
    "int64[:, ::1])",
    cache=True,
    nogil=True,
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
