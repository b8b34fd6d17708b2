"""The shipped model, block by block."""

import numpy as np
import pytest

from vasa_core.audio.encoder import WINDOW_FEATURES
from vasa_core.errors import VasaError
from vasa_core.motion.channels import IDLE, ROW_SIZE, SPEAKING, Direction
from vasa_core.motion.sampler import MotionModel, MotionSampler, SamplerSettings

BLOCKS = 8


@pytest.fixture(scope="module")
def model() -> MotionModel:
    return MotionModel()


@pytest.fixture(scope="module")
def features(model: MotionModel) -> np.ndarray:
    shape = (BLOCKS, WINDOW_FEATURES, model.feature_size)
    return np.random.default_rng(3).standard_normal(shape).astype(np.float32)


def rows(sampler: MotionSampler, features: np.ndarray, **asked: float) -> np.ndarray:
    """[BLOCKS * block, R] of a face that speaks `features`; `asked` holds for all frames."""
    frames = sampler.block
    prosody = np.zeros((frames, sampler.model.prosody_size), np.float32)
    values = {name: np.full(frames, value, np.float32) for name, value in asked.items()}
    direction = Direction(np.full(frames, SPEAKING), **values)
    return np.concatenate([sampler.step(block, prosody, direction).rows() for block in features])


def test_the_seed_decides(model: MotionModel, features: np.ndarray) -> None:
    first = rows(MotionSampler(7, model=model), features)
    assert first.shape == (BLOCKS * MotionSampler.block, ROW_SIZE) and np.isfinite(first).all()
    np.testing.assert_array_equal(rows(MotionSampler(7, model=model), features), first)
    assert np.abs(rows(MotionSampler(8, model=model), features) - first).max() > 1e-3


def test_faces_that_share_a_model_do_not_meddle(model: MotionModel, features: np.ndarray) -> None:
    alone = rows(MotionSampler(7, model=model), features)
    one, other = MotionSampler(7, model=model), MotionSampler(1, model=model)
    shared = []
    for block in features:
        shared.append(rows(one, block[None]))
        rows(other, block[None])
    np.testing.assert_array_equal(np.concatenate(shared), alone)


def test_without_sound_and_wishes(model: MotionModel) -> None:
    sampler = MotionSampler(model=model)
    prosody = np.zeros((sampler.block, model.prosody_size), np.float32)
    made = sampler.step(None, prosody, Direction(np.full(sampler.block, IDLE)))
    assert np.isfinite(made.rows()).all()
    assert made.units.min() >= 0 and made.blink.max() <= 1


def test_guidance_changes_what_it_names(model: MotionModel, features: np.ndarray) -> None:
    plain = rows(MotionSampler(1, model=model), features, distance=1.5)
    for name in ("audio", "distance"):
        nearly = SamplerSettings(guidance={name: 1 + 1e-6})
        np.testing.assert_allclose(rows(MotionSampler(1, nearly, model), features, distance=1.5), plain, atol=1e-2)
        strong = SamplerSettings(guidance={name: 2.0})
        assert np.abs(rows(MotionSampler(1, strong, model), features, distance=1.5) - plain).max() > 1e-3


@pytest.mark.parametrize("wrong", [{"guidance": {"sound": 2.0}}, {"temperature": {"lips": 1.0}}])
def test_unknown_names_are_refused(wrong: dict) -> None:
    with pytest.raises(VasaError, match="Choose from"):
        SamplerSettings(**wrong)
