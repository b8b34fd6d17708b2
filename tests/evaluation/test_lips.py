import numpy as np
import pytest

from vasa_core.evaluation import lips

FPS = 25.0


def mouth(closures: list[int], frames: int = 250, closed: float = 0.02, width: int = 2) -> np.ndarray:
    """A mouth that moves between 0.08 and 0.14 and closes at the given frames."""
    opening = 0.11 + 0.03 * np.sin(np.arange(frames) * 0.9)
    for frame in closures:
        opening[max(frame - width // 2, 0) : frame + width // 2 + 1] = closed
    return opening


def test_correlation_is_pearsons() -> None:
    random = np.random.default_rng(0)
    a, b = random.standard_normal((2, 100))
    assert lips.correlation(a, b) == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert lips.correlation(a, 3 * a + 1) == pytest.approx(1)
    assert lips.correlation(a, np.full(100, 0.1)) == 0
    assert lips.correlation(a[:90], a) == pytest.approx(1)


@pytest.mark.parametrize("late", [-3, 0, 2])
def test_best_lag_finds_the_shift(late: int) -> None:
    truth = np.random.default_rng(1).standard_normal(200)
    lag, score = lips.best_lag(np.roll(truth, late), truth)
    assert lag == late
    assert score > 0.95


def test_range_is_closed_level_and_speech_amplitude() -> None:
    opening = mouth([50, 120, 200])
    scale = lips.range_of(opening)
    assert scale.closed == pytest.approx(0.02)
    assert scale.amplitude == pytest.approx(np.percentile(opening, 95) - 0.02)
    assert lips.range_of(opening, closed=0.0).closed == 0
    assert scale.share(np.array([0.02]))[0] == pytest.approx(0)


def test_recall_counts_closures_near_the_start() -> None:
    opening = mouth([50, 120, 200])
    scale = lips.range_of(opening)
    starts = np.array([50, 123, 124, 160]) / FPS
    assert lips.closures(opening, FPS, starts, scale).tolist() == [True, True, False, False]


def test_a_mouth_that_never_closes_recalls_nothing() -> None:
    opening = mouth([])
    scale = lips.range_of(opening, closed=0.02)
    assert not lips.closures(opening, FPS, np.array([2.0, 4.8]), scale).any()


def test_starts_at_the_edges_of_the_clip() -> None:
    opening = mouth([0, 249])
    found = lips.closures(opening, FPS, np.array([0.0, 9.96, 12.0]), lips.range_of(opening))
    assert found[0] and found[1]


def test_contact_errors_in_frames() -> None:
    truth, late = mouth([50, 120, 200], width=0), mouth([51, 120, 203], width=0)
    errors = lips.contact_errors(late, FPS, np.array([50, 120, 200]) / FPS, truth)
    assert errors.tolist() == [1, 0, 3]


def test_false_closures_need_an_open_truth() -> None:
    truth = mouth([50])
    scale = lips.range_of(truth, closed=0.02)
    assert lips.false_closure_rate(truth, scale, truth, scale) == 0
    shut = np.full_like(truth, 0.02)
    assert lips.false_closure_rate(shut, scale, truth, scale) == 1
    assert np.isnan(lips.false_closure_rate(truth, scale, shut, scale))


def test_silence_leaves_out_what_surrounds_words() -> None:
    words = [(0.0, 2.0, "sil"), (2.0, 3.0, "bin"), (3.0, 5.0, "sil")]
    mask = lips.silence_mask(words, 125, FPS, after=0.2, before=0.4)
    assert mask[:40].all() and not mask[40:80].any() and mask[80:].all()
    assert lips.bilabial_starts([*words, (5.0, 6.0, "Please"), (6.0, 7.0, "my"), (7.0, 8.0, "m")]).tolist() == [
        2.0,
        5.0,
        6.0,
    ]


def test_silence_opening_is_relative_to_speech() -> None:
    opening = np.concatenate([mouth([50], 100), np.full(100, 0.02), np.full(100, 0.05)])
    silence = np.arange(300) >= 100
    scale = lips.range_of(opening, ~silence, closed=0.02)
    assert lips.silence_opening(opening, silence, scale) == pytest.approx(0.03 / scale.amplitude)
    assert np.isnan(lips.silence_opening(opening, np.zeros(300, bool), scale))
