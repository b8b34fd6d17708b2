"""Varied text for synthetic voices: sentences, shuffled words, numbers, pseudo-words, single words and syllables."""

from collections import defaultdict

import numpy as np

from vasa_core.training.synthetic.sentences import ENGLISH, SENTENCES

LARGEST_NUMBER = 3000
LETTERS_OF_PSEUDO_WORD = (2, 9)
PAUSES = (", ", ", ", "; ", ". ", "... ")
WORDS_OF_PHRASE = (2, 9)

# How often each kind of text is drawn for a language.
SENTENCE, SHUFFLE, NUMBERS, PSEUDO, SINGLE = "sentence", "shuffle", "numbers", "pseudo", "single"
KINDS = {SENTENCE: 0.35, SHUFFLE: 0.3, NUMBERS: 0.1, PSEUDO: 0.15, SINGLE: 0.1}

SUBJECTS = (
    *("my mother", "the old baker", "a young goose", "every farmer", "our boss", "the whole village", "Bob", "nobody"),
    *("the pretty judge", "your big brother", "Thomas", "a brave moth", "that voice", "this fish", "everyone"),
)
VERBS = (
    *("brings", "measures", "pushed", "forgave", "buys", "may open", "never found", "chews", "would enjoy", "hugs"),
    *("moves", "paints", "should watch", "threw away", "follows", "has bathed", "wanted", "is shaving", "keeps"),
)
OBJECTS = (
    *("a purple umbrella", "both of the maps", "some warm bread", "five vases", "the other half", "a thin feather"),
    *("his new job", "the bird in the tree", "a beautiful garage", "more oil than usual", "the king's shoes"),
    *("a huge wheel", "my good book", "the lamp above the door", "twelve choices", "an hour of pleasure"),
)
PLACES = (
    *("by the river", "in the bathroom", "under the bridge", "before breakfast", "without a word", "at the farm"),
    *("every Wednesday", "on the way home", "from the beach", "for a while", "now and then", "in Wyoming", "far above"),
)


def english(rng: np.random.Generator) -> str:
    """One piece of English text for flite."""
    draw = rng.random()
    if draw < 0.25:
        return str(rng.choice(ENGLISH))
    if draw < 0.65:
        parts = [str(rng.choice(words)) for words in (SUBJECTS, VERBS, OBJECTS)]
        if rng.random() < 0.7:
            parts.append(str(rng.choice(PLACES)))
        return " ".join(parts) + str(rng.choice([".", "!", "?"], p=[0.7, 0.15, 0.15]))
    words = _words((*ENGLISH, *SUBJECTS, *VERBS, *OBJECTS, *PLACES))
    if draw < 0.8:
        return _phrase(words, rng)
    if draw < 0.9:
        return _numbers(rng)
    return str(rng.choice(words)) if draw < 0.95 else _phrase([_pseudo_word(words, rng) for _ in range(12)], rng)


def foreign(language: str, rng: np.random.Generator) -> str:
    """One piece of text in a language of `SENTENCES`."""
    sentences = SENTENCES[language]
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    words = _words(sentences)
    if kind == SENTENCE:
        return str(rng.choice(sentences))
    if kind == NUMBERS:
        return _numbers(rng)
    if kind == SINGLE:
        return str(rng.choice(words))
    if kind == PSEUDO and language not in ("cmn-latn-pinyin", "ko", "hi"):
        return _phrase([_pseudo_word(words, rng) for _ in range(12)], rng)
    return _phrase(words, rng)


def _words(sentences: tuple[str, ...]) -> list[str]:
    words = [word.strip(".,!?¿;。、।؟") for sentence in sentences for word in sentence.replace("、", " ").split()]
    return [word for word in words if word]


def _phrase(words: list[str], rng: np.random.Generator) -> str:
    """A few of the words in any order, with pauses here and there."""
    chosen = rng.choice(words, int(rng.integers(*WORDS_OF_PHRASE)))
    pieces = [str(chosen[0])]
    for word in chosen[1:]:
        pieces.append(str(rng.choice(PAUSES)) if rng.random() < 0.2 else " ")
        pieces.append(str(word))
    return "".join(pieces) + "."


def _numbers(rng: np.random.Generator) -> str:
    """Some numbers in digits; each voice reads them in its own language."""
    count = int(rng.integers(1, 4))
    largest = rng.choice([13, 100, LARGEST_NUMBER], count)
    return ", ".join(str(rng.integers(0, top)) for top in largest) + "."


def _pseudo_word(words: list[str], rng: np.random.Generator) -> str:
    """A word that may not exist: letters follow each other as in `words`, by pairs."""
    follow: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for first, second in zip(f" {word.lower()}", f"{word.lower()} ", strict=True):
            follow[first].append(second)
    word, letter, wanted = "", " ", int(rng.integers(*LETTERS_OF_PSEUDO_WORD))
    for _ in range(4 * wanted):
        letter = str(rng.choice(follow[letter]))
        if letter == " " and len(word) >= wanted:
            break
        word += letter.strip()
    return word[: 2 * wanted] or str(rng.choice(words))
