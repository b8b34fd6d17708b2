"""`Painter`: the frame being drawn and the buffer that triangles are cut into spans in."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.raster import find_spans
from vasa_core.render.relief import UNLIT, lay_over

SPANS_PER_ROW = 160
"""Room for spans: no row of the frame is cut by more triangles than this."""


class Painter:
    """Draws into one frame at a time. Frames are [size, size, 4] uint8 RGBA, colours premultiplied by opacity."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._layer = np.zeros((size, size, 4), np.uint8)
        self.frame = self._layer
        self.gains = np.full((size, size), UNLIT, np.uint16)
        """[size, size] what each pixel's colour will be multiplied by, in 1 / `UNLIT`."""
        self.spans = np.zeros((SPANS_PER_ROW * size, 4), np.int32)

    def begin(self) -> None:
        """Start a new frame: an empty layer, unlit."""
        self._layer[:] = 0
        self.gains[:] = UNLIT
        self.frame = self._layer

    def lay_over(self, background: NDArray[np.uint8]) -> None:
        """Light what has been drawn and lay it over `background` [size, size, 4]; what is drawn next lies on top."""
        self.frame = np.empty_like(self._layer)
        lay_over(as_pixels(self.frame), as_pixels(self._layer), self.gains, as_pixels(background))

    def cut(self, position: NDArray[np.float32], triangles: NDArray[np.int32]) -> int:
        """Cut triangles [N, 3] over `position` [V, 2] px into `spans`; returns how many."""
        return int(find_spans(position, triangles, self.size, self.size, self.spans))


def as_pixels(image: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """[H, W] one number per RGBA pixel of [H, W, 4], red lowest; the same memory."""
    return image.view("<u4")[..., 0]
