"""Motion at other times: smooth, without overshoot, and the frames themselves untouched."""

import numpy as np
import pytest

from vasa_core.motion.resampling import interpolate
from vasa_core.motion.track import ARRAY_FIELDS, Motion

KNOTS = np.arange(30.0)


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(30, 4)).astype(np.float32)


@pytest.mark.parametrize("swinging", [False, True])
def test_frames_come_out_exactly(values: np.ndarray, swinging: bool) -> None:
    np.testing.assert_array_equal(interpolate(KNOTS, values, KNOTS, swinging), values)
    beyond = interpolate(KNOTS, values, np.array([-5.0, 40.0]), swinging)
    np.testing.assert_array_equal(beyond, values[[0, -1]])


@pytest.mark.parametrize("swinging", [False, True])
def test_no_kinks(values: np.ndarray, swinging: bool) -> None:
    """The slope just before and just after a frame is the same."""
    step = 1e-3
    near = [interpolate(KNOTS, values.astype(np.float64), KNOTS[1:-1] + d, swinging) for d in (-step, 0, step)]
    np.testing.assert_allclose((near[1] - near[0]) / step, (near[2] - near[1]) / step, atol=0.05)


def test_never_beyond_the_neighbours(values: np.ndarray) -> None:
    for share in (0.1, 0.37, 0.5, 0.8):
        between = interpolate(KNOTS, values, KNOTS[:-1] + share)
        low, high = np.minimum(values[:-1], values[1:]), np.maximum(values[:-1], values[1:])
        assert (between >= low - 1e-6).all()
        assert (between <= high + 1e-6).all()


def test_a_closure_stays_closed() -> None:
    motion = Motion.still(9, 3)
    motion.blink[3:6] = 1
    motion.latent[3:6] = -2
    motion.latent[[2, 6]] = 1.5
    fine = motion.resample(np.arange(3 * 8, 5 * 8 + 1) / 200)
    np.testing.assert_array_equal(fine.blink, 1)
    np.testing.assert_array_equal(fine.latent, -2)


def test_a_swing_is_rounder_than_a_zigzag() -> None:
    """A head that swings at 2 Hz, seen at 25 Hz: the curve is nearer to the swing than straight lines are."""
    motion = Motion.still(50, 3)
    motion.head_rotation[:, 1] = np.sin(2 * np.pi * 2 * np.arange(50) / 25)
    times = np.arange(20, 180) / 100
    truth = np.sin(2 * np.pi * 2 * times)
    smooth = np.abs(motion.resample(times).head_rotation[:, 1] - truth).max()
    straight = np.abs(np.interp(times, np.arange(50) / 25, motion.head_rotation[:, 1]) - truth).max()
    assert smooth < 0.25 * straight


def test_uneven_times() -> None:
    knots = np.array([0.0, 0.04, 0.06, 0.2, 0.21])
    line = (3 * knots + 1)[:, None].astype(np.float32)
    at = np.linspace(0.04, 0.2, 50)
    np.testing.assert_allclose(interpolate(knots, line, at, True)[:, 0], 3 * at + 1, atol=1e-5)
    assert (np.diff(interpolate(knots, line, at)[:, 0]) > 0).all()


def test_one_frame_and_no_times() -> None:
    motion = Motion.still(1, 3)
    motion.blink[:] = 0.5
    assert (motion.resample(np.arange(4) / 60).blink == 0.5).all()
    assert all(len(getattr(motion.resample(np.zeros(0)), name)) == 0 for name in ARRAY_FIELDS)


def test_the_track_says_its_rate_and_start() -> None:
    fine = Motion.still(26, 3).resample(0.2 + np.arange(30) / 60)
    assert fine.fps == pytest.approx(60)
    assert fine.start == pytest.approx(0.2)
