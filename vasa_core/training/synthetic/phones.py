"""One inventory of phone classes for all voices and languages, and how flite's and eSpeak's phones map to it.

Classes are articulatory: sounds that look and feel the same share one (nasal and oral vowels, long and short ones).
Features follow the chart of the International Phonetic Association (2020).
"""

import unicodedata
from dataclasses import dataclass

SILENCE = "sil"

BILABIAL, LABIODENTAL, DENTAL, ALVEOLAR, POSTALVEOLAR = "bilabial", "labiodental", "dental", "alveolar", "postalveolar"
RETROFLEX, PALATAL, VELAR, UVULAR, GLOTTAL, OPEN = "retroflex", "palatal", "velar", "uvular", "glottal", "open"
STOP, NASAL, FRICATIVE, AFFRICATE, APPROXIMANT, TRILL, VOWEL = (
    "stop",
    "nasal",
    "fricative",
    "affricate",
    "approximant",
    "trill",
    "vowel",
)


@dataclass(frozen=True)
class Phone:
    """What is articulated."""

    name: str
    place: str
    manner: str
    voiced: bool = True
    rounding: float = 0.0
    """0 spread or neutral lips, 1 fully rounded."""
    height: float = 0.5
    """Of the tongue's body: 0 open (jaw low), 1 close."""
    frontness: float = 0.5
    """Of the tongue's body: 0 back, 1 front."""


def _vowel(name: str, height: float, frontness: float, rounding: float) -> Phone:
    return Phone(name, OPEN, VOWEL, True, rounding, height, frontness)


PHONES: dict[str, Phone] = {
    phone.name: phone
    for phone in (
        Phone(SILENCE, OPEN, "silence", False),
        Phone("p", BILABIAL, STOP, False),
        Phone("b", BILABIAL, STOP),
        Phone("m", BILABIAL, NASAL),
        Phone("bh", BILABIAL, FRICATIVE),  # Spanish b between vowels, Japanese f
        Phone("f", LABIODENTAL, FRICATIVE, False),
        Phone("v", LABIODENTAL, FRICATIVE),
        Phone("th", DENTAL, FRICATIVE, False),
        Phone("dh", DENTAL, FRICATIVE),
        Phone("t", ALVEOLAR, STOP, False),
        Phone("d", ALVEOLAR, STOP),
        Phone("n", ALVEOLAR, NASAL),
        Phone("s", ALVEOLAR, FRICATIVE, False),
        Phone("z", ALVEOLAR, FRICATIVE),
        Phone("ts", ALVEOLAR, AFFRICATE, False),
        Phone("l", ALVEOLAR, APPROXIMANT),
        Phone("rr", ALVEOLAR, TRILL),  # trills and taps
        Phone("r", POSTALVEOLAR, APPROXIMANT, rounding=0.5),
        Phone("sh", POSTALVEOLAR, FRICATIVE, False, rounding=0.6),
        Phone("zh", POSTALVEOLAR, FRICATIVE, rounding=0.6),
        Phone("ch", POSTALVEOLAR, AFFRICATE, False, rounding=0.6),
        Phone("jh", POSTALVEOLAR, AFFRICATE, rounding=0.6),
        Phone("rt", RETROFLEX, STOP),
        Phone("rs", RETROFLEX, FRICATIVE, False, rounding=0.3),
        Phone("cx", PALATAL, FRICATIVE, False, height=0.9, frontness=0.9),
        Phone("nj", PALATAL, NASAL, height=0.9, frontness=0.9),
        Phone("y", PALATAL, APPROXIMANT, height=1.0, frontness=1.0),
        Phone("wy", PALATAL, APPROXIMANT, rounding=1.0, height=1.0, frontness=1.0),  # French huit
        Phone("k", VELAR, STOP, False),
        Phone("g", VELAR, STOP),
        Phone("ng", VELAR, NASAL),
        Phone("x", VELAR, FRICATIVE, False),
        Phone("q", UVULAR, STOP, False),
        Phone("rh", UVULAR, FRICATIVE),
        Phone("h", GLOTTAL, FRICATIVE, False),
        Phone("w", VELAR, APPROXIMANT, rounding=1.0, height=1.0, frontness=0.0),
        _vowel("iy", 1.0, 1.0, 0.0),
        _vowel("ih", 0.8, 0.8, 0.0),
        _vowel("e", 0.7, 1.0, 0.0),
        _vowel("eh", 0.4, 0.9, 0.0),
        _vowel("ae", 0.15, 0.9, 0.0),
        _vowel("a", 0.0, 0.6, 0.0),
        _vowel("aa", 0.0, 0.1, 0.1),
        _vowel("ah", 0.3, 0.3, 0.0),
        _vowel("ax", 0.5, 0.5, 0.0),
        _vowel("er", 0.5, 0.5, 0.4),
        _vowel("ao", 0.3, 0.0, 0.7),
        _vowel("o", 0.6, 0.0, 0.9),
        _vowel("uh", 0.8, 0.2, 0.7),
        _vowel("uw", 1.0, 0.0, 1.0),
        _vowel("ue", 1.0, 1.0, 1.0),  # front rounded: German ü, French u
        _vowel("oe", 0.5, 0.9, 0.9),  # German ö, French eu
        _vowel("ui", 0.9, 0.2, 0.0),  # back or central, unrounded: Turkish ı, Russian ы, Japanese u
    )
}
"""All classes by name."""

# flite's US English phones that are not classes by themselves; diphthongs are two classes after each other.
FLITE = {
    "pau": (SILENCE,),
    "hh": ("h",),
    "dx": ("d",),
    "ow": ("o", "uh"),
    "ey": ("e", "ih"),
    "ay": ("a", "ih"),
    "aw": ("a", "uh"),
    "oy": ("ao", "ih"),
    "axr": ("er",),
    "el": ("l",),
    "em": ("m",),
    "en": ("n",),
}

_AFFRICATES = {"tʃ": "ch", "dʒ": "jh", "tɕ": "ch", "dʑ": "jh", "tʂ": "ch", "dʐ": "jh", "ts": "ts", "dz": "ts"}

_LETTERS = {
    **dict.fromkeys("p", "p"),
    **dict.fromkeys("bɓ", "b"),
    **dict.fromkeys("mɱ", "m"),
    **dict.fromkeys("βɸ", "bh"),
    **dict.fromkeys("f", "f"),
    **dict.fromkeys("vʋⱱ", "v"),
    **dict.fromkeys("θ", "th"),
    **dict.fromkeys("ð", "dh"),
    **dict.fromkeys("t", "t"),
    **dict.fromkeys("dɗ", "d"),
    **dict.fromkeys("n", "n"),
    **dict.fromkeys("s", "s"),
    **dict.fromkeys("z", "z"),
    **dict.fromkeys("ʦʣ", "ts"),
    **dict.fromkeys("lɫɬɮ", "l"),
    **dict.fromkeys("rɾ", "rr"),
    **dict.fromkeys("ɹɻ", "r"),
    **dict.fromkeys("ʃ", "sh"),
    **dict.fromkeys("ʒ", "zh"),
    **dict.fromkeys("ʧ", "ch"),
    **dict.fromkeys("ʤ", "jh"),
    **dict.fromkeys("ʈɖɳɽɭ", "rt"),
    **dict.fromkeys("ʂʐ", "rs"),
    **dict.fromkeys("çɕʑʝ", "cx"),
    **dict.fromkeys("ɲcɟ", "nj"),
    **dict.fromkeys("jʎ", "y"),
    **dict.fromkeys("ɥ", "wy"),
    **dict.fromkeys("k", "k"),
    **dict.fromkeys("gɡɠ", "g"),
    **dict.fromkeys("ŋ", "ng"),
    **dict.fromkeys("xɣɰ", "x"),
    **dict.fromkeys("qɢɴ", "q"),
    **dict.fromkeys("ʁχʀ", "rh"),
    **dict.fromkeys("hɦħʕʔɧ", "h"),
    **dict.fromkeys("wʍ", "w"),
    **dict.fromkeys("i", "iy"),
    **dict.fromkeys("ɪᵻ", "ih"),
    **dict.fromkeys("e", "e"),
    **dict.fromkeys("ɛ", "eh"),
    **dict.fromkeys("æ", "ae"),
    **dict.fromkeys("a", "a"),
    **dict.fromkeys("ɑɒ", "aa"),
    **dict.fromkeys("ʌɐ", "ah"),
    **dict.fromkeys("əɘɵ", "ax"),
    **dict.fromkeys("ɜɝɚɞ", "er"),
    **dict.fromkeys("ɔ", "ao"),
    **dict.fromkeys("o", "o"),
    **dict.fromkeys("ʊ", "uh"),
    **dict.fromkeys("uʉ", "uw"),
    **dict.fromkeys("yʏ", "ue"),
    **dict.fromkeys("øœɶ", "oe"),
    **dict.fromkeys("ɯɨɤ", "ui"),
}


def from_flite(phone: str) -> tuple[str, ...]:
    """Classes, one after the other, of one of flite's US English phones (stress digits are ignored)."""
    phone = phone.rstrip("012")
    classes = FLITE.get(phone, (phone,))
    unknown = [name for name in classes if name not in PHONES]
    if unknown:
        raise KeyError(f"flite's phone {phone!r} has no class")
    return classes


def from_ipa(symbol: str) -> tuple[str, ...]:
    """Classes of one IPA symbol as eSpeak reports it: an affricate, a diphthong, a sound with diacritics.

    Length, tone, stress, palatalisation, aspiration and nasality are ignored; an empty answer means that nothing is
    articulated (a pause, a tone, the mark of another language).
    """
    plain = "".join(c for c in unicodedata.normalize("NFD", symbol) if c not in "\u0361\u035c")
    if plain.startswith("("):
        return ()
    plain = plain.replace("c\u0327", "ç")
    letters = "".join(c for c in plain if c in _LETTERS)
    if letters[:2] in _AFFRICATES:
        return (_AFFRICATES[letters[:2]],)
    classes = [_LETTERS[c] for c in letters]
    if len(classes) > 1 and PHONES[classes[0]].manner != VOWEL and PHONES[classes[-1]].manner != VOWEL:
        return (classes[0],)  # aspiration, a double consonant
    return tuple(name for i, name in enumerate(classes) if i == 0 or name != classes[i - 1])
