"""Other frame rates: streamed equals whole, and the count is exact."""

from fractions import Fraction

import numpy as np
import pytest

from vasa_core.export.frame_rate import FrameRate, frame_count
from vasa_core.motion.track import ARRAY_FIELDS, Motion


def track(frames: int) -> Motion:
    motion = Motion.still(frames, 5)
    rng = np.random.default_rng(0)
    for name in ARRAY_FIELDS:
        setattr(motion, name, rng.normal(size=getattr(motion, name).shape).astype(np.float32))
    return motion


def streamed(motion: Motion, fps: Fraction, samples: int, sizes: list[int]) -> Motion:
    rate, pieces, begin = FrameRate(fps), [], 0
    for size in sizes:
        pieces.append(rate.push(motion.slice(begin, begin + size)))
        begin += size
    pieces.append(rate.push(motion.slice(begin, len(motion))))
    return Motion.concatenate([*pieces, rate.finish(samples)])


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(48), Fraction(60)])
def test_streamed_equals_whole(fps: Fraction) -> None:
    samples = 33_333
    motion = track(frame_count(samples, Fraction(25)))
    whole = streamed(motion, fps, samples, [])
    cut = streamed(motion, fps, samples, [1, 1, 7, 13, 2])
    assert len(whole) == frame_count(samples, fps) == int(np.ceil(samples / 16_000 * float(fps)))
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(getattr(cut, name), getattr(whole, name))
    times = np.arange(len(whole)) / float(fps)
    np.testing.assert_allclose(whole.latent, motion.resample(times).latent, atol=1e-5)


def test_the_own_rate_changes_nothing() -> None:
    motion = track(50)
    same = streamed(motion, Fraction(25), 50 * 640, [20, 5])
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(getattr(same, name), getattr(motion, name))


def test_pieces_carry_their_time() -> None:
    rate = FrameRate(Fraction(50))
    rate.push(track(25))
    later = rate.push(track(25))
    assert later.fps == 50
    assert later.start == pytest.approx(47 / 50)  # frame 47 lies between two of the track and waits for a third
