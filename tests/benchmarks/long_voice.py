"""A long recording for benchmarks: the sample lines, one after the other, again and again."""

import wave
from itertools import cycle
from pathlib import Path

import numpy as np

from vasa_core.audio.reading import load_audio
from vasa_core.samples import LINES

RATE = 16_000
PAUSE = np.zeros(RATE // 2, np.int16)


def write_long_voice(path: Path, seconds: float) -> Path:
    """Write `seconds` of speech with pauses of half a second as WAV, 16 kHz mono."""
    lines = [np.concatenate([(load_audio(line) * 32767).astype(np.int16), PAUSE]) for line in LINES]
    left = round(seconds * RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for line in cycle(lines):
            file.writeframes(line[:left].tobytes())
            left -= len(line[:left])
            if left <= 0:
                return path
    return path
