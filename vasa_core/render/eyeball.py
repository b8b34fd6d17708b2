"""The eyeball's layers, taken from the portrait once: white, iris, catch-light, and the shade that lids cast on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from vasa_core.render.drawneye import DrawnEye
from vasa_core.render.eyechart import COLUMNS, EyeChart
from vasa_core.render.iris import LIKE_THE_OTHER, SIZES, find_glints, find_iris, paint_glints, whole_iris
from vasa_core.render.layers import distance_to, grow, spread

BALL_RADIUS = 12.0 / 88.0
"""Inter-ocular distances: 12 mm (Gray's Anatomy) with outer eye corners 88 mm apart."""
BALL_DEPTH = 0.085
"""Inter-ocular distances of the ball's centre behind the line through the corners."""
LEAST_RADII = (1.9, 0.5)
"""The ball of a drawn eye is at least so many radii of its iris, and so much of the eye's width, large."""
IRIS_EDGES = [(inner, outer) for outer in (1.06, 1.1, 1.15, 1.22, 1.3) for inner in (0.8, 0.86, 0.92, 0.96)]
"""The iris's opacity falls from 1 to 0 between two radii: those of these are taken that explain the portrait best."""
USUAL_EDGE = (0.92, 1.1)
EDGE_SHOWS = 12
"""So many pixels of an iris's edge must show for that."""
SHADE_SAMPLES = 32
SHADE_REACH = 0.08
"""Shade by a lid is a table of SHADE_SAMPLES over this distance from its edge, inter-ocular distances."""
LEAST_SHADE = ((0.42, 0.013), (0.12, 0.012))
"""Shade that upper and lower lids cast at least: depth at the edge, fading length in inter-ocular distances. A lash
line shows even where the portrait's is faint."""
AT_CORNERS = 0.35
"""Share of the lids' shade that is left at the corners, where both lids are near."""
DARKEST_SHADE = 0.1
BRIGHT_ENOUGH = 0.82
"""White counts as such if it is this bright against the brighter part on its side of the iris."""
MOST_TINT = 0.12
"""White counts as such if no channel's share of its brightness differs more from the usual one."""
CORNER_DARK = 0.25
"""White is darker at the corners than in the middle by this share: the ball turns away there."""
SKIN_BELOW = (0.03, 0.11)
"""Inter-ocular distances below the lower lid: skin that shows how the light falls off along the eye."""
LIT_RANGE = (0.5, 1.35)
"""Bounds of that."""
PALER = 0.1
"""White is that much nearer to grey than the slivers of it that a portrait shows: skin shines into those."""
LASH_DEPTH = 0.85
"""Lashes are this much of the darkest colour that is seen along the lids."""


@dataclass
class Eyeball:
    """Layers [h, w, ...] float32 in px of the portrait, 0 to 255, and the ball they lie on."""

    white: NDArray[np.float32]
    """[h, w, 3] without the shade of the lids."""
    iris: NDArray[np.float32]
    """[h, w, 4] complete, without shade and catch-light; the last channel is its opacity, 0 to 255."""
    glint: NDArray[np.float32]
    """[h, w, 4] the catch-lights; the last channel is their opacity, 0 to 255."""
    residue: NDArray[np.float32]
    """[h, w, 3] portrait minus all that; 0 away from the opening."""
    shade: NDArray[np.float64]
    """[2, SHADE_SAMPLES] light left at a distance from the upper and lower lid."""
    lash: NDArray[np.float64]
    """[3] colour of the lashes: what the shade of the lids darkens towards."""
    iris_centre: NDArray[np.float64]
    """[2] px of the patch."""
    iris_radius: float
    iris_height: float
    """Height of the iris against its width."""
    step: float
    """Grey levels from the iris to the white around it: an eye that is hidden has none."""
    centre: NDArray[np.float64]
    """[2] px of the patch: the ball's centre."""
    radius: float
    """px of the ball."""


def make_eyeball(
    patch: NDArray[np.uint8],
    opening: NDArray[np.float32],
    ring: NDArray[np.float64],
    chart: EyeChart,
    origin: NDArray[np.float64],
    axes: NDArray[np.float64],
    drawn: DrawnEye | None,
    px: float,
    other: float | None = None,
) -> Eyeball:
    """Separate an eye.

    Parameters: `patch` [h, w, 3]; `opening` [h, w] share of each pixel inside the lids; `ring` [5, 2] tracked iris,
    centre first, px of the patch; `origin` [2] px of the portrait where the patch begins; `axes` [3, 3] canonical
    displacement to px; `drawn` the eye if it is a drawing's; `px` size of the picture against 512;
    `other` radius px of the other eye's iris, if this one's is to be alike.
    """
    unit = float(np.linalg.norm(axes[:, 0]))
    colours = patch.astype(np.float32)
    rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float64) + 0.5
    place = chart.place(np.stack([columns, rows], -1) + origin)
    below = place[..., 1] - chart.at(chart.upper, place[..., 0])
    above = chart.at(chart.lower, place[..., 0]) - place[..., 1]

    if drawn is None:
        tracked = float(np.linalg.norm(ring[1:] - ring[0], axis=1).mean())
        sizes = SIZES if other is None else LIKE_THE_OTHER
        centre, radius, step = find_iris(patch, ring[0], other or tracked, opening, px, sizes)
        tall = 1.0
    else:
        centre, radius = drawn.centre - origin, float(drawn.radii[0])
        tall, step = float(drawn.radii[1]) / radius, np.inf
    distance = np.hypot(columns - centre[0], (rows - centre[1]) / tall).astype(np.float32)
    inner = np.asarray((below > 0.8 * px) & (above > 0.8 * px) & (opening > 0.99), np.bool_)
    corners = chart.corners - origin
    width = float(np.linalg.norm(corners[1] - corners[0]))
    lit = _lit(colours, chart, place, unit)
    white = _white(
        colours / lit,
        inner,
        below / unit,
        above / unit,
        columns,
        centre,
        distance,
        radius,
        unit,
        px,
    )
    white *= lit
    aside = 2 * np.hypot(columns - corners[:, 0].mean(), rows - corners[:, 1].mean()) / width
    corner_dark = CORNER_DARK if drawn is None else 0.0
    white *= (1 - corner_dark * np.clip(aside, 0, 1.2)[..., None] ** 2).astype(np.float32)
    glints = find_glints(colours, inner, distance, radius, px)
    clear = inner & (below > min(0.02 * unit, 0.25 * radius)) & ~grow(glints, max(round(1.2 * px), 1))
    bare = whole_iris(colours, clear, distance, radius, px)
    beside = inner & (below > 0.018 * unit) & (above > 0.008 * unit) & ~glints
    opacity = np.rint(_iris_opacity(colours, white, bare, distance / radius, beside) * 255) / 255
    layered = white + (bare - white) * opacity
    lash = _lash_colour(colours, np.abs(below) / unit, (opening > 0) & (distance > 1.08 * radius))
    shade = _shades(
        (colours - lash).astype(np.float32),
        (layered - lash).astype(np.float32),
        opening,
        below / unit,
        above / unit,
        glints,
        drawn is None,
    )
    table = np.arange(SHADE_SAMPLES) / (SHADE_SAMPLES - 1) * SHADE_REACH
    cast = np.interp(below / unit, table, shade[0]) * np.interp(above / unit, table, shade[1])
    cast = 1 - (1 - cast) * (AT_CORNERS + (1 - AT_CORNERS) * chart.at(chart.inside, place[..., 0]))
    glint = paint_glints(colours, lash + (layered - lash) * cast[..., None], glints, px)
    white, bare = np.rint(white), np.rint(bare)
    model = lash + (white + (bare - white) * opacity - lash) * cast[..., None]
    model += (glint[..., :3] - model) * glint[..., 3:] / 255 * opacity**2
    reach = np.clip(2 - _outside(below, above, opening), 0, 1)[..., None]
    ball = corners.mean(0) + axes[:2, 2] * BALL_DEPTH
    ball_radius = max(BALL_RADIUS * unit, LEAST_RADII[0] * radius * max(1.0, tall), LEAST_RADII[1] * width)
    return Eyeball(
        white=white.astype(np.float32),
        iris=np.concatenate([bare, opacity * 255], -1).astype(np.float32),
        glint=glint.astype(np.float32),
        residue=((colours - model) * reach).astype(np.float32),
        shade=shade,
        lash=lash,
        iris_centre=centre,
        iris_radius=radius,
        iris_height=tall,
        step=step,
        centre=ball,
        radius=ball_radius,
    )


def _iris_opacity(
    colours: NDArray[np.float32],
    white: NDArray[np.float32],
    bare: NDArray[np.float32],
    distance: NDArray[np.float32],
    clear: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """[h, w, 1] how far the iris covers the white: `distance` [h, w] in radii, `clear` [h, w] what shows unshaded."""
    ring = clear & (distance > 0.75) & (distance < 1.4)
    best, least = USUAL_EDGE, np.inf
    for inner, outer in IRIS_EDGES if ring.sum() >= EDGE_SHOWS else ():
        opacity = np.clip((outer - distance[ring]) / (outer - inner), 0, 1)[:, None]
        error = float(np.abs(colours[ring] - white[ring] - (bare[ring] - white[ring]) * opacity).mean())
        if error < least:
            best, least = (inner, outer), error
    return np.asarray(np.clip((best[1] - distance) / (best[1] - best[0]), 0, 1)[..., None], np.float32)


def _lash_colour(colours: NDArray[np.float32], from_edge: NDArray, beside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """[3] the darkest colour along the lid, `beside` the iris."""
    near = (from_edge < 0.015) & beside
    if near.sum() < 8:
        near = from_edge < 0.03
    light = colours.sum(-1)
    dark = near & (light <= np.percentile(light[near], 12)) if near.any() else light <= light.min()
    return np.asarray(LASH_DEPTH * np.median(colours[dark], axis=0), np.float64)


def _outside(below: NDArray, above: NDArray, opening: NDArray) -> NDArray:
    """px outside the opening."""
    return np.where(opening > 0.5, 0, np.maximum(0, np.maximum(-below, -above)))


def _lit(colours: NDArray[np.float32], chart: EyeChart, place: NDArray[np.float64], unit: float) -> NDArray[np.float32]:
    """[h, w, 1] how bright the light is along the eye, as the skin below it shows: 1 on average."""
    light = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    beneath = place[..., 1] - chart.at(chart.lower, place[..., 0])
    strip = (beneath > SKIN_BELOW[0] * unit) & (beneath < SKIN_BELOW[1] * unit)
    share = np.zeros(COLUMNS)
    for k in range(COLUMNS):
        near = strip & (np.abs(place[..., 0] - k) < 0.08 * COLUMNS)
        share[k] = np.median(light[near]) if near.any() else np.nan
    known = np.isfinite(share)
    if not known.any() or np.nanmean(share) < 1:
        return np.ones((*light.shape, 1), np.float32)
    share = np.interp(np.arange(COLUMNS), np.flatnonzero(known), share[known])
    share = gaussian_filter1d(share / share.mean(), 0.1 * COLUMNS, mode="nearest")
    return chart.at(np.clip(share, *LIT_RANGE), place[..., 0]).astype(np.float32)[..., None]


def _white(
    colours: NDArray[np.float32],
    inner: NDArray[np.bool_],
    below: NDArray,
    above: NDArray,
    columns: NDArray,
    centre: NDArray[np.float64],
    distance: NDArray[np.float32],
    radius: float,
    unit: float,
    px: float,
) -> NDArray[np.float32]:
    """The white of the eye, as if the iris and the lids' shade were away."""
    light = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    known = np.zeros(inner.shape, np.bool_)
    for clear_above, clear_below, margin in (
        (0.03, 0.012, 3.0),
        (0.018, 0.008, 1.6),
        (0.008, 0.004, 0.5),
    ):
        seen = inner & (below > clear_above) & (above > clear_below) & (distance > 1.08 * radius + margin * px)
        known = np.zeros(inner.shape, np.bool_)
        for side in (columns < centre[0], columns >= centre[0]):
            part = seen & side
            if part.sum() >= 4 * px * px:
                known |= part & (light > BRIGHT_ENOUGH * np.percentile(light[part], 80))
        if known.sum() >= 10 * px * px:
            break
    if known.sum() < 4:
        near = inner if inner.sum() > 6 else np.ones(inner.shape, np.bool_)
        flat = np.percentile(colours[near], 85, axis=0)
        return np.broadcast_to(flat, colours.shape).astype(np.float32).copy()
    usual = np.median(colours[known & (light >= np.percentile(light[known], 50))], axis=0)
    tint = np.abs((colours / np.maximum(light, 1)[..., None]) - usual / (usual @ [0.299, 0.587, 0.114])).max(-1)
    pure = known & (tint < MOST_TINT)
    known = pure if pure.sum() >= 4 else known
    filled = spread(colours, known, 0.045 * unit)
    # Far from all white that shows, under lids and at the corners, colour comes from the whole of it.
    away = np.clip(distance_to(known) / (0.12 * unit) - 0.3, 0, 1)[..., None]
    filled += (usual - filled) * np.maximum(0.85 * away, 0.4)
    grey_level = (filled @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    return np.asarray(np.minimum(filled + (grey_level - filled) * PALER, 255), np.float32)


def _shades(
    colours: NDArray[np.float32],
    layered: NDArray[np.float32],
    opening: NDArray[np.float32],
    below: NDArray,
    above: NDArray,
    glints: NDArray[np.bool_],
    real: bool,
) -> NDArray[np.float64]:
    """[2, SHADE_SAMPLES] how much darker than its layers the portrait's eye is near its lids."""
    places = np.arange(SHADE_SAMPLES) / (SHADE_SAMPLES - 1) * SHADE_REACH
    ratio = colours.sum(-1) / np.maximum(layered.sum(-1), 12)
    tables = []
    for away, other, (depth, length) in (
        (below, above, LEAST_SHADE[0]),
        (above, below, LEAST_SHADE[1]),
    ):
        least = 1 - (depth if real else 0.0) * np.exp(-places / length)
        usable = (opening > 0.9) & (other > 0.25 * (other + away)) & ~glints & (other > 0.012)
        found = np.ones(SHADE_SAMPLES)
        for k, place in enumerate(places):
            near = usable & (np.abs(away - place) < 0.006)
            if near.sum() >= 5:
                found[k] = np.median(ratio[near])
        found = np.maximum.accumulate(np.clip(found, DARKEST_SHADE, 1))
        fade = np.clip(1.6 * (1 - places / SHADE_REACH), 0, 1)
        tables.append(np.minimum(1 - (1 - found) * fade, least))
    return np.stack(tables)
