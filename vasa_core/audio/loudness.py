"""How loud a stream's voice is, and the gain that brings any voice to one level before the speech encoder hears it.

A game plays voices at any level, and the encoder's features change with it: without this, the lips of a very quiet
recording move less. The loudness follows the loudest sound at once and falls slowly, so that pauses keep their gain.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import BANDS, FFT_SIZE, HOP, SAMPLE_RATE, hz_to_mel, mel_to_hz

FRAMES_PER_SECOND = SAMPLE_RATE // HOP
SMOOTHING_FRAMES = 8
"""80 ms: about a syllable's core. Clicks shorter than that count for less than a voice."""
RELEASE_DB = 4.0
"""dB a second. A pause of a second changes the gain by less than one vowel differs from the next."""
TARGET_DB = -16.0
"""Loudest syllables, against full scale, after the gain: those of speech of -22 dB root mean square."""
LARGEST_GAIN_DB = 30.0
LARGEST_CUT_DB = 12.0
SILENCE_DB, FAINT_DB = -70.0, -60.0
"""No gain where nothing louder than the first was heard, the whole gain from the second on: noise floors stay low."""
LOWEST_HZ = 100.0
"""Rumble and mains hum below do not count as sound."""
SMALLEST_POWER = 1e-12


@cache
def _weights() -> NDArray[np.float32]:
    """[80] weights that sum mel power to mean square: band widths over the energy of the analysis window."""
    limits = hz_to_mel(np.array([0.0, SAMPLE_RATE / 2]))
    edges = mel_to_hz(np.linspace(limits[0], limits[1], BANDS + 2))
    bins = (edges[2:] - edges[:-2]) / 2 / (SAMPLE_RATE / FFT_SIZE)
    hann_energy = 0.375 * FFT_SIZE
    weights = bins * (SAMPLE_RATE / FFT_SIZE) * 2.0 / (FFT_SIZE * hann_energy)
    return np.where(edges[1:-1] < LOWEST_HZ, 0.0, weights).astype(np.float32)


class Loudness:
    """Loudness of a stream's voice in dB against full scale."""

    def __init__(self) -> None:
        self._recent = np.zeros(SMOOTHING_FRAMES - 1, np.float32)
        self.level_db = -np.inf

    def push(self, power: NDArray[np.float32]) -> None:
        """Take the next frames' mel power [80, n], n >= 1, 100 a second."""
        energy = np.concatenate([self._recent, _weights() @ power])
        self._recent = energy[len(energy) - len(self._recent) :]
        smooth = np.lib.stride_tricks.sliding_window_view(energy, SMOOTHING_FRAMES).mean(axis=1)
        step = RELEASE_DB / FRAMES_PER_SECOND
        ages = np.arange(len(smooth))[::-1]
        loudest = np.max(10.0 * np.log10(np.maximum(smooth, SMALLEST_POWER)) - step * ages)
        self.level_db = max(self.level_db - step * len(smooth), float(loudest))

    @property
    def gain_db(self) -> float:
        """Gain for what is heard now, -12 to 30 dB."""
        gain = np.clip(TARGET_DB - self.level_db, -LARGEST_CUT_DB, LARGEST_GAIN_DB)
        return float(gain * np.clip((self.level_db - SILENCE_DB) / (FAINT_DB - SILENCE_DB), 0.0, 1.0))
