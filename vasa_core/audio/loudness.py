"""How loud a stream's voice is, and the gain that brings any voice to one level before the speech encoder hears it.

A game plays voices at any level, and the encoder's features change with it: without this, the lips of a very quiet
recording move less. The loudness is the mean of what stands out of the background, so that noises between words and
pauses change nothing, and a voice that begins after noise finds the gain it needs and not the noise's.
"""

from functools import cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import BANDS, FFT_SIZE, HOP, SAMPLE_RATE, hz_to_mel, mel_to_hz

FRAME_S = HOP / SAMPLE_RATE
SMOOTHING_FRAMES = 8
"""80 ms: about a syllable's core. Clicks shorter than that count for less than a voice."""
TARGET_DB = -25.0
"""Mean of a voice's syllables against full scale, after the gain: those of speech of about -22 dB root mean square."""
LARGEST_GAIN_DB = 30.0
LARGEST_CUT_DB = 12.0
USUAL_BACKGROUND_DB = -55.0
"""What is taken for the background until something quieter was heard: few recordings are noisier."""
SILENCE_DB = -80.0
"""Quieter than any microphone: digital silence tells nothing about the background."""
BACKGROUND_RISE_DB = 6.0
"""dB a second. It falls at once: speech comes down to its background several times a second, noise stays up."""
VOICE_ABOVE_DB, SURE_ABOVE_DB = 12.0, 22.0
"""Above the background: where something begins to count as a voice, and where it counts as a whole."""
SPEAKING_MEMORY_S, PAUSING_MEMORY_S = 2.0, 8.0
"""Time constants of forgetting: a sentence's loudness moves the gain, a pause brings it back slowly."""
DOUBT_S = 0.05
"""So much of a voice is not enough to know its level: until then the gain is less than what it would need."""
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


def level_db(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Root mean square in dB against full scale, [n - 7], of each 8 successive frames of mel power [80, n]."""
    energy = np.lib.stride_tricks.sliding_window_view(_weights() @ power, SMOOTHING_FRAMES).mean(axis=1)
    return 10.0 * np.log10(np.maximum(energy, SMALLEST_POWER))


class Loudness:
    """Loudness of a stream's voice in dB against full scale."""

    def __init__(self) -> None:
        self._recent = np.zeros((BANDS, SMOOTHING_FRAMES - 1), np.float32)
        self._background = USUAL_BACKGROUND_DB
        self._gain = 0.0  # dB, summed over the voice, in dB seconds
        self._voice = 0.0  # s

    def push(self, power: NDArray[np.float32]) -> None:
        """Take the next frames' mel power [80, n], n >= 1, 100 a second."""
        power = np.concatenate([self._recent, power], axis=1)
        self._recent = power[:, power.shape[1] - SMOOTHING_FRAMES + 1 :]
        for level in level_db(power).tolist():
            self._follow(level)

    def _follow(self, level: float) -> None:
        if level > SILENCE_DB:
            self._background = min(self._background + BACKGROUND_RISE_DB * FRAME_S, level)
        above = (level - self._background - VOICE_ABOVE_DB) / (SURE_ABOVE_DB - VOICE_ABOVE_DB)
        share = min(max(above, 0.0), 1.0)
        speaking, pausing = exp(-FRAME_S / SPEAKING_MEMORY_S), exp(-FRAME_S / PAUSING_MEMORY_S)
        kept = share * speaking + (1.0 - share) * pausing
        self._gain = kept * self._gain + share * FRAME_S * (TARGET_DB - level)
        self._voice = kept * self._voice + share * FRAME_S

    @property
    def gain_db(self) -> float:
        """Gain for what is heard now, -12 to 30 dB."""
        gain = self._gain / (self._voice + DOUBT_S)
        return min(max(gain, -LARGEST_CUT_DB), LARGEST_GAIN_DB)
