"""`capture`: the face of the actor in every frame of a film."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VideoError
from vasa_core.face.topology import POINTS
from vasa_core.face.tracker import FaceTracker
from vasa_core.performance.film import Film, FilmFrame, find_camera

SHORTEST = 2
"""Fewer frames do not move."""
Progress = Callable[[int, int], None]
"""Called with the frames done and the frames expected (0: unknown)."""


@dataclass(frozen=True)
class Performance:
    """What the landmark net saw of one actor in T frames."""

    times: NDArray[np.float64]
    """[T] s after the first frame, rising."""
    points: NDArray[np.float32]
    """[T, 478, 3] landmarks in px of the film; zeros where no face was found."""
    found: NDArray[np.bool_]
    """[T] whether a face was found."""
    fps: float
    """Frames a second, their mean."""
    film: Path | None = None
    """The file it was seen in, whose sound goes with it; None for a camera."""
    working_seconds: float = 0.0
    """How long reading and tracking took, s."""

    @property
    def duration(self) -> float:
        """s from the beginning of the first frame to the end of the last."""
        return float(self.times[-1]) + 1 / self.fps


def check_actor(video: str | Path | None, webcam: int | None) -> None:
    """Refuse, before any work, what is no film, no camera, or both at once."""
    if (video is None) == (webcam is None):
        raise VideoError("Give either --video FILE or --webcam N.")
    if video is not None:
        with Film(video):
            pass
    if webcam is not None:
        find_camera(webcam)


def capture(path: str | Path, on_progress: Progress | None = None) -> Performance:
    """Track the largest face through a video file. Raises `VideoError` where there is none."""
    begin = time.perf_counter()
    with Film(path) as film:
        seen = track_frames(film, str(path), float(film.fps), film.expected_frames, on_progress)
    return replace(seen, film=Path(path), working_seconds=time.perf_counter() - begin)


def track_frames(
    frames: Iterable[FilmFrame],
    name: str,
    fps: float | None = None,
    expected: int = 0,
    on_progress: Progress | None = None,
) -> Performance:
    """Track the largest face through `frames`; `name` is what messages call them, `fps` None is told from the times."""
    tracker = FaceTracker()
    times, points, found = [], [], []
    for frame in frames:
        face = tracker.track(frame.picture)
        times.append(frame.time)
        points.append(face.points if face else np.zeros((POINTS, 3), np.float32))
        found.append(face is not None)
        if on_progress:
            on_progress(len(times), expected)
    if len(times) < SHORTEST:
        raise VideoError(
            f"{name} has {len(times)} frames that can be read. Give a video of at least {SHORTEST} frames."
        )
    if sum(found) < SHORTEST:
        raise VideoError(
            f"No face was found in {name} ({len(times)} frames). Film the actor from the front, upright and well lit."
        )
    mean = (len(times) - 1) / (times[-1] - times[0])
    return Performance(np.array(times), np.array(points, np.float32), np.array(found), fps or mean)
