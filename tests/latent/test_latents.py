"""Latents from landmarks: pose and identity come off, lips stay."""

import numpy as np

from vasa_core.face import topology
from vasa_core.face.pose import Pose, from_canonical
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.training.latents import (
    convert_tracked,
    find_neutral,
    lip_opening,
    quiet_frames,
    still_eyes,
    take_dynamics,
)
from vasa_core.training.mandarin import MORE_SHAPES, arkit_weights, resample


def talking_face(space: LatentSpace, frames: int = 60, identity: float = 0.0, turn: float = 0.0):
    """Landmarks [T, 478, 3] px of a face that opens its mouth in the second half, blinks once and turns by `turn`."""
    random = np.random.default_rng(7)
    person = space.neutral + identity * random.normal(0, 1, 3) * space.neutral * [0.1, 0.2, 0.1]
    jaw = np.concatenate([np.zeros(frames // 2), np.abs(np.sin(np.arange(frames - frames // 2) / 3))])
    blink = np.exp(-0.5 * ((np.arange(frames) - 10) / 2.0) ** 2)
    weights = jaw[:, None] * named_weights(jawOpen=0.4) + blink[:, None] * named_weights(
        eyeBlinkLeft=1, eyeBlinkRight=1
    )
    rotation = np.stack([np.zeros(frames), np.linspace(-turn, turn, frames), np.linspace(0, turn / 2, frames)], axis=1)
    pose = Pose(
        rotation.astype(np.float32),
        np.tile(np.array([256, 200, 0], np.float32), (frames, 1)),
        np.linspace(90, 110, frames).astype(np.float32),
    )
    face = person + space.decode(space.from_arkit(weights)) + space.turn_bias(rotation)
    return from_canonical(face, pose), jaw, blink


def test_neutral_is_found(space: LatentSpace):
    points, _, _ = talking_face(space, turn=0.15)
    neutral = find_neutral(points, space.turn_field)
    assert lip_opening(neutral) < 0.01
    assert np.abs(neutral - space.neutral)[topology.LIPS_OUTER].mean() < 0.03


def test_pose_comes_off(space: LatentSpace):
    """The same face at known turns and scales gives the same latents."""
    still, turned = (talking_face(space, turn=turn)[0] for turn in (0.0, 0.3))
    neutral = find_neutral(still, space.turn_field)
    latents = [space.encode(take_dynamics(p, neutral, space.turn_field).displacement) for p in (still, turned)]
    shown = [space.decode(latent)[:, :468, :2] for latent in latents]
    assert np.abs(shown[1] - shown[0]).mean() < 0.1 * np.abs(shown[0]).mean()


def test_rotation_is_read(space: LatentSpace):
    points, _, _ = talking_face(space, turn=0.3)
    pose = take_dynamics(points, find_neutral(points, space.turn_field), space.turn_field).pose
    wanted = np.linspace(-0.3, 0.3, len(points))
    assert np.abs(pose.rotation[:, 1] - wanted).max() < 0.05


def test_identity_comes_off(space: LatentSpace):
    shown = []
    for identity in (0.0, 1.0):
        points, jaw, _ = talking_face(space, identity=identity)
        dynamics = take_dynamics(points, find_neutral(points, space.turn_field), space.turn_field)
        shown.append(space.decode(space.encode(dynamics.displacement))[:, 14, 1])
        assert np.corrcoef(shown[-1], jaw)[0, 1] > 0.99
    assert np.abs(shown[1] - shown[0]).mean() < 0.15 * np.abs(shown[0]).mean()


def test_eyes_are_stilled_and_lips_stay(space: LatentSpace):
    weights = np.stack([named_weights(eyeBlinkLeft=0.8, eyeLookDownRight=0.5), named_weights(jawOpen=0.4)])
    shown = space.decode(still_eyes(space.from_arkit(weights), space))
    before = space.decode(space.from_arkit(weights))
    assert np.abs(shown[0, :468]).max() < 0.01
    assert np.abs(shown[1] - before[1])[topology.LIPS_OUTER].max() < 0.01


def test_conversion_of_tracked_clips(space: LatentSpace, tmp_path):
    (tmp_path / "tracked").mkdir()
    points, jaw, blink = talking_face(space, turn=0.1)
    np.savez(tmp_path / "tracked" / "clip.npz", points=points, fps=25.0)
    assert convert_tracked(tmp_path / "tracked", tmp_path / "latents") == 1
    with np.load(tmp_path / "latents" / "clip.npz") as file:
        assert file["latent"].shape == (60, space.size)
        assert np.corrcoef(file["blink"][:, 0], blink)[0, 1] > 0.98
        assert np.corrcoef(file["opening"], jaw)[0, 1] > 0.99
        assert np.abs(np.ptp(file["head_rotation"][:, 1]) - 0.2) < 0.03
        shown = space.decode(file["latent"])
    assert np.corrcoef(shown[:, 14, 1] - shown[:, 13, 1], jaw)[0, 1] > 0.99
    assert np.abs(shown[:, 386, 1]).max() < 0.015


def test_silence():
    quiet = quiet_frames(25, 25, [(0.0, 0.4), (0.8, 1.0)])
    assert quiet[:7].all()
    assert not quiet[9:22].any()


def test_artist_curves():
    names = ["mouth_stretch_c", "mouth_pucker_l", "mouth_pucker_r", "mouth_oh_c"]
    sources = {
        "jawOpen": ["mouth_stretch_c"],
        "mouthPucker": ["mouth_pucker_l", "mouth_pucker_r"],
        "jawLeft": ["absent"],
    }
    weights = arkit_weights(np.array([[0.5, 0.1, 0.3, 0], [0, 0, 0, 1]], np.float32), names, sources)
    np.testing.assert_allclose(weights[0], named_weights(jawOpen=0.5, mouthPucker=0.3), atol=1e-6)
    np.testing.assert_allclose(weights[1], named_weights(**MORE_SHAPES["mouth_oh_c"]), atol=1e-6)


def test_resampling_keeps_time():
    line = np.arange(31, dtype=np.float32)[:, None] / 30
    np.testing.assert_allclose(resample(line, 30, 25)[:, 0], np.arange(26) / 25, atol=1e-5)
