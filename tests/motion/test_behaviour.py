import numpy as np
import pytest

from vasa_core.evaluation.life import find_blinks, head_delta, power_above
from vasa_core.motion.behaviour import (
    QUIET,
    Behaviour,
    BehaviourFrames,
    BehaviourSettings,
    ProsodyFrame,
    ProsodyTracker,
)
from vasa_core.motion.behaviour.gaze import AVERT_S, HOLD_S, REACH_DEG, Gaze, eyes_in_head
from vasa_core.motion.behaviour.head import LIMIT_DEG

FPS = 25


def syllables(seconds: float, seed: int = 0, level: float = 0.2) -> np.ndarray:
    """Noise bursts with the rhythm of speech: four syllables a second, phrases of two seconds, pauses of 0.6."""
    random = np.random.default_rng(seed)
    samples = np.zeros(int(seconds * 16000), np.float32)
    start = 8000
    while start < len(samples):
        for k in range(8):
            begin = start + k * 4000
            burst = random.standard_normal(3200) * np.hanning(3200) * level * random.uniform(0.3, 1.0)
            samples[begin : begin + 3200] += burst[: max(len(samples) - begin, 0)].astype(np.float32)
        start += 8 * 4000 + 9600
    return samples


def voice(seconds: float, seed: int = 0) -> list[ProsodyFrame]:
    tracker = ProsodyTracker()
    return tracker.push(syllables(seconds, seed)) + tracker.finish()


def joined(parts: list[BehaviourFrames]) -> list[bytes]:
    return [np.concatenate(columns).tobytes() for columns in zip(*parts, strict=True)]


@pytest.fixture(scope="module")
def minutes() -> tuple[list[ProsodyFrame], list[BehaviourFrames]]:
    frames = voice(240)
    return frames, [Behaviour(seed).push(frames) for seed in range(3)]


def test_cuts_do_not_matter() -> None:
    samples = syllables(12)
    tracker = ProsodyTracker()
    frames = tracker.push(samples) + tracker.finish()
    whole = joined([Behaviour(3).push(frames)])
    random = np.random.default_rng(1)
    for _ in range(5):
        cuts = np.sort(random.integers(0, len(samples), 40))
        tracker, behaviour = ProsodyTracker(), Behaviour(3)
        parts = [behaviour.push(tracker.push(piece)) for piece in np.split(samples, cuts)]
        parts.append(behaviour.push(tracker.finish()))
        assert joined(parts) == whole


def test_seeds_differ_and_repeat() -> None:
    frames = voice(10)
    first, again, other = (Behaviour(seed).push(frames) for seed in (5, 5, 6))
    assert joined([first]) == joined([again])
    assert np.abs(first.head_rotation - other.head_rotation).max() > np.radians(2)


def test_shapes_types_and_ranges(minutes) -> None:
    frames, results = minutes
    for result in results:
        assert [a.shape for a in result] == [(len(frames), n) for n in (3, 3, 2, 2)]
        assert all(a.dtype == np.float32 and np.isfinite(a).all() for a in result)
        assert (np.abs(result.head_rotation).max(axis=0) < np.radians(LIMIT_DEG)).all()
        assert np.abs(result.head_translation).max() < 0.25
        assert np.abs(result.gaze).max() <= np.radians(REACH_DEG[1])
        assert result.blink.min() >= 0 and result.blink.max() <= 1
    empty = Behaviour(0).push([])
    assert [a.shape for a in empty] == [(0, 3), (0, 3), (0, 2), (0, 2)]


def test_starts_at_rest() -> None:
    for seed in range(10):
        result = Behaviour(seed).push(voice(2, seed))
        assert np.abs(result.head_rotation[0]).max() == 0
        assert np.abs(np.degrees(result.head_rotation[:3])).max() < 1
        assert np.abs(result.gaze[0]).max() == 0


def test_head_moves_as_heads_do(minutes) -> None:
    _, results = minutes
    angles = np.degrees([result.head_rotation for result in results])
    pitch, yaw, roll = angles.std(axis=1).mean(axis=0)
    assert 3 < pitch < 5.5 and 3.2 < yaw < 6 and 1.8 < roll < 3.5
    assert 0.3 < np.mean([head_delta(result.head_rotation, FPS) for result in results]) < 0.7
    assert all(power_above(a, FPS, 8.0) < 0.12 for a in angles)
    assert np.abs(np.diff(angles, axis=1)).max() < 5


def test_head_is_not_periodic(minutes) -> None:
    _, results = minutes
    for result in results:
        yaw = result.head_rotation[:, 1] - result.head_rotation[:, 1].mean()
        likeness = np.correlate(yaw, yaw, "full")[len(yaw) :] / (yaw @ yaw)
        below = int(np.argmax(likeness < 0))
        assert likeness[below : FPS * 60].max() < 0.4


def test_head_follows_the_voice(minutes) -> None:
    """Head speed goes with the voice's energy more than with another moment's."""
    frames, results = minutes
    energy = np.convolve([frame.energy for frame in frames], np.ones(8) / 8, "same")[1:]
    tie, chance = [], []
    for result in results:
        speed = np.linalg.norm(np.diff(result.head_rotation, axis=0), axis=1)
        tie.append(np.corrcoef(energy, speed)[0, 1])
        chance += [np.corrcoef(np.roll(energy, shift), speed)[0, 1] for shift in range(500, 3000, 500)]
    assert np.mean(tie) > np.mean(chance) + 0.1


def test_expressiveness_scales_the_head() -> None:
    frames = voice(40)
    sizes = [
        np.degrees(Behaviour(1, BehaviourSettings(expressiveness=e)).push(frames).head_rotation).std()
        for e in (0.0, 0.5, 1.0, 2.0)
    ]
    assert sizes[0] == 0 and sizes[0] < sizes[1] < sizes[2] < sizes[3]


def test_blinks_shut_at_the_right_rate(minutes) -> None:
    _, results = minutes
    found = [find_blinks(result.blink.mean(axis=1), FPS) for result in results]
    rate = np.mean([len(blinks.time) / 4 for blinks in found])
    assert 21 < rate < 31
    for blinks, result in zip(found, results, strict=True):
        peaks = (blinks.time * FPS).round().astype(int)
        assert result.blink[peaks].min() >= 0.95
        assert 0.06 <= np.median(blinks.closing) <= 0.14 and 0.15 <= np.median(blinks.opening) <= 0.32
        gaps = np.diff(blinks.time)
        assert gaps.min() > 0.3 and 0.35 < gaps.std() / gaps.mean() < 1.0
    resting = find_blinks(Behaviour(0).idle(FPS * 600).blink.mean(axis=1), FPS)
    assert 12 < len(resting.time) / 10 < 21
    assert not len(
        find_blinks(Behaviour(0, BehaviourSettings(blink_rate=0)).idle(FPS * 60).blink.mean(axis=1), FPS).time
    )


@pytest.mark.parametrize("speaking", [True, False])
def test_gaze_holds_and_averts(speaking: bool) -> None:
    gaze = Gaze(np.random.default_rng(0))
    frame = QUIET._replace(voice=True, pause=0.0, energy=0.5) if speaking else QUIET
    averted = np.array([gaze.step(frame).averted for _ in range(FPS * 1200)])
    runs = np.split(averted, np.flatnonzero(np.diff(averted.astype(int))) + 1)[1:-1]
    away = np.mean([len(run) for run in runs if run[0]]) / FPS
    hold = np.mean([len(run) for run in runs if not run[0]]) / FPS
    assert away == pytest.approx(AVERT_S[speaking], rel=0.2)
    assert hold == pytest.approx(HOLD_S[speaking], rel=0.2)


def test_saccades_take_a_frame_or_two() -> None:
    gaze = Gaze(np.random.default_rng(2))
    frames = [gaze.step(QUIET) for _ in range(FPS * 300)]
    yaw = np.degrees([frame.yaw for frame in frames])
    large = [i for i, frame in enumerate(frames) if frame.shift > np.radians(6)]
    assert large
    before, after, later = (np.array([yaw[i + k] for i in large[:-1]]) for k in (-1, 2, 3))
    assert np.median(np.abs(after - before)) > 5
    assert np.median(np.abs(later - after)) < 0.2


def test_eyes_hold_the_viewer_under_head_motion() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        rotation = random.uniform(-0.15, 0.15, 3)
        yaw, pitch = eyes_in_head(0.0, 0.0, rotation)
        angle = np.linalg.norm(rotation)
        axis = rotation / angle
        sight = np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)])
        world = (
            sight * np.cos(angle) + np.cross(axis, sight) * np.sin(angle) + axis * (axis @ sight) * (1 - np.cos(angle))
        )
        assert np.allclose(world, [0, 0, -1], atol=1e-9)
    turned_to_viewers_left = np.array([0.0, 0.1, 0.0])
    assert eyes_in_head(0.0, 0.0, turned_to_viewers_left)[0] == pytest.approx(0.1)
    nodding_down = np.array([0.1, 0.0, 0.0])
    assert eyes_in_head(0.0, 0.0, nodding_down)[1] == pytest.approx(0.1)


def test_idle_is_calmer_than_speech_and_never_still(minutes) -> None:
    _, results = minutes
    idle = Behaviour(0).idle(FPS * 120)
    speed = head_delta(idle.head_rotation, FPS)
    assert 0.01 < speed < 0.4 * head_delta(results[0].head_rotation, FPS)
    assert np.degrees(idle.head_rotation).std(axis=0).max() < 2.5
    blocks = idle.head_rotation[FPS:].reshape(-1, 25, 3) if len(idle.head_rotation[FPS:]) % 25 == 0 else []
    assert all(np.degrees(block).std(axis=0).max() > 0.005 for block in blocks)
