"""What a film shows: a face that speaks, listens or idles; its sound, its length and its motion."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.reading import audio_duration, read_audio
from vasa_core.errors import AudioError, VasaError
from vasa_core.export.frame_rate import SAMPLE_RATE, FrameRate, frame_count
from vasa_core.export.sound import Audio, Sound, open_sound
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.prosody import FRAME_SAMPLES
from vasa_core.motion.track import MOTION_FPS, Motion

SILENT_PEAK = 1e-3  # -60 dB of full scale: below, there is no voice to follow
LONGEST_IDLE_S = 24 * 3600.0


@dataclass(frozen=True)
class Listening:
    """The face listens to somebody else, who is heard in the film."""

    audio: Audio
    """Path or bytes of any sound or video file, or samples [n] or [n, channels] at 16 kHz."""


@dataclass(frozen=True)
class Idle:
    """Nobody speaks: the face lives on, in a film without sound."""

    seconds: float

    def __post_init__(self) -> None:
        least = 1 / MOTION_FPS
        if not isfinite(self.seconds) or not least <= self.seconds <= LONGEST_IDLE_S:
            raise VasaError(
                f"A face cannot idle for {self.seconds} s. Choose {least:g} to {LONGEST_IDLE_S:g} s (a day)."
            )


Scene = Audio | Listening | Idle
"""Sound that the face speaks, or that it listens to, or a time without any."""


class SceneRun:
    """One pass through a scene: its sound is read once, in pieces, with a record of what has gone by."""

    def __init__(self, scene: Scene, on_sound: Callable[[NDArray[np.float32]], None] | None = None) -> None:
        """Open the scene's sound; raises `AudioError` at once if it cannot be used."""
        self._scene = scene
        self._listens = isinstance(scene, Listening)
        self._audio = sound_of(scene)
        self.samples = round(scene.seconds * SAMPLE_RATE) if isinstance(scene, Idle) else 0
        """Samples at 16 kHz that have gone by."""
        self._peak = 0.0
        self.listeners = [] if on_sound is None else [on_sound]
        """Told of every piece of sound, mono at 16 kHz."""
        audio = self._audio
        rate = SAMPLE_RATE if isinstance(audio, np.ndarray) else None
        self._pieces = iter(()) if audio is None else read_audio(audio, rate)

    @property
    def silent(self) -> bool:
        """There should be a voice, but none was heard."""
        return self._audio is not None and self._peak < SILENT_PEAK

    @property
    def seconds(self) -> float:
        """Length of what has gone by."""
        return self.samples / SAMPLE_RATE

    def motion(self, generator: MotionGenerator, fps: Fraction) -> Iterator[Motion]:
        """The motion at `fps`, in pieces, as many frames in all as the scene lasts."""
        rate = FrameRate(fps)
        made = self._heard(generator) if self._audio is not None else self._idled(generator)
        yield from filter(len, (rate.push(piece) for piece in made if len(piece)))
        rest = rate.finish(self.samples)
        if len(rest):
            yield rest

    def _heard(self, generator: MotionGenerator) -> Iterator[Motion]:
        take = generator.listen if self._listens else generator.push
        for samples in self._pieces:
            self.samples += len(samples)
            self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
            for listener in self.listeners:
                listener(samples)
            yield take(samples)
        yield generator.finish()

    def _idled(self, generator: MotionGenerator) -> Iterator[Motion]:
        second = round(MOTION_FPS)
        frames = -(-self.samples // FRAME_SAMPLES)
        for begin in range(0, frames, second):
            yield generator.idle(min(second, frames - begin))


def check_scene(scene: Scene) -> None:
    """Refuse, before any work, a scene whose sound cannot be used."""
    SceneRun(scene)


def sound_of(scene: Scene) -> Audio | None:
    """What is heard in a scene, if anything."""
    if isinstance(scene, Idle):
        return None
    return scene.audio if isinstance(scene, Listening) else scene


def film_sound(scene: Scene) -> Sound | None:
    """The sound for the film, at full quality."""
    audio = sound_of(scene)
    return None if audio is None else open_sound(audio)


def expected_frames(scene: Scene, fps: Fraction) -> int:
    """Frames by the file's own word about its length; 0 where it says nothing."""
    if isinstance(scene, Idle):
        return frame_count(round(scene.seconds * SAMPLE_RATE), fps)
    audio = sound_of(scene)
    assert audio is not None
    if isinstance(audio, np.ndarray):
        return frame_count(len(audio), fps)
    with suppress(AudioError):
        return frame_count(round(audio_duration(audio) * SAMPLE_RATE), fps)
    return 0


def source_of(scene: Scene) -> str | Path | None:
    """The file that must not be overwritten, if the scene has one."""
    audio = sound_of(scene)
    return audio if isinstance(audio, str | Path) else None
