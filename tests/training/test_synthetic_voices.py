import ctypes.util
import shutil

import numpy as np
import pytest

from vasa_core.training.synthetic import espeak, flite, texts
from vasa_core.training.synthetic.phones import FLITE, PHONES, SILENCE, from_flite, from_ipa
from vasa_core.training.synthetic.sentences import SENTENCES
from vasa_core.training.synthetic.spoken import Segment, Spoken, cut, join, read_table, tidy

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
needs_espeak = pytest.mark.skipif(ctypes.util.find_library("espeak-ng") is None, reason="eSpeak NG is not installed")


def check(spoken: Spoken) -> None:
    """Segments follow each other from the beginning to the end of the sound."""
    assert spoken.segments[0].start == 0
    assert spoken.segments[-1].end == pytest.approx(spoken.seconds, abs=1e-3)
    for before, after in zip(spoken.segments, spoken.segments[1:], strict=False):
        assert after.start == pytest.approx(before.end, abs=1e-6)
        assert after.phone in PHONES


def loudness(spoken: Spoken, segment: Segment) -> float:
    piece = spoken.samples[int(segment.start * 16000) : int(segment.end * 16000)]
    return float(np.sqrt(np.mean(piece**2)))


def quietest_moment(spoken: Spoken, segment: Segment) -> float:
    """Least loudness of 10 ms in a segment and 20 ms after."""
    times = np.arange(segment.start, segment.end + 0.02, 0.005)
    return min(loudness(spoken, Segment(segment.phone, t, t + 0.01)) for t in times)


@pytest.mark.parametrize(
    ("symbol", "classes"),
    [
        ("ʃ", ("sh",)),
        ("tʃ", ("ch",)),
        ("dʒ", ("jh",)),
        ("tɕh", ("ch",)),
        ("aɪ", ("a", "ih")),
        ("ɔø", ("ao", "oe")),
        ("yː", ("ue",)),
        ("ɑ̃", ("aa",)),
        ("o̞", ("o",)),
        ("ç", ("cx",)),
        ("p", ("p",)),
        ("", ()),
        ("(en)", ()),
        ("ɜː", ("er",)),
    ],
)
def test_ipa(symbol: str, classes: tuple[str, ...]) -> None:
    assert from_ipa(symbol) == classes


def test_flites_phones_have_classes() -> None:
    names = (
        "aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh pau"
    )
    for name in names.split():
        assert all(c in PHONES for c in from_flite(name))
    assert all(c in PHONES for classes in FLITE.values() for c in classes)


def test_segments_are_joined_and_cut() -> None:
    part = Spoken(np.ones(1600, np.float32), [Segment("a", 0.02, 0.1)], "somebody", "none")
    whole = join([part, part], [0.1, 0.2, 0.3])
    check(whole)
    assert [s.phone for s in whole.segments] == [SILENCE, "a", SILENCE, "a", SILENCE]
    assert whole.segments[3].start == pytest.approx(0.1 + 0.1 + 0.2 + 0.02)
    check(cut(whole, 0.15))
    assert read_table(whole.table())[1].phone == "a"
    assert tidy([Segment(SILENCE, 0, 1), Segment(SILENCE, 1, 2)], 2.0) == [Segment(SILENCE, 0, 2)]


@needs_flite
@pytest.mark.parametrize("voice", flite.VOICES)
def test_flite(voice: str) -> None:
    spoken = flite.speak("My baby bought a map. Wait, is it new?", voice)
    check(spoken)
    phones = [s.phone for s in spoken.segments]
    assert phones.count("b") == 3
    assert phones.count("m") == 2
    vowels = np.mean([loudness(spoken, s) for s in spoken.segments if s.phone in ("a", "e", "ao", "ae")])
    quietest = [quietest_moment(spoken, s) for s in spoken.segments if s.phone == "b"]
    assert np.median(quietest) < 0.5 * vowels


@needs_espeak
@pytest.mark.parametrize("language", SENTENCES)
def test_espeak(language: str) -> None:
    spoken = espeak.speak(SENTENCES[language][0], language, "f2")
    check(spoken)
    assert len({s.phone for s in spoken.segments}) > 9
    assert 1.0 < spoken.seconds < 8.0


@needs_espeak
def test_espeaks_stops_hold_their_closure() -> None:
    spoken = espeak.speak("papa papa papa", "en-gb-x-rp", "m3")
    stops = [s for s in spoken.segments if s.phone == "p"]
    assert len(stops) == 6
    assert max(quietest_moment(spoken, stop) for stop in stops) < 0.01


def test_texts_vary() -> None:
    rng = np.random.default_rng(1)
    for language in SENTENCES:
        assert len({texts.foreign(language, rng) for _ in range(10)}) > 4
    assert len({texts.english(rng) for _ in range(20)}) > 15
