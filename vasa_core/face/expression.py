"""Tell a portrait's own expression from the person: a smile or parted lips must not stay under the speech.

Scores from a single picture mix up expression and build (a small mouth scores as a pucker), so only what shows plainly
is taken off: an open jaw, a smile and bared teeth, and of these as much as the gap between the lips proves.
Lids and brows stay as enrolled.
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.blendshapes import ARKIT_NAMES as SCORE_NAMES
from vasa_core.face.blendshapes import FaceBlendshapes
from vasa_core.face.pose import Pose, to_canonical
from vasa_core.face.topology import LIPS_INNER_LOWER, LIPS_INNER_UPPER
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import LatentSpace

SMILES = ("mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight")
OPENERS = (
    *("jawOpen", "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight"),
)
PLAIN = (*SMILES, *OPENERS)
"""Units whose scores are believed."""
DOUBT = 0.3
"""Score that faces without the expression reach too; what lies above counts."""
CLOSED_GAP = 0.004
"""Gap between closed lips as the landmark net measures it (tracked speech at rest), outer inter-ocular distances."""
GAP_NOISE = 0.002
"""Error of a measured gap, same unit."""
LATENT_DOUBT = 0.5
"""How far a component may stray from what the scores say, in its standard deviations."""


class ExpressionSplitter:
    """Splits landmarks of one picture into the person's neutral face and the latent of the expression."""

    def __init__(self, threads: int = 1) -> None:
        self._space = LatentSpace.load()
        self._blendshapes = FaceBlendshapes(threads)

    def split(self, points: NDArray[np.float32], pose: Pose) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Split `points` [478, 3] (px), whose pose is `pose`.

        Returns
        -------
        identity : [478, 3] neutral face in the canonical frame
        expression : [D] latent; `identity + decode(expression)` is the portrait's face
        """
        shape = to_canonical(points, pose)
        expected = self._space.from_arkit(self._plain_weights(points))
        expression = self._fit_gap(expected, lip_gap(shape) - CLOSED_GAP)
        return shape - self._space.decode(expression), expression

    def _plain_weights(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = self._blendshapes.scores(points)
        weights = np.zeros(len(ARKIT_NAMES), np.float32)
        for name in PLAIN:
            score = float(scores[SCORE_NAMES.index(name)])
            weights[ARKIT_NAMES.index(name)] = max(0.0, score - DOUBT) / (1 - DOUBT)
        return weights

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
