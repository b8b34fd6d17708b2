"""Sounds that are no speech, made from random numbers: noises, hums, engines, wind, steps and music.

Alone they are what a face must rest on; under speech they are what its lips must not heed.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft, rfftfreq
from scipy.ndimage import uniform_filter1d

from vasa_core.audio.mel import SAMPLE_RATE

Sound = NDArray[np.float64]
Random = np.random.Generator

LOWEST_HZ = 30.0
PENTATONIC = np.array([0, 2, 4, 7, 9, 12, 14, 16])  # semitones: any of its notes sound well together


def make_noise(kind: str, count: int, rng: Random) -> Sound:
    """Sound [count] at 16 kHz of one of the kinds in `NOISES`, of any level."""
    return NOISES[kind](count, rng)


def _coloured(count: int, rng: Random, slope: float) -> Sound:
    """Noise whose amplitude falls with frequency to the power of `slope`."""
    spectrum = rfft(rng.standard_normal(count))
    hz = np.maximum(rfftfreq(count, 1 / SAMPLE_RATE), LOWEST_HZ)
    return irfft(spectrum * (hz / 1000.0) ** -slope, count)


def _swelling(count: int, rng: Random) -> Sound:
    """Noise of any colour that swells and fades: surf, applause, traffic."""
    times = np.arange(count) / SAMPLE_RATE
    swell = 1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.1, 3) * times + rng.uniform(0, 6.28))
    return _coloured(count, rng, rng.uniform(0, 1)) * swell


def _wind(count: int, rng: Random) -> Sound:
    """Gusts: deep noise whose level wanders."""
    knots = max(4, int(count / SAMPLE_RATE * rng.uniform(0.5, 3)))
    gusts = np.interp(np.arange(count), np.linspace(0, count, knots), rng.gamma(1.0, 1.0, knots))
    return _coloured(count, rng, rng.uniform(1.2, 2.0)) * (0.1 + gusts)


def _hum(count: int, rng: Random) -> Sound:
    """Mains hum or a steady tone with overtones."""
    times = np.arange(count) / SAMPLE_RATE
    base = rng.choice([50.0, 60.0, rng.uniform(80, 400)])
    slope = rng.uniform(0.7, 2)
    hum = sum(
        np.sin(2 * np.pi * base * k * times + rng.uniform(0, 6.28)) * rng.random() / k**slope for k in range(1, 12)
    )
    return np.asarray(hum) + 0.03 * rng.standard_normal(count)


def _engine(count: int, rng: Random) -> Sound:
    """A motor whose speed drifts: many overtones and a rattle at its pace."""
    knots = max(4, count // SAMPLE_RATE * 2)
    hz = rng.uniform(20, 120) * np.interp(np.arange(count), np.linspace(0, count, knots), rng.uniform(0.8, 1.3, knots))
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    tone = sum(rng.random() / k**0.8 * np.sin(k * phase + rng.uniform(0, 6.28)) for k in range(1, 16))
    return np.asarray(tone) + 0.3 * _coloured(count, rng, 0.5) * (1 + np.sin(phase))


def _music(count: int, rng: Random) -> Sound:
    """Plucked, struck and held notes, up to four voices, with or without a beat of drums."""
    out = np.zeros(count)
    for _ in range(int(rng.integers(1, 5))):
        root, beat = rng.uniform(80, 400), int(rng.uniform(0.12, 0.6) * SAMPLE_RATE)
        decay, slope, vibrato = rng.uniform(0.5, 12), rng.uniform(1.0, 2.5), rng.uniform(0, 0.006)
        for begin in range(0, count, beat):
            times = np.arange(min(beat, count - begin)) / SAMPLE_RATE
            bend = times + vibrato * np.sin(2 * np.pi * 5.5 * times) / 5.5
            pitch = root * 2 ** (rng.choice(PENTATONIC) / 12)
            note = sum(np.sin(2 * np.pi * pitch * k * bend) / k**slope for k in range(1, 8))
            out[begin : begin + len(times)] += np.exp(-decay * times) * np.asarray(note)
    return out + rng.uniform(0, 0.5) * _taps(count, rng) if rng.random() < 0.4 else out


def _taps(count: int, rng: Random) -> Sound:
    """Steps, knocks, typing, crackling: short decaying bursts."""
    out = 0.01 * rng.standard_normal(count)
    pause = rng.uniform(0.05, 0.8)
    begin = 0
    while (begin := begin + int(rng.uniform(0.5, 1.5) * pause * SAMPLE_RATE)) < count:
        length = min(int(rng.uniform(0.01, 0.15) * SAMPLE_RATE), count - begin)
        burst = uniform_filter1d(rng.standard_normal(length), int(rng.integers(1, 12)))
        out[begin : begin + length] += rng.uniform(0.3, 1) * burst * np.exp(-6 * np.arange(length) / length)
    return out


NOISES: dict[str, Callable[[int, Random], Sound]] = {
    "white": lambda count, rng: _coloured(count, rng, 0.0),
    "pink": lambda count, rng: _coloured(count, rng, 0.5),
    "brown": lambda count, rng: _coloured(count, rng, 1.0),
    "swelling": _swelling,
    "wind": _wind,
    "hum": _hum,
    "engine": _engine,
    "taps": _taps,
    "music": _music,
}
