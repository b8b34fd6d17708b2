"""Structural similarity of two pictures (Wang, Bovik, Sheikh and Simoncelli 2004)."""

import cv2
import numpy as np
from numpy.typing import NDArray

WINDOW, SIGMA = 11, 1.5
"""Side and standard deviation of the Gaussian window, px."""
K1, K2 = 0.01, 0.03
RANGE = 255.0


def ssim(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Mean similarity, 1 for equal pictures, of two pictures [h, w, 3] RGB or [h, w] by their luminance.

    Windows that reach beyond the border are left out.
    """
    a, b = _luminance(first), _luminance(second)
    mean_a, mean_b = _mean(a), _mean(b)
    variance_a, variance_b = _mean(a * a) - mean_a**2, _mean(b * b) - mean_b**2
    covariance = _mean(a * b) - mean_a * mean_b
    c1, c2 = (K1 * RANGE) ** 2, (K2 * RANGE) ** 2
    same = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    whole = (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    rim = WINDOW // 2
    return float((same / whole)[rim:-rim, rim:-rim].mean())


def _luminance(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float64)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(values, (WINDOW, WINDOW), SIGMA), np.float64)
