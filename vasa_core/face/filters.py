"""Small operations on layers that enrolling needs: the guided filter and the spreading of colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]
Mask = NDArray[np.bool_]


def as_layer(values: NDArray) -> Layer:
    """What OpenCV or numpy gave, as float32."""
    return np.asarray(values, np.float32)


def guided_filter(guide: Layer, layer: Layer, radius: int, epsilon: float) -> Layer:
    """Smooth `layer` along the edges of a colour picture (He, Sun and Tang 2013).

    Parameters
    ----------
    guide : [H, W, 3] in [0, 1]
    layer : [H, W]
    radius : px; windows are squares of 2 * radius + 1
    epsilon : variance of colours below which a window counts as flat
    """
    window = (2 * radius + 1,) * 2

    def mean(values: NDArray) -> Layer:
        return np.asarray(cv2.boxFilter(values, -1, window, borderType=cv2.BORDER_REFLECT), np.float32)

    red, green, blue = cv2.split(guide - guide.mean((0, 1)))  # centred, so that float32 keeps small variances
    means = [mean(channel) for channel in (red, green, blue)]
    middle = mean(layer)
    with_layer = [mean(channel * layer) - m * middle for channel, m in zip((red, green, blue), means, strict=True)]
    rr, gg, bb = (mean(c * c) - m * m + epsilon for c, m in zip((red, green, blue), means, strict=True))
    rg = mean(red * green) - means[0] * means[1]
    rb = mean(red * blue) - means[0] * means[2]
    gb = mean(green * blue) - means[1] * means[2]
    # The inverse of the symmetric 3x3 covariance by its cofactors.
    c00, c01, c02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * c00 + rg * c01 + rb * c02
    x, y, z = with_layer
    slopes = [
        (c00 * x + c01 * y + c02 * z) / determinant,
        (c01 * x + c11 * y + c12 * z) / determinant,
        (c02 * x + c12 * y + c22 * z) / determinant,
    ]
    offset = middle - sum(slope * m for slope, m in zip(slopes, means, strict=True))
    found = sum(mean(slope) * channel for slope, channel in zip(slopes, (red, green, blue), strict=True)) + mean(offset)
    return np.asarray(found, np.float32)


def flow_colours(values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Push-pull: fill unknown pixels from coarser and coarser means of the known ones (Gortler et al. 1996)."""
    weight = known.astype(np.float32)
    if min(known.shape) <= 2 or known.all():
        mean = (values * weight[..., None]).sum((0, 1)) / max(float(weight.sum()), 1e-6)
        return np.where(known[..., None], values, mean.astype(np.float32))
    half = ((known.shape[1] + 1) // 2, (known.shape[0] + 1) // 2)
    small_weight = np.asarray(cv2.resize(weight, half, interpolation=cv2.INTER_AREA))
    small = np.asarray(cv2.resize(values * weight[..., None], half, interpolation=cv2.INTER_AREA), np.float32)
    mean = np.asarray(small / np.maximum(small_weight, 1e-6)[..., None], np.float32)
    coarse = flow_colours(mean, small_weight > 0)
    fine = cv2.resize(coarse, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None], values, np.asarray(fine, np.float32))


def depth_inside(mask: Mask) -> Layer:
    """[H, W] px from each pixel of the mask to the nearest that is not of it."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
