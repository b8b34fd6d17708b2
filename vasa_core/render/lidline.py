"""Where the portrait's lids end: the upper edge refined to the lash line, so that lashes go with the lid."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render.drawneye import DrawnEye, find_drawn_eye
from vasa_core.render.layers import blur, grey
from vasa_core.render.rims import Rim
from vasa_core.render.tracing import cheapest_path, look, offsets

SEARCH = 0.03
"""How far from the landmarks, in inter-ocular distances, the lash line is looked for."""
STIFFNESS = 6.0
"""Cost of bending the lash line, grey levels per px^2."""
PRIOR = 14.0
"""Cost of an offset of SEARCH from the landmarks, grey levels."""
LEAST_LASH, MOST_LASH = 1.3 / 165, 0.022
"""Bounds of the dark lash line's width, inter-ocular distances: all of it belongs to the lid."""
LASH_CONTRAST = 22.0
"""Grey levels by which white shines out below a lash line; along the iris nothing does."""
MOST_OF_OPENING = 0.35
"""The edge goes no further down than this share of the opening: lids must not cross."""
LOWER_SEARCH = 0.07
"""How far below the landmarks, in inter-ocular distances, the lower edge of large eyes is looked for."""
LOWER_EDGE = 26.0
"""Grey levels of colour by which the eye ends there."""
CHEEK = 0.12
"""Inter-ocular distances below the lower edge where skin is seen."""
DRAWN_REACH = 0.4
"""Inter-ocular distances around a drawn eye within which skin follows its edges to where they are."""
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
    drawn = find_drawn_eye(image, tracked_outline(rest, rim), unit, px)
    if drawn is not None:
        fit_drawn(rest, rim, drawn, unit)
        return
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
    ends = np.sin(np.pi * np.linspace(0, 1, len(moved))) ** 0.3
    rim.above.move(rest, (moved * ends)[:, None] * down)
    _settle_lower(image, rest, rim, down, unit, px)


def _settle_lower(
    image: NDArray[np.uint8], rest: NDArray[np.float32], rim: Rim, down: NDArray, unit: float, px: float
) -> None:
    """Move the lower lid edge down to where skin begins, if the eye clearly goes on below it."""
    colours = blur(image, 0.7 * px)
    edge = rest[rim.lower, :2]
    cheek = np.array([CHEEK * unit])
    skin = np.stack([look(colours[..., c], edge, down, cheek)[:, 0] for c in range(3)], -1)
    steps = offsets(LOWER_SEARCH * unit)
    steps = steps[steps >= -px]
    above, below = (
        np.linalg.norm(
            np.stack([look(colours[..., c], edge, down, steps + shift) for c in range(3)], -1) - skin[:, None], axis=-1
        )
        / np.sqrt(3)
        for shift in (-1.5 * px, 1.5 * px)
    )
    gain = above - below
    cost = PRIOR * (steps / steps[-1]) ** 2 - gain
    border = cheapest_path(cost.astype(np.float32), steps / np.float32(px), STIFFNESS) * np.float32(px)
    middle = slice(len(border) // 4, -(len(border) // 4))
    nearest = np.abs(steps[None, :] - border[:, None]).argmin(1)
    found = np.take_along_axis(gain, nearest[:, None], 1)[:, 0]
    here = gain[:, int(np.abs(steps).argmin())]
    if np.median(found[middle]) < LOWER_EDGE or np.median((found - here)[middle]) < 0.5 * LOWER_EDGE:
        return
    ends = np.sin(np.pi * np.linspace(0, 1, len(border))) ** 0.5
    rim.below.move(rest, (np.maximum(border, 0) * ends)[:, None] * down)


def tracked_outline(points: NDArray, rim: Rim) -> NDArray[np.float64]:
    """[n, 2] px: the outline of an eye as the tracker's landmarks, the first of `points` [V, 2 or 3], have it."""
    upper, lower = (edge[edge < topology.MESH_POINTS] for edge in (rim.upper, rim.lower))
    return np.concatenate([points[upper, :2], points[lower[::-1], :2]]).astype(np.float64)


def fit_drawn(rest: NDArray[np.float32], rim: Rim, drawn: DrawnEye, unit: float) -> None:
    """Move the edges in the mesh `rest` [V, 3] px to those of a drawn eye, in place; the skin around follows."""
    n = len(rim.upper)
    along = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, n))
    if rest[rim.upper[0], 0] > rest[rim.upper[-1], 0]:
        along = along[::-1]
    ends = drawn.corners
    x = ends[0, 0] + along * (ends[1, 0] - ends[0, 0])
    inner = ((along > 0) & (along < 1)).astype(np.float64)
    chord = ends[0, 1] + along * (ends[1, 1] - ends[0, 1])
    targets = [
        np.stack([x, chord + inner * (np.interp(x, drawn.columns, edge) - chord)], -1)
        for edge in (drawn.top, drawn.bottom)
    ]
    _move_edges(rest, rim, np.concatenate(targets), unit)


def _move_edges(rest: NDArray[np.float32], rim: Rim, targets: NDArray[np.float64], unit: float) -> None:
    """Move the edges, upper first, of the mesh `rest` [V, 3] px to `targets` [2n, 2]; the skin around follows."""
    edges = np.concatenate([rim.upper, rim.lower])
    before = rest[edges, :2].astype(np.float64)
    motion = targets - before
    away = np.linalg.norm(rest[:, None, :2] - before, axis=-1)
    near = away.min(1)
    follow = np.flatnonzero(near < DRAWN_REACH * unit)
    weight = 1 / (away[follow] + 1e-3 * unit) ** 3
    share = np.clip(near[follow] / (DRAWN_REACH * unit), 0, 1)
    carried = (weight @ motion) / weight.sum(1, keepdims=True) * (1 - share * share * (3 - 2 * share))[:, None]
    rest[follow, :2] += carried
    rest[edges, :2] = targets


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
