"""Reading sound: any file, bytes or array to mono float32 at 16 kHz, piece by piece in constant memory."""

import io
import itertools
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from vasa_core.audio.downmix import Downmix
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.errors import AudioError

AudioSource = str | os.PathLike[str] | bytes | BinaryIO | NDArray

PACKED = "flt"  # floats, channels interleaved: PyAV reads no more than 8 separate planes
CHUNK = SAMPLE_RATE // 2  # samples in each piece that is handed out
SHORTEST_S = 0.04  # one frame of video at 25 fps
GAP_S = 0.05  # a jump of the time stamps by more than this is a part that was lost
MISSING_S = 0.5  # a file that ends this much before its header says is reported as damaged
RATES = (1000, 768000)
MOST_CHANNELS = 64


class AudioWarning(UserWarning):
    """The sound could be read only in part."""


def read_audio(source: AudioSource, rate: int | None = None) -> Iterator[NDArray[np.float32]]:
    """Read sound as a stream of pieces, in constant memory.

    Parameters
    ----------
    source
        Path of any sound or video file, its bytes, an open binary file, or an array [N] or [N, channels]: floats in
        [-1, 1] or integers of full scale.
    rate
        Samples a second of an array; not used otherwise.

    Returns
    -------
    Iterator of [n] float32 mono at 16 kHz in [-1, 1]; every piece but the last has 8000 samples. Damaged parts are
    left out with an `AudioWarning`.

    Raises
    ------
    AudioError
        At once, if the source is missing, not audio, empty or shorter than 40 ms.

    """
    if isinstance(source, np.ndarray):
        name = "the array"
        frames = array_frames(source, rate)
    else:
        name, file = _open_source(source)
        frames = _file_frames(file, name)
    chunks = _in_chunks(_mono_16k(frames))
    first = next(chunks, np.zeros(0, np.float32))
    if len(first) == 0:
        raise AudioError(f"There is no sound in {name}: it has 0 samples. Give a recording with sound.")
    if len(first) < SHORTEST_S * SAMPLE_RATE:
        raise AudioError(
            f"The sound in {name} is too short: {1000 * len(first) / SAMPLE_RATE:.1f} ms. "
            f"Give at least {1000 * SHORTEST_S:.0f} ms."
        )
    return itertools.chain([first], chunks)


def load_audio(source: AudioSource, rate: int | None = None) -> NDArray[np.float32]:
    """Read a whole recording as one array [N] float32 mono at 16 kHz in [-1, 1]; arguments as for `read_audio`."""
    return np.concatenate(list(read_audio(source, rate)))


def audio_duration(source: AudioSource, rate: int | None = None) -> float:
    """Duration of a recording in seconds: from its header where that tells, else by reading it."""
    if isinstance(source, np.ndarray):
        return len(source) / _checked_rate(rate)
    name, file = _open_source(source)
    start = file.tell() if not isinstance(file, str) else 0
    with _open_container(file, name) as container:
        seconds = _header_duration(container)
    if not isinstance(file, str):
        file.seek(start)
    if seconds is None:
        seconds = sum(len(piece) for piece in read_audio(source)) / SAMPLE_RATE
    return seconds


def _open_source(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[str, str | BinaryIO]:
    """Name the source for messages and return what PyAV can open."""
    if isinstance(source, bytes | bytearray | memoryview):
        return "the given bytes", io.BytesIO(source)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if not path.exists():
            raise AudioError(f"There is no file {path}. Check the path of the audio.")
        if path.is_dir():
            raise AudioError(f"{path} is a folder. Give one audio file.")
        return str(path), str(path)
    return str(getattr(source, "name", "the given file")), source


def _open_container(file: str | BinaryIO, name: str) -> av.container.InputContainer:
    if isinstance(file, str) and Path(file).is_file() and Path(file).stat().st_size == 0:
        raise AudioError(f"{name} is empty (0 bytes). Give a recording with sound.")
    try:
        container = av.open(file, mode="r", metadata_errors="ignore")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise AudioError(
            f"{name} cannot be read as audio ({_reason(error)}). Give a sound or video file such as WAV, MP3 or FLAC."
        ) from error
    if not container.streams.audio:
        container.close()
        raise AudioError(f"{name} has no sound in it. Give a file with an audio track.")
    return container


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _header_duration(container: av.container.InputContainer) -> float | None:
    stream = container.streams.audio[0]
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _file_frames(file: str | BinaryIO, name: str) -> Iterator[AudioFrame]:
    """Decode the first audio track; what is damaged is left out, with one warning at the end."""
    damage: Exception | None = None
    gap = False
    seconds = 0.0
    clock: float | None = None  # where the next frame belongs, by the time stamps of the file
    with _open_container(file, name) as container:
        promised = _header_duration(container)
        packets = container.demux(container.streams.audio[0])
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except (av.FFmpegError, OSError) as error:
                damage = error
                break
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                damage = error
                continue
            for frame in frames:
                channels = frame.layout.nb_channels
                if not (RATES[0] <= frame.sample_rate <= RATES[1] and channels <= MOST_CHANNELS):
                    raise AudioError(
                        f"{name} says its sound has {channels} channels at {frame.sample_rate} Hz: it is damaged, "
                        "or of a kind that cannot be used. Save it again, for example as WAV at 48000 Hz."
                    )
                length = frame.samples / frame.sample_rate
                begin = clock if frame.time is None else frame.time
                if begin is not None:
                    gap = gap or (clock is not None and begin - clock > GAP_S)
                    clock = begin + length
                seconds += length
                yield frame
    if damage is not None and seconds == 0:
        raise AudioError(
            f"The sound in {name} cannot be decoded ({_reason(damage)}). Save it again, for example as WAV."
        ) from damage
    missing = promised is not None and promised - seconds > MISSING_S
    if damage is not None or gap or missing or _is_cut_riff(file):
        warnings.warn(
            f"{name} is damaged or cut off: {seconds:.1f} s of sound could be read. Check the file.",
            AudioWarning,
            stacklevel=2,
        )


def _is_cut_riff(file: str | BinaryIO) -> bool:
    """Whether a WAV file is shorter than its header says (FFmpeg takes the end of the file for the end)."""
    if isinstance(file, str):
        if not Path(file).is_file():
            return False
        with Path(file).open("rb") as opened:
            return _is_cut_riff(opened)
    if not file.seekable():
        return False
    file.seek(0)
    head = file.read(8)
    unknown = b"\xff\xff\xff\xff"  # what a recorder writes that cannot go back to the header
    if head[:4] != b"RIFF" or head[4:] == unknown:
        return False
    return file.seek(0, io.SEEK_END) < 8 + int.from_bytes(head[4:], "little")


def _checked_rate(rate: int | None) -> int:
    if rate is None or not RATES[0] <= rate <= RATES[1]:
        raise AudioError(f"An array needs its sample rate in Hz, {RATES[0]} to {RATES[1]}; got {rate}.")
    return int(rate)


def array_frames(samples: NDArray, rate: int | None) -> Iterator[AudioFrame]:
    """Frames of an array [N] or [N, channels], floats or integers of full scale; `AudioError` at once if it is none."""
    rate = _checked_rate(rate)
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and not 1 <= samples.shape[1] <= MOST_CHANNELS):
        shapes = f"[N] or [N, channels], up to {MOST_CHANNELS} channels"
        raise AudioError(f"An array of sound must be {shapes}; this one is {samples.shape}.")
    if not (np.issubdtype(samples.dtype, np.floating) or np.issubdtype(samples.dtype, np.integer)):
        raise AudioError(f"An array of sound must hold floats or integers; this one holds {samples.dtype}.")
    channels = samples[:, None] if samples.ndim == 1 else samples
    layout = {1: "mono", 2: "stereo"}.get(channels.shape[1], f"{channels.shape[1]}C")  # C: in no agreed order
    return (_frame(channels[start : start + rate], rate, layout) for start in range(0, len(channels), rate))


def _frame(samples: NDArray, rate: int, layout: str) -> AudioFrame:
    frame = AudioFrame.from_ndarray(as_float(samples).reshape(1, -1), format=PACKED, layout=layout)
    frame.sample_rate = rate
    return frame


def as_float(samples: NDArray) -> NDArray[np.float32]:
    """Samples of any shape as floats: integers of full scale become [-1, 1], floats stay as they are."""
    if np.issubdtype(samples.dtype, np.floating):
        return samples.astype(np.float32)
    limits = np.iinfo(samples.dtype)
    scale = (float(limits.max) - float(limits.min) + 1.0) / 2.0
    centre = scale if samples.dtype.kind == "u" else 0.0
    return ((samples.astype(np.float64) - centre) / scale).astype(np.float32)


def _mono_16k(frames: Iterator[AudioFrame]) -> Iterator[NDArray[np.float32]]:
    """Resample and mix down. A stream that changes its format on the way is followed."""
    resampler: AudioResampler | None = None
    kind: tuple[object, ...] | None = None
    mix = Downmix(1)
    for frame in frames:
        if kind != (frame.format.name, frame.layout.name, frame.sample_rate):
            if resampler is not None:
                yield from _resampled(resampler, None, mix)
                yield mix.finish()
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            resampler = AudioResampler(format=PACKED, layout=frame.layout, rate=SAMPLE_RATE)
            mix = Downmix(frame.layout.nb_channels)
        frame.pts = None
        assert resampler is not None
        yield from _resampled(resampler, frame, mix)
    if resampler is not None:
        yield from _resampled(resampler, None, mix)
        yield mix.finish()


def _resampled(resampler: AudioResampler, frame: AudioFrame | None, mix: Downmix) -> Iterator[NDArray[np.float32]]:
    for piece in resampler.resample(frame):
        rows = piece.to_ndarray().astype(np.float32).reshape(-1, mix.channels).T
        samples = np.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)
        yield np.clip(mix.push(samples), -1.0, 1.0)


def _in_chunks(pieces: Iterator[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    waiting: list[NDArray[np.float32]] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(map(len, waiting)) < CHUNK:
            continue
        joined = np.concatenate(waiting)
        whole = len(joined) // CHUNK * CHUNK
        yield from np.split(joined[:whole], whole // CHUNK)
        waiting = [joined[whole:]]
    rest = np.concatenate([np.zeros(0, np.float32), *waiting])
    if len(rest):
        yield rest
