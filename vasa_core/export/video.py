"""Video files, frame by frame, with the sound streamed alongside.

Films are H.264 and AAC, .webm is VP9 and Opus. Transparent films are ProRes 4444 (.mov) or VP9 (.webm); both keep
straight colours, not premultiplied by opacity, as editors and engines read these formats.
"""

import math
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import ExportError
from vasa_core.export.files import PartFile, explained
from vasa_core.export.opacity import straight_for_film
from vasa_core.export.sink import Frame
from vasa_core.export.sound import SOUND_RATE, Sound

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
MIN_FPS, MAX_FPS = 24, 60
PRESET = "veryfast"
"""x264 preset: about 220 frames of 512x512 a second on one core, and half the size of `superfast`."""
CRF = "18"
"""x264 quality: visually lossless for a face on a still background."""
VP9_OPTIONS = {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}
"""VP9 at constant quality, as fast as it goes without showing it."""
PRORES_OPTIONS = {"profile": "4444", "vendor": "apl0"}
ALPHA_CODECS = {".mov": ("prores_ks", "yuva444p10le"), ".webm": ("libvpx-vp9", "yuva420p")}
"""Coder and its pixels for films that keep opacity."""
KEY_FRAME_SECONDS = 2
SOUND_BITS = 128_000
"""AAC or Opus bits a second."""
BT709 = 1
"""Code for primaries, transfer and matrix of ITU-R BT.709 in ISO/IEC 23091-2."""
LIMITED_RANGE = 1


def exact_fps(fps: float | Fraction) -> Fraction:
    """The frame rate as a fraction (29.97 becomes 30000/1001); raises `ExportError` outside 24 to 60."""
    if not math.isfinite(fps):
        raise ExportError(f"{fps} is no frame rate. Choose {MIN_FPS} to {MAX_FPS} frames a second.")
    rate = Fraction(fps).limit_denominator(1001)
    ntsc = Fraction(round(fps) * 1000, 1001)
    if rate.denominator != 1 and abs(float(ntsc) - float(fps)) < 0.005:
        rate = ntsc
    if not MIN_FPS * Fraction(1000, 1001) <= rate <= MAX_FPS:
        raise ExportError(f"{float(fps):g} frames a second is out of range. Choose {MIN_FPS} to {MAX_FPS}.")
    return rate


def is_video_path(path: Path) -> bool:
    """Whether the name ends like a video that can be written."""
    return path.suffix.lower() in FORMATS


class VideoWriter:
    """Writes one video: `write` frame after frame, then `close`. A `FrameSink`.

    Picture and sound start at 0; the sound is cut where the picture ends. Memory does not grow with the length.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], fps: Fraction, sound: Sound | None = None, alpha: bool = False
    ) -> None:
        """Open the file.

        Parameters
        ----------
        path : ends in .mp4, .m4v, .mov, .mkv or .webm.
        size : width and height in px, both even.
        fps : frames a second, 24 to 60.
        sound : the sound to put beside, or None for a silent film.
        alpha : keep the opacity of RGBA frames; only .mov and .webm can.
        """
        if not is_video_path(path):
            raise ExportError(
                f"'{path.name}' is no kind of video known here. End the name in {', '.join(FORMATS)}, "
                "or give a name without an ending for a PNG sequence."
            )
        if alpha and path.suffix.lower() not in ALPHA_CODECS:
            raise ExportError(
                f"A {path.suffix.lower()} film cannot be transparent. End the name in .mov (ProRes 4444) or .webm "
                "(VP9), or give a folder for a PNG sequence."
            )
        self.frames = 0
        self._fps = fps
        self._alpha = alpha
        self._blocks = sound.blocks if sound else None
        self._rest = np.zeros((1, 0), np.float32)
        self._sound_done = 0  # samples at SOUND_RATE
        self._part = PartFile(path)
        try:
            with explained(path):
                self._open(size, sound)
        except BaseException:
            self._part.discard()
            raise

    def _open(self, size: tuple[int, int], sound: Sound | None) -> None:
        suffix = self._part.target.suffix.lower()
        file_format = FORMATS[suffix]
        options = {"movflags": "faststart"} if file_format in ("mp4", "mov") else {}
        self._container = av.open(str(self._part.path), "w", format=file_format, options=options)
        codec, pixels, settings = _picture_coder(suffix, self._alpha)
        stream = self._container.add_stream(codec, rate=self._fps, options=settings)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        stream.gop_size = round(self._fps * KEY_FRAME_SECONDS)
        coder = stream.codec_context
        coder.color_range = LIMITED_RANGE
        coder.color_primaries = coder.color_trc = coder.colorspace = BT709
        self._video = stream
        self._audio: av.AudioStream | None = None
        if sound is not None:
            layout = "mono" if sound.channels == 1 else "stereo"
            voice = self._container.add_stream(_sound_codec(suffix), rate=SOUND_RATE, layout=layout)
            assert isinstance(voice, av.AudioStream)
            voice.bit_rate = SOUND_BITS
            self._audio = voice

    def write(self, frame: Frame) -> None:
        """Encode one frame, RGB or premultiplied RGBA, and the sound up to its end."""
        if self._alpha:
            frame = straight_for_film(frame)
        pixels = "rgba" if frame.shape[2] == 4 else "rgb24"
        picture = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame), format=pixels)
        picture = picture.reformat(
            format=self._video.pix_fmt,
            dst_colorspace=av.video.reformatter.Colorspace.ITU709,
            dst_color_range=av.video.reformatter.ColorRange.MPEG,
        )
        picture.pts = self.frames
        picture.time_base = 1 / self._fps
        with explained(self._part.target):
            self._container.mux(self._video.encode(picture))
        self.frames += 1
        self._write_sound(int(self.frames * SOUND_RATE / self._fps))

    def _write_sound(self, end: int) -> None:
        """Encode the sound up to sample `end`: never past the picture, so that both end together."""
        while self._blocks is not None and self._sound_done < end:
            if not self._rest.size:
                block = next(self._blocks, None)
                if block is None:
                    self._blocks = None
                    return
                self._rest = block
            count = min(self._rest.shape[1], end - self._sound_done)
            self._encode_sound(self._rest[:, :count])
            self._rest = self._rest[:, count:]

    def _encode_sound(self, block: NDArray[np.float32]) -> None:
        assert self._audio is not None
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=self._audio.layout.name)
        frame.sample_rate = SOUND_RATE
        frame.pts = self._sound_done
        frame.time_base = Fraction(1, SOUND_RATE)
        with explained(self._part.target):
            self._container.mux(self._audio.encode(frame))
        self._sound_done += block.shape[1]

    def close(self) -> None:
        """Write what the encoders hold back and give the file its name."""
        with explained(self._part.target):
            self._container.mux(self._video.encode(None))
            if self._audio is not None:
                self._container.mux(self._audio.encode(None))
            self._container.close()
        self._part.commit()

    def abort(self) -> None:
        """Drop what was written; harmless after `close`."""
        with suppress(OSError, av.FFmpegError):
            self._container.close()
        self._part.discard()


def _picture_coder(suffix: str, alpha: bool) -> tuple[str, str, dict[str, str]]:
    """Coder, pixels and options for a kind of film."""
    if alpha:
        codec, pixels = ALPHA_CODECS[suffix]
        return codec, pixels, PRORES_OPTIONS if suffix == ".mov" else VP9_OPTIONS
    if suffix == ".webm":
        return "libvpx-vp9", "yuv420p", VP9_OPTIONS
    return "libx264", "yuv420p", {"preset": PRESET, "crf": CRF}


def _sound_codec(suffix: str) -> str:
    return "libopus" if suffix == ".webm" else "aac"
