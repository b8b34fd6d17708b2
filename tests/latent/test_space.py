"""The latent space on its own: round trips, lids, mirror, ARKit units doing what their names say."""

import gzip

import numpy as np
import pytest

from vasa_core.evaluation.latent_report import sparse_weights
from vasa_core.face import topology
from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES, swap_sides
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.models import read_card, sha256_of
from vasa_core.training.anny_anchors import mirror_map

SKIN = slice(0, topology.MESH_POINTS)


def opening(face):
    return face[..., 14, 1] - face[..., 13, 1]


def lids(face):
    return np.stack([face[..., 374, 1] - face[..., 386, 1], face[..., 145, 1] - face[..., 159, 1]], axis=-1)


def test_sizes(space: LatentSpace):
    assert space.size >= 32
    latent = np.zeros((2, 3, space.size), np.float32)
    assert space.decode(latent).shape == (2, 3, 478, 3)
    assert space.decode(latent).dtype == np.float32
    assert space.encode(np.zeros((2, 3, 478, 3))).shape == (2, 3, space.size)
    assert space.to_arkit(latent).shape == (2, 3, 52)


def test_card_names_the_file_that_is_there():
    card = read_card("latent_space")
    assert card.sha256 == sha256_of(card.path)
    assert "CC BY 4.0" in card.training_data


def test_latents_survive_decoding_and_encoding(space: LatentSpace):
    latent = np.random.default_rng(1).normal(0, 1, (200, space.size)).astype(np.float32)
    shown = space.decode(latent)
    again = space.decode(space.encode(shown))
    error = np.abs(again - shown)[:, SKIN, :2]
    assert error.mean() < 0.02 * np.abs(shown[:, SKIN, :2]).mean()
    lips = topology.LIPS_OUTER
    assert np.abs(again - shown)[:, lips, :2].mean() < 0.002


def test_encoding_is_linear(space: LatentSpace):
    a, b = np.random.default_rng(2).normal(0, 0.02, (2, 478, 3)).astype(np.float32)
    np.testing.assert_allclose(space.encode(2 * a - b), 2 * space.encode(a) - space.encode(b), atol=1e-3)


def test_save_and_load(space: LatentSpace, tmp_path):
    space.save(tmp_path / "space.npz")
    again = LatentSpace.load(tmp_path / "space.npz")
    np.testing.assert_array_equal(again.basis, space.basis)
    np.testing.assert_array_equal(again.encoder, space.encoder)


def test_mirrored_latents_are_mirrored_faces(space: LatentSpace):
    latent = np.random.default_rng(3).normal(0, 1, space.size).astype(np.float32)
    mirrored = space.decode(latent)[mirror_map()] * [-1, 1, 1]
    np.testing.assert_allclose(space.decode(latent * space.mirror), mirrored, atol=2e-3)


def test_neutral_face_is_closed_and_awake(space: LatentSpace):
    assert abs(opening(space.neutral)) < 1e-3
    assert (lids(space.neutral) > 0.06).all()
    assert np.linalg.norm(space.neutral[263] - space.neutral[33]) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("weights", "check"),
    [
        ({"jawOpen": 1}, lambda face, rest: opening(face) > 0.25 and face[152, 1] > rest[152, 1] + 0.2),
        ({"jawOpen": 1, "mouthClose": 1}, lambda face, rest: abs(opening(face)) < 0.02),
        ({"mouthSmileLeft": 1}, lambda face, rest: face[291, 1] < rest[291, 1] - 0.04 and face[291, 0] > rest[291, 0]),
        ({"mouthSmileLeft": 1}, lambda face, rest: abs(face[61, 1] - rest[61, 1]) < 0.03),
        ({"mouthFrownRight": 1}, lambda face, rest: face[61, 1] > rest[61, 1] + 0.02),
        ({"mouthPucker": 1}, lambda face, rest: face[291, 0] - face[61, 0] < 0.9 * (rest[291, 0] - rest[61, 0])),
        ({"mouthPucker": 1}, lambda face, rest: face[0, 2] < rest[0, 2] - 0.01),
        ({"browInnerUp": 1}, lambda face, rest: face[107, 1] < rest[107, 1] - 0.02),
        ({"browDownLeft": 1}, lambda face, rest: face[336, 1] > rest[336, 1] + 0.02),
        ({"eyeBlinkLeft": 1}, lambda face, rest: abs(lids(face)[0]) < 0.01 and lids(face)[1] > 0.06),
        ({"eyeWideRight": 1}, lambda face, rest: lids(face)[1] > lids(rest)[1] + 0.02),
        (
            {"cheekPuff": 1},
            lambda face, rest: face[425, 0] > rest[425, 0] + 0.01 and face[425, 2] < rest[425, 2] - 0.03,
        ),
    ],
)
def test_units_do_what_they_are_called(space: LatentSpace, weights, check):
    face = space.neutral + space.decode(space.from_arkit(named_weights(**weights)))
    assert check(face, space.neutral)


def test_arkit_round_trip(space: LatentSpace):
    weights = sparse_weights(2000, seed=0)
    again = space.to_arkit(space.from_arkit(weights))
    assert np.abs(again - weights).mean() < 0.02
    assert np.quantile(np.abs(again - weights).max(axis=1), 0.9) < 0.35


def test_arkit_survives_the_face(space: LatentSpace):
    """Weights to landmarks and back, blind to the irises."""
    weights = sparse_weights(2000, seed=1)
    again = space.to_arkit(space.encode(space.decode(space.from_arkit(weights))))
    visible = [index for index, name in enumerate(ARKIT_NAMES) if "Look" not in name]
    assert np.abs(again - weights)[:, visible].mean() < 0.03


def test_real_captures_survive(space: LatentSpace, recordings):
    for path in sorted((recordings / "arkit").glob("*.csv.gz")):
        with gzip.open(path, "rt") as file:
            columns = [name[0].lower() + name[1:] for name in file.readline().strip().split(",")]
            rows = [line.strip().split(",") for line in file]
        chosen = [columns.index(name) for name in ARKIT_NAMES]
        weights = np.array([[float(row[index]) for index in chosen] for row in rows if len(row) == len(columns)])
        again = space.to_arkit(space.from_arkit(weights))
        error = np.delete(np.abs(again - weights), ARKIT_INDEX["tongueOut"], axis=1)
        assert error.mean() < 0.02, path.name


def test_blinks_come_off_and_nothing_else(space: LatentSpace):
    weights = sparse_weights(500, seed=2)
    weights[:, [ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"]]] = 0
    for name in ARKIT_NAMES:
        if name.startswith("eye"):
            weights[:, ARKIT_INDEX[name]] = 0
    calm = space.from_arkit(weights)
    blinks = np.random.default_rng(4).random((500, 2)).astype(np.float32)
    both = space.from_arkit(named_weights(eyeBlinkLeft=1)), space.from_arkit(named_weights(eyeBlinkRight=1))
    latent = calm + blinks[:, :1] * both[0] + blinks[:, 1:] * both[1]
    rest, found = space.remove_blink(latent)
    assert np.abs(found - blinks).mean() < 0.05
    assert np.abs(lids(space.decode(rest)) - lids(space.decode(calm))).mean() < 0.01


def test_no_turn_no_bias(space: LatentSpace):
    assert not space.turn_bias(np.zeros(3)).any()
    assert space.turn_bias(np.zeros((5, 4, 3))).shape == (5, 4, 478, 3)


def test_names():
    assert len(ARKIT_NAMES) == len(set(ARKIT_NAMES)) == 52
    assert all(swap_sides(swap_sides(name)) == name and swap_sides(name) in ARKIT_INDEX for name in ARKIT_NAMES)
