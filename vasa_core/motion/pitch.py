"""Pitch of a voice, 40 ms at a time: the autocorrelation of a short window, freed of the window's own (Boersma 1993).

Deep men, children and singers alike: 60 to 1000 Hz.
"""

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE

WINDOW_SAMPLES = 1024
"""64 ms: nearly four periods of the deepest voice."""
LOWEST_HZ, HIGHEST_HZ = 60.0, 1000.0
BAND_HZ = (50.0, 2000.0)
"""Hum below and hiss above it are left out before correlating, softly over `BAND_SLOPE` of each edge."""
BAND_SLOPE = 0.3
VOICED_LEAST = 0.55
"""Least autocorrelation at the period of a voiced sound: clean vowels reach 0.8 to 1, hiss stays below 0.4."""
SECOND_PERIOD_LOSS = 0.15
"""A voice is as much alike after two periods as after one, but for this; coloured noise is alike only once."""
OCTAVE_COST = 0.04
"""Autocorrelation that a peak may lack against one an octave below it: multiples of the period correlate as well."""
SEMITONES_PER_OCTAVE = 12.0
REFERENCE_HZ = 100.0

NEIGHBOURS = 2
"""Frames to either side against which jumps by octaves are noticed."""
JUMP_SEMITONES = 7.5
MEMORY_FRAMES = 200
"""The running median is over the last 8 s of voiced sounds: of what this voice does, not of a phrase."""
FAR_SEMITONES = 11.0
FAR_CLARITY = 0.85
"""So far from the median only clear sounds are believed: hiss and creaking have weak peaks anywhere."""

_FFT = 2 * WINDOW_SAMPLES
_LAGS = (int(SAMPLE_RATE / HIGHEST_HZ) - 1, int(SAMPLE_RATE / LOWEST_HZ) + 2)
_WINDOW = np.hanning(WINDOW_SAMPLES).astype(np.float32)


def _band() -> NDArray[np.float32]:
    hertz = np.fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)
    low, high = BAND_HZ
    rise = np.clip((hertz - low * (1 - BAND_SLOPE)) / (low * BAND_SLOPE), 0, 1)
    return (rise * np.clip((high * (1 + BAND_SLOPE) - hertz) / (high * BAND_SLOPE), 0, 1)).astype(np.float32)


def _own_correlation() -> NDArray[np.float32]:
    own = np.fft.irfft(np.abs(np.fft.rfft(_WINDOW, _FFT)) ** 2)
    return (own[: _LAGS[1] + 1] / own[0]).astype(np.float32)


_BAND = _band()
_OWN = _own_correlation()
_TILT = (OCTAVE_COST * np.log2(np.arange(1, _LAGS[1] + 2) / _LAGS[0])).astype(np.float32)[: _LAGS[1] + 1]


def measure(windows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pitch of windows of sound, each for itself.

    Parameters
    ----------
    windows
        [n, `WINDOW_SAMPLES`] samples at 16 kHz.

    Returns
    -------
    pitch
        [n] semitones over `REFERENCE_HZ`; without meaning where the sound is not periodic.
    clarity
        [n] autocorrelation at the period: 1 for a steady periodic sound, about 0 for noise; 0 for silence.
    """
    spectrum = np.fft.rfft(windows * _WINDOW, _FFT)
    power = (spectrum.real**2 + spectrum.imag**2) * _BAND
    low, high = _LAGS
    correlation = np.fft.irfft(power)[:, : high + 1]
    correlation = correlation / (correlation[:, :1] * _OWN + 1e-9)
    middle = correlation[:, low:high]
    peak = (middle >= correlation[:, low - 1 : high - 1]) & (middle > correlation[:, low + 1 :])
    at = low + np.argmax(np.where(peak, middle - _TILT[low:high], -1.0), axis=1)
    rows = np.arange(len(windows))
    before, top, after = correlation[rows, at - 1], correlation[rows, at], correlation[rows, at + 1]
    bend = before - 2 * top + after
    lag = at + np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0).clip(-0.5, 0.5)
    semitones = SEMITONES_PER_OCTAVE * np.log2(SAMPLE_RATE / lag / REFERENCE_HZ)
    twice = np.rint(2 * lag).astype(int)
    second = np.where(twice <= high, correlation[rows, np.minimum(twice, high)], 1.0)
    clarity = np.where(peak[rows, at - low], np.minimum(top, second + SECOND_PERIOD_LOSS), 0.0)
    return semitones.astype(np.float64), clarity.astype(np.float64)


class Pitch(NamedTuple):
    """Pitch of one frame."""

    semitones: float
    """Against the running median of this voice; 0 where the sound is not voiced."""
    voiced: bool


UNVOICED = Pitch(0.0, False)


class PitchFollower:
    """Puts octave jumps right among the neighbours and measures against the running median."""

    def __init__(self) -> None:
        self._near: deque[float | None] = deque([None] * (2 * NEIGHBOURS + 1), maxlen=2 * NEIGHBOURS + 1)
        self._memory: deque[float] = deque(maxlen=MEMORY_FRAMES)
        self._usual = 0.0

    def listen(self, semitones: float, clarity: float, loud: bool) -> None:
        """Take the newest window's measure, and whether it is loud enough to be the voice."""
        far = len(self._memory) > 0 and abs(semitones - self._usual) > FAR_SEMITONES
        known = loud and clarity > (FAR_CLARITY if far else VOICED_LEAST)
        self._near.append(semitones if known else None)

    def frame(self) -> Pitch:
        """Pitch `NEIGHBOURS` frames before the newest."""
        own = self._near[NEIGHBOURS]
        known = sorted(value for value in self._near if value is not None)
        if own is None or len(known) < 2:
            return UNVOICED
        jump = own - known[len(known) // 2]
        if abs(jump) > JUMP_SEMITONES:
            own -= SEMITONES_PER_OCTAVE * round(jump / SEMITONES_PER_OCTAVE)
        self._memory.append(own)
        self._usual = sorted(self._memory)[len(self._memory) // 2]
        return Pitch(own - self._usual, True)
