"""Rounding of the lips: a gesture of its own, which begins early and passes through consonants that do not mind.

Consonants next to a rounded vowel are rounded too (Benguerel and Cowan 1974), so they hardly pull at this channel. The
recorded speaker's landmarks tell little of lips that come forward, because a tracker from the front does not see depth.
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.training.synthetic.dominance import CLASSES, rows_of
from vasa_core.training.synthetic.phones import PHONES, SILENCE, VOWEL
from vasa_core.training.synthetic.spoken import Segment

ROUND_FACE = {"mouthPucker": 0.85, "mouthFunnel": 0.3}
"""ARKit weights of a fully rounded sound, on top of the fitted mouth; by eye."""
OPENING_KEPT = 0.4
"""Of how far these open the lips: the rest is taken back, for the openings of rounded sounds are fitted already."""
BEFORE_PER_S, AFTER_PER_S = 10.0, 14.0
"""Fall of the log dominance per s: rounding is seen some 150 ms ahead."""
FIRM, INDIFFERENT, RESTING = 1.0, -2.0, -0.5
"""Log strengths: vowels and rounded consonants, other consonants, silence."""
HOLD = 0.3
"""Half the length of a hold, as a share of the phone's duration."""

ROUNDING = np.array([PHONES[name].rounding for name in CLASSES])
STRENGTH = np.array(
    [
        RESTING if name == SILENCE else FIRM if PHONES[name].manner == VOWEL or PHONES[name].rounding else INDIFFERENT
        for name in CLASSES
    ]
)


def rounding(segments: list[Segment], times: NDArray) -> NDArray[np.float64]:
    """[T] from 0 to 1 at `times` (s)."""
    rows = rows_of(segments)
    middle = np.array([(s.start + s.end) / 2 for s in segments])
    half = np.array([(0.5 if s.phone == SILENCE else HOLD) * s.duration for s in segments])
    ahead = np.maximum(middle - half - times[:, None], 0)
    behind = np.maximum(times[:, None] - middle - half, 0)
    log = STRENGTH[rows] - BEFORE_PER_S * ahead - AFTER_PER_S * behind
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    return weight @ ROUNDING[rows] / weight.sum(axis=1)


def round_face(space: LatentSpace) -> NDArray[np.float32]:
    """[D] latent that a fully rounded sound adds."""
    return space.from_arkit(named_weights(**ROUND_FACE))
