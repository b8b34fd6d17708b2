"""Where the portrait's lids end: the upper edge refined to the lash line, so that lashes go with the lid."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import grey
from vasa_core.render.rims import Rim
from vasa_core.render.tracing import cheapest_path, look, offsets

SEARCH = 0.03
"""How far from the landmarks, in inter-ocular distances, the lash line is looked for."""
STIFFNESS = 6.0
"""Cost of bending the lash line, grey levels per px^2."""
PRIOR = 14.0
"""Cost of an offset of SEARCH from the landmarks, grey levels."""
LEAST_LASH, MOST_LASH = 1.3 / 165, 0.035
"""Bounds of the dark lash line's width, inter-ocular distances: all of it belongs to the lid."""
LASH_CONTRAST = 22.0
"""Grey levels by which white shines out below a lash line; along the iris nothing does."""
MOST_OF_OPENING = 0.35
"""The edge goes no further down than this share of the opening: lids must not cross."""
RISE = 0.3
"""A lash line ends where brightness has come back by this share."""
HIGHEST = 0.012
"""Inter-ocular distances by which the edge may lie above the landmarks: thick lashes stay on the lid."""


def settle_lids(
    image: NDArray[np.uint8],
    rest: NDArray[np.float32],
    rim: Rim,
    down: NDArray,
    unit: float,
    px: float,
) -> None:
    """Move the upper lid edge of the mesh, `rest` [V, 3] px, to the lower border of the lashes in place.

    `px` is the size of the picture against 512.
    """
    light = grey(image, 0.7 * px)
    edge = rest[rim.upper, :2]
    steps = offsets(SEARCH * unit)
    near = 1.2 * px
    gain = look(light, edge, down, steps - near) - look(light, edge, down, steps + near)
    cost = PRIOR * (steps / steps[-1]) ** 2 - gain
    border = cheapest_path(cost.astype(np.float32), steps / np.float32(px), STIFFNESS) * np.float32(px)
    moved = np.maximum(
        border + lash_width(light, edge + border[:, None] * down, down, unit, px),
        -HIGHEST * unit,
    )
    opening = (rest[rim.lower, :2] - edge) @ down
    moved = np.minimum(moved, MOST_OF_OPENING * np.maximum(opening, 0))
    ends = np.sin(np.pi * np.linspace(0, 1, len(moved))) ** 0.5
    rim.above.move(rest, (moved * ends)[:, None] * down)


def lash_width(light: NDArray[np.float32], border: NDArray, down: NDArray, unit: float, px: float) -> float:
    """px from the lashes' upper border [n, 2] to their lower one, where white shows below them.

    `light` [H, W] grey levels.
    """
    steps = np.arange(0, 1.8 * MOST_LASH * unit, 0.25 * px).astype(np.float32)
    profile = look(light, border.astype(np.float32), down, steps)[3:-3]
    reach = int(MOST_LASH * unit / (0.25 * px))
    darkest = profile[:, :reach].argmin(1)
    widths = []
    for row, start in zip(profile, darkest, strict=True):
        low, high = row[start], row[start : start + reach].max()
        if high - low > LASH_CONTRAST:
            widths.append(steps[start + int((row[start:] > low + RISE * (high - low)).argmax())])
    least = LEAST_LASH * unit
    if len(widths) < 5:
        return least
    return float(np.clip(np.percentile(widths, 40), least, MOST_LASH * unit))
