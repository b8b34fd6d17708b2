"""What benches let NPCs say: the sample lines, over and over."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.reading import load_audio
from vasa_core.samples import LINES

RATE = 16_000
"""Samples a second of all that benches say."""
PAUSE_S = 0.3


@cache
def _lines() -> NDArray[np.int16]:
    pause = np.zeros(round(PAUSE_S * RATE), np.int16)
    lines = [np.concatenate([(load_audio(line) * 32767).astype(np.int16), pause]) for line in LINES]
    return np.concatenate(lines)


def voice(seconds: float, begin: float = 0.0) -> NDArray[np.int16]:
    """[n] of speech, from some s on."""
    lines = _lines()
    first = round(begin * RATE)
    return np.take(lines, np.arange(first, first + round(seconds * RATE)), mode="wrap")
