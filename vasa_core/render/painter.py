"""`Painter`: the frame being drawn and the buffer that triangles are cut into spans in."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.raster import blend_spans, find_spans

SPANS_PER_ROW = 160
"""Room for spans: no row of the frame is cut by more triangles than this."""


class Painter:
    """Draws into one frame at a time. Frames are [size, size, 4] uint8 RGBA, colours premultiplied by opacity."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.frame = np.zeros((size, size, 4), np.uint8)
        self.spans = np.zeros((SPANS_PER_ROW * size, 4), np.int32)
        self._all = np.ones(1000, np.uint8)

    def begin(self, background: NDArray[np.uint8]) -> None:
        """Start a new frame over `background` [size, size, 4]."""
        self.frame = background.copy()

    def cut(
        self, position: NDArray[np.float32], triangles: NDArray[np.int32], wanted: NDArray[np.uint8] | None = None
    ) -> int:
        """Cut triangles [N, 3] over `position` [V, 2] px into `spans`, all or the `wanted` [N]; returns how many."""
        if wanted is None:
            if len(triangles) > len(self._all):
                self._all = np.ones(2 * len(triangles), np.uint8)
            wanted = self._all
        return int(find_spans(position, triangles, wanted, self.size, self.size, self.spans))

    def blend(
        self,
        texture: NDArray[np.uint64],
        position: NDArray[np.float32],
        source: NDArray[np.float32],
        opacity: NDArray[np.float32],
        triangles: NDArray[np.int32],
    ) -> None:
        """Lay textured triangles over the frame, `opacity` [V] in [0, 1]; other shapes as in `raster.fill_spans`."""
        count = self.cut(position, triangles)
        blend_spans(self.frame, texture, position, source, opacity, triangles, self.spans, count)
