"""Tell a portrait's own expression from the person: a smile or parted lips must not stay under the speech.

Scores from a single picture mix up expression and build (a small mouth scores as a pucker), so only what shows plainly
is taken off. A smile, an open jaw and bared teeth count for as much as the lips' gap and the mouth's width prove; a
frown, brows, squints, wide eyes and puckers for as much as `evidence` finds proven.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from vasa_core.face.blendshapes import SCORE_NAMES, FaceBlendshapes
from vasa_core.face.evidence import weigh
from vasa_core.face.pose import Pose, to_canonical
from vasa_core.face.topology import LIPS_INNER_LOWER, LIPS_INNER_UPPER
from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES
from vasa_core.latent.space import LatentSpace, named_weights

UNITS = (
    ("mouthSmileLeft",),
    ("mouthSmileRight",),
    ("jawOpen",),
    ("mouthUpperUpLeft", "mouthUpperUpRight"),
    ("mouthLowerDownLeft", "mouthLowerDownRight"),
)
"""ARKit units that are looked for; those in one row act together."""
SMILES = 2
"""So many rows of `UNITS` are smiles: no score, no smile, however wide the mouth."""
SMILE_DOUBT = 0.4
"""Error of a smile's score, as a share of it."""
SCORE_DOUBT = 0.15
"""Error of the other scores."""
CLOSED_GAP = 0.004
"""Gap between closed lips as the landmark net measures it (tracked speech at rest), outer inter-ocular distances."""
GAP_DOUBT = 0.01
"""How far the units alone may miss the gap, same unit: lips part in more ways than five."""
GAP_NOISE = 0.002
"""Error of a measured gap, same unit."""
NEUTRAL_WIDTH = 0.55
"""Width of a neutral mouth, corner to corner, same unit (canonical face; tracked speakers 0.52 to 0.59)."""
WIDTH_DOUBT = 0.08
"""Spread of that width between people, generously."""
LATENT_DOUBT = 0.5
"""How far a component may stray from what the units say, in its standard deviations."""


class ExpressionSplitter:
    """Splits landmarks of one picture into the person's neutral face and the latent of the expression."""

    def __init__(self, threads: int = 1) -> None:
        self._space = LatentSpace.load()
        self._blendshapes = FaceBlendshapes(threads)
        weights = np.zeros((len(UNITS), len(ARKIT_NAMES)), np.float32)
        for row, names in zip(weights, UNITS, strict=True):
            row[[ARKIT_INDEX[name] for name in names]] = 1
        self._units = self._space.from_arkit(weights)

    def split(self, points: NDArray[np.float32], pose: Pose) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Split `points` [478, 3] (px), whose pose is `pose`.

        Returns
        -------
        identity : [478, 3] neutral face in the canonical frame
        expression : [D] latent; `identity + decode(expression)` is the portrait's face
        """
        shape = to_canonical(points, pose)
        scores = self._blendshapes.scores(points)
        frontal = shape - self._space.turn_bias(pose.rotation)
        proven = named_weights(**weigh(frontal, scores, float(pose.angles[0])))
        expected = self._fit_units(shape, scores) @ self._units + self._space.from_arkit(proven)
        expression = self._fit_gap(expected, lip_gap(shape) - CLOSED_GAP)
        return shape - self._space.decode(expression), expression

    def _fit_units(self, shape: NDArray[np.float32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Weights of `UNITS`, none negative, that explain gap, width and scores best, each by its doubt."""
        effect = self._space.decode(self._units)
        score = np.array([np.mean([scores[SCORE_NAMES.index(name)] for name in names]) for names in UNITS])
        doubt = np.full(len(UNITS), SCORE_DOUBT)
        doubt[:SMILES] = SMILE_DOUBT * score[:SMILES] + 1e-3
        rows = [lip_gap(effect).T / GAP_DOUBT, mouth_width(effect)[None] / WIDTH_DOUBT, np.diag(1 / doubt)]
        gap, width = lip_gap(shape) - CLOSED_GAP, mouth_width(shape) - NEUTRAL_WIDTH
        weights, _ = nnls(np.vstack(rows), np.concatenate([gap / GAP_DOUBT, [width / WIDTH_DOUBT], score / doubt]))
        return weights.astype(np.float32)

    def _fit_gap(self, expected: NDArray[np.float32], gap: NDArray[np.float32]) -> NDArray[np.float32]:
        """The latent nearest to `expected` whose lips are `gap` apart (a Gaussian posterior in closed form)."""
        opening = lip_gap(self._space.basis).T
        gain = LATENT_DOUBT**2 * opening.T
        spread = opening @ gain + GAP_NOISE**2 * np.eye(len(gap))
        return (expected + gain @ np.linalg.solve(spread, gap - opening @ expected)).astype(np.float32)


def lip_gap(shape: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vertical gap of the inner lips [..., 9] of shapes [..., 478, 3], from corner to corner without the corners."""
    inner = slice(1, -1)
    return shape[..., LIPS_INNER_LOWER[inner], 1] - shape[..., LIPS_INNER_UPPER[inner], 1]


def mouth_width(shape: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of the outer mouth corners across [...] of shapes, or of displacements, [..., 478, 3]."""
    return shape[..., 291, 0] - shape[..., 61, 0]
