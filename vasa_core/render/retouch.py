"""Lips without teeth: what the lips of a portrait with an open mouth look like where teeth and shadow touch them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import blur, distance_to, grey, grow, polygon, spread
from vasa_core.render.raster import opaque, pack
from vasa_core.render.sheet import Sheet

RIM = 0.012
"""Inter-ocular distances around an open mouth whose pixels mix lips with teeth: replaced by lip colour."""
CORNER = 0.075
"""Inter-ocular distances around the corners in which the mouth's dark is taken off the skin."""
CORNER_DARK = 0.72
"""Share of the surroundings' brightness below which a pixel near a corner is the mouth's dark."""
LIP_SPREAD = 0.012
"""Inter-ocular distances: softness of the lip colour that replaces the mouth's inside."""
SEAM_SHADE = 0.4
"""Darkening right at the inner edge of the lips, where they turn away from the light."""
CORNER_SEAM = 0.3
"""Share of that darkening left at the corners: lips that close run out there."""
SEAM_WIDTH = 0.008
"""Inter-ocular distances over which that darkening fades."""
SEAM_TINT = (0.85, 1.05, 1.05)
"""Darkening per channel: shadows between lips are red."""
UNCHANGED = 0.5
"""Levels: pixels that differ by no more keep the person's own colours and opacity."""
FINE = 4
"""Distances from the lips are found on a grid so many times finer."""
ROOM = 0.2
"""Inter-ocular distances around the mouth that the layers cover."""


def clear_lips(sheet: Sheet, image: NDArray[np.uint8], outline: NDArray, unit: float) -> None:
    """Take the inside of an open mouth off the face texture of `sheet`: only lips stay.

    Parameters: `image` [H, W, 3] the portrait; `outline` [n, 2] px of the mouth's hole; `unit` inter-ocular px.
    """
    low = np.maximum(np.floor(outline.min(0) - ROOM * unit), 0).astype(int)
    high = np.minimum(np.ceil(outline.max(0) + ROOM * unit), image.shape[1::-1]).astype(int)
    box = image[low[1] : high[1], low[0] : high[0]]
    lips = _without_mouth(box, (outline - low).astype(np.float32), unit)
    margin = sheet.margin
    view = sheet.texture[low[1] + margin : high[1] + margin, low[0] + margin : high[0] + margin]
    changed = np.abs(lips - box).max(-1) > UNCHANGED
    view[changed] = pack(opaque(lips.round().astype(np.uint8)))[changed]


def _without_mouth(box: NDArray[np.uint8], outline: NDArray[np.float32], unit: float) -> NDArray[np.float32]:
    away = _distance(outline, box.shape)
    hidden = away < max(RIM * unit, 1.0)
    light = grey(box, 0.5)
    around = spread(light[..., None], ~hidden, CORNER * unit)[..., 0]
    rows, columns = np.mgrid[: box.shape[0], : box.shape[1]]
    inwards = np.ones(box.shape[:2])
    for corner in (outline[outline[:, 0].argmin()], outline[outline[:, 0].argmax()]):
        distance = np.hypot(columns + 0.5 - corner[0], rows + 0.5 - corner[1])
        inwards *= 1 - (1 - CORNER_SEAM) * np.exp(-((distance / (CORNER * unit)) ** 2))
        near = distance < CORNER * unit
        hidden |= grow(near & (light < CORNER_DARK * around), 1)
    soft = np.maximum(blur(hidden, 1.0), np.clip(RIM * unit + 1.0 - away, 0, 1))[..., None]
    lips = box + (spread(box, ~hidden, LIP_SPREAD * unit) - box) * soft
    shade = SEAM_SHADE * inwards * np.exp(-(np.maximum(away, 0) / (SEAM_WIDTH * unit)))
    return (lips * (1 - shade[..., None] * np.array(SEAM_TINT))).astype(np.float32)


def _distance(outline: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """[h, w] px from an outline [n, 2], smooth below a pixel; negative inside."""
    height, width = shape[:2]
    inside = polygon(outline * FINE, (height * FINE, width * FINE)) > 0.5
    fine = np.where(inside, 0.5 - distance_to(~inside), distance_to(inside) - 0.5) / FINE
    return np.asarray(cv2.resize(fine.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA), np.float32)
