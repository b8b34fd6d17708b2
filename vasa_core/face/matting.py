"""From a rough mask of the person to a matte that is soft at hair, and the person's own colours under it."""

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]

EPSILON = 1e-4
"""Regularisation of the guided filter: variance of colours in [0, 1] below which a window counts as flat."""


def guided_filter(guide: Layer, layer: Layer, radius: int, epsilon: float = EPSILON) -> Layer:
    """Smooth `layer` along the edges of a colour picture (He, Sun and Tang 2013).

    Parameters
    ----------
    guide : [H, W, 3] in [0, 1]
    layer : [H, W]
    radius : px; windows are squares of 2 * radius + 1
    epsilon : variance below which a window counts as flat
    """

    def mean(values: NDArray) -> NDArray[np.float64]:
        side = (2 * radius + 1,) * 2
        return np.asarray(cv2.boxFilter(values.astype(np.float64), -1, side, borderType=cv2.BORDER_REFLECT))

    centre = mean(guide)
    middle = mean(layer)
    tilt = mean(guide * layer[..., None]) - centre * middle[..., None]
    pairs = mean((guide[..., :, None] * guide[..., None, :]).reshape(*layer.shape, 9)[..., [0, 1, 2]])
    more = mean(guide[..., 1:2] * guide[..., 1:])
    last = mean(guide[..., 2] ** 2)
    covariance = np.empty((*layer.shape, 3, 3))
    covariance[..., 0, :] = pairs
    covariance[..., 1, 1:] = more
    covariance[..., 2, 2] = last
    covariance[..., 1, 0], covariance[..., 2, 0] = pairs[..., 1], pairs[..., 2]
    covariance[..., 2, 1] = more[..., 1]
    covariance -= centre[..., :, None] * centre[..., None, :]
    slope = np.linalg.solve(covariance + epsilon * np.eye(3), tilt[..., None])[..., 0]
    offset = middle - (slope * centre).sum(-1)
    found = (mean(slope) * guide).sum(-1) + mean(offset)
    return found.astype(np.float32)


def foreground(
    picture: NDArray[np.uint8], matte: NDArray[np.uint8], background: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The person's own colours [P, P, 3], without what shines through from behind.

    `matte / 255 * foreground + (1 - matte / 255) * background` is the picture, as far as colours in [0, 255] allow.

    Parameters
    ----------
    picture, background : [P, P, 3] RGB
    matte : [P, P], 255 is person
    """
    share = matte.astype(np.float32)[..., None] / 255
    seen, behind = picture.astype(np.float32), background.astype(np.float32)
    sure = matte >= 250
    if not sure.any():
        return picture.copy()
    from vasa_core.face.crop import flow_colours

    inner = flow_colours(seen, sure)
    own = (seen - (1 - share) * behind) / np.maximum(share, 0.05)
    trust = np.clip((share - 0.3) / 0.5, 0, 1)
    mixed = inner + trust * (np.clip(own, 0, 255) - inner)
    return np.where(sure[..., None], picture, np.clip(mixed, 0, 255).round().astype(np.uint8))
