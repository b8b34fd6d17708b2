"""From the person's silhouette to a matte that is soft at hair, and the person's own colours under it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.filters import Layer, as_layer, depth_inside, flow_colours, guided_filter

WORK = 640
"""Side that the matte is found at, px; larger pictures get it enlarged along their own edges."""
BAND = (4.5, 14.0)
"""The matte is open up to so many px of WORK inside and outside of the silhouette."""
STEEP = (0.2, 0.8)
"""Probabilities of person taken for none and full opacity."""
LOOSE = (0.03, 0.97)
"""Between these the silhouette itself is unsure, and the matte is open too."""
DEPTHS = (2.0, 9.0)
"""Colours are sampled so many px of WORK beyond the open band: at its edge and deeper in."""
AROUND = 9.0
"""Neighbouring places whose nearest colours are tried as well lie so many px of WORK away."""
NOISE = 13.0
"""Error of a colour, of 255: grain and brushwork."""
PRIOR = 0.24
"""Error of the silhouette as a guess of the matte."""
APART = 30.0
"""Colours of person and background nearer than this, of 255, tell little of the matte."""
DOUBT = 0.12
"""Weight of the silhouette beside the sampled matte, whose own is 0 to 1."""
RADIUS, FLAT = 3, 1e-4
"""Guided filter that smooths the matte: radius in px of WORK, squared colours in [0, 1]."""
HARDEN = (0.06, 0.94)
"""The matte is stretched from this range to [0, 1]."""

SOLID = 240
"""Opacity, of 255, below which a place inside the person counts as thin."""
POCKET = 0.001
"""Smallest clear part of the picture inside the person's outline that is background, as a share of the picture."""
COVERED = 250
"""Opacity, of 255, from which on a pixel shows the person alone."""
LITTLE = 10.0
"""Colour, of 255, that may be put down to the person anywhere in the matte."""
CHANGE = 40.0
"""Change, of 255, of the colours spread from inside that thin places may need besides."""
DENSE = (0.35, 0.75)
"""Opacity from which on, and at which fully, the person takes whatever colour remains."""


def find_matte(picture: NDArray[np.uint8], silhouette: Layer) -> NDArray[np.uint8]:
    """[P, P] opacity of the person, 255 where it covers fully, of `picture` [P, P, 3].

    In an open band along the `silhouette` [S, S] the opacity is read from the colours: that of the pixel lies between
    one of the person's and one of the background's from nearby (Gastal and Oliveira 2010 sample likewise).
    """
    side = len(picture)
    work = min(side, WORK)
    small = np.asarray(cv2.resize(picture, (work, work), interpolation=cv2.INTER_AREA), np.uint8)
    prior = cv2.resize(silhouette, (work, work), interpolation=cv2.INTER_LINEAR)
    prior = as_layer(np.clip((prior - STEEP[0]) / (STEEP[1] - STEEP[0]), 0, 1))
    unit = work / WORK
    solid = prior > 0.5
    inside = depth_inside(solid)
    outside = depth_inside(~solid)
    loose = (prior > LOOSE[0]) & (prior < LOOSE[1])
    open_band = loose | ((inside < BAND[0] * unit) & (outside < BAND[1] * unit))
    matte, trust = _sampled(small.astype(np.float32), prior, open_band, solid, unit)
    guide = as_layer(small) / np.float32(255)
    radius = max(round(RADIUS * unit), 1)
    weight = guided_filter(guide, trust + DOUBT, radius, FLAT)
    smooth = guided_filter(guide, matte * trust + prior * DOUBT, radius, FLAT) / np.maximum(weight, DOUBT / 2)
    matte = np.where(open_band, np.clip(smooth, 0, 1), solid.astype(np.float32))
    matte = np.clip((matte - HARDEN[0]) / (HARDEN[1] - HARDEN[0]), 0, 1).astype(np.float32)
    if work < side:
        matte = np.asarray(cv2.resize(matte, (side, side), interpolation=cv2.INTER_CUBIC))
        matte = np.clip(guided_filter(as_layer(picture) / np.float32(255), matte, 2, FLAT), 0, 1)
    return np.asarray(matte * 255).round().astype(np.uint8)


def without_islands(matte: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The matte [P, P] without holes and thin places inside the person, as highlights of hair, and loose specks."""
    count, soft = cv2.connectedComponents((matte < SOLID).astype(np.uint8), connectivity=4)
    clear = np.bincount(soft[matte == 0], minlength=count) >= POCKET * matte.size
    clear[np.concatenate([soft[0], soft[:, 0], soft[:, -1]])] = True
    filled = np.where(clear[soft] | (soft == 0), matte, 255).astype(np.uint8)
    _, pieces = cv2.connectedComponents((filled > 0).astype(np.uint8), connectivity=8)
    sizes = np.bincount(pieces.ravel(), minlength=2)
    sizes[0] = 0
    return np.where(pieces == sizes.argmax(), filled, 0).astype(np.uint8)


def _sampled(
    colours: Layer, prior: Layer, open_band: NDArray[np.bool_], solid: NDArray[np.bool_], unit: float
) -> tuple[Layer, Layer]:
    """Matte [H, W] and how far to trust it [H, W] from the best pair of sampled colours at each open pixel."""
    matte, trust = solid.astype(np.float32), np.ones(solid.shape, np.float32)
    rows, columns = np.nonzero(open_band)
    soft = as_layer(cv2.GaussianBlur(colours, (0, 0), unit))
    own = _samples(soft, solid & ~open_band, rows, columns, unit)
    other = _samples(soft, ~solid & ~open_band, rows, columns, unit)
    if own is None or other is None or not len(rows):
        return matte, trust
    seen, guess = colours[rows, columns], prior[rows, columns]
    best = np.full(len(rows), np.inf, np.float32)
    found, apart = guess.copy(), np.zeros(len(rows), np.float32)
    for person in own:
        for behind in other:
            way = person - behind
            length = (way**2).sum(1)
            # The share that explains the colour best, the silhouette being a guess with an error of its own.
            pull = NOISE**2 / PRIOR**2
            share = np.clip((((seen - behind) * way).sum(1) + pull * guess) / (length + pull), 0, 1)
            miss = ((seen - behind - share[:, None] * way) ** 2).sum(1) / NOISE**2 + ((share - guess) / PRIOR) ** 2
            better = miss < best
            best = np.where(better, miss, best)
            found = np.where(better, share, found)
            apart = np.where(better, length, apart)
    matte[rows, columns] = found
    trust[rows, columns] = np.exp(-best / 8) * apart / (apart + APART**2)
    return matte, trust


def _samples(
    colours: Layer, sure: NDArray[np.bool_], rows: NDArray[np.intp], columns: NDArray[np.intp], unit: float
) -> list[Layer] | None:
    """Colours [n, 3] of the `sure` pixels nearest to each place, and to places around it, at two depths."""
    depth = depth_inside(sure)
    found = []
    for deep in DEPTHS:
        known = depth > deep * unit
        if not known.any():
            continue
        _, labels = cv2.distanceTransformWithLabels(
            (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        table = np.zeros((int(labels.max()) + 1, 3), np.float32)
        table[labels[known]] = colours[known]
        height, width = sure.shape
        for across, down in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
            y = np.clip(rows + round(down * AROUND * unit), 0, height - 1)
            x = np.clip(columns + round(across * AROUND * unit), 0, width - 1)
            found.append(table[labels[y, x]])
    return found or None


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
    sure = matte >= COVERED
    if not sure.any():
        return picture.copy()
    inner = flow_colours(seen, sure)
    # What remains to be explained by the person's colours goes into them where it is little or the person is dense;
    # where it is much, matte or background are wrong, and it would glow over another background.
    missing = seen - share * inner - (1 - share) * behind
    little = np.clip(2 - np.abs(missing).max(-1, keepdims=True) / LITTLE, 0, 1)
    dense = np.clip((share - DENSE[0]) / (DENSE[1] - DENSE[0]), 0, 1)
    change = np.maximum(little, dense) * missing / np.maximum(share, 1 / 255)
    most = CHANGE + (255 - CHANGE) * dense
    own = inner + np.where(little == 1, change, np.clip(change, -most, most))
    own = np.where(matte[..., None] == 0, inner, own)
    return np.where(sure[..., None], picture, np.clip(own, 0, 255).round().astype(np.uint8))
