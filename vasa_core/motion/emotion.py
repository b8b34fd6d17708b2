"""Emotions by name: "happy", "sad:0.6", "happy:0.5,surprised:0.3", "neutral", to and from points of the emotion space.

A point [7] has one share in [0, 1] for each of `EMOTIONS`; the sum is the strength, at most 1; neutral is 0.
"""

from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import EmotionError
from vasa_core.motion.channels import EMOTIONS

NEUTRAL = "neutral"
SLACK = 1e-6
"""Shares may add up to this much more than 1: rounding of decimal numbers."""
OTHER_NAMES = {
    "anger": "angry",
    "calm": NEUTRAL,
    "cheerful": "happy",
    "disgust": "disgusted",
    "fear": "afraid",
    "fearful": "afraid",
    "frightened": "afraid",
    "furious": "angry",
    "happiness": "happy",
    "joy": "happy",
    "mad": "angry",
    "none": NEUTRAL,
    "sadness": "sad",
    "scared": "afraid",
    "scornful": "contempt",
    "smile": "happy",
    "surprise": "surprised",
    "unhappy": "sad",
}
"""Words for which the error names the right one."""


def parse_emotion(text: str) -> NDArray[np.float32]:
    """The point [7] that a text names: names with strengths, separated by commas.

    A name without a strength takes what the others leave of 1, shared evenly: "happy" is 1, "happy,surprised" a half
    of each, "sad:0.7,angry" has 0.3 of anger.

    Raises `EmotionError` for unknown or repeated names, numbers outside [0, 1] and sums above 1.
    """
    shares: dict[str, float | None] = {}
    for part in text.split(","):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        name = _known(name.lower(), text)
        if name in shares:
            raise EmotionError(f"The emotion {text!r} names {name!r} twice. Give each name once.")
        shares[name] = _strength(number, name) if colon else None
    if NEUTRAL in shares and len(shares) > 1:
        raise EmotionError(
            f"The emotion {text!r} mixes neutral with others. Give the others smaller strengths instead."
        )
    point = np.zeros(len(EMOTIONS), np.float32)
    given = sum(share for share in shares.values() if share is not None)
    if given > 1 + SLACK:
        raise EmotionError(f"The strengths in {text!r} add up to {given:g}. Give strengths that add up to 1 at most.")
    open_names = [name for name, share in shares.items() if share is None]
    for name, share in shares.items():
        if name != NEUTRAL:
            point[EMOTIONS.index(name)] = max(1 - given, 0) / len(open_names) if share is None else share
    return point


def within_space(point: NDArray) -> NDArray[np.float32]:
    """Any shares [..., 7] made lawful: none negative, and scaled down where they add up to more than 1."""
    shares = np.maximum(np.asarray(point, np.float32), 0)
    return np.asarray(shares / np.maximum(shares.sum(axis=-1, keepdims=True), 1), np.float32)


def _known(name: str, text: str) -> str:
    known = (*EMOTIONS, NEUTRAL)
    if name in known:
        return name
    if not name:
        raise EmotionError(
            f"The emotion {text!r} lacks a name. Write it like happy, sad:0.6 or happy:0.5,surprised:0.3."
        )
    near = OTHER_NAMES.get(name) or next(iter(get_close_matches(name, known, n=1, cutoff=0.6)), None)
    near = near or next((OTHER_NAMES[word] for word in get_close_matches(name, OTHER_NAMES, n=1, cutoff=0.75)), None)
    hint = f"Did you mean {near!r}? There are" if near else "Choose from"
    raise EmotionError(f"The emotion {name!r} is unknown. {hint} {', '.join(known)}.")


def _strength(number: str, name: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise EmotionError(
            f"The strength {number!r} of {name!r} is not a number from 0 to 1. Write it like {name}:0.6."
        )
    return value
