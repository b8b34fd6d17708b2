"""From a portrait and a voice to a film: enrol, animate, render, in one stream of constant memory.

The voice is read once for the motion and once more, at full quality, for the film. Motion and pictures are made in the
calling thread, encoding runs in a second one.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import ExportError
from vasa_core.export.contact_sheet import ContactSheet
from vasa_core.export.curves import open_curves
from vasa_core.export.files import explained
from vasa_core.export.sink import BackgroundSink, FrameSink
from vasa_core.export.video import FORMATS, exact_fps, is_video_path
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.cues import Cue, load_cues
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.settings import AnimationSettings
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
from vasa_core.scene import Scene, SceneRun, expected_frames, film_sound, source_of

ASSET_SUFFIX = ".vasa"

Portrait = str | Path | bytes | NDArray[np.uint8] | FaceAsset
"""A picture (path, bytes or [height, width, 3] RGB), the path of a face asset, or the asset itself."""
Cues = str | Path | Iterable[Cue]
"""The path of a cue file (see docs/director.md), or cues."""
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
    """Length of the scene."""
    startup_seconds: float
    """Opening models and compiling, until the first frame could be made."""
    working_seconds: float
    """From there to the finished file."""
    renderer_fps: float
    """Frames a second of the renderer alone."""
    silent: bool
    """No voice was found: the face only idles."""
    seed: int
    """The seed of this performance."""

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
    seed: int


def animate(
    scene: Scene,
    *,
    fps: float = MOTION_FPS,
    seed: int = 0,
    director: Cues = (),
    settings: AnimationSettings | None = None,
) -> Iterator[Motion]:
    """The motion of a voice, in pieces, in order, in constant memory.

    Parameters
    ----------
    scene : what the face says: path or bytes of any sound or video file, or samples [n] or [n, channels] at 16 kHz
        (floats or integers); or `Listening` to such a sound; or `Idle` for some seconds.
    fps : frames a second, 24 to 60.
    seed : another seed, another performance of the same words.
    director : what the face shall do when.
    settings : everything else that shapes the motion; its own seed then counts.

    Yields
    ------
    `Motion` pieces; together ceil(duration * fps) frames. `Motion.concatenate(list(...))` joins them.
    """
    rate = exact_fps(fps)
    run = SceneRun(scene)
    return run.motion(make_generator(seed, director, settings), rate)


def write_motion(
    scene: Scene,
    path: str | Path,
    *,
    fps: float = MOTION_FPS,
    seed: int = 0,
    mesh: bool = False,
    director: Cues = (),
    settings: AnimationSettings | None = None,
    on_motion: Callable[[Motion], None] | None = None,
    on_sound: Callable[[NDArray[np.float32]], None] | None = None,
    on_progress: Progress | None = None,
) -> MotionReport:
    """Write a motion to `path`: .npz (everything; `mesh` adds vertices) or .csv (Live Link Face).

    The other parameters are those of `animate` and `render`; `on_motion` is called with every piece.
    """
    path, rate, begin = Path(path), exact_fps(fps), time.perf_counter()
    check_outputs(path, None, source_of(scene), director)
    run = SceneRun(scene, on_sound)
    generator = make_generator(seed, director, settings)
    writer = open_curves(path, LatentSpace.load(), float(rate), mesh)
    expected, done = expected_frames(scene, rate), 0
    try:
        for piece in run.motion(generator, rate):
            writer.write(piece)
            done += len(piece)
            if on_motion:
                on_motion(piece)
            if on_progress:
                on_progress(done, expected)
        writer.close()
    finally:
        writer.abort()
    working = time.perf_counter() - begin
    return MotionReport(path, done, float(rate), run.seconds, working, run.silent, generator.settings.seed)


def render(
    portrait: Portrait,
    scene: Scene,
    path: str | Path,
    *,
    fps: float = MOTION_FPS,
    seed: int = 0,
    size: int = DEFAULT_SIZE,
    background: str = DEFAULT_BACKGROUND,
    face: int | None = None,
    contact_sheet: str | Path | None = None,
    director: Cues = (),
    settings: AnimationSettings | None = None,
    also_to: Iterable[FrameSink] = (),
    on_sound: Callable[[NDArray[np.float32]], None] | None = None,
    on_progress: Progress | None = None,
) -> RenderReport:
    """Make a portrait speak, listen or idle: write a film, or a folder of pictures, of ceil(duration * fps) frames.

    Parameters
    ----------
    portrait : a picture, a `.vasa` file or a `FaceAsset`.
    scene : what the face says: path or bytes of any sound or video file, or samples [n] or [n, channels] at 16 kHz
        (floats or integers); or `Listening` to such a sound; or `Idle` for some seconds.
    path : .mp4, .mov, .mkv or .webm; a name without an ending, or with a slash at its end, is a folder for a PNG
        sequence.
    fps : frames a second, 24 to 60.
    seed : another seed, another performance of the same words. The same seed gives the same frames.
    size : side of the frames in px, 256 to 1024.
    background : "keep", "transparent" (PNG sequences, .mov as ProRes 4444 and .webm; colours are written straight, not
        premultiplied), "blur", or a colour like "#20262e".
    face : which face of a picture with several, counted from the left, from 1.
    contact_sheet : where to put an overview as PNG, if anywhere.
    director : what the face shall do when.
    settings : everything else that shapes the motion; its own seed then counts.
    also_to : further sinks for the frames.
    on_sound : called with every piece of the sound, mono at 16 kHz.
    on_progress : called with the frames done and expected.
    """
    rate, begin = exact_fps(fps), time.perf_counter()
    check_picture(size, background, path)
    check_target(path)
    check_outputs(path, contact_sheet, portrait, source_of(scene), director)
    run = SceneRun(scene, on_sound)
    generator = make_generator(seed, director, settings)
    asset = load_portrait(portrait, face)
    space = LatentSpace.load()
    renderer = Renderer(asset, space, size, background)
    renderer.render(Motion.still(1, space.size), 0)  # what is made at the first frame belongs to the start-up
    ready = time.perf_counter()

    film = not is_sequence(path) and is_video_path(Path(path))
    sound = film_sound(scene) if film else None
    sinks = [*open_sinks(path, size, rate, sound, asset, contact_sheet, background == TRANSPARENT), *also_to]
    for sink in sinks:
        if isinstance(sink, ContactSheet):
            run.listeners.append(sink.envelope.add)
    expected, done, drawing = expected_frames(scene, rate), 0, 0.0
    with BackgroundSink(*sinks) as output:
        for piece in run.motion(generator, rate):
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
        seconds=run.seconds,
        startup_seconds=ready - begin,
        working_seconds=time.perf_counter() - ready,
        renderer_fps=done / drawing,
        silent=run.silent,
        seed=generator.settings.seed,
    )


def check_target(path: str | Path) -> None:
    """Refuse, before any work, a name that is neither that of a film nor that of a new or empty folder."""
    target = Path(path)
    if target.name in ("", ".."):
        raise ExportError(f"'{path}' is no name for a film or a new folder. Give one like talk.mp4 or frames/.")
    if not is_sequence(path) and not is_video_path(target):
        raise ExportError(
            f"'{target.name}' is no kind of video known here. End the name in {', '.join(FORMATS)}, or give a name "
            "without an ending for a PNG sequence."
        )
    with explained(target):
        if is_sequence(path) and target.is_dir() and any(target.iterdir()):
            raise ExportError(f"Could not write {target}: it is not empty. Choose another name.")


def make_generator(seed: int, director: Cues, settings: AnimationSettings | None) -> MotionGenerator:
    """A face for one scene; cues are read and checked here, before anything is written."""
    cues = load_cues(director) if isinstance(director, str | Path) else director
    return MotionGenerator(settings or AnimationSettings(seed=seed), cues, whole_files=True)


def load_portrait(portrait: Portrait, face: int | None = None) -> FaceAsset:
    """The face asset of a picture, of a `.vasa` file, or the asset itself."""
    if isinstance(portrait, FaceAsset):
        return portrait
    if isinstance(portrait, str | Path) and Path(portrait).suffix.lower() == ASSET_SUFFIX:
        return FaceAsset.load(portrait)
    return enroll(portrait, face=face)
