"""How soft a portrait is: what is drawn into a soft picture must be as soft, or it looks pasted in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render.layers import Layer, blur, grey
from vasa_core.render.mouthblend import soften, soften_colours

PROBE = 1.5
"""px by which the picture is blurred to see how much sharper it was."""
SHARPEST_EDGES = 99.5
"""Percentile of the gradient that counts as the picture's sharpest edges."""
FOLLOWED = 0.6
"""Softness of the mouth against that of those edges: eyes and brows are softer than lips even in sharp pictures."""
OWN = 0.45
"""px of softness that sampled edges have anyway (SD)."""
SOFTEST = 0.0045
"""Frame sizes: a mouth is made no softer than this (SD), about 2.3 px of 512."""
LEAST = 0.1
"""Variance in px^2 below which nothing is blurred."""
MOST_PER_PASS = 0.6
"""Variance in px^2 of a pass of three taps: 2/3 with equal ones."""

MOST_PASSES = 4
"""More would cost more than they soften."""


@dataclass(frozen=True)
class Blur:
    """A small blur: `passes` of three taps, the outer ones `side` against the middle."""

    side: float
    passes: int

    @property
    def reach(self) -> int:
        """px that it spreads."""
        return self.passes

    def apply(self, covered: NDArray[np.float64], colours: NDArray[np.float32]) -> None:
        """Blur the layer `covered` [rows, columns] and `colours` [rows, columns, 3] in place."""
        if self.passes:
            soften(covered, self.side, self.passes)
            soften_colours(colours, self.side, self.passes)


def blur_of(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Blur:
    """The blur that makes a drawn mouth as soft as the face in `image` [H, W, 3] with `landmarks` [478, 3] px."""
    wanted = min(FOLLOWED * softness(image, landmarks), SOFTEST * image.shape[0])
    variance = wanted**2 - OWN**2
    if variance < LEAST:
        return Blur(0.0, 0)
    passes = min(int(np.ceil(variance / MOST_PER_PASS)), MOST_PASSES)
    share = min(variance / passes, 2 / 3)
    return Blur(share / (2 * (1 - share)), passes)


def softness(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> float:
    """SD in px of the blur on a face's sharpest edges: what is sharp loses more of its slope to more blur."""
    low = np.maximum(np.floor(landmarks[: topology.MESH_POINTS, :2].min(0)), 0).astype(int)
    high = np.ceil(landmarks[: topology.MESH_POINTS, :2].max(0)).astype(int)
    face = grey(image, 0.01)[low[1] : high[1], low[0] : high[0]]
    before, after = _steepest(face), _steepest(blur(face, PROBE))
    ratio = min(after / max(before, 1e-3), 0.999)
    return float(PROBE * ratio / np.sqrt(1 - ratio * ratio))


def _steepest(layer: Layer) -> float:
    down, right = np.gradient(layer)
    return float(np.percentile(np.hypot(down, right), SHARPEST_EDGES))
