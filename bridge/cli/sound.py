"""Sound out of a loudspeaker, and where it is: the audio clock that faces follow."""

import threading
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.client import PlaybackClock
from vasa_core.errors import VasaError

Block = NDArray[np.float32]
"""[n, channels] float32 in [-1, 1]."""
Supply = Callable[[int], Block]
"""Gives the next n samples, or fewer where there are no more (yet)."""
FINISH_S = 0.5
"""s that the last samples may take on their way to the loudspeaker."""


class SoundError(VasaError):
    """No loudspeaker or microphone can be used; a sentence that says why and what to do."""


def devices() -> Any:
    """The sounddevice module. Raises `SoundError` where PortAudio is missing."""
    try:
        import sounddevice
    except OSError:
        raise SoundError("Sound needs PortAudio, which is missing. On Debian: apt install libportaudio2.") from None
    return sounddevice


class Playback:
    """Plays what `supply` gives, and knows which sample is heard. Silence where nothing comes in time."""

    def __init__(self, rate: int, channels: int, supply: Supply) -> None:
        """Open the usual loudspeaker; it begins with `start`. Raises `SoundError` where there is none."""
        self.rate = rate
        """Samples a second."""
        self._supply = supply
        self._played = 0
        self._runs = self._starved = False
        self._clock = PlaybackClock(rate)
        self._lock = threading.Lock()
        sounddevice = devices()
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=rate, channels=channels, dtype="float32", latency="low", callback=self._fill
            )
        except Exception as problem:  # PortAudioError, or ValueError where there is no device at all
            raise SoundError(f"No sound can be played: {problem}. Connect a loudspeaker or do without.") from None

    def start(self) -> None:
        """Begin to play; may be called again."""
        if not self._runs:
            self._runs = True
            self._stream.start()

    def position(self) -> float:
        """Samples that were heard by now."""
        with self._lock:
            return min(self._clock.position(monotonic()), self._played)

    def report_due(self) -> bool:
        """Whether the daemon should be told the position now."""
        with self._lock:
            return self._clock.report_due(monotonic())

    def finish(self) -> None:
        """Let the last samples be heard."""
        end = monotonic() + FINISH_S
        while not self._starved or self.position() < self._played:
            if monotonic() > end:
                return
            sleep(0.005)

    def close(self) -> None:
        """Stop at once."""
        self._stream.abort()
        self._stream.close()

    def _fill(self, out: Block, count: int, times: Any, status: Any) -> None:
        """Called by PortAudio in a thread of its own."""
        block = self._supply(count)
        out[: len(block)] = block
        out[len(block) :] = 0
        wait = times.outputBufferDacTime - times.currentTime
        with self._lock:
            if len(block):
                if self._starved:
                    self._clock.stop()
                self._clock.update(self._played, monotonic() + (wait if wait > 0 else self._stream.latency))
            self._starved = len(block) < count
            self._played += len(block)


class SilentPlayback:
    """As `Playback`, where no sound is to be heard: only the clock runs, no further than `known` samples."""

    def __init__(self, rate: int, known: Callable[[], int]) -> None:
        self.rate = rate
        self._known = known
        self._clock = PlaybackClock(rate)

    def start(self) -> None:
        """Begin; may be called again."""
        if self._clock.position(monotonic()) == 0:
            self._clock.update(0, monotonic())

    def position(self) -> float:
        """Samples that would have been heard by now."""
        return min(self._clock.position(monotonic()), self._known())

    def report_due(self) -> bool:
        """Whether the daemon should be told the position now."""
        return self._clock.report_due(monotonic())

    def close(self) -> None:
        """Nothing is to be stopped."""


def whole(sound: Block) -> Supply:
    """Supplies a sound from its beginning to its end."""
    place = 0

    def supply(count: int) -> Block:
        nonlocal place
        block = sound[place : place + count]
        place += len(block)
        return block

    return supply
