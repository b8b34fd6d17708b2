"""One face, alive: it speaks, listens and idles, for as long as it is asked to, in constant memory.

generator = MotionGenerator(AnimationSettings(seed=3))
motion = generator.push(samples)            # what it says, in pieces of any size
motion = generator.finish()                 # the end of the utterance
motion = generator.listen(samples)          # what somebody else says to it
motion = generator.idle(25)                 # a second of nothing
generator.interrupt()                       # it breaks off
generator.direct(gaze="left", emotion="happy:0.5")
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol, Unpack

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.encoder import LIVE, OFFLINE
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.errors import AudioError, ControlError
from vasa_core.motion.channels import IDLE, LATENT_SIZE, LISTENING, SPEAKING, Direction, Performance
from vasa_core.motion.compose import compose
from vasa_core.motion.controls import Changes
from vasa_core.motion.cues import Cue
from vasa_core.motion.director import Director
from vasa_core.motion.gestures import Gesture
from vasa_core.motion.hearing import Heard, Hearing, as_samples, nothing
from vasa_core.motion.release import Release
from vasa_core.motion.sampler import MotionSampler
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import MOTION_FPS, Motion

Array = NDArray[np.float32]

PIECE = SAMPLE_RATE
"""Samples taken in at a time: bounds what a huge push needs besides its motion."""


class Sampler(Protocol):
    """What makes the performance, block by block; see `MotionSampler`."""

    block: int

    def step(self, features: Array | None, prosody: Array, direction: Direction) -> Performance:
        """The next block."""


class MotionGenerator:
    """The motion of one face at 25 Hz, without end and without seams.

    The same settings and calls give the same motion, however a sound is cut into pushes. `Motion.start` counts from the
    beginning of the utterance, of what is listened to, or of idling. Not for use from two threads at once.
    """

    def __init__(
        self,
        settings: AnimationSettings | None = None,
        cues: Iterable[Cue] = (),
        *,
        whole_files: bool = False,
        sampler: Sampler | None = None,
        threads: int = 1,
    ) -> None:
        """Make a face at rest.

        Parameters
        ----------
        cues : what it shall do when, counted from now; see `load_cues`.
        whole_files : wait for a second of sound where `settings.look_ahead` is None; not for live use.
        sampler : made elsewhere, for example with a model that several faces share; settings.sampler and the seed are
            then without effect.
        threads : CPU threads of the networks.
        """
        self.settings = settings or AnimationSettings()
        self._sampler: Sampler = sampler or MotionSampler(self.settings.seed, self.settings.sampler, threads=threads)
        self._block = self._sampler.block
        encoder = OFFLINE if whole_files else LIVE
        if self.settings.look_ahead is not None:
            encoder = replace(LIVE, look_ahead=self.settings.look_ahead)
        self.delay = encoder.look_ahead + encoder.hop
        """Seconds of sound that must have been pushed from a frame's beginning on until the frame comes out."""
        self._hearing = Hearing(encoder, self._block, threads)
        self._director = Director(self.settings.controls, cues)
        self._release = Release()
        self._made = 0
        self._seen = Motion.still(1, LATENT_SIZE)
        self._reserve = Motion.still(0, LATENT_SIZE)  # the rest of a block, made but not asked for yet
        self._state = IDLE
        self._clocks = {IDLE: 0, SPEAKING: 0, LISTENING: 0}  # frames since the last of each began

    @property
    def delay_samples(self) -> int:
        """The delay in samples at 16 kHz."""
        return round(self.delay * SAMPLE_RATE)

    @property
    def frames(self) -> int:
        """Frames made so far: what the next wish waits for, at 25 a second."""
        return self._made

    def push(self, samples: NDArray) -> Motion:
        """Let the face say samples [n] (mono, 16 kHz, floats in [-1, 1] or integers of full scale; any n).

        Returns the frames that are known now, possibly none. What it was listening to is over.
        """
        return self._hear(SPEAKING, samples)

    def listen(self, samples: NDArray) -> Motion:
        """Let the face hear samples [n] of somebody else; otherwise as `push`.

        Raises `AudioError` in the middle of an utterance.
        """
        if self._hearing.voice == SPEAKING:
            raise AudioError("The face is still speaking. Call finish() or interrupt() before listen().")
        return self._hear(LISTENING, samples)

    def finish(self) -> Motion:
        """End the utterance, or the listening: the frames still owed, ceil(n / 640) in all for n samples."""
        voice = self._hearing.voice
        if voice is None:
            return Motion.still(0, LATENT_SIZE)
        first = self._from_reserve(self._hearing.owed)
        self._hearing.skip(len(first))
        owed = self._hearing.owed
        blocks = [self._make(heard, voice) for heard in self._hearing.finish()]
        return self._out(voice, [first, *blocks], len(first) + owed)

    def idle(self, frames: int = 1) -> Motion:
        """So many frames without any sound.

        In the middle of an utterance too, when its sound is late: the face waits, and the next `push` goes on.
        """
        if not isinstance(frames, int | np.integer) or frames < 0:
            raise ControlError(f"A face cannot idle for {frames} frames. Give a whole number, 0 or more.")
        first = self._from_reserve(frames)
        blocks = -(-(frames - len(first)) // self._block)
        return self._out(IDLE, [first, *(self._make(nothing(self._block), IDLE) for _ in range(blocks))], frames)

    def interrupt(self, seen: Motion | None = None) -> None:
        """Break off: drop the sound that waits; the lips close within 150 ms, the head eases. Go on with any call.

        Parameters
        ----------
        seen : where frames were made ahead of time and are now thrown away, the last one that was shown: the next
            frame goes on from there. None: everything was shown.
        """
        self._hearing.drop()
        self._reserve = self._reserve.slice(0, 0)
        if seen is not None and len(seen):
            self._seen = seen.slice(len(seen) - 1, len(seen))
        self._release.begin(self._seen)

    def direct(self, ease: float | None = None, **changes: Unpack[Changes]) -> None:
        """Ask for something else from the next block on: any of `Controls`, eased over `ease` s (None: as suits each).

        None as a value leaves a control to the model again. Raises `ControlError` for what cannot be asked.
        """
        self._director.change(self._made / MOTION_FPS, ease, **changes)

    def gesture(self, name: str, size: float = 1.0, times: int | None = None) -> None:
        """Nod, shake or tilt the head now; see `Gesture`."""
        self._director.gesture(self._made / MOTION_FPS, Gesture(name, size, times))

    def play(self, cues: Iterable[Cue]) -> None:
        """Follow cues, whose times count from now, in place of those that have not come yet."""
        self._director.clear()
        self._director.play(self._made / MOTION_FPS, cues)

    def _hear(self, voice: int, samples: NDArray) -> Motion:
        samples = as_samples(samples)
        if len(samples) and self._hearing.voice != voice:
            self._hearing.begin(voice)
            self._clocks[voice] = 0
        return self._out(voice, list(self._frames_of(voice, samples)))

    def _frames_of(self, voice: int, samples: Array) -> Iterator[Motion]:
        for begin in range(0, len(samples), PIECE):
            self._hearing.push(samples[begin : begin + PIECE], aside=len(self._reserve))
            first = self._from_reserve(self._hearing.owed)
            self._hearing.skip(len(first))
            yield first
            while (heard := self._hearing.take()) is not None:
                yield self._make(heard, voice)

    def _make(self, heard: Heard, state: int) -> Motion:
        """The next block."""
        direction, hint = self._director.at(self._made, self._block, state)
        performance = self._sampler.step(heard.features, heard.prosody, direction)
        self._made += self._block
        self._release.hush(performance, state)
        return self._release.ease(compose(performance, direction, hint))

    def _from_reserve(self, frames: int) -> Motion:
        """At most so many frames of a block that was made but not asked for as a whole."""
        first = self._reserve.slice(0, frames)
        self._reserve = self._reserve.slice(len(first), len(self._reserve))
        return first

    def _out(self, state: int, parts: list[Motion], frames: int | None = None) -> Motion:
        """The parts as one piece of `frames` frames, with its place in time; what is too much is kept."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return Motion.still(0, LATENT_SIZE)
        motion = Motion.concatenate(parts)
        if frames is not None and frames < len(motion):
            self._reserve = motion.slice(frames, len(motion))
            motion = motion.slice(0, frames)
        if state == IDLE and self._state != IDLE:
            self._clocks[IDLE] = 0
        self._state = state
        motion.start = self._clocks[state] / MOTION_FPS
        self._clocks[state] += len(motion)
        self._seen = motion.slice(len(motion) - 1, len(motion))
        return motion
