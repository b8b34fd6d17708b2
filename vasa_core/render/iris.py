"""The iris in the portrait: where it is, what it looks like behind the lids, and the light that glints on it."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import blur, grey, grow

SIZES = (0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.22, 1.3, 1.4, 1.5, 1.6, 1.75)
"""Radii that are tried when an iris is looked for, against the tracked one."""
LIKE_THE_OTHER = (0.92, 0.96, 1.0, 1.04, 1.08)
"""The same where the other eye's radius is known."""
FAR_SIZE = 45.0
"""Grey levels of the step that an iris twice as large as tracked must have more."""
LARGE, BOTH_SIDES = 1.16, 18.0
"""An iris that is so much larger than tracked must end by this many levels of colour on either side."""
DARKER = 0.7
"""What a step in brightness counts against one in colour: irises are darker than the white, mostly."""
NO_WHITE = 0.5
"""Share of the grey levels by which white around an iris is missed that counts against it: a pupil has none."""
UNLIKE = 60.0
"""Grey levels from which on a colour is as unlike white as can be."""
GLINT_STEP = 34.0
"""Grey levels by which a catch-light outshines its ring of the iris."""
SURE, INSIDE = 0.75, 0.97
"""Radii: from the first on an iris is trusted less and less to be round, beyond the second its colour goes on as it is
there: further out white shines in."""
GLINT_SHARE = 0.22
"""A bright patch larger than this share of the iris is no catch-light."""


def find_iris(
    patch: NDArray[np.uint8],
    centre: NDArray[np.float64],
    radius: float,
    opening: NDArray[np.float32],
    px: float,
    sizes: tuple[float, ...] = SIZES,
) -> tuple[NDArray[np.float64], float, float]:
    """Refine an iris by the strongest step in brightness around its visible sides (Daugman 1993).

    Parameters: `patch` [h, w, 3]; `centre` [2], `radius` px as tracked; `opening` [h, w] share of each pixel inside the
    lids; `px` size of the picture against 512; `sizes` radii that are tried, against `radius`. Returns centre, radius
    and the step in grey levels.
    """
    unlike = unlike_white(patch, opening, px)
    angles = np.radians(np.concatenate([np.arange(-40, 46, 5), np.arange(140, 226, 5)]))
    ray = np.stack([np.cos(angles), np.sin(angles)], -1)
    shifts = np.arange(-5, 5.5, 0.5) * radius / 12
    dx, dy, size = (part.ravel() for part in np.meshgrid(shifts, shifts, radius * np.array(sizes), indexing="ij"))
    middle = np.stack([centre[0] + dx, centre[1] + dy], -1)
    edge = 1.2 * px
    outside = middle[:, None] + ray * (size + edge)[:, None, None]
    inside = middle[:, None] + ray * (size - edge)[:, None, None]
    seen = _at(opening, outside) > 0.9
    count = seen.sum(1)
    beyond = (_at(unlike, outside) * seen).sum(1) / np.maximum(count, 1)
    step = (_at(unlike, inside) * seen).sum(1) / np.maximum(count, 1) - beyond
    light = grey(patch, px)
    darker = ((_at(light, outside) - _at(light, inside)) * seen).sum(1) / np.maximum(count, 1)
    score = (
        step
        + DARKER * np.minimum(darker, UNLIKE)
        - (0.35 * np.hypot(dx, dy) / px)
        - FAR_SIZE * np.abs(size / radius - 1)
        - NO_WHITE * beyond
    )
    score[count < 8] = -np.inf
    # Much larger than tracked only where it shows on both sides: otherwise shadows in a corner count as iris.
    half = len(ray) // 2
    apart = (_at(unlike, inside) - _at(unlike, outside)) * seen
    sides = [(seen[:, part].sum(1), apart[:, part].sum(1)) for part in (slice(half), slice(half, None))]
    shown = [(number >= 4) & (total > BOTH_SIDES * number) for number, total in sides]
    score[(size > LARGE * radius) & ~(shown[0] & shown[1])] = -np.inf
    best = int(score.argmax())
    if not np.isfinite(score[best]):
        return centre.astype(np.float64), radius, 0.0
    return middle[best].astype(np.float64), float(size[best]), float(step[best])


def unlike_white(patch: NDArray[np.uint8], opening: NDArray[np.float32], px: float) -> NDArray[np.float32]:
    """[h, w] how far colours are from that of the white, up to `UNLIKE`: pupil and iris are alike in that."""
    colours = blur(patch, px)
    eye = colours[opening > 0.9]
    if not len(eye):
        return np.zeros(opening.shape, np.float32)
    light, spread = eye.mean(-1), np.ptp(eye, axis=-1) / np.maximum(eye.mean(-1), 1)
    bright = light >= np.percentile(light, 60)
    white = np.median(eye[bright & (spread <= np.median(spread[bright]))], axis=0)
    return np.minimum(np.linalg.norm(colours - white, axis=-1) / np.float32(np.sqrt(3)), UNLIKE).astype(np.float32)


def _at(layer: NDArray[np.float32], places: NDArray) -> NDArray[np.float32]:
    x = np.clip(np.round(places[..., 0] - 0.5).astype(int), 0, layer.shape[1] - 1)
    y = np.clip(np.round(places[..., 1] - 0.5).astype(int), 0, layer.shape[0] - 1)
    return layer[y, x]


def find_glints(
    patch: NDArray[np.float32],
    inner: NDArray[np.bool_],
    distance: NDArray[np.float32],
    radius: float,
    px: float,
) -> NDArray[np.bool_]:
    """[h, w] where catch-lights lie on an iris: small patches far brighter than the iris around them.

    Parameters: `patch` [h, w, 3]; `inner` [h, w] what shows between the lids; `distance` [h, w] px from the iris's
    centre.
    """
    light = patch @ np.array([0.299, 0.587, 0.114], np.float32)
    disc = inner & (distance < 0.98 * radius)
    if disc.sum() < 12:
        return np.zeros(disc.shape, np.bool_)
    usual = float(np.percentile(light[disc & (distance < 0.85 * radius)], 45)) if disc.any() else 0.0
    brightest = float(light[disc & (distance < 0.85 * radius)].max(initial=usual))
    if brightest - usual < GLINT_STEP:
        return np.zeros(disc.shape, np.bool_)
    seeds = disc & (light > usual + max(GLINT_STEP, 0.5 * (brightest - usual))) & (distance < 0.85 * radius)
    if seeds.sum() > GLINT_SHARE * np.pi * radius**2:
        return np.zeros(disc.shape, np.bool_)
    around = grow(seeds, max(round(1.6 * px), 1)) & (light > usual + 0.12 * (brightest - usual))
    return np.asarray((seeds | around) & (distance < 1.15 * radius), np.bool_)


def whole_iris(
    patch: NDArray[np.float32],
    seen: NDArray[np.bool_],
    distance: NDArray[np.float32],
    radius: float,
    px: float,
) -> NDArray[np.float32]:
    """[h, w, 3] the iris with what is not `seen` [h, w], there the mean colour of its ring."""
    reach = np.minimum(distance, radius * INSIDE)
    rings = np.arange(0, radius * INSIDE + 1.0, max(px, radius / 16))
    means = np.zeros((len(rings), 3), np.float32)
    weights = np.zeros(len(rings), np.float32)
    width = rings[1] - rings[0] if len(rings) > 1 else 1.0
    for k, ring in enumerate(rings):
        band = seen & (np.abs(reach - ring) < width)
        weights[k] = band.sum()
        if weights[k]:
            means[k] = np.median(patch[band], axis=0)
    if not weights.any():
        near = distance < radius
        means[:] = np.median(patch[near], axis=0) if near.any() else patch.mean((0, 1))
    else:
        known = np.flatnonzero(weights >= min(3.0, float(weights.max())))
        for channel in range(3):
            means[:, channel] = np.interp(rings, rings[known], means[known, channel])
    radial = np.stack([np.interp(reach, rings, means[:, channel]) for channel in range(3)], -1).astype(np.float32)
    trust = np.clip(2.4 * blur(seen, 1.2 * px) - 1.2, 0, 1) * seen
    trust *= np.clip((INSIDE - distance / radius) / (INSIDE - SURE), 0, 1)
    return (radial + (patch - radial) * trust[..., None]).astype(np.float32)


def paint_glints(
    colours: NDArray[np.float32], below: NDArray[np.float32], glints: NDArray[np.bool_], px: float
) -> NDArray[np.float32]:
    """[h, w, 4] the catch-lights `glints` [h, w] of an eye that without them is `below` [h, w, 3]: colour, opacity."""
    layer = np.zeros((*glints.shape, 4), np.float32)
    if not glints.any():
        return layer
    light = colours.sum(-1)
    brightest = glints & (light >= np.percentile(light[glints], 75))
    layer[..., :3] = np.rint(np.median(colours[brightest], axis=0))
    soft = np.clip(1.5 * blur(grow(glints, 1), 0.7 * px), 0, 1)
    excess = (light - below.sum(-1)) / np.maximum(layer[0, 0, :3].sum() - below.sum(-1), 24)
    layer[..., 3] = np.rint(255 * np.clip(excess, 0, 1) * soft)
    return layer
