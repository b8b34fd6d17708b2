from dataclasses import fields

import numpy as np
import pytest

from vasa_core.evaluation.life import find_blinks, power_above
from vasa_core.motion.channels import EMOTIONS, EXPRESSION_UNITS, IDLE, LISTENING, SPEAKING, Direction, Performance
from vasa_core.motion.prosody import ProsodyFrame, ProsodyTracker
from vasa_core.training.teacher.hearing import hear
from vasa_core.training.teacher.joint_statistics import Clip, figures, saccades
from vasa_core.training.teacher.perform import perform
from vasa_core.training.teacher.report import table

SECONDS = 80


def voice(seconds: float, seed: int = 0) -> np.ndarray:
    """Syllables of changing loudness and pitch at 4 Hz, in phrases of 2 to 4 s with pauses between them."""
    random = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * 16000:
        for _ in range(int(random.integers(7, 16))):
            count = int(16000 * random.uniform(0.18, 0.3))
            pitch = 120 * 2 ** (random.normal(0, 3) / 12)
            tone = np.cumsum(2 * np.pi * np.full(count, pitch) / 16000)
            wave = sum(np.sin(k * tone) / k for k in range(1, 8))
            parts.append(0.1 * random.uniform(0.3, 1.0) * (0.25 + 0.75 * np.hanning(count)) * wave)
        parts.append(np.zeros(int(16000 * random.uniform(0.4, 1.2))))
    sound = np.concatenate(parts)[: int(seconds * 16000)]
    return (sound + 1e-4 * random.standard_normal(len(sound))).astype(np.float32)


@pytest.fixture(scope="module")
def prosody() -> list[ProsodyFrame]:
    tracker = ProsodyTracker()
    return tracker.push(voice(SECONDS)) + tracker.finish()


def always(state: int, frames: int = SECONDS * 25) -> Direction:
    return Direction(state=np.full(frames, state))


@pytest.fixture(scope="module")
def clips(prosody: list[ProsodyFrame]) -> list[Clip]:
    """Five people in each state."""
    return [
        Clip(perform(prosody, always(state), seed), prosody, always(state).state, "voice")
        for state in (SPEAKING, LISTENING, IDLE)
        for seed in range(5)
    ]


@pytest.fixture(scope="module")
def result(clips: list[Clip]) -> dict[str, float]:
    return figures(clips)


def degrees(performance: Performance) -> np.ndarray:
    return np.degrees(performance.head_rotation)


def test_same_seed_same_face_other_seed_other_face(prosody: list[ProsodyFrame]) -> None:
    first, again, other = (perform(prosody[:500], always(SPEAKING, 500), seed).rows() for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.05


def test_fills_all_but_speech_and_tongue(clips: list[Clip]) -> None:
    for clip in clips:
        made = clip.performance
        assert len(made) == SECONDS * 25 and made.rows().dtype == np.float32
        assert np.isfinite(made.rows()).all()
        assert not made.speech.any() and not made.tongue.any()
        assert made.units.min() >= 0 and made.units.max() <= 1
        assert made.blink.min() >= 0 and made.blink.max() <= 1
        assert made.gaze.std() > 0 and made.head_rotation.std() > 0 and made.head_translation.std() > 0


def test_hearing_does_not_know_the_future(prosody: list[ProsodyFrame]) -> None:
    whole, cut = hear(prosody), hear(prosody[:700])
    for field in fields(whole):
        assert np.allclose(getattr(whole, field.name)[:700], getattr(cut, field.name)), field.name


def test_head_of_a_speaker(result: dict[str, float]) -> None:
    assert 2.0 < result["head SD pitch, degrees, speaking"] < 5.0
    assert 2.5 < result["head SD yaw, degrees, speaking"] < 6.5
    assert 1.5 < result["head SD roll, degrees, speaking"] < 3.5
    assert 0.3 < result["head step, degrees, speaking"] < 0.6
    assert result["head step, degrees, listening"] < 0.5 * result["head step, degrees, speaking"]
    assert 0.01 < result["head step, degrees, idle"] < result["head step, degrees, listening"]


def test_nothing_trembles(clips: list[Clip]) -> None:
    for clip in clips:
        assert power_above(degrees(clip.performance), 25, 8.0) < 0.08
        assert power_above(clip.performance.units, 25, 8.0) < 0.02


def test_head_goes_with_the_voice(result: dict[str, float]) -> None:
    assert result["head speed after stress, against the mean"] > 1.2


def test_blinks(result: dict[str, float]) -> None:
    assert 15 < result["blinks a minute, speaking"] < 30
    assert 10 < result["blinks a minute, idle"] < 22
    assert 70 < result["closing, ms"] < 130
    assert 150 < result["opening, ms"] < 320
    assert result["blinks that shut"] > 0.95
    assert result["large gaze shifts with a blink"] > 2 * result["... by chance"]


@pytest.mark.parametrize("state", [SPEAKING, IDLE])
@pytest.mark.parametrize("rate", [0.0, 15.0, 40.0])
def test_blink_rate_as_asked(prosody: list[ProsodyFrame], state: int, rate: float) -> None:
    direction = always(state)
    direction.blink_rate = np.full(len(prosody), rate, np.float32)
    counts = [len(find_blinks(perform(prosody, direction, s).blink.mean(axis=1), 25).time) for s in range(3)]
    assert abs(np.mean(counts) * 60 / SECONDS - rate) < 2 + 0.05 * rate


def test_gaze_of_speakers_and_listeners(result: dict[str, float]) -> None:
    assert 1.8 < result["gaze hold, s, speaking"] < 4.5
    assert 5 < result["gaze hold, s, listening"] < 12
    assert result["gaze avert, s, listening"] < result["gaze avert, s, speaking"] < 1.3


def test_saccades_are_fast_and_followed_by_the_head(clips: list[Clip], result: dict[str, float]) -> None:
    lasting = [end - begin for clip in clips for begin, end, size in saccades(clip.performance.gaze) if size > 8]
    assert 1 <= np.median(lasting) <= 3
    assert 40 <= result["head after gaze, ms"] <= 400


@pytest.mark.parametrize("target", [(0.0, 0.0), (0.12, -0.05), (-0.45, 0.2)])
def test_looks_where_asked(prosody: list[ProsodyFrame], target: tuple[float, float]) -> None:
    direction = always(SPEAKING)
    direction.gaze = np.tile(np.array(target, np.float32), (len(prosody), 1))
    made = perform(prosody, direction, 1)
    away = np.degrees(np.linalg.norm(made.gaze - direction.gaze, axis=1))
    assert np.median(away) < 1.5 and away.mean() < 3
    head = np.stack([-made.head_rotation[:, 1], -made.head_rotation[:, 0]], axis=1)[50:]
    assert np.degrees(np.abs(np.median(head - direction.gaze[50:], axis=0))).max() < 11


def test_eyes_lead_the_head_to_a_new_target(prosody: list[ProsodyFrame]) -> None:
    direction = always(IDLE, 250)
    direction.gaze = np.zeros((250, 2), np.float32)
    direction.gaze[125:, 0] = 0.4
    leads = []
    for seed in range(8):
        made = perform(prosody[:250], direction, seed)
        eyes = 125 + int(np.argmax(made.gaze[125:, 0] > 0.2))
        turn = -made.head_rotation[:, 1]
        head = 125 + int(np.argmax(turn[125:] - turn[124] > 0.1))
        assert 125 <= eyes <= 131
        leads.append(head - eyes)
    assert 1 <= np.median(leads) <= 12


def test_stillness_and_expressiveness(prosody: list[ProsodyFrame]) -> None:
    def moving(**asked: float) -> tuple[float, float]:
        direction = always(SPEAKING, 1500)
        for name, value in asked.items():
            setattr(direction, name, np.full(1500, value, np.float32))
        made = perform(prosody[:1500], direction, 2)
        return float(np.abs(np.diff(degrees(made)[50:], axis=0)).mean()), float(made.units.std())

    head, face = moving()
    still, same_face = moving(stillness=1.0)
    small_head, small_face = moving(expressiveness=0.3)
    large_head, large_face = moving(expressiveness=1.8)
    assert still < 0.25 * head and same_face == pytest.approx(face, rel=0.05)
    assert small_head < 0.6 * head and small_face < 0.7 * face
    assert large_head > 1.2 * head and large_face > 1.05 * face


def test_changes_of_state_and_wishes_do_not_jump(prosody: list[ProsodyFrame]) -> None:
    frames = 1500
    direction = Direction(state=np.repeat([SPEAKING, LISTENING, IDLE, SPEAKING, LISTENING], frames // 5))
    direction.stillness = np.repeat(np.array([0, 1, 0.5, 0, 1], np.float32), frames // 5)
    direction.expressiveness = np.repeat(np.array([1, 2, 0.2, 1.5, 0], np.float32), frames // 5)
    for seed in range(4):
        made = perform(prosody[:frames], direction, seed)
        assert np.abs(np.diff(degrees(made), axis=0)).max() < 6
        assert np.abs(np.diff(degrees(made), n=2, axis=0)).max() < 3.5
        assert np.abs(np.diff(made.units, axis=0)).max() < 0.35


def test_listeners_nod_when_the_other_ends(prosody: list[ProsodyFrame]) -> None:
    ends = np.array([i for i, frame in enumerate(prosody) if frame.phrase_end and i + 20 < len(prosody)])
    nods, usual = [], []
    for seed in range(6):
        pitch = degrees(perform(prosody, always(LISTENING), seed))[:, 0]
        speed = np.abs(np.diff(pitch))
        nods.append(np.mean([speed[end + 2 : end + 14].mean() for end in ends]))
        usual.append(speed.mean())
    assert np.mean(nods) > 1.3 * np.mean(usual)


def test_emotion_shows(prosody: list[ProsodyFrame]) -> None:
    direction = always(IDLE, 250)
    direction.emotion = np.zeros((250, len(EMOTIONS)), np.float32)
    direction.emotion[:, EMOTIONS.index("happy")] = 1
    smile = EXPRESSION_UNITS.index("mouthSmileLeft")
    assert perform(prosody[:250], direction, 0).units[150:, smile].mean() > 0.5


def test_prosody_and_direction_of_different_lengths_are_refused(prosody: list[ProsodyFrame]) -> None:
    with pytest.raises(ValueError, match="10 frames of prosody"):
        perform(prosody[:10], always(IDLE, 11), 0)


def test_table_marks_what_lies_outside() -> None:
    text = table({"blinks a minute, speaking": 50.0, "opening, ms": 200.0})
    assert text.splitlines()[0].endswith("OUTSIDE") and not text.splitlines()[1].endswith("OUTSIDE")
