"""The sound beside the picture: the original recording at full quality, streamed, never as a whole in memory."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import AudioError

SOUND_RATE = 48_000
"""Rate of the sound in a video, in Hz: the one that every player and editor takes."""
SPEECH_RATE = 16_000

Audio = str | Path | bytes | NDArray[np.float32]
"""A path, the bytes of a file, or mono samples [n] at 16 kHz in [-1, 1]."""


@dataclass
class Sound:
    """A stream of sound: `blocks` of float32 [channels, n] in [-1, 1] at `SOUND_RATE`."""

    channels: int
    blocks: Iterator[NDArray[np.float32]]


def open_sound(source: Audio) -> Sound:
    """The sound of a recording at full quality: mono stays mono, everything else becomes stereo."""
    if isinstance(source, np.ndarray):
        return Sound(1, _resampled(_frames_of(source), "mono"))
    file = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    try:
        container = av.open(file, "r", metadata_errors="ignore")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise AudioError(f"The sound cannot be read again for the video ({error}). Check the file.") from error
    if not container.streams.audio:
        container.close()
        raise AudioError(f"There is no sound in {source!r}. Give a file with an audio track.")
    channels = min(container.streams.audio[0].channels, 2)
    return Sound(channels, _resampled(_decoded(container), "mono" if channels == 1 else "stereo"))


def _frames_of(samples: NDArray[np.float32]) -> Iterator[av.AudioFrame]:
    for begin in range(0, len(samples), SPEECH_RATE):
        piece = np.ascontiguousarray(samples[None, begin : begin + SPEECH_RATE], np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate = SPEECH_RATE
        yield frame


def _decoded(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """Every frame that decodes; damaged packets are left out, as `vasa_core.audio` does (and says)."""
    with container:
        packets = container.demux(container.streams.audio[0])
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError, OSError):
                return
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            yield from frames


def _resampled(frames: Iterator[av.AudioFrame], layout: str) -> Iterator[NDArray[np.float32]]:
    """Blocks at `SOUND_RATE`. A stream that changes its format on the way is followed."""
    resampler: av.AudioResampler | None = None
    kind: tuple[object, ...] = ()
    for frame in frames:
        if kind != (frame.format.name, frame.layout.name, frame.sample_rate):
            if resampler is not None:
                yield from _arrays(resampler.resample(None))
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=SOUND_RATE)
        frame.pts = None
        assert resampler is not None
        yield from _arrays(resampler.resample(frame))
    if resampler is not None:
        yield from _arrays(resampler.resample(None))


def _arrays(frames: list[av.AudioFrame]) -> Iterator[NDArray[np.float32]]:
    for frame in frames:
        yield np.clip(np.nan_to_num(frame.to_ndarray().astype(np.float32), posinf=0.0, neginf=0.0), -1.0, 1.0)
