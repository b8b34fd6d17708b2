"""Which triangles of the relief show anything of the person, and which are wholly opaque."""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.raster import find_spans

OPAQUE = 254
"""A matte at least this high counts as opaque: one level is rounding."""
ROOM = 3
"""px of the sampling kernel around a pixel that must agree."""


@njit("void(int32[:, ::1], int64, uint8[:, ::1], uint8[:, ::1], uint8[::1], uint8[::1])", cache=True)
def _extremes(spans: NDArray, count: int, low: NDArray, high: NDArray, least: NDArray, most: NDArray) -> None:
    for k in range(count):
        n, y = spans[k, 0], spans[k, 1]
        for x in range(spans[k, 2], spans[k, 3]):
            least[n] = min(least[n], low[y, x])
            most[n] = max(most[n], high[y, x])


def covered(
    source: NDArray[np.float32], triangles: NDArray[np.int32], matte: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Look up triangles [N, 3] over `source` [V, 2] px in a matte [H, W].

    Returns, [N] each: whether the triangle shows anything, and whether all of it is opaque.
    """
    height, width = matte.shape
    kernel = np.ones((ROOM, ROOM), np.uint8)
    low, high = np.asarray(cv2.erode(matte, kernel), np.uint8), np.asarray(cv2.dilate(matte, kernel), np.uint8)
    least, most = np.full(len(triangles), 255, np.uint8), np.zeros(len(triangles), np.uint8)
    spans = np.zeros((16 * (height + len(triangles)) * ROOM, 4), np.int32)
    for first in range(0, len(triangles), 500):
        part = np.ascontiguousarray(triangles[first : first + 500])
        wanted = np.ones(len(part), np.uint8)
        count = find_spans(np.ascontiguousarray(source[:, :2], np.float32), part, wanted, width, height, spans)
        some, every = least[first : first + 500], most[first : first + 500]
        _extremes(spans, count, low, high, some, every)
    at = np.clip(np.floor(source[triangles, :2]).astype(int), 0, [width - 1, height - 1])
    corners = (low[at[..., 1], at[..., 0]], high[at[..., 1], at[..., 0]])
    least, most = np.minimum(least, corners[0].min(1)), np.maximum(most, corners[1].max(1))
    return most > 0, least >= OPAQUE
