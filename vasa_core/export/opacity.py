"""Opacity of frames: from premultiplied, as the renderer draws, to straight, as files keep it; or onto a colour."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.export.sink import Frame

BLEED_SIGMA = 3.0
"""px by which colours of the edge flow on under transparent pixels of a film: its coder mixes neighbours."""
OPAQUE = 255


def _straight_table() -> NDArray[np.uint8]:
    """[256, 256] colour of a premultiplied colour (second index) under an opacity (first), rounded."""
    opacity, colour = np.arange(256)[:, None], np.arange(256)[None]
    whole = (colour * OPAQUE + opacity // 2) // np.maximum(opacity, 1)
    return np.minimum(whole, OPAQUE).astype(np.uint8)


STRAIGHT = _straight_table()


def is_opaque(frame: Frame) -> bool:
    """Whether nothing of a frame [h, w, 3 or 4] is seen through."""
    return frame.shape[2] == 3 or bool((frame[..., 3] == OPAQUE).all())


def straight(frame: Frame) -> Frame:
    """A premultiplied frame [h, w, 4] with straight colours; those of fully transparent pixels are 0."""
    soft = frame[..., 3] < OPAQUE
    result = frame.copy()
    part = frame[soft]
    result[soft, :3] = STRAIGHT[part[:, 3:], part[:, :3]]
    result[frame[..., 3] == 0] = 0
    return result


def straight_for_film(frame: Frame) -> Frame:
    """As `straight`, and transparent pixels carry on the colours of the edge, for coders that mix neighbours."""
    result = straight(frame)
    clear = frame[..., 3] == 0
    if clear.any():
        flow = cv2.GaussianBlur(frame.astype(np.float32), (0, 0), BLEED_SIGMA)
        colours = flow[..., :3] * (OPAQUE / np.maximum(flow[..., 3:], 1.0))
        result[clear, :3] = np.clip(colours[clear], 0, OPAQUE).astype(np.uint8)
    return result


def over(frame: Frame, colour: tuple[int, int, int]) -> Frame:
    """A frame [h, w, 3 or 4], premultiplied, over a colour: [h, w, 3]."""
    if frame.shape[2] == 3:
        return frame
    if is_opaque(frame):
        return np.ascontiguousarray(frame[..., :3])
    clear = (OPAQUE - frame[..., 3:].astype(np.uint16)) * np.array(colour, np.uint16)
    return np.minimum(frame[..., :3] + ((clear + 127) // OPAQUE), OPAQUE).astype(np.uint8)
