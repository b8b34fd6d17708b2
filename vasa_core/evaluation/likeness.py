"""How different two pictures look: the measure behind the golden-picture tests."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

BLUR = 1.0
"""Standard deviation (px) of the blur before the comparison: what is finer, such as the last bit of a rounding or the
blocks of a JPEG, no viewer sees."""
PATCH = 5
"""Side (px) of the patch whose mean difference counts as the largest one: a single px is noise, a patch is a fault."""


@dataclass(frozen=True)
class Difference:
    """Colour differences in CIELAB units (CIE76; about 2.3 is just noticeable, Mahy et al. 1994)."""

    mean: float
    """Over the whole picture."""
    largest: float
    """Of the patch that differs most."""
    place: tuple[int, int]
    """Column and row of that patch, px."""


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Difference:
    """Compare two RGB pictures [H, W, 3] of the same size."""
    apart = np.linalg.norm(_seen(first) - _seen(second), axis=2)
    patches = cv2.blur(apart, (PATCH, PATCH), borderType=cv2.BORDER_REFLECT)
    row, column = np.unravel_index(int(patches.argmax()), patches.shape)
    return Difference(float(apart.mean()), float(patches.max()), (int(column), int(row)))


def _seen(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    lab = cv2.cvtColor(np.asarray(picture, np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), BLUR), np.float32)
