"""What the tongue does with each phone class, by the same dominance functions as the lips.

No camera sees the tongue in the recordings, so its targets are phonetic knowledge: place of articulation for
consonants, height of the body for vowels (chart of the International Phonetic Association 2020).
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.synthetic.dominance import CLASSES, Dominance, rows_of
from vasa_core.training.synthetic.phones import BILABIAL, GLOTTAL, LABIODENTAL, PHONES, VOWEL
from vasa_core.training.synthetic.spoken import Segment

OUT = {"th": 1.0, "dh": 0.8}
TIP_UP = {
    **dict.fromkeys(("t", "d", "n", "l"), 1.0),
    **{
        "rr": 0.9,
        "ts": 0.85,
        "s": 0.65,
        "z": 0.65,
        "rt": 0.8,
        "rs": 0.5,
        "ch": 0.75,
        "jh": 0.75,
        "sh": 0.45,
        "zh": 0.45,
    },
    **{"r": 0.4, "nj": 0.5, "th": 0.1, "dh": 0.1, "er": 0.25, "cx": 0.2},
}
BACK_UP = {
    **dict.fromkeys(("k", "g", "ng"), 1.0),
    **{"x": 0.85, "q": 0.7, "rh": 0.6, "cx": 0.8, "nj": 0.8, "y": 0.75, "wy": 0.6, "w": 0.5},
    **{"sh": 0.4, "zh": 0.4, "ch": 0.45, "jh": 0.45, "rt": 0.3, "rs": 0.35, "r": 0.3},
}
"""Targets by class of the three channels of `Motion.tongue`; 0 where a class is missing, but see `VOWEL_HEIGHT`."""
VOWEL_HEIGHT, CLOSE_FROM = 0.7, 0.45
"""`back_up` of the closest front vowel, and the height from which vowels raise the tongue's body."""
FRONT_SHARE = 0.7
"""A close back vowel shows less of the tongue than a front one: this share of the height counts at the front only."""

FALL_PER_S = 28.0
"""The tongue's tip moves within 60 to 80 ms (Perkell 1969): its reach is half of that of the lips."""
CONSTRICTION, BODY, FREE = 2.0, 0.0, -3.0
"""Log strengths: a consonant that needs the tongue, a vowel, and a sound that leaves it alone."""
HOLD = 0.3


def _tables() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Targets and log strengths [P, 3]."""
    targets = np.array([[channel.get(name, 0.0) for channel in (OUT, TIP_UP, BACK_UP)] for name in CLASSES])
    strengths = np.zeros((len(CLASSES), 3))
    for row, name in enumerate(CLASSES):
        phone = PHONES[name]
        if phone.manner == VOWEL:
            front = 1 - FRONT_SHARE * (1 - phone.frontness)
            targets[row, 2] = VOWEL_HEIGHT * max(0.0, phone.height - CLOSE_FROM) / (1 - CLOSE_FROM) * front
        free = phone.place in (BILABIAL, LABIODENTAL, GLOTTAL)
        strengths[row] = np.where(targets[row] >= 0.4, CONSTRICTION, FREE if free else BODY)
        if phone.manner == VOWEL:
            strengths[row] = BODY
    return targets, strengths


TARGETS, STRENGTHS = _tables()


def tongue(segments: list[Segment], times: NDArray, model: Dominance) -> NDArray[np.float32]:
    """[T, 3] `out`, `tip_up`, `back_up` in [0, 1] at `times` (s), in step with the mouth of `model`."""
    rows = rows_of(segments)
    middle = np.array([(s.start + s.end) / 2 for s in segments]) + float(model.delay)
    half = np.array([HOLD * s.duration for s in segments])
    apart = np.maximum(np.abs(times[:, None] - middle) - half, 0)
    log = STRENGTHS[rows] - FALL_PER_S * apart[..., None]
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    places = np.einsum("tik,ik->tk", weight / weight.sum(axis=1, keepdims=True), TARGETS[rows])
    return np.clip(places, 0, 1).astype(np.float32)
