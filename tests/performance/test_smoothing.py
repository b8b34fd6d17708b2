"""Smoothing: noise at rest goes, closures and saccades stay where and as deep as they are."""

import numpy as np
import pytest

from vasa_core.performance.head import soft_limit
from vasa_core.performance.lids import together
from vasa_core.performance.smoothing import one_euro, zero_phase
from vasa_core.performance.solve import GAIN, REST_HZ

TIMES = np.arange(100) / 25


def test_noise_at_rest_goes() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, (100, 3))
    assert zero_phase(noise, TIMES, REST_HZ, GAIN).std() < 0.65 * noise.std()


def test_a_closure_keeps_its_depth_and_its_frame() -> None:
    """Lips that shut for two frames, between frames far apart: 3 standard deviations of a latent."""
    lips = np.full((100, 1), 3.0)
    lips[50:52] = 0
    lips[[49, 52]] = 1.5
    smooth = zero_phase(lips, TIMES, REST_HZ, GAIN)[:, 0]
    assert smooth[50:52].max() < 0.35
    assert smooth.argmin() in (50, 51)
    assert abs(smooth[40] - 3) < 0.1


def test_nothing_comes_late() -> None:
    wave = np.sin(2 * np.pi * 2 * TIMES)[:, None]
    both, forward = zero_phase(wave, TIMES, 1.0, 2.0), one_euro(wave, TIMES, 1.0, 2.0)
    lags = [
        np.argmax([np.sum(c[5:-5, 0] * np.roll(wave[:, 0], k)[5:-5]) for k in range(-3, 4)]) - 3
        for c in (both, forward)
    ]
    assert lags[0] == 0 <= lags[1]


def test_uneven_frames() -> None:
    times = np.cumsum(np.random.default_rng(1).uniform(0.01, 0.07, 100))
    smooth = zero_phase(np.ones((100, 2)), times, 1.0, 1.0)
    np.testing.assert_allclose(smooth, 1)


def test_soft_limits() -> None:
    values = np.linspace(-3, 3, 61)[:, None]
    limited = soft_limit(values, np.array([1.0]))[:, 0]
    assert np.abs(limited).max() < 1
    assert (np.diff(limited) > 0).all()
    inner = np.abs(values[:, 0]) <= 0.5
    np.testing.assert_allclose(limited[inner], values[inner, 0])


@pytest.mark.parametrize(
    ("seen", "meant"), [((0.6, 0.9), (0.9, 0.9)), ((0.1, 1.0), (0.1, 1.0)), ((0.0, 0.0), (0.0, 0.0))]
)
def test_blinks_are_of_both_eyes_and_winks_of_one(seen: tuple[float, float], meant: tuple[float, float]) -> None:
    np.testing.assert_allclose(together(np.array([seen, seen[::-1]])), [meant, meant[::-1]], atol=1e-6)
