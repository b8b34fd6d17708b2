"""Names of emotions, to points and back."""

import numpy as np
import pytest

from vasa_core.errors import EmotionError
from vasa_core.motion.channels import EMOTIONS
from vasa_core.motion.emotion import parse_emotion, within_space


def point(**shares: float) -> np.ndarray:
    return np.array([shares.get(name, 0) for name in EMOTIONS], np.float32)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("neutral", point()),
        ("neutral:1", point()),
        ("happy", point(happy=1)),
        (" Happy : 0.6 ", point(happy=0.6)),
        ("happy:0.5,surprised:0.3", point(happy=0.5, surprised=0.3)),
        ("happy,surprised", point(happy=0.5, surprised=0.5)),
        ("sad:0.7, angry", point(sad=0.7, angry=0.3)),
        ("happy:0.1,sad:0.2,angry:0.7", point(happy=0.1, sad=0.2, angry=0.7)),
        ("contempt:0", point()),
    ],
)
def test_texts_name_points(text: str, expected: np.ndarray):
    assert parse_emotion(text) == pytest.approx(expected)
    assert parse_emotion(text).dtype == np.float32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hapy", "Did you mean 'happy'"),
        ("fear", "Did you mean 'afraid'"),
        ("suprised", "Did you mean 'surprised'"),
        ("furios", "Did you mean 'angry'"),
        ("purple", "Choose from happy, sad"),
        ("", "lacks a name"),
        ("happy,", "lacks a name"),
        ("happy:much", "not a number from 0 to 1"),
        ("happy:1.5", "not a number from 0 to 1"),
        ("happy:nan", "not a number from 0 to 1"),
        ("happy:", "not a number from 0 to 1"),
        ("happy:0.7,sad:0.5", "add up to 1.2"),
        ("happy:0.3,happy:0.3", "twice"),
        ("neutral,sad:0.2", "mixes neutral"),
    ],
)
def test_errors_say_what_to_do(text: str, message: str):
    with pytest.raises(EmotionError, match=message):
        parse_emotion(text)


def test_points_are_brought_into_the_space():
    assert within_space(point(happy=2, sad=2)) == pytest.approx(point(happy=0.5, sad=0.5))
    assert within_space(point(happy=-1, sad=0.3)) == pytest.approx(point(sad=0.3))
    track = within_space(np.stack([point(angry=3), point()]))
    assert track.sum(axis=1) == pytest.approx([1, 0])
