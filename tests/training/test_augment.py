from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate

from vasa_core.training.augment import (
    BACKGROUNDS,
    CODECS,
    EQUALISER_HZ,
    PHONE_DB,
    apply,
    augment,
    draw,
    equalise,
    room_response,
    speech_level,
    through_codec,
)
from vasa_core.training.noises import NOISES, make_noise

RATE = 16000
REFERENCE = Path(__file__).parents[1] / "audio" / "whisper_reference.npz"


def speech(number=0):
    return np.load(REFERENCE)["samples"].astype(np.float32) / 32768


def lag(a, b):
    return int(np.argmax(correlate(b, a))) - len(a) + 1


@pytest.mark.parametrize("seed", range(12))
def test_any_disguise_keeps_length_and_range(seed):
    sound = speech()
    changed = augment(sound, np.random.default_rng(seed), speech)
    assert changed.shape == sound.shape
    assert changed.dtype == np.float32
    assert np.isfinite(changed).all()
    assert np.abs(changed).max() <= 1.0
    np.testing.assert_array_equal(changed, augment(sound, np.random.default_rng(seed), speech))


def test_the_level_is_the_one_drawn():
    rng = np.random.default_rng(1)
    disguise = draw(rng)
    found = speech_level(apply(speech(), disguise, rng, speech))
    assert 20 * np.log10(found) == pytest.approx(disguise.level_db, abs=1.5)


@pytest.mark.parametrize("codec", CODECS)
def test_codecs_do_not_delay(codec):
    decoded = through_codec(speech(), *codec)
    assert len(decoded) == len(speech())
    assert abs(lag(speech(), decoded)) <= 8
    assert np.abs(decoded - speech()).max() > 0


@pytest.mark.parametrize("kind", NOISES)
def test_noises(kind):
    for seed in range(3):
        noise = make_noise(kind, 8000, np.random.default_rng(seed))
        assert noise.shape == (8000,)
        assert noise.std() > 0


@pytest.mark.parametrize("kind", sorted(set(BACKGROUNDS)))
def test_background_has_the_level_drawn(kind):
    rng = np.random.default_rng(0)
    plain = replace(
        draw(rng), pitch=1.0, formant=1.0, whispered=False, gains_db=(0.0,) * 8, rt60_s=0.0, codec=-1, level_db=-30.0
    )
    alone = apply(speech(), replace(plain, noise=""), rng, speech)
    noisy = apply(speech(), replace(plain, noise=kind, snr_db=20.0), rng, speech)
    gain = np.dot(noisy, alone) / np.dot(alone, alone)
    assert 20 * np.log10(speech_level(alone) * gain / np.std(noisy - gain * alone)) == pytest.approx(20.0, abs=1.5)


def test_equaliser_has_no_delay_and_the_gains_asked_for():
    assert lag(speech(), equalise(speech(), (6.0, -6.0) * 4)) == 0
    tone = np.sin(2 * np.pi * 4000 * np.arange(RATE) / RATE)
    gain = equalise(tone, PHONE_DB)[4000:12000].std() / tone.std()
    assert 20 * np.log10(gain) == pytest.approx(PHONE_DB[EQUALISER_HZ.index(4000.0)], abs=0.2)


def test_rooms_begin_with_the_direct_sound():
    response = room_response(0.5, 6.0, np.random.default_rng(0))
    assert response[0] == 1.0
    assert np.argmax(np.abs(response)) == 0
    assert 10 * np.log10(np.sum(response[1:] ** 2)) == pytest.approx(-6.0, abs=0.01)
