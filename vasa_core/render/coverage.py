"""Which triangles of the relief show anything of the person."""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.raster import find_spans

ROOM = 3
"""px of the sampling kernel around a pixel that may be read with it."""
CHUNK = 500
"""Triangles that are looked up at once."""


@njit("void(int32[:, ::1], int64, uint8[:, ::1], uint8[::1])", cache=True, nogil=True)
def _highest(spans: NDArray, count: int, matte: NDArray, most: NDArray) -> None:
    for k in range(count):
        n, y = spans[k, 0], spans[k, 1]
        for x in range(spans[k, 2], spans[k, 3]):
            most[n] = max(most[n], matte[y, x])


def covered(source: NDArray[np.float32], triangles: NDArray[np.int32], matte: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """[N] whether triangles [N, 3] over `source` [V, 2 or 3] px show anything that a matte [H, W] leaves."""
    height, width = matte.shape
    grown = np.asarray(cv2.dilate(matte, np.ones((ROOM, ROOM), np.uint8)), np.uint8)
    place = np.ascontiguousarray(source[:, :2], np.float32)
    at = np.clip(np.floor(place[triangles]).astype(int), 0, [width - 1, height - 1])
    most = grown[at[..., 1], at[..., 0]].max(1)
    spans = np.zeros((CHUNK * height, 4), np.int32)
    for first in range(0, len(triangles), CHUNK):
        part = np.ascontiguousarray(triangles[first : first + CHUNK])
        count = find_spans(place, part, width, height, spans)
        _highest(spans, count, grown, most[first : first + CHUNK])
    return np.asarray(most > 0, np.bool_)
