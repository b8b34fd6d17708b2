"""What sits on a head and is no background: a crown, a hat, a helmet's crest that the person mask leaves out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.filters import Layer, Mask, flow_colours

ROOM = 0.15
"""Headgear may stick out by this share of the head's width on each side."""
BESIDE = 0.3
"""From this share of the head's width beyond it on, the picture shows background only."""
SHARPER = 2.5
"""Headgear is at least so many times as sharp as nearly all of the background beside it, where colours are alike."""
RARE = 1e-3
"""A colour is not the background's if at most this share of the background beside the head has it."""
DIFFERENT = 24
"""Levels by which it must differ besides from what the background beside the head would go on as."""
NEARLY_ALL = 95
"""Percentile of the background's sharpness that counts as its most."""
TOUCHES = 0.5
"""Share of the head's upper edge that must be touched: birds and towers behind a head are no hats."""
BAND = 0.12
"""Height of what is looked at right above the head, as a share of its width."""
BELOW = 0.08
"""Headgear reaches down beside the top of the head by at most this share of the head's width."""
CLOSE = 0.09
"""Gaps in headgear up to this share of the head's width belong to it."""
FINE, COARSE = 0.8, 2.0
"""Width, px (sigma), over which sharpness is taken for an outline, and for what lies around a place."""
OUTLINE, LEAST_OUTLINE = 4.0, 6.0
"""The outline is so many times as sharp as nearly all of the background beside it, and at least so, levels per px."""
JOINT = 5
"""Gaps in the outline are closed up to this width, px."""
ENCLOSED = 0.45
"""Least share of the rough headgear that its outline encloses where the outline is trusted."""
LEAST_BACKGROUND = 0.02
"""Share of the picture beside the head that must be seen to know the background."""


def find_headgear(picture: NDArray[np.uint8], own: Mask, level: float, colours: NDArray[np.intp]) -> Mask:
    """[S, S] headgear on top of a head.

    Parameters
    ----------
    picture : [S, S, 3] RGB
    own : [S, S] the person as far as known
    level : px of the eyes from the top
    colours : [S, S] number of each pixel's colour in a coarse palette
    """
    none = np.zeros(own.shape, np.bool_)
    rows = np.arange(own.shape[0])[:, None]
    head = own & (rows < level)
    columns = np.flatnonzero(head.any(0))
    if not len(columns):
        return none
    left, right = int(columns[0]), int(columns[-1]) + 1
    width = right - left
    x = np.arange(own.shape[1])
    beside = np.broadcast_to((x < left - BESIDE * width) | (x >= right + BESIDE * width), own.shape)
    beside = beside & (rows < level) & ~own
    if beside.mean() < LEAST_BACKGROUND:
        return none
    seen = np.bincount(colours[beside], minlength=int(colours.max()) + 1)
    rare = seen[colours] <= RARE * beside.sum()
    expected = flow_colours(picture.astype(np.float32), beside)
    foreign = rare & (np.abs(picture - expected).max(-1) > DIFFERENT)
    sharpness = _sharpness(picture)
    foreign |= sharpness > SHARPER * max(float(np.percentile(sharpness[beside], NEARLY_ALL)), 1.0)
    top = np.where(head.any(0), head.argmax(0), own.shape[0])
    level_top = float(np.median(top[left + width // 4 : right - width // 4]))
    above = (rows < top[None]) & (rows < level_top + BELOW * width)
    near = (x >= left - ROOM * width) & (x < right + ROOM * width)
    found = foreign & above & near & (rows < level)
    size = max(round(CLOSE * width), 3) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    padded = np.pad((found | head).astype(np.uint8), size, mode="edge")
    solid = cv2.morphologyEx(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc), cv2.MORPH_OPEN, disc)
    solid = (solid[size:-size, size:-size] > 0) & above
    _, pieces = cv2.connectedComponents((solid | head).astype(np.uint8))
    joined = solid & (pieces == np.bincount(pieces[head]).argmax())
    if not _touches(joined, top, left, right, width):
        return none
    return _outlined(picture, joined, own, beside)


def _outlined(picture: NDArray[np.uint8], rough: Mask, own: Mask, beside: Mask) -> Mask:
    """[S, S] the headgear within its `rough` outline, without the gaps between a crown's points.

    Its sharp edges and what they enclose together with the head; all of `rough` where they enclose too little.
    """
    sharpness = _sharpness(picture, FINE)
    least = max(OUTLINE * float(np.percentile(sharpness[beside], NEARLY_ALL)), LEAST_OUTLINE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (JOINT, JOINT))
    lines = ((rough & (sharpness > least)) | own).astype(np.uint8)
    lines = np.asarray(cv2.morphologyEx(np.pad(lines, JOINT, mode="edge"), cv2.MORPH_CLOSE, disc), np.uint8)
    lines = lines[JOINT:-JOINT, JOINT:-JOINT]
    outside = np.pad(1 - lines, ((1, 0), (1, 1)), constant_values=1).astype(np.uint8)
    _, pieces = cv2.connectedComponents(outside, connectivity=4)
    enclosed = (pieces != pieces[0, 0])[1:, 1:-1]
    thick = np.asarray(cv2.morphologyEx(enclosed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    _, pieces = cv2.connectedComponents(((thick > 0) | own).astype(np.uint8))
    found = rough & (pieces == np.bincount(pieces[own]).argmax())
    return np.asarray(found if found.sum() > ENCLOSED * rough.sum() else rough, np.bool_)


def _sharpness(picture: NDArray[np.uint8], width: float = COARSE) -> Layer:
    """[S, S] strength of edges around each pixel, levels per px."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    edges = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    return np.asarray(cv2.GaussianBlur(edges, (0, 0), width), np.float32)


def _touches(found: Mask, top: NDArray[np.intp], left: int, right: int, width: int) -> bool:
    """Whether headgear lies on most of the head's upper edge, in the middle half of it."""
    middle = range(left + width // 4, right - width // 4)
    band = max(round(BAND * width), 2)
    covered = [found[top[x] - band : top[x], x].mean() > 0.5 for x in middle if top[x] > band]
    return bool(covered) and float(np.mean(covered)) > TOUCHES
