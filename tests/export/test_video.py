"""The film, decoded again: frame count, times, colours, sound and their meeting."""

import subprocess
import sys
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vasa_core.errors import AudioError, ExportError
from vasa_core.export.frame_rate import frame_count
from vasa_core.export.sink import BackgroundSink
from vasa_core.export.sound import SOUND_RATE, open_sound
from vasa_core.export.video import VideoWriter, exact_fps
from vasa_core.samples import LINES

SIZE = (96, 64)


def frames_of(count: int) -> np.ndarray:
    """A bright bar that walks over two colours."""
    frames = np.empty((count, SIZE[1], SIZE[0], 3), np.uint8)
    frames[:, :, :48], frames[:, :, 48:] = (200, 30, 60), (20, 180, 90)
    for i, frame in enumerate(frames):
        frame[:8, i % 90 : i % 90 + 6] = 255
    return frames


def write(path: Path, count: int, fps: Fraction, audio) -> None:
    with BackgroundSink(VideoWriter(path, SIZE, fps, open_sound(audio))) as sink:
        for frame in frames_of(count):
            sink.write(frame)


def decoded(path: Path) -> tuple[list[av.VideoFrame], np.ndarray]:
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    return pictures, sound


@pytest.mark.parametrize("name", ["out.mp4", "out.mov", "out.mkv"])
@pytest.mark.parametrize("fps", [24, 25, 29.97, 60])
def test_picture_and_sound_begin_at_zero_and_end_together(tmp_path: Path, name: str, fps: float) -> None:
    rate = exact_fps(fps)
    samples = 52_640  # 3.29 s: not a whole number of frames
    count = frame_count(samples, rate)
    write(tmp_path / name, count, rate, LINES[1])
    pictures, sound = decoded(tmp_path / name)
    assert len(pictures) == count == int(np.ceil(samples * rate / 16_000))
    assert [picture.time for picture in pictures] == pytest.approx([float(i / rate) for i in range(count)], abs=2e-3)
    with av.open(str(tmp_path / name)) as container:
        assert container.streams.video[0].start_time == 0
        audio = container.streams.audio[0]
        assert audio.start_time is not None and audio.time_base is not None
        priming = 1024 / SOUND_RATE if name.endswith("mkv") else 0  # Matroska counts what the decoder drops
        assert abs(float(audio.start_time * audio.time_base)) <= priming
        assert container.streams.video[0].average_rate == rate
    end = sound.shape[1] / SOUND_RATE  # the last AAC frame may be padded by 1023 samples
    assert count / rate - 1 / rate <= end <= count / rate + 1024 / SOUND_RATE


def test_the_sound_stays_in_place(tmp_path: Path) -> None:
    clicks = np.zeros(16_000, np.float32)
    clicks[[4_000, 12_000]] = 0.9
    write(tmp_path / "out.mp4", 25, Fraction(25), clicks)
    _, sound = decoded(tmp_path / "out.mp4")
    for second in (0.25, 0.75):
        near = np.abs(sound[0, int((second - 0.1) * SOUND_RATE) : int((second + 0.1) * SOUND_RATE)])
        assert np.argmax(near) / SOUND_RATE - 0.1 == pytest.approx(0, abs=0.002)


def test_sound_longer_than_the_picture_is_cut_and_stereo_stays(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "stereo.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=44_100, layout="stereo")
        tone = (8000 * np.sin(np.arange(88_200) / 20)).astype(np.int16)
        both = np.stack([tone, np.zeros_like(tone)], axis=1).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    write(tmp_path / "out.mp4", 25, Fraction(25), tmp_path / "stereo.wav")
    _, sound = decoded(tmp_path / "out.mp4")
    assert sound.shape[0] == 2
    assert sound.shape[1] <= SOUND_RATE + 1024
    assert np.abs(sound[0]).max() > 0.2 > 0.02 > np.abs(sound[1, 5000:-5000]).max()


def tone(seconds: float = 1.0, rate: int = 16_000) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)


@pytest.mark.parametrize("channels", [1, 2, 3, 9])
def test_arrays_of_any_kind_sound_as_they_move_the_face(channels: int) -> None:
    floats = np.repeat(tone()[:, None], channels, axis=1)
    for samples in (floats, (floats * 32767).astype(np.int16), *((floats[:, 0],) if channels == 1 else ())):
        sound = open_sound(samples)
        heard = np.concatenate(list(sound.blocks), axis=1)
        assert heard.shape[0] == sound.channels == min(channels, 2)
        assert heard.shape[1] == pytest.approx(SOUND_RATE, abs=100)
        expected = tone(rate=SOUND_RATE)[: heard.shape[1]]
        for row in heard:
            assert np.corrcoef(row, expected[: len(row)])[0, 1] > 0.99
            assert np.abs(row[2000:-2000]).max() > 0.3


def test_arrays_that_are_no_sound() -> None:
    for samples in (np.zeros((100, 2, 2)), np.zeros(100, complex), np.zeros((100, 0))):
        with pytest.raises(AudioError, match="array"):
            open_sound(samples)


def test_nine_channels_in_no_agreed_order_become_a_film(tmp_path: Path) -> None:
    voice = np.zeros((16_000, 9), "<i2")
    voice[:, 4] = tone() * 32767
    with wave.open(str(tmp_path / "nine.wav"), "wb") as file:
        file.setnchannels(9)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(voice.tobytes())
    write(tmp_path / "out.mp4", 25, Fraction(25), tmp_path / "nine.wav")
    _, sound = decoded(tmp_path / "out.mp4")
    assert np.abs(sound[:, 10_000:20_000]).max(axis=1) == pytest.approx(0.5, abs=0.1)


def test_colours_survive_and_are_tagged(tmp_path: Path) -> None:
    write(tmp_path / "out.mp4", 10, Fraction(25), LINES[1])
    pictures, _ = decoded(tmp_path / "out.mp4")
    picture = pictures[5]
    assert (picture.colorspace, picture.color_range) == (1, 1)  # BT.709, limited
    rgb = picture.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
    assert np.abs(rgb[40, 20].astype(int) - (200, 30, 60)).max() <= 6
    assert np.abs(rgb[40, 80].astype(int) - (20, 180, 90)).max() <= 6


def test_the_index_comes_first(tmp_path: Path) -> None:
    write(tmp_path / "out.mp4", 10, Fraction(25), LINES[1])
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_an_interrupt_leaves_nothing_and_keeps_the_old_film(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_text("the old one")
    with pytest.raises(KeyboardInterrupt), BackgroundSink(VideoWriter(target, SIZE, Fraction(25))) as sink:
        for frame in frames_of(20):
            sink.write(frame)
        raise KeyboardInterrupt
    assert target.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [target]


def test_unknown_ending_and_bad_places(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no kind of video"):
        VideoWriter(tmp_path / "out.avi", SIZE, Fraction(25))
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="a file, not a folder"):
        VideoWriter(tmp_path / "file" / "out.mp4", SIZE, Fraction(25))
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(ExportError, match="is a folder"):
        VideoWriter(tmp_path / "folder.mp4", SIZE, Fraction(25))


@pytest.mark.parametrize("fps", [0, 23, 61, 1000])
def test_frame_rates_out_of_range(fps: float) -> None:
    with pytest.raises(ExportError, match="out of range"):
        exact_fps(fps)


@pytest.mark.parametrize("fps", [float("nan"), float("inf"), -float("inf")])
def test_frame_rates_that_are_no_numbers(fps: float) -> None:
    with pytest.raises(ExportError, match="no frame rate"):
        exact_fps(fps)


@pytest.mark.parametrize(("fps", "exact"), [(25, "25"), (23.976, "24000/1001"), (29.97, "30000/1001"), (50, "50")])
def test_frame_rates_are_exact(fps: float, exact: str) -> None:
    assert exact_fps(fps) == Fraction(exact)


FULL_DISK = """
import sys, numpy as np
from fractions import Fraction
from pathlib import Path
from vasa_core.errors import AudioError, ExportError
from vasa_core.export.sink import BackgroundSink
from vasa_core.export.video import VideoWriter
noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
try:
    with BackgroundSink(VideoWriter(Path(sys.argv[1]), (256, 256), Fraction(25))) as sink:
        for _ in range(100):
            sink.write(noise)
except ExportError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "out.mp4")]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=True)
    assert "Could not write" in done.stdout
    assert "out.mp4" in done.stdout
    assert list(tmp_path.iterdir()) == []
