"""Which emotion a face shows, told from its 52 ARKit weights by one fixed rule per emotion.

The rules come from the Facial Action Coding System (Ekman and Friesen 1978; EMFACS 1983; the table of prototypes in
Ekman, Friesen and Hager, FACS Investigator's Guide, 2002), not from what this package draws. They lean on the upper
face and on the mouth's corners, which speech leaves alone, and read the median over time, so that they hold while the
face speaks.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.motion.channels import EMOTIONS
from vasa_core.motion.emotion import NEUTRAL

Weights = NDArray[np.floating]

LEAST = 0.3
"""Score below which a face counts as neutral: accents of the brows and traces of smiles stay under it."""


class Face:
    """ARKit weights [52] by the names of units without side."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def mean(self, unit: str) -> float:
        """The unit's weight, or the mean of its sides."""
        return sum(self._sides(unit)) / 2

    def least(self, unit: str) -> float:
        """The weaker side: a felt smile is on both."""
        return min(self._sides(unit))

    def uneven(self, unit: str) -> float:
        """How far one side outdoes the other."""
        left, right = self._sides(unit)
        return abs(left - right)

    def _sides(self, unit: str) -> tuple[float, float]:
        left, right = (unit, unit) if unit in ARKIT_INDEX else (f"{unit}Left", f"{unit}Right")
        return float(self._weights[ARKIT_INDEX[left]]), float(self._weights[ARKIT_INDEX[right]])


RULES: dict[str, Callable[[Face], float]] = {
    # AU 6 + 12: both corners of the mouth drawn up, cheeks raised; corners drawn down (15) speak against it.
    "happy": lambda face: face.least("mouthSmile") + 0.3 * face.mean("cheekSquint") - face.mean("mouthFrown"),
    # AU 1 + 15: inner brows raised and corners of the mouth drawn down, both; wide eyes (5) are fear, a knit (4) anger.
    "sad": lambda face: (
        min(face.mean("browInnerUp"), face.mean("mouthFrown")) - face.mean("eyeWide") - 0.4 * face.mean("browDown")
    ),
    # AU 4 + 7, 5: brows lowered and drawn together, eyes hard; a wrinkled nose (9) that outdoes them is disgust.
    "angry": lambda face: (
        face.mean("browDown")
        + 0.3 * max(face.mean("eyeSquint"), face.mean("eyeWide"))
        - 0.6 * face.mean("noseSneer")
        - 0.5 * face.mean("browInnerUp")
    ),
    # AU 1 + 4 + 5 + 20: inner brows raised, eyes wide, lips stretched; brows that arch (2) are rather surprise.
    "afraid": lambda face: (
        min(face.mean("browInnerUp"), face.mean("eyeWide"))
        + 0.3 * face.mean("mouthStretch")
        - 0.6 * face.mean("browOuterUp")
    ),
    # AU 1 + 2 + 5: whole brows up, eyes wide (the dropped jaw, 26, is lost in speech); 20 is fear, 4 anger.
    "surprised": lambda face: (
        min(face.mean("browInnerUp"), face.mean("browOuterUp"), face.mean("eyeWide"))
        - 0.6 * face.mean("mouthStretch")
        - 0.5 * face.mean("browDown")
    ),
    # AU 9, 10: nose wrinkled, upper lip raised; lowered brows come with 9, but if they lead (4) it is anger.
    "disgusted": lambda face: face.mean("noseSneer") + 0.3 * face.mean("mouthUpperUp") - 0.6 * face.mean("browDown"),
    # AU R12 + R14: one corner of the mouth tightened and drawn up, the other not.
    "contempt": lambda face: 0.6 * (face.uneven("mouthSmile") + face.uneven("mouthDimple")),
}


def recognise(weights: Weights, neutral: Weights | None = None) -> tuple[str, dict[str, float]]:
    """The emotion of a face: its name, or "neutral", and the score of each of `EMOTIONS`.

    Parameters
    ----------
    weights : [52] or [T, 52] ARKit weights in the order of `ARKIT_NAMES`; of several frames the median counts
    neutral : [52] weights of the same face without emotion, which are taken off; none by default
    """
    face = np.median(np.atleast_2d(weights), axis=0)
    if neutral is not None:
        face = face - neutral
    scores = {name: RULES[name](Face(face)) for name in EMOTIONS}
    best = max(scores, key=lambda name: scores[name])
    return (best if scores[best] >= LEAST else NEUTRAL), scores
