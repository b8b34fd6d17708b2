"""The generator's promises that hold whatever the model makes: counts, delays, alignment, seams, memory."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vasa_core.audio.encoder import LIVE, SpeechEncoder
from vasa_core.errors import AudioError, ControlError, VasaError
from vasa_core.motion.channels import IDLE, LISTENING, SPEAKING
from vasa_core.motion.generator import AnimationSettings, MotionGenerator
from vasa_core.motion.prosody import ProsodyTracker, rows
from vasa_core.motion.track import ARRAY_FIELDS, Motion

RATE = 16_000


@pytest.fixture(scope="module")
def face(tell_tale) -> Callable[..., MotionGenerator]:
    """Makes a generator without a model; its sampler is `sampler`, or one with these lips."""

    def make(sampler=None, lips: float = 0.0, **settings) -> MotionGenerator:
        return MotionGenerator(AnimationSettings(**settings), sampler=sampler or tell_tale(lips))

    return make


def same(one: Motion, other: Motion) -> None:
    assert one.start == other.start
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def states(sampler) -> list[int]:
    return [int(direction.state[0]) for direction in sampler.directions]


@pytest.mark.parametrize("samples", [1, 639, 640, 641, 12_345, 20_480])
@pytest.mark.parametrize("before", [0, 1])
def test_an_utterance_has_a_frame_for_each_640_samples(line: np.ndarray, samples: int, before: int, face) -> None:
    generator = face()
    generator.idle(before)
    pushed = generator.push(line[:samples])
    assert len(pushed) + len(generator.finish()) == -(-samples // 640)
    assert len(generator.finish()) == 0


def test_how_a_sound_is_cut_into_pushes_has_no_effect(line: np.ndarray, face) -> None:
    line = line[:24_000]
    whole, stream = face(), face()
    expected = Motion.concatenate([whole.push(line), whole.finish()])
    cuts = np.sort(np.random.default_rng(1).integers(0, len(line), 40))
    parts = [stream.push(piece) for piece in np.split(line, [0, 0, 1, *cuts])]
    same(Motion.concatenate([part for part in [*parts, stream.finish()] if len(part)]), expected)


@pytest.mark.parametrize("look_ahead", [0.08, 0.1, 0.16, 0.4])
@pytest.mark.parametrize("before", [0, 1])
def test_frames_come_when_the_delay_has_passed(line: np.ndarray, look_ahead: float, before: int, face) -> None:
    generator = face(look_ahead=look_ahead)
    generator.idle(before)
    assert generator.delay == pytest.approx(look_ahead + 0.08)
    out = 0
    for sample in range(0, 12_800, 160):
        out += len(generator.push(line[sample : sample + 160]))
        known = sample + 160 - generator.delay_samples
        assert out >= known // 640 + 1 if known >= 0 else out <= before
        assert out <= (sample + 160) // 640 + 1


@pytest.mark.parametrize("before", [0, 1])
def test_each_frame_hears_its_own_sound(line: np.ndarray, before: int, face, tell_tale) -> None:
    line = line[: 33 * 640 - 7]
    sampler = tell_tale()
    generator = face(sampler)
    generator.idle(before)
    generator.push(line[:5_000])
    generator.push(line[5_000:])
    generator.finish()
    heard = [features for features in sampler.features if features is not None]
    prosody = np.concatenate(sampler.prosody[-len(heard) :])
    tracker = ProsodyTracker()
    expected = rows(tracker.push(line) + tracker.finish())
    np.testing.assert_array_equal(prosody[: 33 - before], expected[before:])
    encoder = SpeechEncoder(LIVE)
    encoder.skip(2 * before)
    windows = np.concatenate([encoder.push(line), encoder.finish()])
    assert len(heard) == len(windows) == (17 if before == 0 else 16)
    np.testing.assert_array_equal(np.array(heard), windows)


def test_a_short_look_ahead_hears_prosody_a_frame_late(line: np.ndarray, face, tell_tale) -> None:
    sampler = tell_tale()
    generator = face(sampler, look_ahead=0.08)
    generator.push(line[: 20 * 640])
    generator.finish()
    tracker = ProsodyTracker()
    expected = rows(tracker.push(line[: 20 * 640]))
    np.testing.assert_array_equal(np.concatenate(sampler.prosody)[1:18], expected[:17])


def test_the_state_is_what_was_called(line: np.ndarray, face, tell_tale) -> None:
    sampler = tell_tale()
    generator = face(sampler)
    idle = generator.idle(4)
    generator.listen(line[:6_400])
    listened = generator.finish()
    generator.push(line[:6_400])
    spoken = generator.finish()
    assert states(sampler) == [IDLE] * 2 + [LISTENING] * 5 + [SPEAKING] * 5
    assert [feature is None for feature in sampler.features] == [True] * 2 + [False] * 10
    assert (idle.start, generator.idle(2).start, generator.idle(2).start) == (0, 0, pytest.approx(0.08))
    assert listened.start > 0 and spoken.start > 0


def test_single_frames_of_idling_are_those_of_a_long_one(face) -> None:
    long, short = face(), face()
    expected = long.idle(7)
    same(Motion.concatenate([short.idle(1) for _ in range(7)]), expected)
    same(long.idle(3), short.idle(3))


def test_a_voice_that_comes_late_is_waited_for(line: np.ndarray, face, tell_tale) -> None:
    """Frames without sound between two pushes lose nothing of the utterance."""
    sampler = tell_tale()
    generator = face(sampler)
    first = generator.push(line[:10_000])
    assert len(generator.idle(3)) == 3
    rest = [generator.push(line[10_000:20_000]), generator.finish()]
    assert len(first) + sum(map(len, rest)) == -(-20_000 // 640)
    assert rest[-1].start + len(rest[-1]) / 25 == pytest.approx(32 / 25)
    assert IDLE in states(sampler)


@pytest.mark.parametrize("look_ahead", [0.08, 0.16])
def test_cutting_has_no_effect_after_a_wait(line: np.ndarray, look_ahead: float, face, tell_tale) -> None:
    """Blocks begin anew after a wait of half a block, in the middle of what the encoder hears."""
    whole, pieces = tell_tale(), tell_tale()
    for sampler, cut in ((whole, 20_000), (pieces, 70)):
        generator = face(sampler, look_ahead=look_ahead)
        generator.push(line[:10_000])
        generator.idle(3)
        for begin in range(10_000, 30_000, cut):
            generator.push(line[begin : min(begin + cut, 30_000)])
        generator.finish()
    for one, other in zip(whole.features, pieces.features, strict=True):
        np.testing.assert_array_equal(one, other) if one is not None else np.testing.assert_(other is None)
    heard = [features for features in whole.features if features is not None]
    encoder = SpeechEncoder(replace(LIVE, look_ahead=look_ahead))
    encoder.push(line[:10_000])
    encoder.skip(2)
    expected = np.concatenate([encoder.push(line[10_000:30_000]), encoder.finish()])
    np.testing.assert_array_equal(np.array(heard[-len(expected) :]), expected)


def test_speaking_ends_listening_but_listening_does_not_end_speaking(line: np.ndarray, face) -> None:
    generator = face()
    generator.listen(line[:8_000])
    spoken = generator.push(line[:8_000])
    with pytest.raises(AudioError, match="still speaking"):
        generator.listen(line[:8_000])
    assert len(spoken) + len(generator.finish()) == 13
    generator.listen(line[:8_000])


def test_an_interrupt_closes_the_lips_within_three_frames(line: np.ndarray, face) -> None:
    """Even where the model goes on as if nothing had happened."""
    generator = face(lips=2.0)
    spoken = generator.push(line[:20_000])
    generator.interrupt()
    after = generator.idle(40)
    assert len(generator.finish()) == 0
    lips = np.linalg.norm(after.latent, axis=1) / np.linalg.norm(spoken.latent[-1])
    assert 0.25 < lips[0] < 1 and lips[2] < 0.05 and lips[3:12].max() < 1e-6
    assert np.abs(np.diff(lips)).max() < 0.6
    path = np.concatenate([spoken.head_rotation[-3:], after.head_rotation])
    assert np.abs(np.diff(path, axis=0)).max() < 1.5 * 0.1 * 0.05


def test_new_words_right_after_an_interrupt_are_spoken(line: np.ndarray, face) -> None:
    generator = face(lips=2.0)
    before = generator.push(line[:20_000]).latent[-1]
    generator.interrupt()
    lips = np.linalg.norm(generator.push(line[:20_000]).latent, axis=1) / np.linalg.norm(before)
    assert lips[:5].min() > 0.25 and lips[6:].min() > 0.999


def test_an_interrupt_goes_on_from_the_frame_that_was_shown(line: np.ndarray, face) -> None:
    """A voice that comes faster than it is heard makes frames that are thrown away."""
    line = line[:30_000]
    generator = face()
    spoken = generator.push(line)
    shown = spoken.slice(0, 20)
    generator.interrupt(shown)
    after = generator.idle(40)
    gap = np.abs(spoken.head_rotation[-1] - shown.head_rotation[-1]).max()
    assert gap > 0.02
    path = np.concatenate([shown.head_rotation, after.head_rotation])
    assert np.abs(np.diff(path, axis=0)).max() < 0.2 * gap
    straight = face()
    straight.push(line)
    made = len(spoken) + len(spoken) % 2
    calm = 0.1 * np.sin(0.05 * (made + np.arange(40))[:, None] + np.arange(3))
    np.testing.assert_allclose(after.head_rotation[21:], calm[21:], atol=1e-6)


def test_interrupting_a_face_that_idles_shows_nowhere(face) -> None:
    generator = face()
    before = generator.idle(10)
    generator.interrupt()
    path = np.concatenate([before.head_rotation, generator.idle(30).head_rotation])
    assert np.abs(np.diff(path, n=2, axis=0)).max() < 0.002


def test_wishes_come_true_from_the_next_block_on(face, tell_tale) -> None:
    sampler = tell_tale()
    generator = face(sampler)
    generator.idle(2)
    generator.direct(gaze=(0.2, 0.1), distance=1.5)
    near = generator.idle(50)
    assert sampler.directions[0].gaze is None
    np.testing.assert_allclose(sampler.directions[1].gaze, [[0.2, 0.1]] * 2, atol=1e-6)
    depth = near.head_translation[:, 2]
    assert depth[0] == 0 and np.all(np.diff(depth) >= 0) and depth[-1] == pytest.approx(3.5)
    with pytest.raises(ControlError, match="out of range"):
        generator.direct(distance=9)
    generator.direct(gaze=None)
    generator.idle(2)
    assert sampler.directions[-1].gaze is None


def test_gestures_move_the_head_and_the_eyes_stay(line: np.ndarray, face) -> None:
    plain, nodding = face(), face()
    plain.idle(2), nodding.idle(2)
    nodding.direct(gaze="viewer")
    plain.direct(gaze="viewer")
    nodding.gesture("nod")
    still, nod = plain.idle(30), nodding.idle(30)
    down = np.degrees(nod.head_rotation - still.head_rotation)[:, 0]
    assert 6 < down.max() < 7.5 and down.min() > -0.1 and np.abs(down[-3:]).max() == 0
    up = np.degrees(nod.gaze - still.gaze)[:, 1]
    assert up[np.argmax(down)] > 3  # the eyes turn up in a head that nods


def test_samples_that_are_no_sound(line: np.ndarray, face) -> None:
    broken = line[:16_000].copy()
    broken[[5, 700, 9_000]] = [np.nan, np.inf, 1e30]
    generator = face()
    motion = Motion.concatenate([generator.push(broken), generator.finish()])
    assert all(np.isfinite(getattr(motion, name)).all() for name in ARRAY_FIELDS)
    assert len(generator.push(np.zeros(0))) == 0
    with pytest.raises(AudioError, match="mono"):
        generator.push(np.zeros((2, 100)))
    with pytest.raises(AudioError, match="floats"):
        generator.push(np.array(["a"]))


def test_whole_numbers_are_samples_of_full_scale(line: np.ndarray, face) -> None:
    floats, integers = face(), face()
    numbers = np.round(line[:16_000] * 32768).clip(-32768, 32767).astype(np.int16)
    expected = floats.push(numbers / np.float32(32768))
    same(integers.push(numbers), expected)


@pytest.mark.parametrize("seed", [-1, 1 << 128, 0.5, "one"])
def test_seeds_that_cannot_be(seed) -> None:
    with pytest.raises(VasaError, match="no seed"):
        AnimationSettings(seed=seed)


@pytest.mark.parametrize("look_ahead", [0.0, 0.07, 0.5, 0.11])
def test_look_aheads_that_cannot_be(look_ahead: float) -> None:
    with pytest.raises(VasaError, match="look-ahead"):
        AnimationSettings(look_ahead=look_ahead)


def test_memory_stays_the_same_forever(face) -> None:
    generator = face()
    sampler = generator.sampler

    def seconds(count: int) -> None:
        for _ in range(count):
            generator.idle(25)
            sampler.features.clear(), sampler.prosody.clear(), sampler.directions.clear()

    seconds(5)
    tracemalloc.start()
    try:
        seconds(5)
        early = tracemalloc.get_traced_memory()[0]
        seconds(60)
        assert tracemalloc.get_traced_memory()[0] < early + 20_000
    finally:
        tracemalloc.stop()
