"""The sound of an utterance: whole or growing, at 16 kHz for the networks, counted at the rate it was given in."""

from typing import Any, Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from bridge.protocol.errors import BridgeError
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.reading import as_float, load_audio
from vasa_core.errors import AudioError

Samples = NDArray[np.float32]
TYPES: dict[str, np.dtype[Any]] = {"s16": np.dtype("<i2"), "f32": np.dtype("<f4")}
KEPT_S = 2.0
"""s of a stream that are kept behind what has been said: what the speech encoder hears before a place to go on from."""


def raw_samples(data: bytes, encoding: Literal["s16", "f32"]) -> Samples:
    """Samples of raw bytes. Raises "bad_audio" where the bytes end within one."""
    kind = TYPES[encoding]
    if len(data) % kind.itemsize:
        raise BridgeError(
            "bad_audio", f"{len(data)} bytes are no whole number of {encoding} samples; send {kind.itemsize} each."
        )
    floats = as_float(np.frombuffer(data, kind))
    return np.nan_to_num(floats, nan=0.0, posinf=0.0, neginf=0.0).clip(-1, 1)


class Sound:
    """Samples that have come so far; those of a stream are forgotten once they are of no more use."""

    def __init__(self, rate: int, whole: bool) -> None:
        self.rate = rate
        self.whole = whole
        """All of it is kept, so that one may go to any place of it."""
        self.given = 0
        """Samples at `rate` that have come."""
        self.closed = whole
        self._pieces: list[Samples] = []
        self._first = 0  # sample at 16 kHz that the first piece begins with
        self.length = 0
        """Samples at 16 kHz that have come."""

    @property
    def seconds(self) -> float:
        """Length of what has come."""
        return self.length / SAMPLE_RATE

    @property
    def kept_from(self) -> float:
        """s from where on the sound has not been forgotten, and one may go on with it."""
        return self._first / SAMPLE_RATE

    @property
    def kept_bytes(self) -> int:
        """Memory that the samples take."""
        return (self.length - self._first) * np.dtype(np.float32).itemsize

    def add(self, samples: Samples) -> None:
        """Append samples at 16 kHz."""
        if len(samples):
            self._pieces.append(samples)
            self.length += len(samples)

    def take(self, begin: int, end: int) -> Samples:
        """Samples begin..end-1 at 16 kHz, as far as they are there."""
        begin = max(begin, self._first)
        parts, place = [np.zeros(0, np.float32)], self._first
        for piece in self._pieces:
            if place < end and place + len(piece) > begin:
                parts.append(piece[max(0, begin - place) : end - place])
            place += len(piece)
        return np.concatenate(parts)

    def forget_before(self, seconds: float) -> None:
        """The place `seconds` has been said: forget what is of no more use."""
        if self.whole:
            return
        needless = round((seconds - KEPT_S) * SAMPLE_RATE)
        while self._pieces and self._first + len(self._pieces[0]) <= needless:
            self._first += len(self._pieces.pop(0))


def whole_sound(data: bytes, encoding: Literal["s16", "f32", "file"], rate: int, longest: float) -> Sound:
    """The sound of whole raw samples or of a sound file. Raises "bad_audio" and "too_large"."""
    sound = Sound(rate, whole=True)
    try:
        if encoding == "file":
            samples = load_audio(data)
            sound.given = round(len(samples) * rate / SAMPLE_RATE)
        else:
            raw = raw_samples(data, encoding)
            samples = load_audio(raw, rate)
            sound.given = len(raw)
    except AudioError as error:
        raise BridgeError("bad_audio", str(error)) from error
    if len(samples) > longest * SAMPLE_RATE:
        raise BridgeError(
            "too_large",
            f"The sound lasts {len(samples) / SAMPLE_RATE:.0f} s and {longest:.0f} s are possible; say it in parts.",
        )
    sound.add(samples)
    return sound


class SoundStream:
    """Feeds a growing sound from raw pieces of any size."""

    def __init__(self, sound: Sound, encoding: Literal["s16", "f32"]) -> None:
        self.sound = sound
        self._encoding = encoding
        self._resampler = None
        if sound.rate != SAMPLE_RATE:
            self._resampler = AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)

    def push(self, data: bytes, encoding: Literal["s16", "f32"] | None = None) -> None:
        """The next piece; `encoding` where it is another than that of the first one."""
        samples = raw_samples(data, encoding or self._encoding)
        self.sound.given += len(samples)
        if self._resampler is None or not len(samples):
            self.sound.add(samples)
            return
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = self.sound.rate
        self._resample(frame)

    def close(self) -> None:
        """There are no more pieces."""
        if self._resampler is not None and self.sound.given:
            self._resample(None)
        self.sound.closed = True

    def _resample(self, frame: AudioFrame | None) -> None:
        assert self._resampler is not None
        try:
            pieces = self._resampler.resample(frame)
        except av.FFmpegError as error:
            raise BridgeError("bad_audio", f"The piece cannot be resampled from {self.sound.rate} Hz.") from error
        for piece in pieces:
            self.sound.add(piece.to_ndarray().reshape(-1).astype(np.float32))
