"""A crowd does what its faces would do alone."""

from collections.abc import Iterator

import numpy as np
import pytest

from vasa_core.audio.encoder import open_encoder
from vasa_core.errors import AudioError, ControlError
from vasa_core.motion.crowd import Crowd, finish, idle, listen, push
from vasa_core.motion.generator import AnimationSettings, MotionGenerator
from vasa_core.motion.sampler import MotionSampler, SamplerSettings
from vasa_core.motion.track import ARRAY_FIELDS, Motion

CLOSE = 1e-5
"""Matrix products of a batch add up in another order than those of a single face."""
DRIFT = 1e-3
"""What becomes of that after seconds in which each block is made from those before it."""


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd()


def settings(seed: int, **sampler) -> AnimationSettings:
    return AnimationSettings(seed=seed, sampler=SamplerSettings(**sampler))


def close(one: Motion, other: Motion, within: float = CLOSE) -> None:
    assert one.start == other.start
    for name in ARRAY_FIELDS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=within)


def alone(crowd: Crowd, face: AnimationSettings) -> MotionGenerator:
    """A face outside the crowd, with networks of its own but for the time it takes to open them."""
    sampler = MotionSampler(face.seed, face.sampler, crowd.model)
    return MotionGenerator(face, sampler=sampler, network=crowd.network)


def test_faces_of_a_crowd_do_what_they_would_do_alone(crowd: Crowd, line: np.ndarray) -> None:
    """Speaking, listening and idling, begun at different times, guided and not, with different numbers of steps."""
    wanted = [settings(1), settings(2), settings(3, guidance={"audio": 1.5}), settings(4, steps=3), settings(5)]
    together, single = [crowd.face(face) for face in wanted], [alone(crowd, face) for face in wanted]
    together[1].idle(4), single[1].idle(4)
    for begin in range(0, 20_000, 2_500):
        piece = line[begin : begin + 2_500]
        calls = [push(piece), idle(3), push(piece[::-1].copy()), listen(piece), idle(4)]
        made = crowd.advance(zip(together, calls, strict=True))
        expected = [
            single[0].push(piece),
            single[1].idle(3),
            single[2].push(piece[::-1].copy()),
            single[3].listen(piece),
            single[4].idle(4),
        ]
        for one, other in zip(made, expected, strict=True):
            assert isinstance(one, Motion)
            close(one, other, DRIFT)
