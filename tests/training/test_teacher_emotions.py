"""Emotions of the teacher: faces, onset and decay, life in between, room for speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vasa_core.evaluation.emotions import recognise
from vasa_core.evaluation.gallery_shots import LIPS_TOGETHER
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.channels import EMOTIONS, EXPRESSION_UNITS
from vasa_core.motion.emotion import NEUTRAL, parse_emotion
from vasa_core.training.teacher.emotion_prototypes import PROTOTYPES
from vasa_core.training.teacher.emotions import FACES, EmotionFrame, Emotions
from vasa_core.training.teacher.score_emotions import NAMES, confusion, episode

SEEDS = range(6)
TOLERANCE = 0.02
"""Inter-ocular distances between the lips that still count as shut: 0.15 of what speech opens."""
LIPS_APART = (88, 178, 87, 14, 317, 402, 318), (80, 81, 82, 13, 312, 311, 310)
"""Inner lips, lower and upper."""


@pytest.fixture(scope="module")
def space() -> LatentSpace:
    return LatentSpace.load()


def play(text: str, frames: int, seed: int = 0, speaking: bool = False, emphasis: float = 0.0) -> list[EmotionFrame]:
    """Rest for a second, then `frames` frames of an emotion, then four seconds of neutral."""
    emotions = Emotions(np.random.default_rng(seed))
    points = [parse_emotion(NEUTRAL)] * 25 + [parse_emotion(text)] * frames + [parse_emotion(NEUTRAL)] * 100
    return [emotions.step(point, speaking, emphasis) for point in points]


def units(frames: list[EmotionFrame]) -> NDArray[np.float64]:
    return np.array([frame.units for frame in frames])


def test_prototypes_cover_the_emotions_with_several_lawful_faces():
    assert tuple(PROTOTYPES) == EMOTIONS
    for name, faces in FACES.items():
        assert len(faces) >= 3, name
        assert all(face.shape == (len(EXPRESSION_UNITS),) and face.min() >= 0 and face.max() <= 1 for face in faces)
        apart = [np.abs(a - b).max() for i, a in enumerate(faces) for b in faces[:i]]
        assert min(apart) > 0.05, name


def test_nothing_is_asked_and_nothing_happens():
    for frame in play(NEUTRAL, 50):
        assert not frame.units.any() and not frame.head_offset.any() and not frame.gaze_offset.any()
        assert frame.lids == 0
        scales = (frame.head_scale, frame.quickness, frame.brow_scale, frame.aversion, frame.blink_scale)
        assert scales == (1, 1, 1, 1, 1)


@pytest.mark.parametrize("name", EMOTIONS)
def test_onset_and_decay_take_their_time(name: str):
    onsets, decays = [], []
    for seed in SEEDS:
        size = units(play(name, 75, seed)).sum(axis=1)
        held = np.median(size[60:100])
        onsets.append((np.argmax(size > 0.9 * held) - np.argmax(size > 0.1 * held)) * 0.04)
        decays.append((np.argmax(size[100:] < 0.1 * held)) * 0.04)
        assert size[:25].max() == 0
        assert size[-1] < 0.05 * held
        assert np.abs(np.diff(size)).max() < 0.35 * held
    assert 0.12 <= np.median(onsets) <= 0.9
    assert 0.6 <= np.median(decays) <= 2.6


def test_a_held_emotion_lives_and_stays_itself():
    held = units(play("happy", 500))[60:525]
    smile = held[:, EXPRESSION_UNITS.index("mouthSmileLeft")]
    assert 0.02 < smile.std() < 0.25
    assert smile.min() > 0.4
    assert np.abs(np.diff(held, axis=0)).max() < 0.15


def test_strengths_scale_and_mixtures_mix():
    whole, half = (units(play(text, 100))[60:120].sum(axis=1).mean() for text in ("sad", "sad:0.5"))
    assert 0.4 < half / whole < 0.6
    mixed = units(play("happy:0.5,surprised:0.5", 100))[60:120].mean(axis=0)
    for unit in ("mouthSmileLeft", "browOuterUpLeft", "eyeWideRight"):
        assert 0.3 < mixed[EXPRESSION_UNITS.index(unit)] < 0.8


def test_people_and_episodes_differ_and_seeds_repeat():
    first, again, other = (units(play("angry", 50, seed)) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


@pytest.mark.parametrize("side", (-1, 1))
def test_everybody_is_scornful_with_the_same_side_all_their_life(side: int):
    for seed in SEEDS:
        emotions = Emotions(np.random.default_rng(seed), side)
        for _ in range(3):
            corner = emotions.draw_face("contempt")[
                [EXPRESSION_UNITS.index(f"mouthSmile{s}") for s in ("Left", "Right")]
            ]
            assert np.sign(corner[0] - corner[1]) == side


def test_emphasis_calls_peaks():
    def liveliness(emphasis: float) -> float:
        size = [units(play("angry:0.6", 200, seed, emphasis=emphasis))[60:220].sum(axis=1) for seed in SEEDS]
        return float(np.abs(np.diff(size)).mean())

    assert liveliness(1.0) > 1.5 * liveliness(0.0)


def test_bearing_follows_the_tables():
    last = {name: play(name, 75)[95] for name in EMOTIONS}
    assert last["sad"].head_offset[0] > 0.05 and last["sad"].gaze_offset[1] < -0.1 and last["sad"].head_scale < 0.8
    assert last["angry"].head_offset[0] > 0.03 and last["angry"].blink_scale < 0.7
    assert last["afraid"].head_offset[0] < 0 and last["afraid"].blink_scale > 1.2
    assert last["happy"].head_scale > 1.1
    assert last["contempt"].head_offset[0] < 0 and abs(last["contempt"].head_offset[2]) > 0.03
    assert abs(last["disgusted"].head_offset[1]) > 0.05


@pytest.mark.parametrize("name", EMOTIONS)
def test_lips_still_close_while_speaking(space: LatentSpace, name: str):
    lower, upper = LIPS_APART
    for seed in SEEDS:
        worn = np.median(episode(name, 40, True, seed), axis=0), episode(name, 40, True, seed).max(axis=0)
        for sound, lips in LIPS_TOGETHER.items():
            shut = space.from_arkit(named_weights(**lips))
            for weights in worn:
                shape = space.decode(shut + space.from_arkit(weights))
                assert (shape[list(lower), 1] - shape[list(upper), 1]).max() < TOLERANCE, (name, sound, seed)


def test_the_mouth_opens_again_after_speech_but_smiles_stay():
    emotions = Emotions(np.random.default_rng(3))
    surprised = parse_emotion("surprised")
    jaw = EXPRESSION_UNITS.index("jawOpen")
    silent = [emotions.step(surprised, False).units[jaw] for _ in range(50)][-1]
    speaking = [emotions.step(surprised, True).units[jaw] for _ in range(15)]
    assert silent > 0.1
    assert speaking[-1] < 0.02 * silent + 1e-3 and speaking[5] < 0.2 * silent
    assert [emotions.step(surprised, False).units[jaw] for _ in range(50)][-1] > 0.5 * silent
    smile = np.median(episode("happy", 40, True, 0), axis=0) @ named_weights(mouthSmileLeft=0.5, mouthSmileRight=0.5)
    assert smile > 0.6


@pytest.mark.parametrize("strength", [0.75, 1.0])
@pytest.mark.parametrize("speaking", [False, True])
def test_the_rules_name_every_emotion(space: LatentSpace, strength: float, speaking: bool):
    sounds = np.stack([named_weights(**lips) for lips in LIPS_TOGETHER.values()] * 4)
    sounds[3:, 17] = np.linspace(0, 0.4, len(sounds) - 3)
    counts = confusion(space, [space.from_arkit(sounds)] * 5, strength, speaking)
    right = np.diag(counts) / counts.sum(axis=1)
    assert dict(zip(NAMES, right.tolist(), strict=True)) == pytest.approx(dict.fromkeys(NAMES, 1.0), abs=0.21)
    assert recognise(np.zeros(52))[0] == NEUTRAL
