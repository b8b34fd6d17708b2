"""Sounds that are no speech: silence, noises, hums, tones and music, on which the face must rest.

Their motion is zero; the model learns from them that loudness alone does not open a mouth.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.encoder import LIVE, OFFLINE, SpeechEncoder

SECONDS = 6.0
RATE = 16_000


def make_quiet(out: Path, count: int = 60, seed: int = 0) -> None:
    """Write `count` clips: features to `out/features/<variant>/<name>.npy` for the variants live and offline."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        samples = quiet_sound(rng)
        for variant, settings in {"live": LIVE, "offline": OFFLINE}.items():
            folder = out / variant
            folder.mkdir(parents=True, exist_ok=True)
            np.save(folder / f"quiet{number:03d}.npy", SpeechEncoder(settings).encode(samples).astype(np.float16))


def quiet_sound(rng: np.random.Generator, seconds: float = SECONDS) -> NDArray[np.float32]:
    """One random sound [n] at 16 kHz, level between -70 and -15 dBFS."""
    n = int(seconds * RATE)
    kinds = [_silence, _coloured_noise, _hum, _music, _taps]
    sound = kinds[int(rng.integers(len(kinds)))](rng, n)
    level = 10 ** (rng.uniform(-70, -15) / 20)
    peak = np.abs(sound).max()
    return (sound / peak * level if peak > 0 else sound).astype(np.float32)


def _silence(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    return np.zeros(n)


def _coloured_noise(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum *= np.maximum(np.fft.rfftfreq(n), 1e-4) ** -rng.uniform(0, 1)
    swell = 1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.1, 3) * np.arange(n) / RATE)
    return np.fft.irfft(spectrum, n) * swell


def _hum(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    t = np.arange(n) / RATE
    base = rng.choice([50, 60, rng.uniform(80, 400)])
    hum = sum(np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6)) / k ** rng.uniform(0.7, 2) for k in range(1, 12))
    return np.asarray(hum) + 0.1 * rng.standard_normal(n)


def _music(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Plucked and held notes of a pentatonic scale, up to three voices."""
    out = np.zeros(n)
    scale = np.array([0, 2, 4, 7, 9, 12, 14, 16])
    for _ in range(int(rng.integers(1, 4))):
        root = rng.uniform(80, 400)
        beat = int(rng.uniform(0.12, 0.6) * RATE)
        decay = rng.uniform(0.5, 12)
        for begin in range(0, n, beat):
            length = min(beat, n - begin)
            t = np.arange(length) / RATE
            pitch = root * 2 ** (rng.choice(scale) / 12)
            note = sum(np.sin(2 * np.pi * pitch * k * t) / k**1.5 for k in range(1, 8))
            out[begin : begin + length] += np.exp(-decay * t) * np.asarray(note)
    return out


def _taps(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Steps, knocks, typing: short decaying noise bursts."""
    out = 0.01 * rng.standard_normal(n)
    for begin in np.cumsum(rng.uniform(0.08, 0.8, 100) * RATE).astype(int):
        length = min(int(rng.uniform(0.01, 0.15) * RATE), n - begin)
        if length <= 0:
            break
        out[begin : begin + length] += rng.standard_normal(length) * np.exp(-6 * np.arange(length) / length)
    return out
