import numpy as np
import pytest

from vasa_core.face.pose import Pose, fit_pose, from_canonical, to_canonical
from vasa_core.face.topology import CANONICAL


def pose_of(rotation, translation=(256, 230, 0), scale=150.0) -> Pose:
    return Pose(np.array(rotation, np.float32), np.array(translation, np.float32), np.float32(scale))


@pytest.mark.parametrize("rotation", [(0, 0, 0), (0.2, 0, 0), (0, -0.5, 0), (0.1, 0.3, -0.4), (0, 0, 3.0)])
def test_fit_recovers_a_known_pose(rotation):
    truth = pose_of(rotation)
    fitted = fit_pose(from_canonical(CANONICAL, truth))
    np.testing.assert_allclose(fitted.matrix, truth.matrix, atol=1e-5)
    np.testing.assert_allclose(fitted.translation, truth.translation, atol=1e-2)
    assert fitted.scale == pytest.approx(150, rel=1e-5)


def test_round_trip():
    truth = pose_of((0.1, 0.3, -0.4))
    np.testing.assert_allclose(to_canonical(from_canonical(CANONICAL, truth), truth), CANONICAL, atol=1e-5)


def test_signs_of_the_angles():
    """Positive yaw: the viewer's right; positive pitch: up; positive roll: clockwise on the screen."""
    nose = CANONICAL[1] - CANONICAL[[234, 454]].mean(axis=0)
    right = pose_of((0, -0.3, 0))
    assert (right.matrix @ nose)[0] > nose[0] and right.angles[0] == pytest.approx(0.3, abs=1e-5)
    up = pose_of((-0.2, 0, 0))
    assert (up.matrix @ nose)[1] < nose[1] and up.angles[1] == pytest.approx(0.2, abs=1e-5)
    tilted = pose_of((0, 0, 0.25))
    assert (tilted.matrix @ [1, 0, 0])[1] > 0 and tilted.angles[2] == pytest.approx(0.25, abs=1e-5)


def test_many_frames_at_once_equal_one_by_one():
    rng = np.random.default_rng(0)
    frames = np.stack([from_canonical(CANONICAL, pose_of(rng.normal(0, 0.2, 3))) for _ in range(5)])
    together = fit_pose(frames)
    back = to_canonical(frames, together)
    for i, frame in enumerate(frames):
        np.testing.assert_allclose(together.rotation[i], fit_pose(frame).rotation, atol=1e-6)
        np.testing.assert_allclose(back[i], CANONICAL, atol=1e-4)
    np.testing.assert_allclose(from_canonical(back, together), frames, atol=1e-2)


def test_an_opening_jaw_does_not_turn_the_head():
    face = CANONICAL.copy()
    face[face[:, 1] > 0.85] += [0, 0.15, 0.03]
    assert np.abs(fit_pose(face).rotation).max() < 1e-5


def test_mirrored_faces_give_a_rotation_not_a_reflection():
    assert np.linalg.det(fit_pose(CANONICAL * [-1, 1, 1]).matrix) == pytest.approx(1, abs=1e-5)
