"""The skin of a closing lid: what comes out from under its crease, made from the skin between lashes and brow."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates

from vasa_core.render.eyechart import COLUMNS, EyeChart
from vasa_core.render.layers import blur, grey

CREASE_SHARE = 0.42
"""Where the crease is expected between lid edge and brow."""
CREASE_BOUNDS = (0.042, 0.11)
"""Bounds of its distance from the lid edge, inter-ocular distances."""
AT_CORNERS = 0.45
"""Share of that distance left at the corners."""
GRAIN_FROM = 0.2
"""Inter-ocular distances below the eye: skin whose grain the lid is given."""
CLEAR_OF_EYE = 0.05
"""Inter-ocular distances below the lower lid from which on that skin is free of lashes."""
GRAIN_FINE = 0.012
"""Inter-ocular distances: coarser structure is no grain."""
LASHES = 0.03
"""Inter-ocular distances above the lid's edge where its colour is that of lashes."""
BAND = (0.02, 0.044)
"""Inter-ocular distances above the lid's edge within which lashes before the iris are drawn like those beside it: all
of the band, and where it ends."""
NATURAL_LINE, MOST_LINE = 0.4, 0.75
"""The edge of a shut lid is at least this dark against the lid; where the portrait's is not, it is darkened by up to
the second share of the way to the colour of the lashes."""
FLAT = 0.35
"""Share of that shading on the lids of drawings."""
REAL_LASHES = 0.018
"""Inter-ocular distances that lashes reach above their edge, in the main."""
LASHES_END = 0.7
"""A drawn lash line ends where brightness has come back by this share."""
MOST_GRAIN = 9.0
"""Grey levels."""
ROUND_LIGHT, ROUND_DARK, CORNER_DARK = 0.04, 0.16, 0.28
"""Lid skin is lighter on the ball's top and darker where it turns under and towards the corners, by these shares."""


def find_crease(
    image: NDArray[np.uint8], chart: EyeChart, brow: float, drawn: bool, unit: float, px: float
) -> tuple[NDArray[np.float32], float]:
    """[COLUMNS] px from the upper lid's edge up to its crease, and px up to where its lashes or drawn line end.

    Parameters: `image` [H, W, 3]; `brow` px from the lid's edge to the lower side of the brow; `drawn` whether the
    lid's edge is a drawn line; `unit` px of the inter-ocular distance; `px` size of the picture against 512. The crease
    is the darkest line along the lid.
    """
    light = grey(image, px)
    low, high = (bound * unit for bound in CREASE_BOUNDS)
    lashes = _line_height(light, chart, high, px) if drawn else REAL_LASHES * unit
    low = max(low, lashes + 1.5 * px)
    expected = float(np.clip(CREASE_SHARE * brow, low, max(high, low)))
    distances = np.arange(low, max(min(high, 0.8 * brow), low + px) + 1e-3, 0.5 * px)
    arch = AT_CORNERS + (1 - AT_CORNERS) * chart.inside
    middle = chart.inside > 0.6
    heights = chart.upper[None, :] - distances[:, None] * arch[None, :]
    rows = _look(light, chart, heights)[:, middle]
    spacing = 2.5 * px
    wings = [_look(light, chart, heights + sign * spacing)[:, middle] for sign in (-1, 1)]
    valley = np.minimum(wings[0], wings[1]).mean(1) - rows.mean(1)
    score = valley - 4.0 * ((distances - expected) / expected) ** 2
    best = float(distances[int(score.argmax())]) if valley.max() > 1.5 else expected
    slope = np.gradient(chart.upper) / float(np.linalg.norm(chart.step))
    return np.maximum(best * arch, np.minimum((lashes + 2 * px) * np.hypot(1, slope), high)).astype(np.float32), lashes


def _line_height(light: NDArray[np.float32], chart: EyeChart, most: float, px: float) -> float:
    """px from the lid's edge up to where it is as bright as skin again, at most three quarters of `most`."""
    depths = np.arange(0, most, 0.5 * px)
    middle = chart.inside > 0.6
    profile = np.median(_look(light, chart, chart.upper - depths[:, None])[:, middle], axis=1)
    darkest = int(profile[: max(len(profile) // 2, 1)].argmin())
    risen = profile[darkest:] > profile[darkest] + LASHES_END * (np.percentile(profile, 90) - profile[darkest])
    return float(min(depths[darkest + int(risen.argmax())] + 0.5 * px, 0.75 * most))


def paint_closed_lid(
    patch: NDArray[np.uint8],
    origin: NDArray[np.float64],
    chart: EyeChart,
    crease: NDArray[np.float32],
    meeting: NDArray[np.float64],
    lashes: float,
    brow: float,
    drawn: bool,
    unit: float,
) -> NDArray[np.float32]:
    """[h, w, 3] the lids as they would look shut, without their lashes.

    Parameters: `patch` [h, w, 3] of the picture from `origin` [2] px on; `crease` [COLUMNS] px above the upper edge;
    `meeting` [COLUMNS] heights of the closed line; `lashes`, `brow` px from the edge up to where lashes end and the
    brow begins; `drawn` whether the eye is a drawing's, of flat colours; `unit` px.
    """
    colours = patch.astype(np.float32)
    clear = np.minimum(0.75 * crease, max(LASHES * unit, lashes))
    near = _strip(colours, origin, chart, chart.upper - clear, chart.upper - 0.9 * crease)
    far_from, far_to = 1.1 * crease, np.maximum(0.85 * brow, 1.3 * crease)
    far = _strip(
        colours,
        origin,
        chart,
        chart.upper - far_from,
        chart.upper - np.minimum(far_to, far_from * 1.8),
    )
    # A narrow lid shows little but lashes: it is given the tint of the skin above it.
    tinted = far * (near.sum(1) / np.maximum(far.sum(1), 1))[:, None]
    shows = np.clip((crease / unit - LASHES) / LASHES - 1, 0, 0.8)[:, None]
    near = np.maximum(tinted + (near - tinted) * shows, 0.75 * far)
    rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float64) + 0.5
    place = chart.place(np.stack([columns, rows], -1) + origin)
    shut = chart.at(meeting, place[..., 0])
    top = chart.at(chart.upper - crease, place[..., 0])
    up = np.clip((shut - place[..., 1]) / np.maximum(shut - top, 1e-3), 0, 1)
    mix = up * up * (3 - 2 * up)
    skin = np.empty_like(colours)
    for channel in range(3):
        low, high = (chart.at(strip[:, channel], place[..., 0]) for strip in (near, far))
        skin[..., channel] = low + (high - low) * mix
    beneath = place[..., 1] - chart.at(chart.lower, place[..., 0])
    opening = float((chart.lower - chart.upper).max())
    inside = chart.at(chart.inside, place[..., 0])
    light = 1 + ROUND_LIGHT * inside * np.exp(-(((up - 0.55) / 0.3) ** 2)) - ROUND_DARK * np.exp(-up / 0.22)
    light -= CORNER_DARK * (1 - inside) ** 2
    grain = np.clip(colours - blur(colours, GRAIN_FINE * unit), -MOST_GRAIN, MOST_GRAIN)
    if drawn:
        light, grain = 1 + FLAT * (light - 1), np.zeros_like(grain)
    grain *= np.clip(beneath / (CLEAR_OF_EYE * unit) - 0.5, 0, 1)[..., None]
    shift = max(GRAIN_FROM * unit, opening + CLEAR_OF_EYE * unit) * chart.down
    moved = [
        map_coordinates(
            grain[..., channel],
            [rows - 0.5 + shift[1], columns - 0.5 + shift[0]],
            order=1,
            mode="reflect",
        )
        for channel in range(3)
    ]
    upper = skin * light[..., None]
    low = _strip(colours, origin, chart, chart.lower + CLEAR_OF_EYE * unit, chart.lower + 2 * CLEAR_OF_EYE * unit)
    lower = np.stack([chart.at(low[:, channel], place[..., 0]) for channel in range(3)], -1)
    under = np.clip(place[..., 1] - shut, 0, 1)[..., None]
    return np.clip(upper + (lower - upper) * under + np.stack(moved, -1), 0, 255).astype(np.float32)


def clean_lashes(
    patch: NDArray[np.uint8],
    origin: NDArray[np.float64],
    chart: EyeChart,
    iris: NDArray[np.float64],
    radius: float,
    band: tuple[float, float],
    px: float,
) -> NDArray[np.float32]:
    """[h, w, 3] the patch with a lash line that holds nothing of the iris below it.

    Where the iris meets the upper lid the two cannot be told apart, but lashes look the same to its left and right.
    `iris` [2] px of the patch, `radius` px; `band` px above the edge up to which all is drawn so, and where that ends.
    """
    colours = patch.astype(np.float32)
    depths = np.arange(-2 * px, band[1] + px, 0.5 * px)
    profile = np.stack([_row(colours, origin, chart, chart.upper - depth) for depth in depths])
    middle = float(chart.place(iris + origin)[0])
    half = 1.1 * radius / float(np.linalg.norm(chart.step))
    wide = 0.1 * COLUMNS
    index = np.arange(COLUMNS)
    usable = (chart.share > 0.1) & (chart.share < 0.9)
    sides = []
    for low, high in (
        (middle - half - wide, middle - half),
        (middle + half, middle + half + wide),
    ):
        take = usable & (index >= low) & (index <= high)
        if take.sum() >= 2:
            sides.append(profile[:, take].mean(1))
    if not sides:
        return colours
    rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float64) + 0.5
    place = chart.place(np.stack([columns, rows], -1) + origin)
    depth = chart.at(chart.upper, place[..., 0]) - place[..., 1]
    share = np.clip((place[..., 0] - middle) / (2 * half) + 0.5, 0, 1)[..., None]
    left, right = (
        np.stack([np.interp(depth, depths, side[:, c]) for c in range(3)], -1) for side in (sides[0], sides[-1])
    )
    lash = left + (right - left) * share
    over = np.clip(
        (half + 0.06 * COLUMNS - np.abs(place[..., 0] - middle)) / (0.06 * COLUMNS),
        0,
        1,
    )
    over *= np.clip((band[1] - depth) / (band[1] - band[0]), 0, 1)
    return np.asarray(colours + (lash - colours) * over[..., None], np.float32)


def missing_line(
    lashes: NDArray[np.float32],
    skin: NDArray[np.float32],
    origin: NDArray[np.float64],
    chart: EyeChart,
    meeting: NDArray[np.float64],
    px: float,
) -> float:
    """How far a shut lid's edge has to be darkened towards the lashes' colour to show as one, 0 to `MOST_LINE`.

    `lashes`, `skin` [h, w, 3] from `origin` [2] px on; `meeting` [COLUMNS] heights of the closed line.
    """
    middle = chart.inside > 0.7
    depths = np.arange(0.5, 3.1, 0.5) * px
    edge = np.stack([_row(lashes, origin, chart, chart.upper - depth) for depth in depths])[:, middle].sum(-1).min(0)
    above = _row(skin, origin, chart, meeting - 6 * px)[middle].sum(-1)
    ratio = float(np.median(edge / np.maximum(above, 1)))
    return float(np.clip((ratio - NATURAL_LINE) / (1 - NATURAL_LINE), 0, 1) * MOST_LINE)


def _row(
    colours: NDArray[np.float32],
    origin: NDArray[np.float64],
    chart: EyeChart,
    heights: NDArray,
) -> NDArray:
    """[COLUMNS, 3] colours at heights [COLUMNS]."""
    places = _points(chart, heights) - origin
    at = [places[..., 1] - 0.5, places[..., 0] - 0.5]
    return np.stack(
        [map_coordinates(colours[..., c], at, order=1, mode="nearest") for c in range(3)],
        -1,
    )


def _look(layer: NDArray[np.float32], chart: EyeChart, heights: NDArray) -> NDArray[np.float32]:
    """Values [..., COLUMNS] of a layer [H, W] of the whole picture at `heights` [..., COLUMNS]."""
    places = _points(chart, heights)
    found = map_coordinates(layer, [places[..., 1] - 0.5, places[..., 0] - 0.5], order=1, mode="nearest")
    return np.asarray(found, np.float32)


def _points(chart: EyeChart, heights: NDArray) -> NDArray[np.float64]:
    """[..., COLUMNS, 2] px of the portrait at `heights` [..., COLUMNS]."""
    start = -np.column_stack([chart.step, chart.down]) @ chart.affine[:, 2]
    across = start + np.arange(COLUMNS)[:, None] * chart.step
    return np.asarray(across + np.asarray(heights, np.float64)[..., None] * chart.down)


def _strip(
    colours: NDArray[np.float32],
    origin: NDArray[np.float64],
    chart: EyeChart,
    low: NDArray,
    high: NDArray,
) -> NDArray[np.float64]:
    """[COLUMNS, 3] colour of the skin between two heights [COLUMNS], without the dark hairs across it."""
    shares = np.linspace(0, 1, 9)[:, None]
    places = _points(chart, low * (1 - shares) + high * shares) - origin
    at = [places[..., 1] - 0.5, places[..., 0] - 0.5]
    found = np.stack(
        [map_coordinates(colours[..., c], at, order=1, mode="nearest") for c in range(3)],
        -1,
    )
    light = found.sum(-1)
    bright = light >= np.percentile(light, 40, axis=0)
    mean = (found * bright[..., None]).sum(0) / bright.sum(0)[:, None]
    # Beyond the corners lies other skin: the lid there goes on as inside.
    share = chart.share
    inside = np.clip(share, 0.12, 0.88)
    for channel in range(3):
        mean[:, channel] = np.interp(inside, share, mean[:, channel])
    return np.asarray(gaussian_filter1d(mean, 0.05 * COLUMNS, axis=0, mode="nearest"))
