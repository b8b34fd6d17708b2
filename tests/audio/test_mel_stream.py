from pathlib import Path

import numpy as np
import pytest

from vasa_core.audio.loudness import Loudness
from vasa_core.audio.mel import log_mel
from vasa_core.audio.mel_stream import MelStream

REFERENCE = Path(__file__).parent / "whisper_reference.npz"
WINDOW, HOP, PAST = 120, 8, 96


def speech():
    return np.load(REFERENCE)["samples"].astype(np.float32) / 32768


@pytest.fixture
def no_gain(monkeypatch):
    monkeypatch.setattr(Loudness, "gain_db", 0.0)


@pytest.mark.parametrize(("window", "hop", "past"), [(WINDOW, HOP, PAST), (400, 100, 200), (30, 30, 0), (34, 2, 30)])
def test_windows_equal_those_computed_whole(no_gain, window, hop, past):
    """But for the first column, where Whisper reflects and the stream knows what came before."""
    samples = speech()
    mels = MelStream(window, hop, past).push(samples)
    assert len(mels) == (len(samples) // 160 + past - window) // hop + 1
    padded = np.pad(samples, (past * 160, 0))
    for number, mel in enumerate(mels):
        start = number * hop * 160
        whole = log_mel(padded[start : start + window * 160])
        shared = np.maximum(mel, whole.max() - 2.0)  # the first column may hold the loudest value
        assert np.abs(shared - np.maximum(whole, shared.max() - 2.0))[:, 2:].max() < 1e-4


def test_cutting_has_no_effect():
    samples = speech()
    whole = MelStream(WINDOW, HOP, PAST).push(samples)
    stream, pieces, start = MelStream(WINDOW, HOP, PAST), [], 0
    rng = np.random.default_rng(0)
    while start < len(samples):
        length = int(rng.integers(0, 3000))
        pieces += stream.push(samples[start : start + length])
        start += length
    np.testing.assert_array_equal(np.array(pieces), np.array(whole))


def test_a_window_comes_with_its_last_sample():
    stream = MelStream(WINDOW, HOP, PAST)
    enough = (WINDOW - PAST) * 160
    assert not stream.push(speech()[: enough - 1])
    assert len(stream.push(speech()[enough - 1 : enough])) == 1


def test_what_was_heard_is_the_past():
    samples = speech()
    cut = 20 * HOP * 160
    stream = MelStream(WINDOW, HOP, PAST)
    whole = stream.push(samples)
    stream.reset(samples[:cut])
    np.testing.assert_array_equal(np.array(stream.push(samples[cut:])), np.array(whole[20:]))


def test_a_skip_moves_the_windows_that_follow(no_gain):
    samples = speech()
    stream = MelStream(WINDOW, HOP, PAST)
    before = stream.push(samples[: (20 * HOP + WINDOW - PAST) * 160])
    stream.skip(3)
    found = before + stream.push(samples[(20 * HOP + WINDOW - PAST) * 160 :])
    later = MelStream(WINDOW, HOP, PAST).push(samples[3 * 160 :])
    assert len(found) == len(later)
    for mel, expected in zip(found[21:], later[21:], strict=True):
        np.testing.assert_allclose(mel, expected, atol=1e-4)


def test_quiet_voices_look_like_loud_ones():
    loud, quiet = (MelStream(WINDOW, HOP, PAST).push(speech() * np.float32(gain))[10] for gain in (1.0, 0.1))
    assert np.abs(loud - quiet).mean() < 0.2  # 8 dB of 20


def test_silence_stays_silent():
    for mel in MelStream(WINDOW, HOP, PAST).push(np.zeros(16000, np.float32)):
        np.testing.assert_allclose(mel, -1.5, atol=1e-6)
