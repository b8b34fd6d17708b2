"""Frames of a stream to files: each one as a picture, or a film at an even frame rate."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from bridge.cli.screen import BEHIND
from vasa_core.export.images import ImageSequenceWriter
from vasa_core.export.opacity import over
from vasa_core.export.sink import BackgroundSink, Frame
from vasa_core.export.video import ALPHA_CODECS, VideoWriter, exact_fps, is_video_path

if TYPE_CHECKING:
    from vasa_core.export.sound import Sound


class FilmWriter:
    """A film of frames that may come at any rate and size: the first one's size is that of the film."""

    def __init__(self, path: Path, fps: float, sound: "Sound | None" = None) -> None:
        self.frames = 0
        self.fps: Fraction = exact_fps(fps)
        self._path, self._sound = path, sound
        self._alpha = path.suffix.lower() in ALPHA_CODECS
        self._writer: VideoWriter | None = None

    def write(self, frame: Frame) -> None:
        """Add the next frame."""
        if not self._alpha:
            frame = over(frame, BEHIND)
        if self._writer is None:
            height, width = frame.shape[:2]
            self._size = width, height
            self._writer = VideoWriter(self._path, self._size, self.fps, self._sound, self._alpha)
        if frame.shape[1::-1] != self._size:
            frame = cv2.resize(frame, self._size, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
        self._writer.write(frame)
        self.frames += 1

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()

    def abort(self) -> None:
        """Drop the file; harmless after `close`."""
        if self._writer is not None:
            self._writer.abort()


def open_files(output: str, fps: float, sound: "Sound | None" = None) -> tuple[BackgroundSink, FilmWriter | None]:
    """Where frames go, written by a thread of its own, and the film, where it is one. Raises `ExportError`."""
    path = Path(output)
    if output.endswith("/") or not is_video_path(path):
        return BackgroundSink(ImageSequenceWriter(path)), None
    film = FilmWriter(path, fps, sound)
    return BackgroundSink(film), film
