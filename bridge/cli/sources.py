"""Where a live voice comes from: a microphone, or a file in its own time. All at 48 kHz, mono."""

import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.cli.sound import SoundError, devices
from vasa_core.export.sound import SOUND_RATE, open_sound

TAPE_S = 60
"""s of sound that are kept: far more than lies between a microphone and the loudspeaker."""
BLOCK = 4800
"""Samples at most that are handed on at once."""
WAIT_S = 0.01

Samples = NDArray[np.float32]
"""[n] in [-1, 1]."""


class Tape:
    """The last minute of a sound that grows; one thread adds, any thread takes."""

    def __init__(self) -> None:
        self.length = 0
        """Samples that were added so far."""
        self.ended = False
        """No more will come."""
        self._ring = np.zeros(TAPE_S * SOUND_RATE, np.float32)
        self._lock = threading.Lock()

    def add(self, samples: Samples) -> None:
        """Append."""
        with self._lock:
            places = np.arange(self.length, self.length + len(samples)) % len(self._ring)
            self._ring[places] = samples
            self.length += len(samples)

    def take(self, begin: int, count: int) -> Samples:
        """Samples from `begin` on: `count`, or as many as have come. Those that are too old are 0."""
        with self._lock:
            end = min(begin + count, self.length)
            places = np.arange(begin, end)
            samples = self._ring[places % len(self._ring)]
            samples[places < self.length - len(self._ring)] = 0
            return samples

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """All of it, as it comes, as [1, n]; waits for more until it has ended."""
        place = 0
        while True:
            ended = self.ended
            samples = self.take(place, BLOCK)
            place += len(samples)
            if len(samples):
                yield samples[None]
            elif ended:
                return
            else:
                sleep(WAIT_S)


class Microphone:
    """What the usual microphone hears from now on. Raises `SoundError` where there is none."""

    def __init__(self) -> None:
        self.ended = False
        self._heard: list[Samples] = []
        self._lock = threading.Lock()
        sounddevice = devices()
        try:
            self._stream = sounddevice.InputStream(
                samplerate=SOUND_RATE, channels=1, dtype="float32", latency="low", callback=self._hear
            )
            self._stream.start()
        except Exception as problem:  # PortAudioError, or ValueError where there is no device at all
            raise SoundError(f"Nothing can be heard: {problem}. Connect a microphone, or give --audio FILE.") from None

    def read(self) -> Samples:
        """What was heard since the last time."""
        with self._lock:
            heard, self._heard = self._heard, []
        return np.concatenate([*heard, np.zeros(0, np.float32)])

    def close(self) -> None:
        """Stop listening."""
        self._stream.abort()
        self._stream.close()

    def _hear(self, block: NDArray[np.float32], count: int, times: Any, status: Any) -> None:
        """Called by PortAudio in a thread of its own."""
        with self._lock:
            self._heard.append(block[:, 0].copy())


class FileVoice:
    """A file, as if it was spoken now."""

    def __init__(self, path: Path) -> None:
        sound = np.concatenate(list(open_sound(path).blocks), axis=1)
        self._samples: Samples = sound.mean(axis=0, dtype=np.float32)
        self._read = 0
        self._begin: float | None = None

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return self._read == len(self._samples)

    def read(self) -> Samples:
        """What has been spoken since the last time; the first time begins it."""
        now = monotonic()
        self._begin = now if self._begin is None else self._begin
        begin, self._read = self._read, min(round((now - self._begin) * SOUND_RATE), len(self._samples))
        return self._samples[begin : self._read]

    def close(self) -> None:
        """Nothing is to be stopped."""
