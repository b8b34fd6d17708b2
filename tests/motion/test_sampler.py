import numpy as np
import pytest

from vasa_core.audio.encoder import FEATURE_SIZE
from vasa_core.motion.sampler import MotionSampler, SamplerSettings

FEATURES = np.random.default_rng(3).standard_normal((61, FEATURE_SIZE)).astype(np.float32)


def run(cuts: list[int], seed: int = 1, settings: SamplerSettings | None = None) -> np.ndarray:
    sampler = MotionSampler(block=3, seed=seed, settings=settings)
    parts = [sampler.push(piece) for piece in np.split(FEATURES, cuts)]
    return np.concatenate([*parts, sampler.finish()])


def test_every_begun_frame_gets_a_latent() -> None:
    assert len(run([])) == 31


@pytest.mark.parametrize("cuts", [[1, 2, 3], [30], [5, 5, 60]])
def test_the_cutting_of_pushes_has_no_effect(cuts: list[int]) -> None:
    np.testing.assert_array_equal(run(cuts), run([]))


def test_the_seed_decides() -> None:
    np.testing.assert_array_equal(run([], seed=7), run([], seed=7))
    assert np.abs(run([], seed=7) - run([], seed=8)).max() > 1e-3


def test_guidance_of_one_is_the_plain_model_and_more_changes_it() -> None:
    plain = run([])
    nearly = run([], settings=SamplerSettings(guidance=1.0 + 1e-6))
    np.testing.assert_allclose(nearly, plain, atol=1e-2)
    assert np.abs(run([], settings=SamplerSettings(guidance=2.0)) - plain).max() > 1e-2


def test_windows_join_without_seams() -> None:
    """Across the borders of windows the latent steps no further than inside them."""
    steps = np.abs(np.diff(run([]), axis=0)).mean(axis=1)
    border = np.arange(len(steps)) % 3 == 2
    assert steps[border].mean() < 1.5 * steps[~border].mean() + 1e-3


def test_a_window_longer_than_the_model_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter hop"):
        MotionSampler(block=500)


def test_lips_start_from_rest() -> None:
    assert np.abs(run([])[0]).max() == 0
