"""Figures of lips against constructed recordings."""

import numpy as np
import pytest

from vasa_core.evaluation.face_curves import FaceCurves
from vasa_core.evaluation.quality_life import diversity_figures, jitter_figures, life_figures
from vasa_core.evaluation.quality_lips import lip_figures, recorded_lip_figures, silence_of

FPS = 25.0
WORDS = [(0.0, 1.0, "sil"), (1.0, 1.6, "bin"), (1.6, 2.2, "green"), (2.2, 3.0, "my"), (3.0, 4.0, "sil")]


def face(opening: np.ndarray, **others: np.ndarray) -> FaceCurves:
    count = len(opening)
    curves = {"width": 0.6 - 0.3 * opening, "brows": np.zeros(count), "blink": np.zeros(count)}
    curves |= {"head": np.zeros((count, 3)), "gaze": np.zeros((count, 2))}
    return FaceCurves(opening=opening, **{**curves, **others})


def speech(frames: int = 100) -> np.ndarray:
    """Closed before 1 s and after 3 s, closed where `bin` and `my` begin, open between."""
    times = np.arange(frames) / FPS
    wave = 0.10 + 0.05 * np.sin(2 * np.pi * 2.3 * times)
    wave[(times < 1.08) | (times >= 3)] = 0.0
    wave[(times > 2.1) & (times < 2.28)] = 0.0
    return wave


@pytest.fixture
def silence() -> np.ndarray:
    return silence_of(np.zeros(64000), WORDS, 100)


def test_a_perfect_copy_is_perfect(silence: np.ndarray) -> None:
    truth = {"a": face(speech())}
    figures = lip_figures(truth, truth, {"a": WORDS}, {"a": silence})
    assert figures["opening_correlation"] == pytest.approx(1) and figures["width_correlation"] == pytest.approx(1)
    assert figures["lag_ms"] == pytest.approx(0, abs=0.5) and figures["velocity_error"] == 0
    assert figures["closure_recall"] == 1 and figures["closures_checked"] == 2
    assert figures["false_closures"] == 0 and figures["contact_error_frames"] == 0
    assert figures["silence_speed"] == 0 and figures["silence_opening"] == pytest.approx(0)
    own = recorded_lip_figures(truth, {"a": WORDS}, {"a": silence})
    assert own["closure_recall"] == 1 and own["silence_speed"] == 0


def test_lips_that_never_close_recall_nothing(silence: np.ndarray) -> None:
    truth, result = {"a": face(speech())}, {"a": face(speech() + 0.04)}
    figures = lip_figures(result, truth, {"a": WORDS}, {"a": silence})
    assert figures["opening_correlation"] == pytest.approx(1)
    assert figures["closure_recall"] == 0


def test_each_fault_moves_its_own_figure(silence: np.ndarray) -> None:
    truth = {"a": face(speech())}
    wide = {"a": face(2 * speech())}
    assert lip_figures(wide, truth, {}, {"a": silence})["amplitude_ratio"] == pytest.approx(2)
    assert lip_figures(wide, truth, {}, {"a": silence})["velocity_error"] == pytest.approx(1)
    shut = {"a": face(np.where(np.arange(100) == 45, 0.0, speech()))}
    mumbled = speech()
    mumbled[40:50] = 0
    assert lip_figures({"a": face(mumbled)}, truth, {}, {"a": silence})["false_closures"] > 0.1
    assert lip_figures(shut, truth, {}, {"a": silence})["false_closures"] < 0.1
    late = {"a": face(np.roll(speech(), 2))}
    assert lip_figures(late, truth, {}, {"a": silence})["lag_ms"] == pytest.approx(80, abs=3)
    restless = speech()
    restless[:10] += 0.02 * (np.arange(10) % 2)
    figures = lip_figures({"a": face(restless)}, truth, {}, {"a": silence})
    assert figures["silence_speed"] > 0.05 and figures["silence_opening"] > 0.1
    assert "closure_recall" not in figures


def test_silence_without_words_is_told_from_the_sound() -> None:
    samples = np.zeros(64000)
    samples[16000:48000] = 0.3 * np.sin(np.arange(32000) / 5)
    samples[30000:33000] = 0  # a pause too short to count
    mask = silence_of(samples, None, 100)
    assert mask[:11].all() and not mask[13:79].any() and mask[82:].all()


def test_life_of_several_stretches() -> None:
    times = np.arange(500) / FPS
    head = np.radians(np.stack([3 * np.sin(times), 4 * np.sin(1.3 * times), 2 * np.sin(0.8 * times)], axis=1))
    brows = 0.3 + 0.03 * np.sin(times)
    one = face(speech(500), head=head, brows=brows)
    figures = life_figures([one, face(speech(500), head=head + 1, brows=brows + 0.2)])
    expected = np.degrees(head).std(axis=0)
    assert [figures[f"head_sd_{axis}"] for axis in ("pitch", "yaw", "roll")] == pytest.approx(expected)
    assert figures["brow_sd"] == pytest.approx(brows.std())
    assert figures["head_delta"] == pytest.approx(np.degrees(np.abs(np.diff(head, axis=0))).mean())
    assert figures["blinks_per_minute"] == 0 and figures["gaze_away"] == 0
    assert "blink_interval_p" not in figures


def test_trembling_and_diversity() -> None:
    random = np.random.default_rng(0)
    truths = [face(speech(), head=0.01 * random.standard_normal((100, 3))) for _ in range(6)]
    shaky = [face(t.opening + 0.01 * (-1.0) ** np.arange(100), head=3 * t.head) for t in truths]
    same, worse = jitter_figures(truths, truths), jitter_figures(shaky, truths)
    assert same["head_jitter"] == pytest.approx(1) and same["lip_jitter"] == pytest.approx(1)
    assert worse["head_jitter"] == pytest.approx(9) and worse["lip_jitter"] > 10
    assert diversity_figures([[t, t] for t in truths])["diversity"] == 0
    random_takes = [[face(speech(), head=random.standard_normal((100, 3))) for _ in range(2)] for _ in range(5)]
    assert diversity_figures(random_takes)["diversity"] == pytest.approx(1, abs=0.05)
