"""Draws one clip of synthetic sound of each kind: who says what, how, with which pauses."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vasa_core.errors import VasaError
from vasa_core.training.augment import speech_level
from vasa_core.training.synthetic import espeak, flite, laughter, texts
from vasa_core.training.synthetic.phones import PHONES, VOWEL
from vasa_core.training.synthetic.sentences import SENTENCES
from vasa_core.training.synthetic.singing import sing
from vasa_core.training.synthetic.spoken import Spoken, cut, join
from vasa_core.training.synthetic.whisper import shout, whisper

SHARES = {
    "flite": 0.30,
    "espeak": 0.45,
    "singing": 0.09,
    "whisper": 0.05,
    "shout": 0.05,
    "laughter": 0.035,
    "hum": 0.01,
    "cough": 0.008,
    "breath": 0.007,
}
"""Of a corpus' time."""
SHORTEST_S, LONGEST_S = 2.0, 10.0
LENGTH_S = (2.5, 8.0)
"""A clip gets another piece of text until it is as long as a number drawn from here."""
GAP_S = (0.15, 0.9)
EDGE_S = (0.1, 0.5)
LEVEL_DB, NOISE_DB = (-30.0, -16.0), (-80.0, -58.0)
"""Of the speech and of the noise behind it, root mean square against full scale."""
PEAK = 0.97
LONGEST_SONG_VOWELS = 7
VOCALISES = (
    "la la la la la",
    "ah oh ah oh",
    "na na na na hey",
    "do re mi fa so la",
    "ooh ah ooh",
    "mama mia",
    "yeah yeah",
)
FLITE_STRETCH = (0.8, 1.35)
FLITE_PITCH = {"slt": (150.0, 230.0), "rms": (80.0, 130.0), "awb": (100.0, 160.0), "kal16": (85.0, 140.0)}
ESPEAK_RATE, ESPEAK_PITCH, ESPEAK_RANGE = (115, 215), (25, 75), (25, 90)
LANGUAGES = tuple(SENTENCES)
FAILED_DRAWS = 20


def draw(kind: str, number: int, seed: int) -> Spoken:
    """Clip `number` of one of the kinds in `SHARES`; 2 to 10 s, at a speech-like level.

    The same for the same seed, but for eSpeak's clips, which differ by some samples with what the library said before.
    """
    rng = np.random.default_rng([seed, list(SHARES).index(kind), number])
    for _ in range(FAILED_DRAWS):
        spoken = DRAWN[kind](number, rng)
        if SHORTEST_S <= spoken.seconds <= LONGEST_S:
            return at_level(spoken, rng)
    raise VasaError(f"No clip of the kind {kind!r} was 2 to 10 s long: check the texts.")


def at_level(spoken: Spoken, rng: np.random.Generator) -> Spoken:
    """The same at a level drawn at random, with faint noise."""
    gain = 10 ** (rng.uniform(*LEVEL_DB) / 20) / max(speech_level(spoken.samples), 1e-6)
    gain = min(gain, PEAK / max(float(np.abs(spoken.samples).max()), 1e-6))
    noise = 10 ** (rng.uniform(*NOISE_DB) / 20) * rng.standard_normal(len(spoken.samples))
    return replace(spoken, samples=np.clip(spoken.samples * gain + noise, -1, 1).astype(np.float32))


def _pieces(say: Callable[[], Spoken], rng: np.random.Generator) -> Spoken:
    """Say pieces with pauses between until the clip is long enough."""
    wanted = rng.uniform(*LENGTH_S)
    parts = [say()]
    while sum(part.seconds for part in parts) < wanted:
        piece = say()
        if sum(part.seconds for part in parts) + piece.seconds > LONGEST_S - 2:
            break
        parts.append(piece)
    between = [float(gap) for gap in rng.uniform(*GAP_S, len(parts) - 1)]
    return join(parts, [float(rng.uniform(*EDGE_S)), *between, float(rng.uniform(*EDGE_S))])


def _flite(number: int, rng: np.random.Generator) -> Spoken:
    voice = flite.VOICES[number % len(flite.VOICES)]
    stretch, pitch = float(rng.uniform(*FLITE_STRETCH)), float(rng.uniform(*FLITE_PITCH[voice]))
    return _pieces(lambda: flite.speak(texts.english(rng), voice, stretch, pitch), rng)


def _espeak(number: int, rng: np.random.Generator) -> Spoken:
    language = LANGUAGES[number % len(LANGUAGES)]
    woman = (number // len(LANGUAGES) + number) % 2 == 0
    return _in_language(language, woman, rng)


def _in_language(language: str, woman: bool, rng: np.random.Generator) -> Spoken:
    variant = str(rng.choice(espeak.WOMEN if woman else espeak.MEN))
    rate, pitch, extent = (int(rng.integers(*limits)) for limits in (ESPEAK_RATE, ESPEAK_PITCH, ESPEAK_RANGE))
    return _pieces(lambda: espeak.speak(texts.foreign(language, rng), language, variant, rate, pitch, extent), rng)


def _anybody(number: int, rng: np.random.Generator) -> tuple[Spoken, str]:
    """Speech of any voice, and whether it is a "man" or a "woman"."""
    if number % 2:
        voice = flite.VOICES[number // 2 % len(flite.VOICES)]
        return _flite(flite.VOICES.index(voice), rng), "woman" if voice == "slt" else "man"
    woman = bool(rng.random() < 0.5)
    return _in_language(LANGUAGES[number // 2 % len(LANGUAGES)], woman, rng), "woman" if woman else "man"


def _singing(number: int, rng: np.random.Generator) -> Spoken:
    if number % 4 == 0:
        voice = "slt" if rng.random() < 0.5 else "rms"
        spoken, singer = flite.speak(str(rng.choice(VOCALISES)), voice, 1.2), "woman" if voice == "slt" else "man"
    else:
        spoken, singer = _anybody(number, rng)
    vowels = [s for s in spoken.segments if PHONES[s.phone].manner == VOWEL]
    if len(vowels) > LONGEST_SONG_VOWELS:
        spoken = cut(spoken, vowels[LONGEST_SONG_VOWELS].start)
    return join([sing(spoken, singer, rng)], [0.0, 0.4])


def _whisper(number: int, rng: np.random.Generator) -> Spoken:
    return whisper(_anybody(number, rng)[0], rng)


def _shout(number: int, rng: np.random.Generator) -> Spoken:
    return shout(_anybody(number, rng)[0], rng)


def _speaker(number: int, text: str, rng: np.random.Generator) -> tuple[Spoken, str]:
    """A short text said by an English voice, and its sex."""
    if number % 2:
        voice = str(rng.choice(["slt", "rms", "awb"]))
        return flite.speak(text, voice), "woman" if voice == "slt" else "man"
    woman = bool(rng.random() < 0.5)
    return espeak.speak(text, "en-gb-x-rp", str(rng.choice(espeak.WOMEN if woman else espeak.MEN))), (
        "woman" if woman else "man"
    )


def _laughter(number: int, rng: np.random.Generator) -> Spoken:
    phone = str(rng.choice(list(laughter.LAUGH_VOWELS), p=[0.4, 0.2, 0.2, 0.1, 0.1]))
    spoken, sex = _speaker(number, laughter.LAUGH_VOWELS[phone], rng)
    return _as(spoken, laughter.laugh(laughter.vowel_envelope(spoken, phone), phone, sex, rng))


def _hum(number: int, rng: np.random.Generator) -> Spoken:
    spoken, sex = _speaker(number, "mum", rng)
    return _as(spoken, laughter.hum(laughter.vowel_envelope(spoken, "m"), sex, rng))


def _cough(number: int, rng: np.random.Generator) -> Spoken:
    spoken, _ = _speaker(number, "huh", rng)
    return _as(spoken, laughter.cough(laughter.vowel_envelope(spoken, "ah"), rng))


def _breath(number: int, rng: np.random.Generator) -> Spoken:
    spoken, _ = _speaker(number, "huh", rng)
    return _as(spoken, laughter.breathe(laughter.vowel_envelope(spoken, "ah"), rng))


def _as(speaker: Spoken, spoken: Spoken) -> Spoken:
    return replace(spoken, voice=speaker.voice, language="none")


DRAWN: dict[str, Callable[[int, np.random.Generator], Spoken]] = {
    "flite": _flite,
    "espeak": _espeak,
    "singing": _singing,
    "whisper": _whisper,
    "shout": _shout,
    "laughter": _laughter,
    "hum": _hum,
    "cough": _cough,
    "breath": _breath,
}
