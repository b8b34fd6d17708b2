"""The shipped model, live: no seams, no drift, no repetition, and lips that shut when it is interrupted."""

import numpy as np
import pytest

from vasa_core.audio.reading import load_audio
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.sampler import MotionModel, MotionSampler
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import ARRAY_FIELDS, Motion
from vasa_core.samples import LINES

UPPER_LIP, LOWER_LIP = 13, 14
FPS = 25


@pytest.fixture(scope="module")
def model() -> MotionModel:
    return MotionModel()


@pytest.fixture(scope="module")
def short() -> np.ndarray:
    return load_audio(LINES[1])[: 2 * 16_000]


def face(model: MotionModel, seed: int = 3) -> MotionGenerator:
    return MotionGenerator(AnimationSettings(seed=seed), sampler=MotionSampler(seed, model=model))


def opening(motion: Motion) -> np.ndarray:
    space = LatentSpace.load()
    points = space.neutral + space.decode(motion.latent)
    return np.maximum(points[:, LOWER_LIP, 1] - points[:, UPPER_LIP, 1], 0)


def test_a_stream_gives_the_same_motion_as_the_whole(model: MotionModel, short: np.ndarray) -> None:
    whole, stream = face(model), face(model)
    expected = Motion.concatenate([whole.push(short), whole.finish()])
    parts = [stream.push(piece) for piece in np.array_split(short, 23)]
    same = Motion.concatenate([part for part in [*parts, stream.finish()] if len(part)])
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(getattr(same, name), getattr(expected, name))


def test_another_seed_is_another_performance(model: MotionModel, short: np.ndarray) -> None:
    one, other = (face(model, seed).push(short) for seed in (1, 2))
    assert np.abs(one.head_rotation - other.head_rotation).max() > 0.01


def test_the_face_changes_over_without_a_seam(model: MotionModel, short: np.ndarray) -> None:
    """Where one thing ends and another begins, head and lips move no faster than they do elsewhere."""
    generator = face(model)
    parts = [generator.idle(41), generator.push(short), generator.finish(), generator.idle(25)]
    parts += [generator.listen(short), generator.finish(), generator.idle(1), generator.push(short)]
    generator.interrupt()
    parts += [generator.idle(30), generator.push(short), generator.finish()]
    motion = Motion.concatenate(parts)
    borders = np.cumsum([len(part) for part in parts])[:-1]
    near = np.unique(np.concatenate([borders + shift for shift in range(-2, 3)]))
    for name, least in (("head_rotation", 0.01), ("head_translation", 0.005), ("latent", 0.5)):
        steps = np.linalg.norm(np.diff(getattr(motion, name), axis=0), axis=1)
        assert steps[near].max() < max(1.5 * np.percentile(steps, 99), least), name


def test_an_interrupt_shuts_the_mouth_within_150_ms(model: MotionModel, short: np.ndarray) -> None:
    generator = face(model)
    curve = [0.0]
    for begin in range(0, len(short), 320):
        curve += opening(generator.push(short[begin : begin + 320])).tolist()
        if begin > 8_000 and curve[-1] > 0.7 * max(curve):
            break
    generator.interrupt()
    after = generator.idle(50)
    assert curve[-1] > 0.03
    shut = opening(after)
    assert shut[2:].max() < 0.25 * curve[-1]


def test_idling_neither_drifts_nor_repeats_itself(model: MotionModel) -> None:
    check_idling(face(model).idle(60 * FPS), window=5 * FPS)


@pytest.mark.slow
def test_ten_minutes_of_idling(model: MotionModel) -> None:
    check_idling(face(model).idle(600 * FPS), window=10 * FPS)


def check_idling(motion: Motion, window: int) -> None:
    assert all(np.isfinite(getattr(motion, name)).all() for name in ARRAY_FIELDS)
    angles = np.degrees(motion.head_rotation)
    assert np.abs(angles).max() < 25 and np.abs(motion.head_translation).max() < 0.5
    first, last = np.array_split(angles, 2)
    assert np.abs(first.mean(axis=0) - last.mean(axis=0)).max() < 6
    assert last.std(axis=0).max() > 0.1, "it lives on"
    # Every stretch differs from every other one by a good part of how much the head moves at all.
    windows = np.lib.stride_tricks.sliding_window_view(angles, window, axis=0)[:: window // 2]
    flat = windows.reshape(len(windows), -1)
    apart = np.sqrt(((flat[:, None] - flat[None]) ** 2).mean(axis=2))
    others = np.abs(np.subtract.outer(np.arange(len(flat)), np.arange(len(flat)))) >= 2
    assert apart[others].min() > 0.05 * angles.std()
