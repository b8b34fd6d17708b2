"""Phone classes that the recordings lack, placed by phonetic knowledge: as mixtures of classes that are in them, with
more or less rounding (chart of the International Phonetic Association 2020; Ladefoged and Maddieson 1996)."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.training.synthetic.dominance import CLASSES, Dominance

MIXTURES: dict[str, dict[str, float]] = {
    "bh": {"b": 0.5, "w": 0.3, "ax": 0.2},
    "ts": {"s": 0.7, "t": 0.3},
    "rr": {"l": 0.6, "d": 0.4},
    "sh": {"ch": 0.8, "uw": 0.2},
    "zh": {"jh": 0.8, "uw": 0.2},
    "rt": {"d": 0.6, "r": 0.4},
    "rs": {"ch": 0.6, "r": 0.4},
    "cx": {"y": 0.6, "ch": 0.2, "s": 0.2},
    "nj": {"n": 0.5, "y": 0.5},
    "wy": {"w": 0.6, "uw": 0.25, "iy": 0.15},
    "ng": {"g": 0.7, "k": 0.3},
    "x": {"k": 0.5, "g": 0.5},
    "q": {"k": 0.6, "ah": 0.4},
    "rh": {"g": 0.6, "ax": 0.4},
    "h": {"ax": 1.0},
    "er": {"r": 0.35, "uh": 0.35, "ax": 0.3},
    "ue": {"uw": 0.75, "iy": 0.25},
    "oe": {"uw": 0.4, "eh": 0.3, "ao": 0.3},
    "ui": {"ih": 0.6, "uh": 0.2, "ax": 0.2},
}
"""Shares of heard classes; targets, strengths and reaches alike."""

ROUNDED: dict[str, dict[str, float]] = {
    "sh": {"mouthFunnel": 0.12},
    "zh": {"mouthFunnel": 0.12},
    "rs": {"mouthFunnel": 0.06},
    "wy": {"mouthPucker": 0.2},
    "er": {"mouthFunnel": 0.05},
    "ue": {"mouthPucker": 0.25},
    "oe": {"mouthPucker": 0.15, "mouthFunnel": 0.1},
    "ui": {"mouthStretchLeft": 0.05, "mouthStretchRight": 0.05},
}
"""ARKit weights on top of a mixture, where the recorded speaker's own sounds are rounded less than those meant."""

WEAK = {"h": -2.0}
"""Added to a log strength: an h has the mouth of the vowel that follows."""


def fill_unheard(model: Dominance, reader: NDArray[np.float32], space: LatentSpace) -> Dominance:
    """The model with all classes of `MIXTURES` placed; `reader` [D, K] reads directions from latents."""
    for name, mixture in MIXTURES.items():
        row = CLASSES.index(name)
        others, shares = [CLASSES.index(other) for other in mixture], np.array(list(mixture.values()), np.float32)
        for table in (model.targets, model.strength, model.before, model.after, model.hold):
            table[row] = np.tensordot(shares, table[others], axes=1)
        model.targets[row] += space.from_arkit(named_weights(**ROUNDED.get(name, {}))) @ reader
        model.strength[row] += WEAK.get(name, 0.0)
    return model
