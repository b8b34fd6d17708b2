"""What lies behind the person: the picture with the person taken away and filled in from the surroundings."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.filters import flow_colours

CLEAR = 4
"""Opacity of the person, of 255, up to which a pixel shows nothing of it."""
DISTANCE = 6 / 512
"""Distance from the person from which colours are taken, frames: nearer ones carry a glow of it."""
SOFTNESS = 10 / 512
"""Blur deep inside the filled part, frames (sigma)."""


def fill_background(picture: NDArray[np.uint8], matte: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The background [P, P, 3] of `picture` [P, P, 3] without the person of `matte` [P, P]; `size`: the frame, px."""
    person = (matte > CLEAR).astype(np.uint8)
    away = np.asarray(cv2.distanceTransform(1 - person, cv2.DIST_L2, 5))
    known = away > DISTANCE * size
    if not known.any():
        mean = cv2.GaussianBlur(picture, (0, 0), size / 4)
        return np.asarray(mean, np.uint8)
    flowed = flow_colours(picture.astype(np.float32), known)
    inside = np.asarray(cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5)) / size
    share = np.clip(inside / (3 * SOFTNESS), 0, 1)[..., None]
    filled = flowed + share * (cv2.GaussianBlur(flowed, (0, 0), SOFTNESS * size) - flowed)
    result = np.where(person[..., None] > 0, filled, picture)
    near = np.clip(away / (DISTANCE * size), 0, 1)[..., None]
    result = np.where(person[..., None] > 0, filled, filled + near * (picture - filled))
    return np.clip(result, 0, 255).round().astype(np.uint8)
