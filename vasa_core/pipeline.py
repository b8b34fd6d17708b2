"""From a portrait and a voice to a film: enrol, animate, render, in one stream of constant memory.

The voice is read once for the motion and once more, at full quality, for the film. Motion and pictures are made in the
calling thread, encoding runs in a second one.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.reading import audio_duration, read_audio
from vasa_core.errors import AudioError
from vasa_core.export.contact_sheet import ContactSheet
from vasa_core.export.curves import open_curves
from vasa_core.export.frame_rate import SAMPLE_RATE, FrameRate, frame_count
from vasa_core.export.sink import BackgroundSink
from vasa_core.export.sound import Audio, open_sound
from vasa_core.export.video import exact_fps, is_video_path
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.generator import AnimationSettings, MotionGenerator
from vasa_core.motion.track import MOTION_FPS, Motion
from vasa_core.outputs import (
    DEFAULT_BACKGROUND,
    DEFAULT_SIZE,
    TRANSPARENT,
    check_outputs,
    check_picture,
    is_sequence,
    open_sinks,
)
from vasa_core.render.renderer import Renderer

ASSET_SUFFIX = ".vasa"
SILENT_PEAK = 1e-3  # -60 dB of full scale: below, there is no voice to follow

Portrait = str | Path | bytes | NDArray[np.uint8] | FaceAsset
"""A picture (path, bytes or [height, width, 3] RGB), the path of a face asset, or the asset itself."""
Progress = Callable[[int, int], None]
"""Called with the frames done and the frames expected (0: unknown)."""


@dataclass(frozen=True)
class RenderReport:
    """What rendering made and how fast."""

    path: Path
    contact_sheet: Path | None
    frames: int
    fps: float
    seconds: float
    """Length of the voice."""
    startup_seconds: float
    """Opening models and compiling, until the first frame could be made."""
    working_seconds: float
    """From there to the finished file."""
    renderer_fps: float
    """Frames a second of the renderer alone."""
    silent: bool
    """No voice was found: the face only idles."""

    @property
    def real_time_factor(self) -> float:
        """Seconds of film per second of work, without start-up."""
        return self.seconds / self.working_seconds


@dataclass(frozen=True)
class MotionReport:
    """What animating made."""

    path: Path
    frames: int
    fps: float
    seconds: float
    working_seconds: float
    silent: bool


class _Voice:
    """The voice in pieces, with a record of what has gone by."""

    def __init__(self, audio: Audio) -> None:
        self.samples = 0
        self.peak = 0.0
        self.listeners: list[Callable[[NDArray[np.float32]], None]] = []
        self._pieces = read_audio(audio, SAMPLE_RATE if isinstance(audio, np.ndarray) else None)

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        for piece in self._pieces:
            self.samples += len(piece)
            self.peak = max(self.peak, float(np.abs(piece).max(initial=0.0)))
            for listener in self.listeners:
                listener(piece)
            yield piece

    @property
    def silent(self) -> bool:
        return self.peak < SILENT_PEAK


def _motion(voice: _Voice, generator: MotionGenerator, fps: Fraction) -> Iterator[Motion]:
    """The voice's motion at `fps`, in pieces, frame_count(samples) frames in all."""
    rate = FrameRate(fps)
    frames = (rate.push(piece) for piece in _generated(voice, generator) if len(piece))
    yield from filter(len, frames)
    rest = rate.finish(voice.samples)
    if len(rest):
        yield rest


def _generated(voice: _Voice, generator: MotionGenerator) -> Iterator[Motion]:
    for samples in voice:
        yield generator.push(samples)
    yield generator.finish()


def _settings(seed: int, settings: AnimationSettings | None) -> AnimationSettings:
    return settings or AnimationSettings(seed=seed)


def animate(
    audio: Audio, *, fps: float = MOTION_FPS, seed: int = 0, settings: AnimationSettings | None = None
) -> Iterator[Motion]:
    """The motion of a voice, in pieces, in order, in constant memory.

    Parameters
    ----------
    audio : path or bytes of any sound or video file, or samples [n] or [n, channels] at 16 kHz (floats or integers).
    fps : frames a second, 24 to 60.
    seed : another seed, another performance of the same words.
    settings : everything else that shapes the motion; its own seed then counts.

    Yields
    ------
    `Motion` pieces; together ceil(duration * fps) frames. `Motion.concatenate(list(...))` joins them.
    """
    rate = exact_fps(fps)
    voice = _Voice(audio)
    generator = MotionGenerator(_settings(seed, settings))
    return _motion(voice, generator, rate)


def write_motion(
    audio: Audio,
    path: str | Path,
    *,
    fps: float = MOTION_FPS,
    seed: int = 0,
    mesh: bool = False,
    settings: AnimationSettings | None = None,
    on_progress: Progress | None = None,
) -> MotionReport:
    """Write the motion of a voice to `path`: .npz (everything; `mesh` adds vertices) or .csv (Live Link Face)."""
    path, rate, begin = Path(path), exact_fps(fps), time.perf_counter()
    check_outputs(path, None, audio)
    voice = _Voice(audio)
    writer = open_curves(path, LatentSpace.load(), float(rate), mesh)
    expected, done = _expected_frames(audio, rate), 0
    try:
        for piece in _motion(voice, MotionGenerator(_settings(seed, settings)), rate):
            writer.write(piece)
            done += len(piece)
            if on_progress:
                on_progress(done, expected)
        writer.close()
    finally:
        writer.abort()
    seconds = voice.samples / SAMPLE_RATE
    return MotionReport(path, done, float(rate), seconds, time.perf_counter() - begin, voice.silent)


def render(
    portrait: Portrait,
    audio: Audio,
    path: str | Path,
    *,
    fps: float = MOTION_FPS,
    seed: int = 0,
    size: int = DEFAULT_SIZE,
    background: str = DEFAULT_BACKGROUND,
    face: int | None = None,
    contact_sheet: str | Path | None = None,
    settings: AnimationSettings | None = None,
    on_progress: Progress | None = None,
) -> RenderReport:
    """Make a portrait speak: write a film, or a folder of pictures, of ceil(duration * fps) frames.

    Parameters
    ----------
    portrait : a picture, a `.vasa` file or a `FaceAsset`.
    audio : path or bytes of any sound or video file, or samples [n] or [n, channels] at 16 kHz (floats or integers).
    path : .mp4, .mov, .mkv or .webm; a name without an ending, or with a slash at its end, is a folder for a PNG
        sequence.
    fps : frames a second, 24 to 60.
    seed : another seed, another performance of the same words. The same seed gives the same frames.
    size : side of the frames in px, 256 to 1024.
    background : "keep", "transparent" (PNG sequences, .mov as ProRes 4444 and .webm; colours are written straight, not
        premultiplied), "blur", or a colour like "#20262e".
    face : which face of a picture with several, counted from the left, from 1.
    contact_sheet : where to put an overview as PNG, if anywhere.
    settings : everything else that shapes the motion; its own seed then counts.
    on_progress : called with the frames done and expected.
    """
    rate, begin = exact_fps(fps), time.perf_counter()
    check_picture(size, background, path)
    check_outputs(path, contact_sheet, portrait, audio)
    voice = _Voice(audio)
    asset = load_portrait(portrait, face)
    space = LatentSpace.load()
    renderer = Renderer(asset, space, size, background)
    renderer.render(Motion.still(1, space.size), 0)  # what is made at the first frame belongs to the start-up
    generator = MotionGenerator(_settings(seed, settings))
    ready = time.perf_counter()

    film = not is_sequence(path) and is_video_path(Path(path))
    sound = open_sound(audio) if film else None
    sinks = open_sinks(path, size, rate, sound, asset, contact_sheet, background == TRANSPARENT)
    for sink in sinks:
        if isinstance(sink, ContactSheet):
            voice.listeners.append(sink.envelope.add)
    expected, done, drawing = _expected_frames(audio, rate), 0, 0.0
    with BackgroundSink(*sinks) as output:
        for piece in _motion(voice, generator, rate):
            for i in range(len(piece)):
                start = time.perf_counter()
                frame = renderer.render(piece, i)
                drawing += time.perf_counter() - start
                output.write(frame)
                done += 1
                if on_progress:
                    on_progress(done, expected)
    return RenderReport(
        path=Path(path),
        contact_sheet=None if contact_sheet is None else Path(contact_sheet),
        frames=done,
        fps=float(rate),
        seconds=voice.samples / SAMPLE_RATE,
        startup_seconds=ready - begin,
        working_seconds=time.perf_counter() - ready,
        renderer_fps=done / drawing,
        silent=voice.silent,
    )


def load_portrait(portrait: Portrait, face: int | None = None) -> FaceAsset:
    """The face asset of a picture, of a `.vasa` file, or the asset itself."""
    if isinstance(portrait, FaceAsset):
        return portrait
    if isinstance(portrait, str | Path) and Path(portrait).suffix.lower() == ASSET_SUFFIX:
        return FaceAsset.load(portrait)
    return enroll(portrait, face=face)


def _expected_frames(audio: Audio, fps: Fraction) -> int:
    """Frames by the file's own word about its length; 0 where it says nothing."""
    if isinstance(audio, np.ndarray):
        return frame_count(len(audio), fps)
    with suppress(AudioError):
        return frame_count(round(audio_duration(audio) * SAMPLE_RATE), fps)
    return 0
