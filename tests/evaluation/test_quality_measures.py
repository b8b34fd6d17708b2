"""The measures of `vasa eval` on constructed curves whose answers are known."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vasa_core.evaluation.blink_stats import blink_stats, fit_log_normal
from vasa_core.evaluation.diversity import diversity, path_distance
from vasa_core.evaluation.gaze_stats import averted, gaze_stats, world_gaze
from vasa_core.evaluation.jitter import power_from, power_ratio, share_ratio, spectrum
from vasa_core.evaluation.lag import common_lag, correlation_by_lag, lag, peak_of
from vasa_core.evaluation.tie import derangement, envelope, head_speed, tie_of
from vasa_core.motion.gaze import eyes_in_head

FPS = 25.0


def smooth_noise(seconds: float, seed: int, hertz: float = 4.0, delay: float = 0.0) -> np.ndarray:
    """[T] at 25 Hz: a sum of sines below `hertz` that can be read at any delay (s), so that shifts are exact."""
    random = np.random.default_rng(seed)
    times = np.arange(round(seconds * FPS)) / FPS - delay
    rates, phases = random.uniform(0.3, hertz, 40), random.uniform(0, 2 * np.pi, 40)
    return np.sin(2 * np.pi * rates * times[:, None] + phases).sum(axis=1)


@pytest.mark.parametrize("late", [-0.07, -0.013, 0.0, 0.005, 0.02, 0.1])
def test_lag_is_found_within_two_milliseconds(late: float) -> None:
    truth, result = smooth_noise(12, 0), smooth_noise(12, 0, delay=late)
    assert lag(result, truth, FPS) == pytest.approx(late, abs=0.002)
    assert lag(2 * result + 5, truth, FPS) == pytest.approx(late, abs=0.002)


def test_common_lag_is_that_of_most_evidence() -> None:
    pairs = [(smooth_noise(3, seed, delay=0.03), smooth_noise(3, seed)) for seed in range(8)]
    random = np.random.default_rng(1)
    noisy = [(a + random.standard_normal(len(a)), b + random.standard_normal(len(b))) for a, b in pairs]
    assert common_lag(noisy, FPS) == pytest.approx(0.03, abs=0.006)
    assert np.isnan(common_lag([], FPS))


def test_peak_lies_between_the_samples() -> None:
    lags, scores = correlation_by_lag(smooth_noise(8, 2, delay=0.02), smooth_noise(8, 2), FPS)
    middle = len(lags) // 2
    assert lags[middle] == 0 and lags[middle + 1] == pytest.approx(0.04)
    where, score = peak_of(lags, scores)
    assert score > scores.max() and 0 < where < 0.04


def test_spectrum_holds_the_variance_where_it_belongs() -> None:
    times = np.arange(2000) / FPS
    curve = 3 * np.sin(2 * np.pi * 2.0 * times) + 0.5 * np.sin(2 * np.pi * 10.0 * times)
    frequencies, density = spectrum([curve], FPS)
    assert power_from(frequencies, density, 0.0) == pytest.approx(curve.var(), rel=0.05)
    assert power_from(frequencies, density, 8.0) == pytest.approx(0.5**2 / 2, rel=0.05)
    assert power_from(frequencies, density, 12.0) < 1e-4


def test_alternating_frames_are_above_12_hertz() -> None:
    flip = 0.01 * (-1.0) ** np.arange(200)
    frequencies, density = spectrum([flip], FPS)
    # Power of a curve at the highest frequency is its square; Hann's window leaks a share of it to the bins below.
    assert power_from(frequencies, density, 12.0) == pytest.approx(0.01**2, rel=0.1)


def test_power_ratio_is_that_of_the_squares() -> None:
    random = np.random.default_rng(0)
    truth = [random.standard_normal((75, 3)) for _ in range(10)]
    assert power_ratio([2 * curve for curve in truth], truth, FPS, 8.0) == pytest.approx(4)
    slow = [curve + 30 * np.sin(np.arange(75) / 8)[:, None] for curve in truth]
    assert power_ratio(slow, truth, FPS, 8.0) == pytest.approx(1, rel=0.05)
    assert share_ratio(slow, truth, FPS, 8.0) < 0.05
    assert np.isnan(power_ratio([truth[0][:20]], truth, FPS, 8.0))


def test_a_tied_head_is_told_from_one_that_is_not() -> None:
    random = np.random.default_rng(0)
    voices = [smooth_noise(4, 100 + n, 3.0) for n in range(20)]
    tied = [[np.roll(v, 3) + 4 * random.standard_normal(len(v))] for v in voices]
    free = [[smooth_noise(4, 500 + n, 3.0)] for n in range(20)]
    own, other = tie_of(voices, tied, FPS, 500), tie_of(voices, free, FPS, 500)
    assert own is not None and other is not None
    assert own.p < 0.01 and own.coherence > 3 * own.shuffled.mean()
    assert other.p > 0.05
    assert own.frequencies[np.argmax(own.spectrum)] < 3.5


def test_what_all_clips_share_is_no_tie() -> None:
    random = np.random.default_rng(3)
    common = smooth_noise(4, 0, 3.0)
    voices = [common + 0.3 * random.standard_normal(100) for _ in range(20)]
    heads = [[common + 0.3 * random.standard_normal(100)] for _ in range(20)]
    tie = tie_of(voices, heads, FPS, 500)
    assert tie is not None
    assert tie.coherence > 0.8 and tie.p > 0.01


def test_p_of_ties_is_even_by_chance() -> None:
    chances = []
    for trial in range(30):
        voices = [smooth_noise(3, 1000 * trial + n) for n in range(8)]
        heads = [[smooth_noise(3, 1000 * trial + 500 + n)] for n in range(8)]
        tie = tie_of(voices, heads, FPS, 100)
        assert tie is not None
        chances.append(tie.p)
    assert 0.3 < np.mean(chances) < 0.7 and np.mean(np.array(chances) < 0.1) < 0.35


def test_clips_of_any_length_are_shuffled_and_too_few_are_not() -> None:
    voices = [smooth_noise(seconds, n) for n, seconds in enumerate((1.0, 4.0, 31.0))]
    heads = [[voice.copy()] for voice in voices]
    tie = tie_of(voices, heads, FPS, 200)
    assert tie is not None and tie.coherence == pytest.approx(1)
    assert tie_of(voices[:2], heads[:2], FPS) is None


def test_derangements_leave_nothing_in_place() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        order = derangement(6, random)
        assert sorted(order) == list(range(6)) and not (order == np.arange(6)).any()


def test_envelope_follows_loudness() -> None:
    loud = np.concatenate([np.zeros(6400), 0.5 * np.ones(6400), np.zeros(6400)])
    curve = envelope(loud, FPS, 30)
    assert len(curve) == 30
    assert curve[:10].max() == 0 and curve[20:].max() == 0
    assert curve[10:20] == pytest.approx(0.5**0.6)
    assert len(envelope(loud[:100], FPS, 5)) == 5


def test_head_speed_is_in_degrees_a_second() -> None:
    ramp = np.radians(np.arange(50) * 0.4)[:, None] * [0, 1, 0]
    assert head_speed(ramp, FPS) == pytest.approx(10)


def test_diversity_of_known_paths() -> None:
    flat = np.zeros((50, 3))
    step = np.radians([3.0, 4.0, 0.0])
    assert path_distance(flat, flat + step) == pytest.approx(5)
    same, other = diversity([[flat, flat + step], [flat + 2 * step, flat + 3 * step]])
    assert same == pytest.approx(5)
    assert other == pytest.approx(np.mean([10, 15, 5, 10]))
    assert np.isnan(diversity([[flat]])).all()


def blink_train(times: list[float], seconds: float = 60, shut: float = 1.0) -> np.ndarray:
    closure = np.zeros(round(seconds * FPS))
    shape = shut * np.array([0.05, 0.5, 1.0, 0.8, 0.6, 0.4, 0.2, 0.05])
    for time in times:
        begin = round(time * FPS) - 2
        closure[begin : begin + len(shape)] = shape
    return closure


def test_blinks_are_counted_and_timed() -> None:
    stats = blink_stats([blink_train([5, 9, 30]), blink_train([10, 50], shut=0.7)], FPS)
    assert stats.count == 5 and stats.per_minute == pytest.approx(2.5)
    assert stats.intervals.tolist() == pytest.approx([4, 21, 40])
    assert stats.full == pytest.approx(3 / 5)
    assert 60 < stats.closing_ms < 90 and 170 < stats.opening_ms < 220
    early = [np.arange(1500) < 600, np.arange(1500) < 600]
    chosen = blink_stats([blink_train([5, 9, 30]), blink_train([10, 50])], FPS, early)
    assert chosen.count == 3 and chosen.per_minute == pytest.approx(3 * 60 / 48)
    assert blink_stats([np.zeros(100)], FPS).per_minute == 0


def test_log_normal_intervals_pass_and_others_fail() -> None:
    random = np.random.default_rng(0)
    fit = fit_log_normal(np.exp(random.normal(np.log(3.0), 0.5, 400)))
    assert fit is not None
    assert fit.median == pytest.approx(3, rel=0.1) and fit.sigma == pytest.approx(0.5, rel=0.1) and fit.p > 0.05
    for values in (
        random.uniform(0.5, 6, 400),
        np.concatenate([random.normal(1, 0.05, 200), random.normal(5, 0.1, 200)]),
    ):
        other = fit_log_normal(values)
        assert other is not None and other.p < 0.01
    assert fit_log_normal(np.ones(3)) is None


def test_gaze_in_the_world_is_what_the_eyes_were_given() -> None:
    random = np.random.default_rng(0)
    world = np.radians(random.uniform(-6, 6, (200, 2)))
    head = np.radians(random.uniform(-4, 4, (200, 3)))
    assert world_gaze(eyes_in_head(world, head), head) == pytest.approx(world, abs=1e-6)
    turned = world_gaze(np.zeros((1, 2)), Rotation.from_euler("y", [10], degrees=True).as_rotvec())
    assert np.degrees(turned[0]) == pytest.approx([-10, 0])  # y points down: the head turns to the viewer's left
    nodded = world_gaze(np.zeros((1, 2)), Rotation.from_euler("x", [10], degrees=True).as_rotvec())
    assert np.degrees(nodded[0]) == pytest.approx([0, -10])


def test_holds_and_averts_last_as_long_as_they_do() -> None:
    runs = [(0, 60), (9, 20), (0, 100), (-9, 30), (0, 50), (6, 10), (0, 40)]
    yaw = np.concatenate([np.full(length, value, float) for value, length in runs])
    gaze = np.radians(np.stack([yaw, np.zeros_like(yaw)], axis=1))
    stats = gaze_stats([gaze], FPS)
    assert stats.holds.tolist() == pytest.approx([4, 2])
    assert stats.averts.tolist() == pytest.approx([0.8, 1.2, 0.4])
    assert stats.away == pytest.approx(60 / 310)
    edge = np.radians([[3.9, 0], [4.1, 0], [3.5, 0], [4.1, 0], [2.9, 0]])
    assert averted(edge).tolist() == [False, True, True, True, False]
