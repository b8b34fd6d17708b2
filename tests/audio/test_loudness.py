import numpy as np
import pytest

from vasa_core.audio.loudness import (
    LARGEST_CUT_DB,
    LARGEST_GAIN_DB,
    RELEASE_DB,
    SILENCE_DB,
    TARGET_DB,
    Loudness,
)
from vasa_core.audio.mel import mel_power


def tone(level_db, seconds=1.0, hz=1000.0):
    """A tone of that root mean square against full scale."""
    phase = 2 * np.pi * hz * np.arange(round(16000 * seconds)) / 16000
    return (np.sqrt(2) * 10 ** (level_db / 20) * np.sin(phase)).astype(np.float32)


def heard(*sounds):
    loudness = Loudness()
    for sound in sounds:
        loudness.push(mel_power(sound))
    return loudness


@pytest.mark.parametrize("hz", [150.0, 440.0, 1000.0, 3000.0])
@pytest.mark.parametrize("level_db", [-10.0, -30.0, -60.0])
def test_level_is_root_mean_square(level_db, hz):
    assert heard(tone(level_db, hz=hz)).level_db == pytest.approx(level_db, abs=0.7)


def test_noise_has_the_level_of_a_tone():
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    assert heard(noise).level_db == pytest.approx(-20.0, abs=1.0)


def test_rumble_and_constants_are_no_sound():
    assert heard(tone(-10, hz=30.0)).level_db < -25  # what leaks through the window of the spectrum
    assert heard(np.full(16000, 0.5, np.float32)).level_db < SILENCE_DB


def test_gain_brings_voices_to_one_level_within_bounds():
    for level in (-20.0, -30.0, -44.0):
        assert heard(tone(level)).gain_db == pytest.approx(TARGET_DB - level, abs=0.7)
    assert heard(tone(-58.0)).gain_db == LARGEST_GAIN_DB
    assert heard(tone(0.0)).gain_db == -LARGEST_CUT_DB


def test_silence_and_faint_noise_stay_as_they_are():
    assert Loudness().gain_db == 0
    assert heard(np.zeros(16000, np.float32)).gain_db == 0
    assert heard(tone(-75.0)).gain_db == 0
    assert 0 < heard(tone(-66.0)).gain_db < LARGEST_GAIN_DB / 2


def test_pauses_keep_the_gain_for_a_while():
    spoken = heard(tone(-30.0))
    paused = heard(tone(-30.0), np.zeros(32000, np.float32))
    assert paused.level_db == pytest.approx(spoken.level_db - 2 * RELEASE_DB, abs=0.2)


def test_cutting_has_no_effect():
    power = mel_power(np.random.default_rng(1).normal(0, 0.1, 16000).astype(np.float32))
    whole, pieces = Loudness(), Loudness()
    whole.push(power)
    for column in range(power.shape[1]):
        pieces.push(power[:, column : column + 1])
    assert pieces.level_db == pytest.approx(whole.level_db, abs=1e-4)
