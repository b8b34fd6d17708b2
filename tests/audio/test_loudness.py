import numpy as np
import pytest

from vasa_core.audio.loudness import LARGEST_CUT_DB, LARGEST_GAIN_DB, SILENCE_DB, TARGET_DB, Loudness, level_db
from vasa_core.audio.mel import mel_power


def tone(level, seconds=1.0, hz=1000.0):
    """A tone of that root mean square in dB against full scale."""
    phase = 2 * np.pi * hz * np.arange(round(16000 * seconds)) / 16000
    return (np.sqrt(2) * 10 ** (level / 20) * np.sin(phase)).astype(np.float32)


def noise(level, seconds=1.0, seed=0):
    return np.random.default_rng(seed).normal(0, 10 ** (level / 20), round(16000 * seconds)).astype(np.float32)


def voice(level, syllables=12, background=-80.0):
    """Tones of 0.17 s with pauses of 0.08 s: their levels vary by 6 dB around `level`."""
    tones = [tone(level + 6 * np.sin(2 * n), 0.17) for n in range(syllables)]
    sound = np.concatenate([np.pad(part, (0, 1280)) for part in tones])
    return sound + noise(background, len(sound) / 16000)


def gains(*sounds):
    """Gain after each 80 ms."""
    loudness, found = Loudness(), []
    power = mel_power(np.concatenate(sounds))
    for begin in range(0, power.shape[1], 8):
        loudness.push(power[:, begin : begin + 8])
        found.append(loudness.gain_db)
    return np.array(found)


@pytest.mark.parametrize("hz", [150.0, 440.0, 1000.0, 3000.0])
@pytest.mark.parametrize("level", [-10.0, -30.0, -60.0])
def test_level_is_root_mean_square(level, hz):
    np.testing.assert_allclose(level_db(mel_power(tone(level, hz=hz))), level, atol=0.7)


def test_noise_has_the_level_of_a_tone():
    assert level_db(mel_power(noise(-20.0))).mean() == pytest.approx(-20.0, abs=1.0)


def test_rumble_and_constants_are_no_sound():
    assert level_db(mel_power(tone(-10, hz=30.0))).max() < -25  # what leaks through the window of the spectrum
    assert level_db(mel_power(np.full(16000, 0.5, np.float32))).max() < SILENCE_DB


@pytest.mark.parametrize("level", [-15.0, -25.0, -35.0, -45.0])
def test_gain_brings_voices_to_about_one_level(level):
    """The quieter a voice, the more its loudest syllables alone stand out."""
    assert gains(voice(level))[-1] == pytest.approx(np.clip(TARGET_DB - level, -LARGEST_CUT_DB, None), abs=5.5)


def test_gain_keeps_within_its_bounds():
    assert gains(voice(-62.0, 40, -110.0))[-1] > LARGEST_GAIN_DB - 5
    assert gains(voice(-75.0)).max() <= LARGEST_GAIN_DB
    assert gains(voice(-3.0))[-1] == -LARGEST_CUT_DB


def test_silence_and_noise_stay_as_they_are():
    assert Loudness().gain_db == 0
    assert np.all(gains(np.zeros(32000, np.float32)) == 0)
    for level in (-85.0, -70.0, -55.0):
        assert np.all(gains(noise(level, 3.0)) == 0)


@pytest.mark.parametrize("level", [-70.0, -55.0, -45.0])
def test_a_voice_after_noise_finds_its_gain_smoothly(level):
    """The noise is no reason to make the voice louder first and quieter then."""
    found = gains(noise(level, 3.0), voice(-25.0))
    alone = gains(voice(-25.0))
    assert np.abs(np.diff(found)).max() < 4.0
    assert np.abs(found[38:] - alone[: len(found[38:])]).max() < 5.0


def test_pauses_keep_the_gain():
    spoken, paused = gains(voice(-40.0)), gains(voice(-40.0), noise(-80.0, 3.0))
    assert paused[-1] == pytest.approx(spoken[-1], abs=1.0)


def test_another_voice_gets_another_gain():
    found = gains(voice(-40.0, 20), voice(-20.0, 40))
    assert found[-1] == pytest.approx(gains(voice(-20.0))[-1], abs=2.5)


def test_cutting_has_no_effect():
    power = mel_power(voice(-30.0))
    whole, pieces = Loudness(), Loudness()
    whole.push(power)
    for column in range(power.shape[1]):
        pieces.push(power[:, column : column + 1])
    assert pieces.gain_db == pytest.approx(whole.gain_db, abs=1e-4)
