"""A stream of sound as a row of overlapping log-mel windows, every spectrum computed once, every voice at one level."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.loudness import Loudness
from vasa_core.audio.mel import BANDS, FFT_SIZE, HOP, SAMPLE_RATE, log_scaled, mel_power

HALF = FFT_SIZE // 2
UNSETTLED = 1
"""Frames at a window's end that reach beyond it, into sound that has not arrived; reflected as Whisper does."""
LONGEST_MEMORY = 10 * SAMPLE_RATE
"""Samples heard before that still tell how loud the voice is."""


class MelStream:
    """Cuts a stream into windows of `window` frames (10 ms each), one every `hop` frames.

    Parameters
    ----------
    window
        Frames in each log-mel.
    hop
        Frames from one window to the next, at most `window`.
    past
        Frames of the first window that lie before the stream's first sample: silence, or what was heard before.

    """

    def __init__(self, window: int, hop: int, past: int) -> None:
        self._window, self._hop, self._past = window, hop, past
        self.reset()

    def reset(self, heard: NDArray[np.float32] | None = None) -> None:
        """Begin a new stream, as after silence or after having `heard` [N] samples."""
        heard = np.zeros(0, np.float32) if heard is None else heard[-LONGEST_MEMORY:].astype(np.float32)
        # Spectra are computed hop by hop, on the same grid as those of the stream that follows.
        first = self._window - UNSETTLED - self._past
        hops = -(-max(self._past + first, len(heard) // HOP + first) // self._hop)
        before = (hops * self._hop - first) * HOP + HALF
        self._samples = np.pad(heard, (before - min(before, len(heard)), 0))[-before:]
        self._power = np.zeros((BANDS, 0), np.float32)
        self._loudness = Loudness()
        self._first = hops
        self._skipped = 0

    def skip(self, frames: int) -> None:
        """Let the next window begin so many frames later than it would."""
        self._skipped += frames

    def push(self, samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Take the next samples [N]; return the log-mels [80, window] that they complete."""
        self._samples = np.concatenate([self._samples, samples])
        windows = []
        while len(self._samples) >= self._needed():
            for _ in range(self._first):
                self._settle(self._hop)
            if self._skipped:
                self._settle(self._skipped)
            windows.append(self._log_mel())
            self._first, self._skipped = 1, 0
        return windows

    def _needed(self) -> int:
        """Samples that the next window waits for, counted from the first one kept."""
        return (self._first * self._hop + self._skipped) * HOP + HALF + UNSETTLED * HOP

    def _settle(self, frames: int) -> None:
        power = mel_power(self._samples[: (frames - 1) * HOP + FFT_SIZE])
        self._samples = self._samples[frames * HOP :]
        self._loudness.push(power)
        self._power = np.concatenate([self._power, power], axis=1)[:, -(self._window - UNSETTLED) :]

    def _log_mel(self) -> NDArray[np.float32]:
        end = HALF + UNSETTLED * HOP
        newest = self._samples[:end]
        last = mel_power(np.concatenate([newest, newest[-2 : end - FFT_SIZE - 2 : -1]]))  # reflected
        gain = np.float32(10.0 ** (self._loudness.gain_db / 10.0))
        return log_scaled(gain * np.concatenate([self._power, last], axis=1))
