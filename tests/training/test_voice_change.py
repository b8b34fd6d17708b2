from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate, lfilter

from vasa_core.training.voice_change import change_voice, whisper

RATE = 16000
REFERENCE = Path(__file__).parents[1] / "audio" / "whisper_reference.npz"


def speech():
    return np.load(REFERENCE)["samples"].astype(np.float32) / 32768


def vowel(pitch=110.0, formants=(600.0, 1200.0, 2500.0), seconds=1.0):
    """A pulse train through resonances."""
    count = int(seconds * RATE)
    sound = np.diff(np.floor(np.arange(count + 1) * pitch / RATE))
    for hz in formants:
        radius = np.exp(-np.pi * 90 / RATE)
        sound = lfilter([1.0], [1.0, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2], sound)
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def pitch_of(sound):
    middle = sound[4000:12000]
    similarity = correlate(middle, middle)[len(middle) - 1 :]
    lags = np.arange(RATE // 500, RATE // 60)
    good = lags[similarity[lags] > 0.9 * similarity[lags].max()]
    return RATE / good[0]


def envelope(sound):
    window = np.hanning(321)
    return np.convolve(np.abs(sound), window / window.sum(), "same")


def lag_ms(a, b):
    a, b = envelope(a) - envelope(a).mean(), envelope(b) - envelope(b).mean()
    return (np.argmax(correlate(b, a)) - len(a) + 1) * 1000 / RATE


def test_nothing_asked_nothing_changed():
    assert np.abs(change_voice(speech(), 1.0, 1.0) - speech())[300:-300].max() < 1e-3


@pytest.mark.parametrize("factor", [0.65, 0.8, 1.3, 1.8, 2.3])
def test_pitch_is_multiplied(factor):
    changed = change_voice(vowel(), factor, 1.0)
    assert pitch_of(changed) == pytest.approx(110 * factor, rel=0.03)


@pytest.mark.parametrize(("pitch", "formant"), [(1.0, 1.25), (1.0, 0.85), (1.8, 1.0), (1.8, 1.18), (0.75, 0.9)])
def test_formants_are_multiplied(pitch, formant):
    """The centroid of the lower spectrum follows the formant factor, not the pitch."""

    def centroid(sound, top):
        power = np.abs(np.fft.rfft(sound[2000:14000] * np.hanning(12000)))
        hz = np.fft.rfftfreq(12000, 1 / RATE)
        return np.sum((hz * power)[hz < top]) / np.sum(power[hz < top])

    before = centroid(vowel(), 3500)
    after = centroid(change_voice(vowel(), pitch, formant), 3500 * formant)
    assert after / before == pytest.approx(formant, rel=0.08)


@pytest.mark.parametrize(("pitch", "formant"), [(0.65, 0.85), (1.0, 1.25), (1.8, 1.15), (2.3, 1.35)])
def test_every_sound_keeps_its_time(pitch, formant):
    changed = change_voice(speech(), pitch, formant)
    assert changed.shape == speech().shape
    assert abs(lag_ms(speech(), changed)) < 3
    part = slice(0, 12000), slice(12000, 24000), slice(24000, 36000)
    assert all(abs(lag_ms(speech()[p], changed[p])) < 10 for p in part)
    assert changed.std() == pytest.approx(speech().std(), rel=0.4)


def test_a_whisper_has_no_pitch_but_the_same_vowel_at_the_same_time():
    def periodicity(sound):
        middle = sound[4000:12000]
        similarity = correlate(middle, middle)[len(middle) - 1 :]
        return similarity[80:200].max() / similarity[0]

    whispered = whisper(vowel(), np.random.default_rng(0))
    assert periodicity(vowel()) > 0.9
    assert periodicity(whispered) < 0.5
    spoken = whisper(speech(), np.random.default_rng(0))
    assert spoken.shape == speech().shape
    assert abs(lag_ms(speech(), spoken)) < 10
