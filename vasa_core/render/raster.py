"""Scanline rasteriser: textured triangles with bilinear sampling, watertight along shared edges.

A pixel belongs to the triangle that holds its centre; on edges the half-open rule decides, so that neighbours neither
overlap nor leave gaps. Textures are packed with one uint64 per pixel and 16 bits per channel: one multiplication
weighs all channels at once.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray


def pack(image: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Pack [H, W, 3 or 4] uint8 into [H, W] uint64, 16 bits per channel, the first channel lowest."""
    packed = np.zeros(image.shape[:2], np.uint64)
    for channel in range(image.shape[2]):
        packed |= image[..., channel].astype(np.uint64) << np.uint64(16 * channel)
    return packed


def opaque(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[H, W, 4] RGBA of an opaque picture [H, W, 3]."""
    return np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])


@njit("uint64(uint64[::1], int64, int64, int64)", cache=True, nogil=True)
def sample_inside(texture: NDArray, width: int, u: int, v: int) -> np.uint64:
    """Bilinear sample at (u, v) in 1/65536 pixel plus half a step of 1/256, where pixel i has its centre at i.

    `texture` is flat, `width` px wide; the position and its right and lower neighbours must lie inside. Returns packed
    channels; above each channel's 8 bits lies noise.
    """
    fx = np.uint64((u >> 8) & 255)
    fy = np.uint64((v >> 8) & 255)
    both = (fx * fy) >> np.uint64(8)
    at = np.uint64((v >> 16) * width + (u >> 16))
    below = at + np.uint64(width)
    one = np.uint64(1)
    total = (
        texture[at] * (np.uint64(256) - fx - fy + both)
        + texture[at + one] * (fx - both)
        + texture[below] * (fy - both)
        + texture[below + one] * both
    )
    return (total + np.uint64(0x0080008000800080)) >> np.uint64(8)


@njit("int64(float64)", cache=True, nogil=True)
def first_centre(edge: float) -> int:
    """Index of the first pixel whose centre is not before `edge` (px)."""
    return int(np.ceil(edge - 0.5))


@njit(
    "int64(float32[:, ::1], int32[:, ::1], int64, int64, int32[:, ::1])",
    cache=True,
    nogil=True,
)
def find_spans(position: NDArray, triangles: NDArray, width: int, height: int, spans: NDArray) -> int:
    """Cut triangles into spans of pixels inside the frame: rows (triangle, y, x begin, x end).

    Parameters: `position` [V, 2] px; `triangles` [N, 3]; `spans` [M, 4] receives the
    result. Returns the number of spans (never more than M).
    """
    count = 0
    room = spans.shape[0]
    for n in range(triangles.shape[0]):
        a, b, c = triangles[n, 0], triangles[n, 1], triangles[n, 2]
        if position[b, 1] < position[a, 1]:
            a, b = b, a
        if position[c, 1] < position[a, 1]:
            a, c = c, a
        if position[c, 1] < position[b, 1]:
            b, c = c, b
        ax, ay = np.float64(position[a, 0]), np.float64(position[a, 1])
        bx, by = np.float64(position[b, 0]), np.float64(position[b, 1])
        cx, cy = np.float64(position[c, 0]), np.float64(position[c, 1])
        begin = max(first_centre(ay), 0)
        end = min(first_centre(cy), height)
        if begin >= end:
            continue
        long_slope = (cx - ax) / (cy - ay)
        upper_slope = (bx - ax) / (by - ay) if by > ay else 0.0
        lower_slope = (cx - bx) / (cy - by) if cy > by else 0.0
        for y in range(begin, end):
            row = y + 0.5
            one = ax + (row - ay) * long_slope
            two = ax + (row - ay) * upper_slope if row < by else bx + (row - by) * lower_slope
            left = max(first_centre(min(one, two)), 0)
            right = min(first_centre(max(one, two)), width)
            if left < right and count < room:
                spans[count, 0] = n
                spans[count, 1] = y
                spans[count, 2] = left
                spans[count, 3] = right
                count += 1
    return count
