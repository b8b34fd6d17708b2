"""`OwnExpression`: what the portrait's own face does in the picture, and how much of it stays under the motion."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NOISE = (0.008, 0.03)
"""Inter-ocular distances: an own expression that moves nothing further is noise and counts as none; above, fully."""
CORNERS, MIDDLE = [61, 291], [13, 14]
"""Landmarks of the mouth's corners, and of the middle of the inner lips."""
GIVES_WAY = (0.015, 0.055)
"""Inter-ocular distances by which the motion draws the corners down against the middle of the lips: above the first
(beyond 99.9% of tracked speech) the portrait's own smile begins to give way, at the second nothing of it stays."""


class OwnExpression:
    """The displacement [478, 3] by which the picture differs from the person's neutral face."""

    def __init__(self, displacement: Floats, kept: float) -> None:
        """`kept`: share that stays under the motion's own, in [0, 1]: a smiling person speaks smiling."""
        share = np.clip((np.abs(displacement).max() - NOISE[0]) / (NOISE[1] - NOISE[0]), 0, 1)
        self._whole = np.float32(share) * displacement
        self._kept = kept
        self._smiles = _drop(displacement) < 0

    def take_off(self, displacement: Floats) -> Floats:
        """The motion's displacement [478, 3] against the neutral face, as one against the picture."""
        kept = self._kept
        if self._smiles:
            begin, end = GIVES_WAY
            opposed = min(max((_drop(displacement) - begin) / (end - begin), 0.0), 1.0)
            kept *= 1 - opposed * opposed * (3 - 2 * opposed)
        return displacement - np.float32(1 - kept) * self._whole


def _drop(displacement: Floats) -> float:
    """How far the corners of the mouth go down against its middle, inter-ocular distances."""
    return float(displacement[CORNERS, 1].mean() - displacement[MIDDLE, 1].mean())
