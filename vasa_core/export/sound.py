"""The sound beside the picture: the original recording at full quality, streamed, never as a whole in memory."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from vasa_core.audio.downmix import Downmix
from vasa_core.audio.reading import PACKED, array_frames
from vasa_core.errors import AudioError

SOUND_RATE = 48_000
"""Rate of the sound in a video, in Hz: the one that every player and editor takes."""
SPEECH_RATE = 16_000

Audio = str | Path | bytes | NDArray
"""A path, the bytes of a file, or samples [n] or [n, channels] at 16 kHz: floats in [-1, 1] or full-scale integers."""


@dataclass
class Sound:
    """A stream of sound: `blocks` of float32 [channels, n] in [-1, 1] at `SOUND_RATE`."""

    channels: int
    blocks: Iterator[NDArray[np.float32]]


def open_sound(source: Audio) -> Sound:
    """The sound of a recording at full quality: mono stays mono, everything else becomes stereo."""
    if isinstance(source, np.ndarray):
        frames = array_frames(source, SPEECH_RATE)
        channels = 1 if source.ndim == 1 else min(source.shape[1], 2)
        return Sound(channels, _resampled(frames, channels))
    file = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    try:
        container = av.open(file, "r", metadata_errors="ignore")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise AudioError(f"The sound cannot be read again for the video ({error}). Check the file.") from error
    if not container.streams.audio:
        container.close()
        name = "the given bytes" if isinstance(source, bytes) else source
        raise AudioError(f"There is no sound in {name}. Give a file with an audio track.")
    channels = min(container.streams.audio[0].channels, 2)
    return Sound(channels, _resampled(_decoded(container), channels))


def delayed(sound: Sound, seconds: float) -> Sound:
    """The same sound, beginning `seconds` later after silence; or, where negative, without its first seconds."""
    return Sound(sound.channels, _delayed(sound, round(seconds * SOUND_RATE)))


def _delayed(sound: Sound, samples: int) -> Iterator[NDArray[np.float32]]:
    if samples > 0:
        yield np.zeros((sound.channels, samples), np.float32)
    skip = max(-samples, 0)
    for block in sound.blocks:
        rest = block[:, skip:]
        skip = max(skip - block.shape[1], 0)
        if rest.shape[1]:
            yield rest


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


def _resampled(frames: Iterator[av.AudioFrame], channels: int) -> Iterator[NDArray[np.float32]]:
    """Blocks [channels, n] at `SOUND_RATE`. A stream that changes its format on the way is followed.

    Channels in an order that FFmpeg cannot put into mono or stereo are mixed down here.
    """
    layout = "mono" if channels == 1 else "stereo"
    resampler: AudioResampler | None = None
    mix: Downmix | None = None
    kind: tuple[object, ...] = ()
    for frame in frames:
        frame.pts = None
        if kind != (frame.format.name, frame.layout.name, frame.sample_rate):
            if resampler is not None:
                yield from _blocks(resampler, None, mix, channels)
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            if _maps(frame, layout):
                resampler, mix = AudioResampler(format="fltp", layout=layout, rate=SOUND_RATE), None
            else:
                resampler = AudioResampler(format=PACKED, layout=frame.layout, rate=SOUND_RATE)
                mix = Downmix(frame.layout.nb_channels, SOUND_RATE)
        assert resampler is not None
        yield from _blocks(resampler, frame, mix, channels)
    if resampler is not None:
        yield from _blocks(resampler, None, mix, channels)


def _maps(frame: av.AudioFrame, layout: str) -> bool:
    """Whether FFmpeg knows how to put the channels of `frame` into `layout`."""
    try:
        AudioResampler(format="fltp", layout=layout, rate=SOUND_RATE).resample(frame)
    except (av.FFmpegError, ValueError):
        return False
    return True


def _blocks(
    resampler: AudioResampler, frame: av.AudioFrame | None, mix: Downmix | None, channels: int
) -> Iterator[NDArray[np.float32]]:
    """What comes out for `frame`; None: the rest."""
    try:
        arrays = [piece.to_ndarray().astype(np.float32) for piece in resampler.resample(frame)]
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(
            f"The sound cannot be put beside the picture ({error}). Save it again, for example as stereo WAV."
        ) from error
    arrays = [np.nan_to_num(array, posinf=0.0, neginf=0.0) for array in arrays]
    if mix is not None:
        mono = [mix.push(array.reshape(-1, mix.channels).T) for array in arrays]
        if frame is None:
            mono.append(mix.finish())
        arrays = [np.tile(piece, (channels, 1)) for piece in mono if len(piece)]
    for array in arrays:
        yield np.clip(array, -1.0, 1.0)
