"""Several channels to one, without losing a voice: silent channels do not halve it, opposite ones do not cancel it."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE

BLOCKS = 10  # a second: weights are reconsidered every 0.1 s and ramp over a block
MEMORY_S = 10.0  # time constant of the channel statistics
SILENT_SHARE = 1e-3  # a channel 30 dB below the loudest carries no voice
OPPOSITE = -0.5  # correlation below which a channel is taken to be wired in opposite phase


class Downmix:
    """Weighs the channels of a stream by what they carried so far. Results do not depend on how the stream is cut."""

    def __init__(self, channels: int, rate: int = SAMPLE_RATE) -> None:
        self.channels = channels
        self._rate = rate
        self._block = rate // BLOCKS
        self._pending = np.zeros((channels, 0), np.float32)
        self._covariance = np.zeros((channels, channels))
        self._weights: NDArray[np.float64] | None = None

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take [channels, N] and return the mono samples [n] of all complete blocks."""
        if self.channels == 1:
            return samples[0]
        self._pending = np.concatenate([self._pending, samples], axis=1)
        size = self._block
        whole = self._pending.shape[1] // size * size
        blocks = [self._mix(self._pending[:, i : i + size]) for i in range(0, whole, size)]
        self._pending = self._pending[:, whole:].copy()
        return np.concatenate([np.zeros(0, np.float32), *blocks])

    def finish(self) -> NDArray[np.float32]:
        """Return the samples of the last, incomplete block."""
        rest, self._pending = self._pending, np.zeros((self.channels, 0), np.float32)
        return self._mix(rest) if rest.shape[1] else np.zeros(0, np.float32)

    def _mix(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        forget = np.exp(-block.shape[1] / (MEMORY_S * self._rate))
        wide = block.astype(np.float64)
        self._covariance = forget * self._covariance + wide @ wide.T
        target = self._target_weights()
        before = target if self._weights is None else self._weights
        if self._weights is not None or self._covariance.any():
            self._weights = target
        ramp = np.arange(1, block.shape[1] + 1) / block.shape[1]
        weights = before[:, None] + (target - before)[:, None] * ramp
        return (weights * wide).sum(axis=0).astype(np.float32)

    def _target_weights(self) -> NDArray[np.float64]:
        energy = np.diag(self._covariance)
        if not energy.any():
            return np.full(self.channels, 1.0 / self.channels)
        loudest = int(np.argmax(energy))
        if self._weights is not None and energy[0] > 0.5 * energy[loudest]:
            loudest = 0  # the first channel sets the sign where it may, so that the sign does not flip to and fro
        active = energy > SILENT_SHARE * energy.max()
        scale = np.sqrt(energy[loudest] * np.maximum(energy, 1e-20))
        signs = np.where(self._covariance[loudest] / scale < OPPOSITE, -1.0, 1.0)
        return signs / active.sum()
