import numpy as np
import pytest

from vasa_core.training.synthetic.dominance import CLASSES, Dominance
from vasa_core.training.synthetic.mouth import Mouth
from vasa_core.training.synthetic.phones import PHONES, VOWEL
from vasa_core.training.synthetic.rounding import rounding
from vasa_core.training.synthetic.spoken import Segment
from vasa_core.training.synthetic.tongue import tongue


@pytest.fixture(scope="module")
def mouth() -> Mouth:
    return Mouth.load()


def say(*phones: str, each: float = 0.1, rest: float = 0.6) -> list[Segment]:
    """Phones of equal length between silences."""
    segments = [Segment("sil", 0.0, rest)]
    for phone in phones:
        segments.append(Segment(phone, segments[-1].end, segments[-1].end + each))
    return [*segments, Segment("sil", segments[-1].end, segments[-1].end + rest)]


def middle_gap(mouth: Mouth, segments: list[Segment], **more: float) -> np.ndarray:
    frames = int(segments[-1].end * 25)
    return mouth.gaps(mouth.move(segments, frames, **more).latent)[:, 4]


def during(segment: Segment) -> slice:
    return slice(int(np.floor(segment.start * 25)), int(np.ceil(segment.end * 25)) + 1)


@pytest.mark.parametrize("vowel", [name for name, phone in PHONES.items() if phone.manner == VOWEL])
@pytest.mark.parametrize("phone", ["p", "b", "m"])
def test_lips_close_between_any_vowels(mouth: Mouth, phone: str, vowel: str) -> None:
    for shift in (0.0, 0.013, 0.029):
        segments = say(vowel, phone, vowel, each=0.07, rest=0.5 + shift)
        gap = middle_gap(mouth, segments)
        assert gap[during(segments[2])].min() < 0.002
        assert gap[during(segments[1])].max() > 0.02


def test_lower_lip_reaches_the_teeth(mouth: Mouth) -> None:
    segments = say("a", "f", "a")
    assert 0 < middle_gap(mouth, segments)[during(segments[2])].min() < 0.03


def test_silence_is_closed_and_still(mouth: Mouth) -> None:
    gap = middle_gap(mouth, say("a", "l", "a", rest=1.0))
    assert np.abs(gap[:15]).max() < 0.01
    assert np.abs(gap[-12:]).max() < 0.01


def test_open_vowels_open_more_than_close_ones(mouth: Mouth) -> None:
    peak = {vowel: middle_gap(mouth, say("d", vowel, "d", each=0.14)).max() for vowel in ("a", "eh", "iy", "uw")}
    assert peak["a"] > peak["eh"] > peak["uw"]
    assert peak["a"] > 1.2 * peak["iy"]


def test_rounded_vowels_are_narrow_and_round_the_consonants_before_them(mouth: Mouth) -> None:
    space = mouth.space

    def width(segments: list[Segment]) -> np.ndarray:
        points = space.decode(mouth.move(segments, int(segments[-1].end * 25)).latent)
        return points[:, 291, 0] - points[:, 61, 0]

    round_word, spread_word = say("s", "uw", "t", each=0.12), say("s", "iy", "t", each=0.12)
    assert width(round_word)[during(round_word[1])].min() < width(spread_word)[during(spread_word[1])].min() - 0.03
    times = np.array([0.62, 0.78])
    assert rounding(round_word, times)[0] > 0.4
    assert rounding(spread_word, times).max() < 0.05


def test_a_shout_is_wider_and_a_high_note_opens_the_jaw(mouth: Mouth) -> None:
    segments = say("d", "a", "d", each=0.3)
    usual, loud = middle_gap(mouth, segments).max(), middle_gap(mouth, segments, loudness=1.3).max()
    assert loud == pytest.approx(1.3 * usual, rel=0.1)
    frames = int(segments[-1].end * 25)
    low, high = (mouth.gaps(mouth.move(segments, frames, 1.0, np.full(frames, p)).latent)[:, 4].max() for p in (1, 14))
    assert usual < low < high


def test_long_notes_hold_the_mouth(mouth: Mouth) -> None:
    gap = middle_gap(mouth, say("r", "a", "r", each=1.5))
    inside = gap[int((0.6 + 1.5 + 0.2) * 25) : int((0.6 + 3.0 - 0.2) * 25)]
    assert np.ptp(inside) < 0.02
    assert inside.min() > 0.1


def test_tongue(mouth: Mouth) -> None:
    for phone, channel in (("th", 0), ("t", 1), ("l", 1), ("k", 2), ("ng", 2)):
        moved = tongue(say("a", phone, "a"), np.array([0.65, 0.75]), mouth.model)
        assert moved[1, channel] > 0.8
        assert moved[0].max() < 0.55
    assert tongue(say("a", "b", "a"), np.arange(30) / 25, mouth.model).max() < 0.1


def test_mouth_moves_smoothly_and_like_a_mouth(mouth: Mouth) -> None:
    words = say("dh", "ax", "b", "r", "a", "uh", "n", "p", "ah", "p", "iy", "jh", "ah", "m", "p", "t", each=0.08)
    latent = mouth.move(words, 60).latent
    face = mouth.space.decode(latent)
    assert np.isfinite(latent).all()
    assert np.abs(np.diff(face, axis=0)).max() < 0.16  # inter-ocular distances a frame
    brows = face[:, [105, 334]]
    assert np.abs(brows).max() < 0.04


def test_tables_are_complete() -> None:
    model = Dominance.load()
    for table in (model.targets, model.strength, model.before, model.after):
        assert table.shape == (len(CLASSES), len(model.directions))
        assert np.isfinite(table).all()
    assert (model.before > 0).all()
    assert ((model.hold >= 0) & (model.hold <= 0.5)).all()
