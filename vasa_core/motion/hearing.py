"""What a face hears: samples in, and out comes what the motion model is told of each block of frames."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from vasa_core.audio.encoder import (
    FEATURE_RATE,
    FEATURE_SIZE,
    WINDOW_FEATURES,
    EncoderSettings,
    SpeechEncoder,
    as_finite,
)
from vasa_core.audio.reading import as_float
from vasa_core.errors import AudioError
from vasa_core.motion.prosody import FRAME_S, FRAME_SAMPLES, LOOK_AHEAD_FRAMES, PROSODY_SIZE, ProsodyTracker, rows

Array = NDArray[np.float32]

FEATURES_PER_FRAME = round(FEATURE_RATE * FRAME_S)


@dataclass
class Heard:
    """What is heard during a block of n frames, or where there is no sound during any number."""

    features: Array | None
    """[12, 768] of the block and what follows it, see `SpeechEncoder.push`; None where there is no sound."""
    prosody: Array
    """[n, P] rows of `vasa_core.motion.prosody`; zeros where there is no sound."""


def nothing(frames: int) -> Heard:
    """No sound."""
    return Heard(None, np.zeros((frames, PROSODY_SIZE), np.float32))


def as_samples(samples: NDArray) -> Array:
    """Any row of samples as float32 in [-1, 1]: integers of full scale are scaled, what is not finite is silence."""
    samples = np.asarray(samples)
    if samples.ndim != 1:
        raise AudioError(f"Samples of the shape {samples.shape} cannot be heard. Give one mono row at 16 kHz.")
    if samples.dtype.kind not in "fiu":
        raise AudioError(f"Samples of the kind {samples.dtype} cannot be heard. Give floats in [-1, 1] or integers.")
    return as_finite(as_float(samples)).clip(-1, 1)


class Hearing:
    """One sound at a time; the voices' noise floors, loudness and pitch are remembered from one sound to the next.

    Features and prosody know different stretches of what follows them. Both wait here until a whole block has both,
    which is `encoder.look_ahead + encoder.hop` after the block's beginning, where the hop is a block.
    """

    def __init__(
        self, encoder: EncoderSettings, block: int, threads: int = 1, network: InferenceSession | None = None
    ) -> None:
        """`block`: frames of a block, which must be those of the encoder's; the others as of `SpeechEncoder`."""
        self._block = block
        self._encoder = SpeechEncoder(encoder, threads, network)
        self._trackers: dict[int, ProsodyTracker] = {}
        # Prosody waits for 0.12 s after its frame. A shorter look-ahead leaves no time for that: the row of the frame
        # before has to do then, so that the lips are not held up.
        self._late = max(0, ceil(LOOK_AHEAD_FRAMES - encoder.look_ahead / FRAME_S - 1e-6))
        self.voice: int | None = None
        """Whose sound it is, as the state of the face that hears it: SPEAKING, LISTENING; None between sounds."""
        self._clear()

    def _clear(self) -> None:
        self._encoder.reset()
        self._windows = np.zeros((0, WINDOW_FEATURES, FEATURE_SIZE), np.float32)
        self._rows = _Queue(PROSODY_SIZE)
        self._rows.add(np.zeros((self._late, PROSODY_SIZE), np.float32))
        self._samples = self._given = self._aside = 0

    def begin(self, voice: int, before: Array | None = None) -> None:
        """Begin a sound, or go on in the middle of one: after the samples `before` [n], of which no frames are made."""
        self.drop()
        self.voice = voice
        self._tracker = self._trackers.setdefault(voice, ProsodyTracker())
        if before is None or len(before) < FRAME_SAMPLES:
            return
        frames = len(before) // FRAME_SAMPLES
        before = before[-frames * FRAME_SAMPLES :]
        self._encoder.reset(before)
        self._rows.skip(frames)
        self._rows.add(rows(self._tracker.push(before)))

    def drop(self) -> None:
        """End the sound, if there is one, and forget what waits."""
        if self.voice is not None:
            self._tracker.finish()
            self.voice = None
            self._clear()

    def push(self, samples: Array, aside: int = 0) -> None:
        """Take samples [n] in [-1, 1]; `aside` of the next frames will be skipped, and blocks begin after them."""
        self._set_aside(aside)
        self._samples += len(samples)
        self._add(self._encoder.push(samples))
        self._rows.add(rows(self._tracker.push(samples)))

    def _add(self, windows: Array) -> None:
        self._windows = np.concatenate([self._windows, windows])

    def _set_aside(self, frames: int) -> None:
        """Let blocks begin after the next `frames`, less than a block."""
        features = FEATURES_PER_FRAME * (frames - self._aside)
        if features <= 0:
            return
        self._aside = frames
        self._encoder.skip(features)
        # Windows that wait for their prosody begin too early and know what follows not quite as far.
        shifted = self._windows[:, features:]
        self._windows = np.pad(shifted, ((0, 0), (0, features), (0, 0)), mode="edge")

    @property
    def owed(self) -> int:
        """Frames that have begun and were neither taken nor skipped."""
        return -(-self._samples // FRAME_SAMPLES) - self._given

    def skip(self, frames: int) -> None:
        """The next frames, less than a block, are made without their sound."""
        self._set_aside(frames)
        self._aside -= frames
        self._rows.skip(frames)
        self._given += frames

    def take(self) -> Heard | None:
        """The next block, if all of it is known."""
        if not len(self._windows) or len(self._rows) < self._block:
            return None
        self._given += self._block
        window, self._windows = self._windows[0], self._windows[1:]
        return Heard(window, self._rows.take(self._block))

    def finish(self) -> list[Heard]:
        """The blocks of all frames still owed, as if silence followed; the last may reach beyond the sound's end."""
        blocks = max(0, -(-self.owed // self._block))
        end = (self._given + blocks * self._block) * FRAME_SAMPLES
        silence = np.zeros(max(0, end - self._samples), np.float32)
        self.push(silence)
        self._add(self._encoder.finish())
        self._rows.add(rows(self._tracker.finish()))
        heard = [block for block in (self.take() for _ in range(blocks)) if block is not None]
        self.voice = None
        self._clear()
        return heard


class _Queue:
    """Rows that wait, in order."""

    def __init__(self, size: int) -> None:
        self._rows = np.zeros((0, size), np.float32)
        self._debt = 0  # rows to throw away that have not come yet

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: Array) -> None:
        self._rows = np.concatenate([self._rows, rows])
        self.skip(0)

    def skip(self, count: int) -> None:
        self._debt += count
        gone = min(self._debt, len(self._rows))
        self._rows = self._rows[gone:]
        self._debt -= gone

    def take(self, count: int) -> Array:
        taken, self._rows = self._rows[:count], self._rows[count:]
        return taken
