from pathlib import Path

import numpy as np
import pytest

from vasa_core.audio.mel import hz_to_mel, log_mel, mel_filters, mel_to_hz

REFERENCE = Path(__file__).parent / "whisper_reference.npz"


def slow_log_mel(samples):
    """Whisper's definition, written out with plain sums in double precision."""
    window = np.array([0.5 - 0.5 * np.cos(2 * np.pi * n / 400) for n in range(400)])
    wave = np.exp(-2j * np.pi * np.outer(np.arange(201), np.arange(400)) / 400)
    padded = np.concatenate([samples[200:0:-1], samples, samples[-2:-202:-1]]).astype(np.float64)
    edges = mel_to_hz(np.linspace(0, hz_to_mel(np.array(8000.0)), 82))
    columns = []
    for start in range(0, len(samples) // 160 * 160, 160):
        power = np.abs(wave @ (window * padded[start : start + 400])) ** 2
        bands = []
        for low, centre, high in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
            hz = np.arange(201) * 40.0
            rise, fall = (hz - low) / (centre - low), (high - hz) / (high - centre)
            bands.append(np.sum(power * np.clip(np.minimum(rise, fall), 0, None) * 2 / (high - low)))
        columns.append(np.log10(np.maximum(bands, 1e-10)))
    levels = np.array(columns).T
    return (np.maximum(levels, levels.max() - 8) + 4) / 4


def test_equals_an_independent_implementation():
    """The fixture's mel was made by faster-whisper's feature extractor."""
    reference = np.load(REFERENCE)
    found = log_mel(reference["samples"].astype(np.float32) / 32768)
    assert found.shape == reference["mel"].shape == (80, 232)
    assert found.dtype == np.float32
    assert np.abs(found - reference["mel"]).max() < 1e-4


@pytest.mark.parametrize("length", [201, 1000, 4800, 5000])
def test_equals_the_definition(length):
    samples = np.random.default_rng(length).normal(0, 0.1, length).astype(np.float32)
    found = log_mel(samples)
    assert found.shape == (80, length // 160)
    assert np.abs(found - slow_log_mel(samples)).max() < 1e-4


def test_silence_is_finite():
    np.testing.assert_allclose(log_mel(np.zeros(1600, np.float32)), -1.5, atol=1e-6)


def test_mel_scale():
    hz = np.linspace(0, 8000, 50)
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz)), hz, rtol=1e-12)
    assert hz_to_mel(np.array([1000.0]))[0] == pytest.approx(15)
    filters = mel_filters()
    assert filters.shape == (80, 201)
    assert (filters.sum(axis=1) > 0).all()


def test_a_tone_lights_its_own_band():
    tone = np.sin(2 * np.pi * 2000 * np.arange(16000) / 16000).astype(np.float32)
    edges = mel_to_hz(np.linspace(0, hz_to_mel(np.array(8000.0)), 82))
    band = int(log_mel(tone)[:, 50].argmax())
    assert edges[band] < 2000 < edges[band + 2]
