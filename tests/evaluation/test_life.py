import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vasa_core.evaluation import life

FPS = 25.0


def still_face() -> np.ndarray:
    """478 points in pixels: a rough ellipsoid with the points that the metrics read in their places."""
    random = np.random.default_rng(0)
    shape = random.standard_normal((478, 3))
    shape *= [60, 80, 30] / np.linalg.norm(shape, axis=1, keepdims=True)
    places = {
        33: (-45, -20, 0), 133: (-15, -20, -5), 362: (15, -20, -5), 263: (45, -20, 0),
        159: (-30, -25, -8), 145: (-30, -15, -8), 386: (30, -25, -8), 374: (30, -15, -8),
        468: (-30, -20, -8), 473: (30, -20, -8), 105: (-32, -40, -5), 334: (32, -40, -5),
        10: (0, -85, 0), 152: (0, 85, 0), 13: (0, 38, -15), 14: (0, 42, -15), 61: (-25, 40, 0), 291: (25, 40, 0),
    }  # fmt: skip
    for index, place in places.items():
        shape[index] = place
    return shape


def moved(angles: np.ndarray, shape: np.ndarray | None = None) -> np.ndarray:
    """The face turned by rotation vectors [T, 3] in degrees, somewhere in a picture."""
    shape = still_face() if shape is None else shape
    turns = Rotation.from_rotvec(np.radians(angles)).as_matrix()
    return np.einsum("tij,...nj->tni", turns, shape) if shape.ndim == 2 else np.einsum("tij,tnj->tni", turns, shape)


@pytest.fixture
def angles() -> np.ndarray:
    time = np.arange(200) / FPS
    return np.stack([4 * np.sin(2.1 * time), 6 * np.sin(1.3 * time), 3 * np.sin(3.1 * time)], axis=1)


def test_head_rotation_is_found(angles: np.ndarray) -> None:
    curves = life.curves_of(moved(angles) * 1.7 + 250, FPS)
    found = np.degrees(curves.head_rotation)
    assert np.allclose(found, angles - angles.mean(axis=0), atol=0.6)
    assert np.allclose(found.std(axis=0), angles.std(axis=0), rtol=0.05)


def test_head_motion_leaves_the_face_alone(angles: np.ndarray) -> None:
    curves = life.curves_of(moved(angles) + 250, FPS)
    assert curves.lip_opening == pytest.approx(4 / 90, rel=1e-6)
    assert curves.mouth_width == pytest.approx(50 / 90, rel=1e-6)
    for curve in (curves.mouth_width, curves.brow_height, curves.iris[:, 0], curves.eye_opening[:, 0]):
        assert curve.std() < 1e-6


def test_face_motion_is_measured_in_inter_ocular_distances(angles: np.ndarray) -> None:
    shape = np.repeat(still_face()[None], 200, axis=0)
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


def test_frames_without_a_face_are_filled(angles: np.ndarray) -> None:
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
