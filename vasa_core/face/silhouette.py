"""The person's silhouette: the net's mask, corrected by colour where the net is unsure.

The net was trained on webcam pictures. On paintings and drawings it may be unsure of clothes and hair, so its word is
weighed against the colours of what it is sure of, in the manner of naive Bayes; the face itself is always person.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.filters import Layer, Mask, as_layer, guided_filter
from vasa_core.face.headgear import find_headgear
from vasa_core.face.topology import FACE_OVAL, OUTER_EYE_CORNERS, inter_ocular

WORK = 320
"""Side that the silhouette is found at, px."""
BINS = 24
"""Bins of the colour histograms along each axis of CIE Lab."""
BIN_BLUR = 1.2
"""Blur of the histograms, bins (sigma)."""
COLOUR_VOICE = 2.2
"""Largest log-odds that colour may add to the net's: it settles what the net leaves open, and no more."""
SURE = 4.0
"""Log-odds of the net count up to this (0.982)."""
ROUNDS = 3
"""Times that colours are learnt from the silhouette and it is found again."""
TRUST = (0.5, 0.85)
"""Mean mask inside the face: below the first the net saw no person and a usual outline takes its place."""
LEVELS = (0.3, 0.55)
"""Bounds of the level that parts person from background in the net's mask."""
SMOOTH = 5
"""Radius of the guided filter, px of WORK."""
FLAT = 4e-4
"""Its regularisation, squared colours in [0, 1]."""
GAP, SPECK = 5, 7
"""Gaps in the silhouette are closed and specks taken off up to this width, px of WORK."""
WIDE_GAP = 25
"""Where heads usually are, above the eyes, wider gaps are closed, px of WORK: a dark crest on a helmet, a parting."""
USUAL = 0.6
"""Usual probability of person from which on that is done."""
POCKET_SEEN, POCKET_SHARE = 1e-3, 0.4
"""A colour belongs to the background that has it in this share of its pixels; a pocket of whose pixels fewer than the
second share have such colours is person."""
SOFT = 8.0
"""Depth inside the silhouette at which nothing shows through, px of WORK; outside of it the mask ends at twice that."""
HEAD_RADII = (1.05, 1.5, 1.45)
"""Usual head with hair around the eyes' midpoint, inter-ocular distances: to the side, up, down."""
SHOULDERS = (2.7, 2.2, 1.5)
"""Usual shoulders: their middle below the eyes, half their width and their height, inter-ocular distances."""


@dataclass(frozen=True)
class FacePlace:
    """Where the face lies in a square layer."""

    oval: NDArray[np.float32]
    """[36, 2] px: ring around the face."""
    eyes: NDArray[np.float32]
    """[2] px: midpoint of the outer eye corners."""
    unit: float
    """Inter-ocular distance, px."""
    down: NDArray[np.float32]
    """[2] unit vector from brow to chin."""

    @staticmethod
    def of(points: NDArray[np.float32], scale: float = 1.0) -> "FacePlace":
        """From landmarks [478, 3] px, in a layer `scale` times as large."""
        flat = points[:, :2] * np.float32(scale)
        eyes = flat[list(OUTER_EYE_CORNERS)].mean(0)
        down = flat[152] - flat[10]
        # A face turned to the side has its eye corners nearer together than they are: depth counts.
        unit = inter_ocular(points) * scale
        return FacePlace(flat[FACE_OVAL], eyes, unit, down / max(float(np.linalg.norm(down)), 1e-6))

    def mask(self, side: int) -> Layer:
        """[side, side] 1 inside the face."""
        layer = np.zeros((side, side), np.float32)
        cv2.fillPoly(layer, [np.round(self.oval - 0.5).astype(np.int32)], (1.0,))
        return layer

    def crown(self, side: int) -> Mask:
        """[side, side] where the usual head is above its eyes."""
        rows, columns = np.mgrid[:side, :side].astype(np.float32) + np.float32(0.5)
        above = (np.stack([columns, rows], -1) - self.eyes) @ self.down < 0
        return np.asarray(above & (self.usual(side) > USUAL), np.bool_)

    def usual(self, side: int) -> Layer:
        """[side, side] probability of person where nothing but the face is known."""
        rows, columns = np.mgrid[:side, :side].astype(np.float32) + np.float32(0.5)
        offset = (np.stack([columns, rows], -1) - self.eyes) / self.unit
        s, t = offset @ np.array([self.down[1], -self.down[0]]), offset @ self.down
        across, up, below = HEAD_RADII
        head = np.hypot(s / across, t / np.where(t < 0, up, below))
        middle, width, height = SHOULDERS
        body = np.hypot(s / width, np.minimum(t - middle, 0) / height)
        radius = np.minimum(head, body)
        return np.asarray(1 / (1 + np.exp(8 * (radius - 1))), np.float32)


def find_silhouette(picture: NDArray[np.uint8], mask: Layer, points: NDArray[np.float32]) -> Layer:
    """[WORK, WORK] probability of person.

    Parameters
    ----------
    picture : [P, P, 3] RGB
    mask : [256, 256] the net's probability over the whole of `picture`
    points : [478, 3] landmarks, px of `picture`
    """
    small = np.asarray(cv2.resize(picture, (WORK, WORK), interpolation=cv2.INTER_AREA), np.uint8)
    place = FacePlace.of(points, WORK / len(picture))
    face = place.mask(WORK)
    probability = as_layer(cv2.resize(mask, (WORK, WORK), interpolation=cv2.INTER_LINEAR))
    seen = float(probability[face > 0].mean()) if face.any() else 1.0
    trust = np.float32(np.clip((seen - TRUST[0]) / (TRUST[1] - TRUST[0]), 0, 1))
    if trust < 1:
        probability = as_layer(trust * probability + (1 - trust) * place.usual(WORK))
    net = _log_odds(probability) - _log_odds(_level(probability))
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2Lab)
    cells = tuple((lab // (256 / BINS)).astype(np.intp).reshape(-1, 3).T)
    guide = as_layer(small) / np.float32(255)
    person = _probability(net)
    for _ in range(ROUNDS):
        person = np.maximum(person, face)
        odds = net + _colour_odds(cells, person).reshape(WORK, WORK)
        person = guided_filter(guide, _probability(odds), SMOOTH, FLAT)
    person = as_layer(np.clip(np.maximum(person, face), 0, 1))
    own = _whole(person, face, place.crown(WORK), cells)
    colours = np.ravel_multi_index(cells, (BINS,) * 3).reshape(WORK, WORK)
    headgear = find_headgear(small, own, float(place.eyes[1]), colours)
    return _soften(np.maximum(person, headgear), own | headgear)


def _level(probability: Layer) -> Layer:
    """The level that parts the mask best (Otsu 1979): 0.5 where the net is sure, lower where it is timid."""
    level, _ = cv2.threshold((probability * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    return np.array(np.clip(level / 255, *LEVELS), np.float32)


def _log_odds(probability: Layer) -> Layer:
    odds = np.log((probability + 1e-4) / (1 - probability + 1e-4))
    return np.asarray(np.clip(odds, -SURE, SURE), np.float32)


def _probability(odds: Layer) -> Layer:
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _colour_odds(cells: tuple[NDArray[np.intp], ...], person: Layer) -> Layer:
    """[n] log-odds of person from colour alone, learnt from the present `person`."""
    histograms = []
    for weight in (person, 1 - person):
        strong = np.clip((weight.ravel() - 0.6) / 0.4, 0, 1)  # what is unsure teaches nothing
        histogram = _histogram(cells, strong.astype(np.float32))
        histograms.append(histogram[cells] / max(float(histogram.sum()), 1.0))
    unseen = 1.0 / person.size  # a colour of hardly a pixel tells nothing
    odds = np.log((histograms[0] + unseen) / (histograms[1] + unseen))
    return np.asarray(np.clip(odds, -COLOUR_VOICE, COLOUR_VOICE), np.float32)


def _histogram(cells: tuple[NDArray[np.intp], ...], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """[BINS, BINS, BINS] how often each colour occurs, slightly blurred."""
    histogram = np.zeros((BINS,) * 3, np.float32)
    np.add.at(histogram, cells, weight)
    for axis in range(3):
        shape = np.moveaxis(histogram, axis, 0).reshape(BINS, -1)
        blurred = cv2.GaussianBlur(shape, (1, 0), sigmaX=0.01, sigmaY=BIN_BLUR)
        histogram = np.moveaxis(np.asarray(blurred, np.float32).reshape((BINS,) * 3), 0, axis)
    return histogram


def _whole(person: Layer, face: Layer, crown: Mask, cells: tuple[NDArray[np.intp], ...]) -> Mask:
    """[WORK, WORK] the piece that the face belongs to, without specks elsewhere, gaps and holes."""
    rough = (person > 0.5).astype(np.uint8)
    rough = np.asarray(cv2.morphologyEx(rough, cv2.MORPH_CLOSE, _disc(GAP)), np.uint8)
    rough = np.asarray(cv2.morphologyEx(rough, cv2.MORPH_OPEN, _disc(SPECK)), np.uint8)
    bridged = np.asarray(cv2.morphologyEx(np.pad(rough, WIDE_GAP, mode="edge"), cv2.MORPH_CLOSE, _disc(WIDE_GAP)))
    bridges = (bridged[WIDE_GAP:-WIDE_GAP, WIDE_GAP:-WIDE_GAP] > 0) & crown
    solid = ((rough > 0) | bridges | (face > 0)).astype(np.uint8)
    _, pieces = cv2.connectedComponents(solid)
    own = pieces == np.bincount(pieces[face > 0]).argmax() if face.any() else solid > 0
    own = own | _pockets(own, cells)
    # What no way leads to from the left, top and right borders is inside; the lower border cuts the body off.
    outside = np.pad((~own).astype(np.uint8), ((1, 0), (1, 1)), constant_values=1)
    _, pieces = cv2.connectedComponents(outside, connectivity=4)
    return np.asarray(own | (pieces != pieces[0, 0])[1:, 1:-1], np.bool_)


def _pockets(own: Mask, cells: tuple[NDArray[np.intp], ...]) -> Mask:
    """[WORK, WORK] what lies between parts of the person, as under hair and over shoulders, and is no background.

    Its colours tell: where the background of the rest of the picture has them, background shows through.
    """
    above = np.logical_or.accumulate(own, axis=0)
    below = np.logical_or.accumulate(own[::-1], axis=0)[::-1]
    pocket = ~own & above & below
    outer = cv2.dilate((own | pocket).astype(np.uint8), _disc(WIDE_GAP)) == 0
    found = np.zeros(own.shape, np.bool_)
    if not pocket.any() or outer.mean() < 0.02:
        return found
    seen = (_histogram(cells, outer.ravel().astype(np.float32)) > POCKET_SEEN * outer.sum())[cells].reshape(own.shape)
    count, pieces = cv2.connectedComponents(pocket.astype(np.uint8))
    for piece in range(1, count):
        part = pieces == piece
        if seen[part].mean() < POCKET_SHARE:
            found |= part
    return found


def _soften(person: Layer, own: Mask) -> Layer:
    """[WORK, WORK] the probability of person: 1 deep inside of its silhouette, 0 far outside."""
    inner = cv2.distanceTransform(own.astype(np.uint8), cv2.DIST_L2, 5)
    outer = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, 5)
    person = np.maximum(person, np.clip((inner - SOFT / 2) / SOFT, 0, 1))
    return np.asarray(person * np.clip((2 * SOFT - outer) / SOFT, 0, 1), np.float32)


def _disc(width: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), np.uint8)
