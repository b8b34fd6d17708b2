import ctypes.util
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from vasa_core.motion.channels import EXPRESSION_UNITS
from vasa_core.training.synthetic import corpus, flite, sounds
from vasa_core.training.synthetic.phones import PHONES, VOWEL
from vasa_core.training.synthetic.singing import sing
from vasa_core.training.synthetic.spoken import Spoken, read_table
from vasa_core.training.synthetic.whisper import shout, whisper
from vasa_core.training.voice_change import change_voice

pytestmark = pytest.mark.skipif(
    shutil.which("flite") is None or ctypes.util.find_library("espeak-ng") is None, reason="no synthetic voices here"
)


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    return flite.speak("My brown puppy loves the other boat.", "slt")


def periodicity(samples: np.ndarray) -> float:
    """Highest autocorrelation at the lags of voices, mean of the louder frames."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::400]
    frames = frames[frames.std(axis=1) > np.quantile(frames.std(axis=1), 0.6)]
    best = []
    for frame in frames - frames.mean(axis=1, keepdims=True):
        whole = np.correlate(frame, frame, "full")[1023:]
        best.append((whole[32:200] / whole[0] / (1 - np.arange(32, 200) / 1024)).max())
    return float(np.mean(best))


def test_a_whisper_has_no_voice_and_the_same_times(spoken: Spoken) -> None:
    breathed = whisper(spoken, np.random.default_rng(0))
    assert len(breathed.samples) == len(spoken.samples)
    assert breathed.segments == spoken.segments
    assert periodicity(spoken.samples) > 0.8
    assert periodicity(breathed.samples) < 0.65


def test_a_shout_is_higher_and_opens_the_mouth(spoken: Spoken) -> None:
    loud = shout(spoken, np.random.default_rng(0))
    assert len(loud.samples) == len(spoken.samples)
    assert loud.loudness > 1.2
    power, usual = (np.abs(np.fft.rfft(s)) ** 2 for s in (loud.samples, spoken.samples))
    third = len(power) // 8  # 1 kHz
    assert power[third:].sum() / power.sum() > 1.5 * usual[third:].sum() / usual.sum()


def test_a_song_holds_its_vowels_on_notes(spoken: Spoken) -> None:
    song = sing(spoken, "woman", np.random.default_rng(3))
    vowels = [s for s in song.segments if PHONES[s.phone].manner == VOWEL]
    assert np.median([s.duration for s in vowels]) > 0.2
    assert song.segments[-1].end == pytest.approx(song.seconds, abs=0.02)
    assert song.pitch is not None
    assert np.ptp(song.pitch) > 2
    longest = max(vowels, key=lambda s: s.duration)
    piece = song.samples[int((longest.start + 0.1) * 16000) : int((longest.end - 0.1) * 16000)]
    assert periodicity(piece) > 0.85


@pytest.mark.parametrize("kind", sounds.SHARES)
def test_every_kind_is_written_with_its_mouth(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"{kind}_0001.wav"
    corpus.save_sound(path, sounds.draw(kind, 1, 0))
    corpus.write_mouth(path.with_suffix(".npz"), corpus.Mouth.load())
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        count = file.getnframes()
    assert 2 <= count / 16000 <= 10
    with np.load(path.with_suffix(".npz")) as file:
        frames = -(-count // 640)
        assert file["latent"].shape == (frames, 64)
        assert file["tongue"].shape == (frames, 3)
        assert file["units"].shape == (frames, len(EXPRESSION_UNITS))
        assert np.isfinite(file["latent"]).all()
        assert read_table(file["phones"])[-1].end == pytest.approx(count / 16000, abs=1e-3)
        smile = file["units"][:, EXPRESSION_UNITS.index("mouthSmileLeft")].max()
        assert (smile > 0.3) == (kind == "laughter")
        if kind == "hum":
            assert np.abs(corpus.Mouth.load().gaps(file["latent"])).max() < 0.03


def test_sounds_once_written_stay(tmp_path: Path) -> None:
    first = corpus.write_sounds(tmp_path, 0.004)
    assert first
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.wav")}
    assert not corpus.write_sounds(tmp_path, 0.004)
    hours = corpus.write_corpus(tmp_path, 0.004)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.wav")} == before
    assert sum(hours.values()) == pytest.approx(0.005, abs=0.002)


def test_a_changed_voice_survives_digital_silence() -> None:
    sound = np.zeros(16000, np.float32)
    sound[6000:] = 0.3 * np.sin(2 * np.pi * 150 * np.arange(10000) / 16000)
    assert np.abs(change_voice(sound, 1.5, 1.05)[8000:]).max() > 0.1
