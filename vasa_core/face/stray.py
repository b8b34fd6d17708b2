"""Stray hair that the matte left out: thin strands far from the head that still colour the background."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.filters import Layer, flow_colours

REACH = 30.0
"""Strays are looked for up to so many px of a frame of 512 from the person."""
FADE = 12.0
"""Over so many px before that reach they fade."""
SHARE = (0.08, 0.2)
"""Share of the way from background to person at which a strand begins to count, and counts fully."""
STEP = 14.0
"""A strand differs from the background by this much, of 255, or by 1.5 times what the background itself varies."""
PLAIN, BRIGHT = 7.5, 100.0
"""Nearly all of a background varies by no more than the first, of 255, where strands can be told from it; of one darker
than the second by accordingly less. Elsewhere the matte stays as it is."""
APART = 90.0
"""Person and background that differ by less, of 255, cannot be told apart in a strand."""
MOST = 0.9
"""Largest opacity of a strand: what is denser the matte has found already."""
CLEAR, COVERED = 4, 250
"""Opacities, of 255, of pixels that show nothing of the person, and the person alone."""
SMALLER = 4
"""The smooth colours of both are found on a picture so many times smaller."""


def add_strays(picture: NDArray[np.uint8], matte: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The matte [P, P] of `picture` [P, P, 3] with strands that lie outside of it; `size`: side of the frame, px."""
    unit = size / 512
    away = np.asarray(cv2.distanceTransform((matte <= CLEAR).astype(np.uint8), cv2.DIST_L2, 5))
    far = away > REACH * unit
    covered = matte >= COVERED
    if far.mean() < 0.02 or not covered.any():
        return matte
    seen = picture.astype(np.float32)
    behind, person = _spread(seen, far), _spread(seen, covered)
    way = person - behind
    length = (way**2).sum(-1)
    lean = ((seen - behind) * way).sum(-1) / np.maximum(length, APART**2)
    step = np.abs(seen - behind).max(-1)
    usual, most = np.percentile(step[far], [90, 98])
    if most > PLAIN * min(1.0, float(behind.mean()) / BRIGHT):
        return matte
    least = max(STEP, 1.5 * float(usual))
    stray = np.clip((lean - SHARE[0]) / (SHARE[1] - SHARE[0]), 0, 1) * np.clip((step - least) / least + 1, 0, 1)
    near = np.clip((REACH * unit - away) / (FADE * unit), 0, 1)
    share = cv2.GaussianBlur(np.clip(lean, 0, MOST) * stray * near, (0, 0), 0.6 * unit)
    return np.maximum(matte, np.clip(255 * share, 0, 255).round().astype(np.uint8))


def _spread(seen: Layer, known: NDArray[np.bool_]) -> Layer:
    """[P, P, 3] the colours of the known pixels, smooth, spread over all."""
    small = (seen.shape[1] // SMALLER, seen.shape[0] // SMALLER)
    part = cv2.resize(known.astype(np.float32), small, interpolation=cv2.INTER_AREA) > 0.99
    flowed = flow_colours(np.asarray(cv2.resize(seen, small, interpolation=cv2.INTER_AREA), np.float32), part)
    return np.asarray(cv2.resize(cv2.GaussianBlur(flowed, (0, 0), 3), seen.shape[1::-1]), np.float32)
