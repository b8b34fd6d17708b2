"""What lies behind the person: the picture with the person taken away and filled in from the surroundings.

Far from the person's edge the fill is a smooth spread of the surrounding colours with their grain; near it, where a
moving head uncovers it, patches of the surroundings continue what they show.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.exemplar import copy_patches, match_patches
from vasa_core.face.filters import Layer, as_layer, depth_inside, flow_colours

CLEAR = 4
"""Opacity of the person, of 255, up to which a pixel shows nothing of it."""
GLOW = (4.0, 9.0)
"""Nearer to the person than the first, px of a frame of 512, colours are not taken for the background's; from the
second on they are taken as they are."""
ALIKE = 3.0
"""Difference, of 255, up to which a pixel beside the person and the fill count as the same."""
SOFTNESS = 12.0
"""Blur of the smooth fill deep inside, px of a frame of 512 (sigma)."""
REACH = 90.0
"""Depth that is filled with patches, px of a frame of 512: more than a head uncovers at its furthest turn."""
PATCH_SIDE = 160
"""Side that patches are searched at, px of the picture."""
GRAIN_SIZE = 0.5
"""Size of the grain that is added, px of a frame of 512 (sigma)."""
NORMAL_MEDIAN = 0.6745
"""Median of the absolute value of normal noise of standard deviation 1."""
STREWN = 3
"""Seed of the grain."""


def fill_background(picture: NDArray[np.uint8], matte: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The background [P, P, 3] of `picture` [P, P, 3] without the person of `matte` [P, P]; `size`: the frame, px."""
    unit = size / 512
    away = depth_inside(matte <= CLEAR)
    known = away > GLOW[0] * unit
    if known.mean() < 0.002:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), size / 4), np.uint8)
    seen = picture.astype(np.float32)
    smooth = _smooth_fill(seen, known, unit)
    deep = depth_inside(~known)
    filled = smooth
    patched = _patches(seen, smooth, known, deep <= REACH * unit)
    if patched is not None:
        share = np.clip((REACH * unit - deep) / (0.5 * REACH * unit), 0, 1)[..., None]
        filled = smooth + share * (patched - smooth)
    filled = as_layer(filled + _missing_grain(filled, seen, known, unit))
    own = np.clip((away / unit - GLOW[0]) / (GLOW[1] - GLOW[0]), 0, 1)
    # Nearer still, what looks like the fill is background: it stays as it is, and a still picture is the portrait's.
    apart = cv2.dilate(np.abs(cv2.GaussianBlur(seen - filled, (0, 0), unit)).max(-1), np.ones((3, 3), np.uint8))
    alike = np.clip(2 - apart / ALIKE, 0, 1) * np.clip(away / unit - 1, 0, 1)
    own = np.maximum(own, alike)[..., None]
    return np.clip(filled + own * (seen - filled), 0, 255).round().astype(np.uint8)


def _smooth_fill(seen: Layer, known: NDArray[np.bool_], unit: float) -> Layer:
    flowed = flow_colours(seen, known)
    depth = np.clip(depth_inside(~known) / (3 * SOFTNESS * unit), 0, 1)[..., None]
    return np.asarray(flowed + depth * (cv2.GaussianBlur(flowed, (0, 0), SOFTNESS * unit) - flowed), np.float32)


def _missing_grain(filled: Layer, seen: Layer, known: NDArray[np.bool_], unit: float) -> Layer:
    """[P, P, 3] noise that makes the grain of `filled` as strong as that of the known pixels of `seen`.

    The known pixels' is their median, so that outlines do not count.
    """
    usual = np.median(np.abs(_fine(seen, unit)[known]), axis=0) / NORMAL_MEDIAN
    there = cv2.resize(_fine(filled, unit) ** 2, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    there = cv2.resize(cv2.GaussianBlur(there, (0, 0), 2 * unit), seen.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    noise = np.random.default_rng(STREWN).normal(size=(*seen.shape[:2], 1)).astype(np.float32)
    noise = as_layer(cv2.GaussianBlur(noise, (0, 0), GRAIN_SIZE * unit))[..., None]
    noise /= max(float(_fine(noise, unit).std()), 1e-6)
    return as_layer(noise * np.sqrt(np.maximum(usual**2 - there, 0)) * ~known[..., None])


def _fine(layer: Layer, unit: float) -> Layer:
    return as_layer(layer - as_layer(cv2.GaussianBlur(layer, (0, 0), 1.2 * unit)).reshape(layer.shape))


def _patches(seen: Layer, smooth: Layer, known: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Layer | None:
    """[P, P, 3] the hole filled with patches where `wanted`: found on a smaller picture, copied from the full one."""
    guess = np.where(known[..., None], seen, smooth)
    field, shift = None, None
    for work in (PATCH_SIDE // 2, PATCH_SIDE):
        small = as_layer(cv2.resize(guess, (work, work), interpolation=cv2.INTER_AREA))
        part = cv2.resize(known.astype(np.float32), (work, work), interpolation=cv2.INTER_AREA)
        near = cv2.resize(wanted.astype(np.float32), (work, work), interpolation=cv2.INTER_AREA) > 0
        found = match_patches(small, part < 0.999, near, field)
        if found is None:
            return None
        field, shift = found
    return None if field is None or shift is None else copy_patches(seen, smooth, field, shift)
