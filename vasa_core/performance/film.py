"""Reading the frames of a film, upright and with their times, in constant memory."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VideoError

USUAL_RATE = Fraction(25)
"""Frames a second of a film that does not say."""
MOST_DELAY_S = 30.0
"""Sound and picture further apart are a mistake of the file."""
WIDEST_PIXEL = Fraction(4)
"""Pixels longer than this are a mistake of the file."""
PICTURES = {"image2", "png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe"}
"""What FFmpeg calls the readers of single pictures: those are no films."""


@dataclass(frozen=True)
class FilmFrame:
    """One frame of a film."""

    time: float
    """s after the first frame."""
    picture: NDArray[np.uint8]
    """[height, width, 3] RGB, upright."""


class Film:
    """The picture stream of a video file; iterate over it once. A context manager.

    Raises `VideoError` where `path` is no film.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        _check(self.path)
        try:
            self._container = av.open(str(path), "r", metadata_errors="ignore")
        except (av.FFmpegError, ValueError, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise VideoError(
                f"{path} cannot be read as video ({reason}). Give a video file such as MP4, MOV, MKV or WebM."
            ) from error
        streams = self._container.streams.video
        covers = [stream for stream in streams if stream.disposition & av.stream.Disposition.attached_pic]
        if not streams or len(covers) == len(streams):
            self._container.close()
            raise VideoError(f"There is no picture in {path}, only sound. Give a video of the actor's face.")
        if self._container.format.name in PICTURES:
            self._container.close()
            raise VideoError(f"{path} is a single picture. Give a video of the actor's face.")
        self._stream = next(stream for stream in streams if stream not in covers)
        self._stream.thread_type = "AUTO"

    @property
    def fps(self) -> Fraction:
        """Mean frames a second as the file says."""
        return self._stream.average_rate or self._stream.guessed_rate or USUAL_RATE

    @property
    def sound_delay(self) -> float | None:
        """s by which the sound begins after the picture; None where there is no sound."""
        if not self._container.streams.audio:
            return None
        sound, picture = (_start(stream) for stream in (self._container.streams.audio[0], self._stream))
        return sound - picture if abs(sound - picture) < MOST_DELAY_S else 0.0

    @property
    def expected_frames(self) -> int:
        """Frames as the file says; 0 where it does not."""
        if self._stream.frames:
            return int(self._stream.frames)
        seconds = (self._container.duration or 0) / av.time_base
        return round(seconds * self.fps)

    def __iter__(self) -> Iterator[FilmFrame]:
        """Every frame that decodes, in order of time; damaged ones are left out."""
        first, last = None, -1.0
        for number, frame in enumerate(self._decoded()):
            time = frame.time if frame.time is not None else float(number / self.fps)
            first = time if first is None else first
            if time - first <= last:  # a stream whose clock stands still or jumps back
                continue
            last = time - first
            picture = np.rot90(self._square(frame), round(frame.rotation / 90))
            yield FilmFrame(last, np.ascontiguousarray(picture))

    def _square(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """The picture of a frame with square pixels."""
        shape = self._stream.sample_aspect_ratio or Fraction(1)
        width = round(frame.width * shape) if 1 / WIDEST_PIXEL <= shape <= WIDEST_PIXEL else frame.width
        same = width == frame.width
        return np.asarray((frame if same else frame.reformat(width=width)).to_ndarray(format="rgb24"), np.uint8)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                frames = next(packets).decode()
            except StopIteration:
                return
            except av.error.InvalidDataError:
                continue
            except (av.FFmpegError, OSError):
                return
            yield from (frame for frame in frames if not frame.is_corrupt)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()


def _start(stream: av.stream.Stream) -> float:
    """s at which a stream begins."""
    return float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0


def _check(path: Path) -> None:
    """Refuse what is no file with something in it."""
    if not path.exists():
        raise VideoError(f"There is no file {path}. Check the path of the video.")
    if path.is_dir():
        raise VideoError(f"{path} is a folder. Give one video file.")
    if path.is_file() and path.stat().st_size == 0:
        raise VideoError(f"{path} is empty (0 bytes). Give a video of the actor's face.")


def find_camera(number: int) -> None:
    """Refuse a camera that the system does not have, where it tells."""
    if sys.platform == "linux" and not os.path.exists(f"/dev/video{number}"):
        raise VideoError(f"There is no camera {number} (/dev/video{number}). Give a recorded film with --video.")
