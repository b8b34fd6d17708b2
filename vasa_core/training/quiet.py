"""Sounds that are no speech: silence, noises, hums, tones and music, on which the face must rest.

Their motion is zero; the model learns from them that loudness alone does not open a mouth.
"""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.training.noises import NOISES, make_noise

SECONDS = 6.0
COUNT = 80
SILENCE_SHARE = 0.15
PEAK_DB = (-85.0, -10.0)
"""Against full scale: from what no gain reaches to as loud as a voice."""
FADE_SHARE, FADE_S = 0.4, 2.0
"""How often a sound begins out of silence, and within how long."""


def make_quiet(out: Path, count: int = COUNT, seed: int = 0) -> list[Path]:
    """Write `count` sounds `out/quietNNN.wav` that are not there yet; return all of them."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"quiet{number:03d}.wav" for number in range(count)]
    for number, path in enumerate(paths):
        if path.exists():
            continue
        samples = quiet_sound(np.random.default_rng((seed, number)))
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return paths


def quiet_sound(rng: np.random.Generator, seconds: float = SECONDS) -> NDArray[np.float32]:
    """One random sound [n] at 16 kHz, peak between -85 and -10 dBFS."""
    count = int(seconds * SAMPLE_RATE)
    if rng.random() < SILENCE_SHARE:
        return np.zeros(count, np.float32)
    sound = make_noise(str(rng.choice(list(NOISES))), count, rng)
    if rng.random() < FADE_SHARE:
        begin = rng.integers(count)
        sound = sound * np.clip((np.arange(count) - begin) / (rng.uniform(0.01, FADE_S) * SAMPLE_RATE), 0, 1)
    level = 10 ** (rng.uniform(*PEAK_DB) / 20)
    return (sound / max(np.abs(sound).max(), 1e-9) * level).astype(np.float32)
