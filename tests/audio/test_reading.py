import io
import tracemalloc
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from scipy.signal import correlate

from vasa_core.audio.reading import CHUNK, AudioWarning, audio_duration, load_audio, read_audio
from vasa_core.errors import AudioError

RATE = 16000


def chirp(rate, seconds=1.5):
    t = np.arange(round(rate * seconds)) / rate
    return (0.5 * np.sin(2 * np.pi * (200 * t + 800 * t * t)) * np.sin(np.pi * t / seconds)).astype(np.float32)


def encoded(samples, rate, codec, container):
    """Bytes of a sound file; samples [N] or [channels, N]."""
    rows = np.atleast_2d(samples).astype(np.float32)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(rows)]
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(rows), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        resampler = AudioResampler(stream.format, layout, rate, frame_size=stream.frame_size or 0)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return file.getvalue()


def error_db(found, wanted):
    count = min(len(found), len(wanted))
    return 20 * np.log10(np.sqrt(np.mean((found[:count] - wanted[:count]) ** 2)) / wanted.std() + 1e-9)


@pytest.mark.parametrize(
    ("rate", "codec", "container", "worst_db"),
    [
        (16000, "pcm_s16le", "wav", -80),
        (8000, "pcm_s16le", "wav", -80),
        (11025, "pcm_u8", "wav", -35),
        (22050, "pcm_s24le", "wav", -80),
        (44100, "pcm_s32le", "wav", -80),
        (48000, "pcm_f32le", "wav", -80),
        (96000, "pcm_f64le", "wav", -80),
        (192000, "pcm_s16le", "wav", -80),
        (8000, "pcm_alaw", "wav", -30),
        (44100, "flac", "flac", -80),
        (44100, "alac", "ipod", -80),
        (44100, "libmp3lame", "mp3", -20),
        (48000, "libopus", "ogg", -20),
        (44100, "aac", "ipod", -20),
        (48000, "aac", "mp4", -20),
    ],
)
def test_formats_and_rates_keep_the_sound_in_place(rate, codec, container, worst_db):
    found = load_audio(encoded(chirp(rate), rate, codec, container))
    wanted = chirp(RATE)
    assert found.dtype == np.float32
    assert -1 <= len(found) - len(wanted) <= (400 if codec == "aac" else 1)  # AAC fills its last frame
    assert np.argmax(correlate(found, wanted)) - len(wanted) + 1 == 0
    assert error_db(found, wanted) < worst_db


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_no_aliasing(rate):
    tone = 0.5 * np.sin(2 * np.pi * 9500 * np.arange(rate) / rate)
    assert np.abs(load_audio(tone, rate)[2000:-2000]).max() < 1e-3


def test_sound_track_of_a_video(tmp_path):
    path = tmp_path / "talk.mkv"
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = output.add_stream("flac", rate=48000, layout="mono")
        for _ in range(25):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            output.mux(video.encode(picture))
        sound = AudioFrame.from_ndarray(chirp(48000, 1.0)[None], format="fltp", layout="mono")
        sound.sample_rate, sound.pts, sound.time_base = 48000, 0, Fraction(1, 48000)
        resampler = AudioResampler(audio.format, "mono", 48000, frame_size=audio.frame_size)
        for piece in [*resampler.resample(sound), *resampler.resample(None)]:
            output.mux(audio.encode(piece))
        output.mux(video.encode(None))
        output.mux(audio.encode(None))
    assert error_db(load_audio(path), chirp(RATE, 1.0)) < -80
    assert audio_duration(path) == pytest.approx(1.0, abs=0.1)


def test_paths_bytes_files_and_arrays_agree(tmp_path):
    content = encoded(chirp(RATE), RATE, "pcm_f32le", "wav")
    path = tmp_path / "voice.wav"
    path.write_bytes(content)
    whole = load_audio(path)
    np.testing.assert_array_equal(whole, load_audio(str(path)))
    np.testing.assert_array_equal(whole, load_audio(content))
    with path.open("rb") as file:
        assert audio_duration(file) == pytest.approx(1.5)
        np.testing.assert_array_equal(whole, load_audio(file))
    np.testing.assert_array_equal(whole, load_audio(chirp(RATE), RATE))
    np.testing.assert_array_equal(whole, load_audio(chirp(RATE).astype(np.float64)[:, None], RATE))
    assert audio_duration(chirp(RATE), RATE) == 1.5


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.int32, np.uint16])
def test_integer_arrays_are_of_full_scale(dtype):
    limits = np.iinfo(dtype)
    centre, scale = (limits.max + 1 + limits.min) / 2, (int(limits.max) - int(limits.min) + 1) / 2
    integers = np.clip(np.round(chirp(RATE) * scale + centre), limits.min, limits.max).astype(dtype)
    assert np.abs(load_audio(integers, RATE) - chirp(RATE)).max() <= 0.5 / scale + 1e-6


@pytest.mark.parametrize(("left", "right"), [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-0.8, 0.8), (1.0, 1e-3)])
def test_stereo_keeps_the_voice_at_its_level(left, right):
    voice = chirp(RATE)
    mono = load_audio(np.stack([left * voice, right * voice], axis=1), RATE)
    assert np.abs(np.corrcoef(mono, voice)[0, 1]) > 0.999
    assert mono.std() == pytest.approx(voice.std() * max(abs(left), abs(right)), rel=0.02)


def test_two_people_on_two_channels_are_both_heard():
    rng = np.random.default_rng(0)
    people = rng.normal(0, 0.1, (2, 4 * RATE)).astype(np.float32)
    people[0, 2 * RATE :] = 0
    people[1, : 2 * RATE] = 0
    mono = load_audio(people.T, RATE)
    assert mono[: 2 * RATE].std() == pytest.approx(0.1, rel=0.05)
    assert mono[2 * RATE + 3200 :].std() > 0.045


@pytest.mark.parametrize("channels", [3, 8, 16, 64])
def test_many_channels(channels, tmp_path):
    voice = (chirp(RATE) * 32767).astype("<i2")
    rows = np.zeros((len(voice), channels), "<i2")
    rows[:, -1] = voice
    path = tmp_path / "many.wav"
    with wave.open(str(path), "wb") as output:
        output.setnchannels(channels)
        output.setsampwidth(2)
        output.setframerate(RATE)
        output.writeframes(rows.tobytes())
    assert error_db(load_audio(path), chirp(RATE)) < -60
    assert error_db(load_audio(rows, RATE), chirp(RATE)) < -60


def test_surround_sound():
    voice = chirp(48000)
    rows = np.zeros((6, len(voice)), np.float32)
    rows[2] = voice  # the centre, where films keep the dialogue
    found = load_audio(encoded(rows, 48000, "pcm_s16le", "wav"))
    assert error_db(found, chirp(RATE)) < -60


def test_values_that_are_not_numbers_count_as_silence():
    voice = chirp(RATE)
    voice[[100, 9000]] = np.nan
    voice[200], voice[300] = np.inf, -np.inf
    found = load_audio(voice, RATE)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1.0
    in_file = load_audio(encoded(voice, RATE, "pcm_f32le", "wav"))
    np.testing.assert_array_equal(found, in_file)


def test_too_loud_floats_are_clipped():
    assert np.abs(load_audio(4 * chirp(44100), 44100)).max() == 1.0


def test_silence_is_sound():
    silence = load_audio(np.zeros(RATE, np.int16), RATE)
    assert len(silence) == RATE
    assert not silence.any()


def test_chunks_have_a_constant_length():
    lengths = [len(piece) for piece in read_audio(encoded(chirp(44100), 44100, "libmp3lame", "mp3"))]
    assert lengths[:-1] == [CHUNK] * (len(lengths) - 1)
    assert 0 < lengths[-1] <= CHUNK


def wav_header(frames):
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(RATE)
        output.writeframes(bytes(2 * frames))
    return file.getvalue()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "cannot be read as audio"),
        (b"this is no sound at all" * 100, "cannot be read as audio"),
        (bytes(10000), "cannot be read as audio"),
        (wav_header(0), "0 samples"),
        (wav_header(10), "too short: 0.6 ms"),
        (wav_header(620), "too short: 38.8 ms"),
        (wav_header(1000)[:30], "cannot be read as audio"),
        ("no/such/file.wav", "There is no file"),
        (".", "is a folder"),
    ],
)
def test_what_is_no_sound_is_refused_at_once(source, words):
    with pytest.raises(AudioError, match=words):
        read_audio(source)


@pytest.mark.parametrize(
    ("array", "rate", "words"),
    [
        (np.zeros(0, np.float32), RATE, "0 samples"),
        (np.zeros(RATE), None, "sample rate"),
        (np.zeros(RATE), 0, "sample rate"),
        (np.zeros((2, RATE)), RATE, "N, channels"),
        (np.zeros((2, 2, 2)), RATE, "N, channels"),
        (np.zeros(RATE, complex), RATE, "floats or integers"),
        (np.array(["a"]), RATE, "floats or integers"),
    ],
)
def test_arrays_that_are_no_sound_are_refused(array, rate, words):
    with pytest.raises(AudioError, match=words):
        read_audio(array, rate)


def test_files_without_sound_are_refused(tmp_path):
    empty = tmp_path / "empty.wav"
    empty.touch()
    with pytest.raises(AudioError, match="is empty"):
        read_audio(empty)
    picture = tmp_path / "picture.png"
    file = io.BytesIO()
    with av.open(file, "w", format="image2pipe") as output:
        stream = output.add_stream("png", rate=1)
        stream.width = stream.height = 32
        stream.pix_fmt = "rgb24"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    picture.write_bytes(file.getvalue())
    with pytest.raises(AudioError, match="no sound in it"):
        read_audio(picture)


@pytest.mark.parametrize(("codec", "container"), [("pcm_s16le", "wav"), ("flac", "flac"), ("libmp3lame", "mp3")])
def test_truncated_files_give_what_is_there_and_warn(codec, container):
    content = encoded(np.tile(chirp(44100), 4), 44100, codec, container)
    with pytest.warns(AudioWarning, match="damaged or cut off"):
        found = load_audio(content[: len(content) // 2])
    assert 2.0 * RATE < len(found) < 4.5 * RATE


def test_damage_in_the_middle_loses_only_a_part():
    content = bytearray(encoded(np.tile(chirp(44100), 4), 44100, "flac", "flac"))
    content[len(content) // 2 : len(content) // 2 + 3000] = np.random.default_rng(0).bytes(3000)
    with pytest.warns(AudioWarning, match="damaged or cut off"):
        found = load_audio(bytes(content))
    assert len(found) > 4.5 * RATE


class LongRecording(io.RawIOBase):
    """A WAV file of silence that exists only as it is read."""

    def __init__(self, seconds, rate):
        self.header = bytearray(wav_header(0))
        self.size = len(self.header) + 2 * seconds * rate
        self.header[24:32] = rate.to_bytes(4, "little") + (2 * rate).to_bytes(4, "little")
        self.header[4:8] = (self.size - 8).to_bytes(4, "little")
        self.header[40:44] = (2 * seconds * rate).to_bytes(4, "little")
        self.position = 0

    def read(self, size=-1):
        size = max(0, min(size if size >= 0 else self.size, self.size - self.position))
        head = bytes(self.header[self.position : self.position + size])
        self.position += size
        return head + bytes(size - len(head))

    def seek(self, offset, whence=0):
        self.position = offset + (0, self.position, self.size)[whence]
        return self.position

    def tell(self):
        return self.position

    def seekable(self):
        return True

    def readable(self):
        return True


@pytest.mark.parametrize("seconds", [300, pytest.param(3600, marks=pytest.mark.slow)])
def test_long_recordings_in_constant_memory(seconds):
    recording = LongRecording(seconds, 8000)
    assert audio_duration(recording) == pytest.approx(seconds)
    tracemalloc.start()
    total = sum(len(piece) for piece in read_audio(recording))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == seconds * RATE
    assert peak < 5e6


def test_training_recordings(recordings: Path):
    assert len(load_audio(recordings / "grid_s1" / "bbaf2n.mkv")) == 47648
    speech = recordings / "speech" / "fleurs-de-000.ogg"
    assert len(load_audio(speech)) / RATE == pytest.approx(audio_duration(speech), abs=0.02)


def test_impossible_headers_are_refused():
    content = bytearray(wav_header(RATE))
    content[24:28] = (2_000_000_000).to_bytes(4, "little")
    with pytest.raises(AudioError, match="2000000000 Hz"):
        read_audio(bytes(content))


@pytest.mark.parametrize(
    ("codec", "container"), [("pcm_s16le", "wav"), ("flac", "flac"), ("libmp3lame", "mp3"), ("aac", "mp4")]
)
@pytest.mark.filterwarnings("ignore::vasa_core.audio.reading.AudioWarning")
def test_any_damage_is_survived_or_refused(codec, container):
    whole = encoded(chirp(44100), 44100, codec, container)
    rng = np.random.default_rng(0)
    for _ in range(40):
        content = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 300), rng.integers(1, 10)):
            content[place] = rng.integers(256)
        try:
            samples = load_audio(bytes(content))
        except AudioError:
            continue
        assert np.isfinite(samples).all()
