"""`reenact`: a recorded actor drives a portrait, with the film's own sound beside."""

import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from vasa_core.errors import ExportError
from vasa_core.export.contact_sheet import ContactSheet
from vasa_core.export.curves import CURVE_KINDS, open_curves
from vasa_core.export.sink import BackgroundSink
from vasa_core.export.sound import Sound, delayed, open_sound
from vasa_core.export.video import MAX_FPS, MIN_FPS, exact_fps
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.outputs import (
    DEFAULT_BACKGROUND,
    DEFAULT_SIZE,
    TRANSPARENT,
    check_outputs,
    check_picture,
    open_sinks,
    same_place,
)
from vasa_core.performance.capture import Performance, Progress, capture
from vasa_core.performance.film import Film
from vasa_core.performance.solve import CaptureSettings, solve
from vasa_core.pipeline import Portrait, load_portrait
from vasa_core.render.renderer import OWN_KEPT, Renderer

CURVE_PIECE = 256
"""Frames whose curves are written at a time."""


@dataclass(frozen=True)
class ReenactReport:
    """What reenacting made and how fast."""

    path: Path
    contact_sheet: Path | None
    motion: Path | None
    frames: int
    fps: float
    seconds: float
    """Length of the film."""
    actor_frames: int
    """Frames of the actor's film."""
    frames_without_face: int
    """Of these, frames in which no face was found."""
    tracking_seconds: float
    """Reading and tracking the actor's film, models included."""
    working_seconds: float
    """From the tracked film to the finished one."""
    renderer_fps: float
    """Frames a second of the renderer alone."""
    sound: bool
    """Whether the film has the actor's sound."""

    @property
    def real_time_factor(self) -> float:
        """Seconds of film per second of work, tracking included."""
        return self.seconds / (self.tracking_seconds + self.working_seconds)


def reenact(
    portrait: Portrait,
    video: str | Path | Performance,
    path: str | Path,
    *,
    motion_out: str | Path | None = None,
    fps: float | None = None,
    size: int = DEFAULT_SIZE,
    background: str = DEFAULT_BACKGROUND,
    face: int | None = None,
    contact_sheet: str | Path | None = None,
    settings: CaptureSettings | None = None,
    on_progress: Progress | None = None,
) -> ReenactReport:
    """Let a recorded actor drive a portrait: lips, face, lids, gaze and head of the film's largest face.

    Parameters
    ----------
    portrait : a picture, a `.vasa` file or a `FaceAsset`.
    video : a video file of the actor, at any frame rate; or what `capture` saw in it.
    path : .mp4, .mov, .mkv or .webm; a name without an ending, or with a slash at its end, is a folder for a PNG
        sequence.
    motion_out : where to put the motion, if anywhere: .npz (everything) or .csv (Live Link Face).
    fps : frames a second, 24 to 60; None takes the film's own, or the nearest of that range.
    size : side of the frames in px, 256 to 1024.
    background : "keep", "transparent", "blur" or a colour like "#20262e".
    face : which face of a picture with several, counted from the left, from 1.
    contact_sheet : where to put an overview as PNG, if anywhere.
    settings : what the actor's motion is measured against, and how much of the head's is taken over.
    on_progress : called with the frames drawn and expected.

    Raises
    ------
    VideoError
        If `video` is no film, or shows no face.
    """
    film = video.film if isinstance(video, Performance) else Path(video)
    check_reenact(path, motion_out, contact_sheet, size, background, fps, portrait, film)
    performance = video if isinstance(video, Performance) else capture(video)
    asset = load_portrait(portrait, face)
    begin = time.perf_counter()
    rate = _own_rate(performance) if fps is None else exact_fps(fps)
    space = LatentSpace.load()
    settings = settings or CaptureSettings()
    motion = solve(performance, rate, space, settings, asset.expression)
    renderer = drawn_by(asset, space, size, background, settings)
    sound = film_sound(film) if film else None
    if motion_out is not None:
        write_curves(Path(motion_out), motion, space)
    sinks = open_sinks(path, size, rate, sound, asset, contact_sheet, background == TRANSPARENT)
    with BackgroundSink(*sinks) as output:
        for sheet in (sink for sink in sinks if isinstance(sink, ContactSheet)):
            for block in heard.blocks if (heard := film and film_sound(film)) else ():
                sheet.envelope.add(block.mean(axis=0))
        drawing = _draw(renderer, motion, output, on_progress)
    return ReenactReport(
        path=Path(path),
        contact_sheet=None if contact_sheet is None else Path(contact_sheet),
        motion=None if motion_out is None else Path(motion_out),
        frames=len(motion),
        fps=float(rate),
        seconds=performance.duration,
        actor_frames=len(performance.times),
        frames_without_face=int((~performance.found).sum()),
        tracking_seconds=performance.working_seconds,
        working_seconds=time.perf_counter() - begin,
        renderer_fps=len(motion) / drawing,
        sound=sound is not None,
    )


def drawn_by(asset: FaceAsset, space: LatentSpace, size: int, background: str, settings: CaptureSettings) -> Renderer:
    """The renderer for a motion of these settings: where the first frame tells all, without the portrait's own face."""
    return Renderer(asset, space, size, background, own_kept=0.0 if settings.face == "first" else OWN_KEPT)


def check_reenact(
    path: str | Path,
    motion_out: str | Path | None,
    contact_sheet: str | Path | None,
    size: int,
    background: str,
    fps: float | None,
    *sources: object,
) -> None:
    """Refuse, before any work, what `reenact` cannot write."""
    if fps is not None:
        exact_fps(fps)
    check_picture(size, background, path)
    check_outputs(path, contact_sheet, *sources)
    if motion_out is None:
        return
    name = Path(motion_out).name
    if Path(motion_out).suffix.lower() not in CURVE_KINDS:
        raise ExportError(f"'{name}' is no kind of motion file known here. End it in .npz or .csv.")
    if any(
        isinstance(other, str | Path) and same_place(motion_out, other) for other in (path, contact_sheet, *sources)
    ):
        raise ExportError(f"The motion would overwrite {motion_out}, which is used here too. Choose another name.")


def film_sound(path: str | Path) -> Sound | None:
    """The sound of a film, in step with its first picture; None where it is silent."""
    with Film(path) as film:
        delay = film.sound_delay
    return None if delay is None else delayed(open_sound(path), delay)


def write_curves(path: Path, motion: Motion, space: LatentSpace) -> None:
    """Write a motion to `path`: .npz (everything) or .csv (Live Link Face)."""
    writer = open_curves(path, space, motion.fps)
    try:
        for begin in range(0, len(motion), CURVE_PIECE):
            writer.write(motion.slice(begin, begin + CURVE_PIECE))
        writer.close()
    finally:
        writer.abort()


def _draw(renderer: Renderer, motion: Motion, output: BackgroundSink, on_progress: Progress | None) -> float:
    """Draw every frame into `output`; gives the seconds that drawing alone took."""
    drawing = 0.0
    for i in range(len(motion)):
        start = time.perf_counter()
        frame = renderer.render(motion, i)
        drawing += time.perf_counter() - start
        output.write(frame)
        if on_progress:
            on_progress(i + 1, len(motion))
    return drawing


def _own_rate(performance: Performance) -> Fraction:
    """The frame rate of the actor's film, or the nearest that can be written."""
    return exact_fps(float(np.clip(performance.fps, MIN_FPS, MAX_FPS)))
