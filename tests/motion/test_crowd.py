"""A crowd does what its faces would do alone, with fewer runs of the networks."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from vasa_core.errors import AudioError, ControlError
from vasa_core.motion.channels import IDLE, Direction
from vasa_core.motion.crowd import Crowd, finish, idle, listen, push
from vasa_core.motion.generator import AnimationSettings, MotionGenerator
from vasa_core.motion.sampler import MotionSampler, SamplerSettings
from vasa_core.motion.track import ARRAY_FIELDS, Motion

CLOSE = 1e-5
"""Matrix products of a batch add up in another order than those of a single face."""
DRIFT = 1e-3
"""What becomes of that after seconds in which each block is made from those before it."""
LARGEST_FACE = 8_000_000  # bytes


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd()


@pytest.fixture
def runs(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Each run of the motion model's networks: which one, and with how many rows."""
    counted = []
    run = crowd.model.run

    def counting(session, inputs):
        name = "backbone" if session is crowd.model.backbone else "denoiser"
        counted.append((name, len(next(iter(inputs.values())))))
        return run(session, inputs)

    monkeypatch.setattr(crowd.model, "run", counting)
    return counted


def settings(seed: int, **sampler) -> AnimationSettings:
    return AnimationSettings(seed=seed, sampler=SamplerSettings(**sampler))


def close(one: Motion, other: Motion, within: float = CLOSE) -> None:
    assert isinstance(one, Motion) and one.start == other.start
    for name in ARRAY_FIELDS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=within)


def outsider(crowd: Crowd, face: AnimationSettings) -> MotionGenerator:
    """A face that is not made by the crowd; it borrows the networks only to save the time to open them."""
    return MotionGenerator(face, sampler=MotionSampler(face.seed, face.sampler, crowd.model), network=crowd.network)


def test_faces_of_a_crowd_do_what_they_would_do_alone(crowd: Crowd, line: np.ndarray) -> None:
    """Speaking, listening and idling, begun at different times, guided and not, with different numbers of steps."""
    wanted = [settings(1), settings(2), settings(3, guidance={"audio": 1.5}), settings(4, steps=3), settings(5)]
    together, single = [crowd.face(face) for face in wanted], [outsider(crowd, face) for face in wanted]
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
            close(one, other, DRIFT if begin else CLOSE)


def test_the_networks_run_once_for_all(crowd: Crowd, runs: list[tuple[str, int]]) -> None:
    faces = [crowd.face(settings(seed, steps=2)) for seed in range(3)]
    crowd.advance([(face, idle(4)) for face in faces])
    assert runs == 2 * [("backbone", 3), ("denoiser", 3), ("denoiser", 3)]


def test_faces_of_different_ages_come_together_once_they_are_grown(crowd: Crowd, runs: list[tuple[str, int]]) -> None:
    old, young = crowd.face(settings(1, steps=1)), crowd.face(settings(2, steps=1))
    old.idle(10)
    runs.clear()
    crowd.advance([(old, idle(2)), (young, idle(2))])
    assert runs == [("backbone", 1), ("backbone", 1), ("denoiser", 2)]
    old.idle(crowd.model.window), young.idle(crowd.model.window)
    runs.clear()
    crowd.advance([(old, idle(2)), (young, idle(2))])
    assert runs == [("backbone", 2), ("denoiser", 2)]


def test_calls_that_are_refused_leave_the_others_alone(crowd: Crowd, line: np.ndarray) -> None:
    one, other, third = (crowd.face(settings(seed)) for seed in range(3))
    one.push(line[:2_000])
    results = crowd.advance(
        [(one, listen(line[:2_000])), (other, idle(-1)), (third, idle(4)), (other, push(np.zeros((2, 9))))]
    )
    assert [type(result) for result in results] == [AudioError, ControlError, Motion, AudioError]
    assert len(results[2]) == 4
    assert len(one.finish()) == 4


def test_several_calls_of_one_face_are_done_in_order(crowd: Crowd, line: np.ndarray) -> None:
    one, other, single = crowd.face(settings(1)), crowd.face(settings(2)), outsider(crowd, settings(1))
    calls = [(one, push(line[:9_000])), (other, idle(2)), (one, finish()), (one, idle(3))]
    said, idled, rest, after = crowd.advance(calls)
    close(said, single.push(line[:9_000]))
    close(rest, single.finish(), DRIFT)
    close(after, single.idle(3), DRIFT)
    assert len(idled) == 2 and len(said) + len(rest) == 15


def test_an_interrupt_between_two_advances(crowd: Crowd, line: np.ndarray) -> None:
    one, other, single = crowd.face(settings(1)), crowd.face(settings(2)), outsider(crowd, settings(1))
    said, _ = crowd.advance([(one, push(line[:9_000])), (other, push(line[:5_000]))])
    close(said, single.push(line[:9_000]))
    for face in (one, single):
        face.interrupt(said.slice(0, 3))
        face.direct(emotion="happy:0.6")
    after, _ = crowd.advance([(one, idle(20)), (other, idle(20))])
    close(after, single.idle(20), DRIFT)


def test_calls_without_frames(crowd: Crowd) -> None:
    assert crowd.advance([]) == []
    face = crowd.face()
    assert [len(motion) for motion in crowd.advance([(face, finish()), (face, push(np.zeros(0)))])] == [0, 0]


def test_faces_with_other_samplers_join_in(crowd: Crowd, tell_tale: Callable) -> None:
    puppet = MotionGenerator(sampler=tell_tale(), network=crowd.network)
    made, puppets = crowd.advance([(crowd.face(), idle(4)), (puppet, idle(6))])
    assert (len(made), len(puppets)) == (4, 6)
    assert [direction.state[0] for direction in puppet.sampler.directions] == [IDLE] * 3


def test_a_face_remembers_the_frames_of_its_window(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    window, run = crowd.model.window, crowd.model.run
    pasts, news = [], []

    def recording(session, inputs):
        outputs = run(session, inputs)
        if session is crowd.model.backbone:
            pasts.append(inputs["past"].copy()), news.append(outputs[1])
        return outputs

    monkeypatch.setattr(crowd.model, "run", recording)
    sampler = MotionSampler(1, SamplerSettings(steps=1), crowd.model)
    prosody = np.zeros((sampler.block, crowd.model.prosody_size), np.float32)
    for _ in range(window):
        sampler.step(None, prosody, Direction(np.full(sampler.block, IDLE)))
    everything = np.concatenate([np.zeros_like(pasts[0]), *news], axis=3)
    for block, past in enumerate(pasts):
        begin = sampler.block * block
        np.testing.assert_array_equal(past, everything[:, :, :, begin : begin + window])


def test_a_further_face_needs_little_memory(crowd: Crowd, line: np.ndarray) -> None:
    crowd.face().push(line[:8_000])
    tracemalloc.start()
    try:
        faces = [crowd.face(settings(seed)) for seed in range(4)]
        crowd.advance([(face, push(line[:8_000])) for face in faces])
        assert tracemalloc.get_traced_memory()[0] < LARGEST_FACE * len(faces)
    finally:
        tracemalloc.stop()
