"""The gallery's paper: labelled cells in strips, strips on pages, and the checkerboard behind what is transparent."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Labelled = tuple[str, Picture]

CAPTION = 18
"""Height of the line of text above a cell, px."""
PAPER, INK = (24, 25, 28), (232, 232, 236)
CHECKS = ((210, 60, 200), (90, 220, 90))
"""Colours that no portrait has, so that a wrong matte shows."""
CHECK = 16
"""Side of one square of the checkerboard, px of the frame."""


def over(frame: Picture) -> Picture:
    """A premultiplied RGBA frame [H, W, 4] over a checkerboard: [H, W, 3]. An opaque frame stays as it is."""
    alpha = frame[..., 3:].astype(np.uint16)
    if alpha.min() == 255:
        return np.ascontiguousarray(frame[..., :3])
    down, across = np.indices(frame.shape[:2]) // CHECK
    board = np.array(CHECKS, np.uint16)[(down + across) % 2]
    return np.asarray(np.minimum(frame[..., :3] + (board * (255 - alpha) + 127) // 255, 255), np.uint8)


def strip(cells: Sequence[Labelled]) -> Picture:
    """Cells of one size side by side, each under its name."""
    tall = []
    for name, cell in cells:
        caption = np.full((CAPTION, cell.shape[1], 3), PAPER, np.uint8)
        size = min(0.44, 0.9 * cell.shape[1] / (8 * max(len(name), 1)))
        cv2.putText(caption, name, (4, CAPTION - 5), cv2.FONT_HERSHEY_SIMPLEX, size, INK, 1, cv2.LINE_AA)
        tall.append(np.vstack([caption, cell]))
    return np.hstack(tall)


def page(strips: Sequence[Picture]) -> Picture:
    """Strips one below the other, the shorter ones filled up with paper."""
    width = max(each.shape[1] for each in strips)
    filled = []
    for each in strips:
        rest = np.full((each.shape[0], width - each.shape[1], 3), PAPER, np.uint8)
        filled.append(np.hstack([each, rest]))
    return np.vstack(filled)
