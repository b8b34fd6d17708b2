import numpy as np
import pytest

from vasa_core.evaluation import life

FPS = 25.0


@pytest.fixture
def angles() -> np.ndarray:
    time = np.arange(200) / FPS
    return np.stack([4 * np.sin(2.1 * time), 6 * np.sin(1.3 * time), 3 * np.sin(3.1 * time)], axis=1)


def test_head_rotation_is_found(angles: np.ndarray, moved) -> None:
    curves = life.curves_of(moved(angles) * 1.7 + 250, FPS)
    found = np.degrees(curves.head_rotation)
    assert np.allclose(found, angles - angles.mean(axis=0), atol=0.6)
    assert np.allclose(found.std(axis=0), angles.std(axis=0), rtol=0.05)


def test_head_motion_leaves_the_face_alone(angles: np.ndarray, moved) -> None:
    curves = life.curves_of(moved(angles) + 250, FPS)
    assert curves.lip_opening == pytest.approx(4 / 90, rel=1e-6)
    assert curves.mouth_width == pytest.approx(50 / 90, rel=1e-6)
    for curve in (curves.mouth_width, curves.brow_height, curves.iris[:, 0], curves.eye_opening[:, 0]):
        assert curve.std() < 1e-6


def test_face_motion_is_measured_in_inter_ocular_distances(angles: np.ndarray, moved, still_face) -> None:
    shape = np.repeat(still_face[None], 200, axis=0)
    wave = np.sin(np.arange(200) / 7)
    shape[:, 105, 1] -= 3 * wave
    shape[:, 334, 1] -= 3 * wave
    shape[:, 14, 1] += 8 * np.abs(wave)
    curves = life.curves_of(moved(angles, shape), FPS)
    figures = life.life_of(curves)
    assert figures.brow_sd == pytest.approx(3 * wave.std() / 90, rel=0.02)
    assert figures.opening_95 == pytest.approx((4 + 8) / 90, rel=0.02)
    assert figures.head_sd_yaw == pytest.approx(angles[:, 1].std(), rel=0.05)
    assert set(figures.as_dict()) >= {"seconds", "head_delta", "blinks_per_minute"}


def test_frames_without_a_face_are_filled(angles: np.ndarray, moved) -> None:
    points = moved(angles)
    points[20:23] = np.nan
    points[0] = np.nan
    curves = life.curves_of(points, FPS)
    assert curves.found == pytest.approx(196 / 200)
    assert np.isfinite(curves.head_rotation).all()
    with pytest.raises(ValueError, match="No frame shows a face"):
        life.curves_of(np.full((5, 478, 3), np.nan), FPS)


def test_blinks_are_found_and_timed() -> None:
    closure = np.zeros(250)
    for start, depth in ((30, 1.0), (100, 0.9), (180, 0.35)):
        closure[start : start + 9] = depth * np.array([0.3, 0.8, 1.0, 0.9, 0.7, 0.5, 0.3, 0.15, 0.05])
    closure[200:240] = 0.9
    blinks = life.find_blinks(closure, FPS)
    assert blinks.time.tolist() == [32 / FPS, 102 / FPS]
    assert blinks.depth.tolist() == [1.0, 0.9]
    assert np.all((blinks.closing > 0.07) & (blinks.closing < 0.12))
    assert np.all((blinks.opening > 0.19) & (blinks.opening < 0.25))
    assert len(life.find_blinks(np.zeros(50), FPS).time) == 0


def test_closure_is_relative_to_the_open_eye() -> None:
    opening = np.full((100, 2), [0.30, 0.34])
    opening[50:53] *= 0.1
    closure = life.closure_of(opening)
    assert closure[0] == 0 and closure[51] == pytest.approx(0.9)


def test_power_above_takes_only_fast_motion() -> None:
    time = np.arange(500) / FPS
    slow, fast = np.sin(2 * np.pi * 1.0 * time), 0.2 * np.sin(2 * np.pi * 10 * time)
    both = life.power_above((slow + fast + time)[:, None], FPS, 8.0)
    assert both == pytest.approx(0.2 / np.sqrt(2), rel=0.05)
    assert life.power_above(slow[:, None], FPS, 8.0) < 0.001


def test_delta_is_per_frame_of_25_a_second() -> None:
    ramp = np.radians(np.arange(100) * 0.5)[:, None] * [1, 1, 1]
    assert life.head_delta(ramp, 25) == pytest.approx(0.5)
    assert life.head_delta(ramp, 50) == pytest.approx(1.0)
    assert life.head_delta(ramp[:1], 25) == 0
