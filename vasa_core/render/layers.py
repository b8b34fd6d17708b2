"""Small operations on picture layers, typed: masks from outlines, blurring, growing, spreading colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]
Mask = NDArray[np.bool_]

SUBPIXEL_BITS = 4
"""Outlines are filled with this many fractional bits."""


def polygon(outline: NDArray, shape: tuple[int, ...]) -> Layer:
    """[h, w] share in [0, 1] of each pixel of `shape` inside a closed `outline` [n, 2] px."""
    mask = np.zeros(shape[:2], np.uint8)
    points = np.round((np.asarray(outline, np.float64) - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(mask, [np.ascontiguousarray(points)], (255,), cv2.LINE_AA, SUBPIXEL_BITS)
    return mask.astype(np.float32) / np.float32(255)


def blur(layer: NDArray, sigma: float) -> Layer:
    """Gaussian blur of [h, w] or [h, w, c]."""
    result = cv2.GaussianBlur(np.asarray(layer, np.float32), (0, 0), sigma)
    return np.asarray(result, np.float32).reshape(layer.shape)


def grow(mask: NDArray, radius: int) -> Mask:
    """The mask and everything within `radius` px of it."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), _disc(radius))) > 0


def shrink(mask: NDArray, radius: int) -> Mask:
    """What is deeper than `radius` px inside the mask."""
    return np.asarray(cv2.erode(mask.astype(np.uint8), _disc(radius))) > 0


def grey(image: NDArray[np.uint8], sigma: float) -> Layer:
    """[h, w] luminance of an RGB picture, slightly blurred."""
    return blur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), sigma)


def distance_to(mask: NDArray) -> Layer:
    """[h, w] distance in px to the nearest pixel of the mask."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away, np.float32)


def spread(colours: NDArray, known: Mask, softness: float) -> Layer:
    """Spread the known pixels of `colours` [h, w, c] over the others: near ones first, smoothly, `softness` in px."""
    weight = known.astype(np.float32)
    weighted = np.asarray(colours, np.float32) * weight[..., None]
    total = np.zeros(weighted.shape, np.float32)
    norm = np.full(weight.shape, 1e-20, np.float32)
    for scale, share in ((1.0, 1.0), (2.0, 1e-2), (5.0, 1e-4), (14.0, 1e-6)):
        total += np.float32(share) * blur(weighted, softness * scale)
        norm += np.float32(share) * blur(weight, softness * scale)
    return total / norm[..., None]


def _disc(radius: int) -> NDArray[np.uint8]:
    size = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
