"""What can be asked of a face while it lives: names, ranges, units."""

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from math import degrees, isfinite, radians
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vasa_core.errors import ControlError
from vasa_core.motion.channels import EMOTIONS
from vasa_core.motion.emotion import parse_emotion, within_space

Pair = tuple[float, float]
Turn = tuple[float, float, float]


def _either_way(limit: float) -> Pair:
    return -radians(limit), radians(limit)


LIMITS: dict[str, dict[str, Pair]] = {
    "gaze": {"gaze's yaw": _either_way(45), "gaze's pitch": _either_way(25)},
    "distance": {"distance": (0.5, 3.0)},
    "emotion": {f"share of {name}": (0.0, 1.0) for name in EMOTIONS},
    "expressiveness": {"expressiveness": (0.0, 2.0)},
    "stillness": {"stillness": (0.0, 1.0)},
    "blink_rate": {"blink rate": (0.0, 60.0)},
    "head": {"head's turn": _either_way(30), "head's nod": _either_way(25), "head's tilt": _either_way(20)},
}
"""What can be asked for, number by number. The model was taught gazes up to 30 and 15 degrees, distances from 0.7 to
1.8 and 4 to 45 blinks a minute; the portrait sets limits of its own to how far a head turns and how near it comes."""
ANGLES = ("gaze", "head")
SLACK = 1e-9
"""Angles turned from degrees round."""

USUAL_DISTANCE, USUAL_EXPRESSIVENESS, USUAL_STILLNESS = 1.0, 1.0, 0.0

GAZES: dict[str, Pair] = {
    "viewer": (0.0, 0.0),
    "left": (-18.0, 0.0),
    "right": (18.0, 0.0),
    "up": (0.0, 12.0),
    "down": (0.0, -12.0),
    "up-left": (-14.0, 10.0),
    "up-right": (14.0, 10.0),
    "down-left": (-14.0, -10.0),
    "down-right": (14.0, -10.0),
}
"""Named gazes, yaw and pitch in degrees; left and right as the viewer sees them."""


@dataclass(frozen=True)
class Controls:
    """What is asked of a face; None leaves it to the model. Raises `ControlError` for what cannot be asked."""

    gaze: ArrayLike | str | None = None
    """Where to look in the world: yaw (viewer's right) and pitch (up) in rad, or a name of `GAZES`."""
    distance: float | None = None
    """Distance of the head over that of the portrait: 1 as enrolled, 2 twice as far (half as large)."""
    emotion: ArrayLike | str | None = None
    """Added to what the voice says by itself: "happy", "sad:0.6", "happy:0.5,surprised:0.3", or shares [7] of
    `EMOTIONS`."""
    expressiveness: float | None = None
    """Size of lips', brows' and head's motion, 0 to 2; 1 is usual."""
    stillness: float | None = None
    """0 a lively head, the usual; 1 a head that hardly moves."""
    blink_rate: float | None = None
    """Blinks a minute."""
    head: ArrayLike | None = None
    """Turn (viewer's right), nod (down) and tilt (towards the viewer's right) in rad, added to the head's motion."""

    def __post_init__(self) -> None:
        for field in fields(self):
            number_row(field.name, getattr(self, field.name))


class Changes(TypedDict, total=False):
    """Some of `Controls`."""

    gaze: ArrayLike | str | None
    distance: float | None
    emotion: ArrayLike | str | None
    expressiveness: float | None
    stillness: float | None
    blink_rate: float | None
    head: ArrayLike | None


NAMES = tuple(field.name for field in fields(Controls))


def number_row(name: str, value: object) -> NDArray[np.float64] | None:
    """The numbers [k] of a control's value, None for None.

    Raises `ControlError` for unknown names and what is out of range, `EmotionError` for unknown emotions.
    """
    check_name(name, NAMES)
    if value is None:
        return None
    if name == "emotion" and isinstance(value, str):
        return parse_emotion(value).astype(np.float64)
    if name == "gaze" and isinstance(value, str):
        check_name(value, GAZES, "gaze")
        value = np.radians(GAZES[value])
    row = _numbers(name, value)
    return within_space(row).astype(np.float64) if name == "emotion" else row


def check_name(name: str, known: Mapping[str, Any] | tuple[str, ...], kind: str = "control") -> None:
    """Refuse a name that is not among `known`, with the nearest one."""
    if name in known:
        return
    near = get_close_matches(str(name), known, n=1)
    hint = f"Did you mean {near[0]!r}? There are" if near else "Choose from"
    raise ControlError(f"{name!r} is no {kind}. {hint} {', '.join(known)}.")


def _numbers(name: str, value: object) -> NDArray[np.float64]:
    """The numbers of a value, each within its limits."""
    limits = LIMITS[name]
    try:
        row = np.atleast_1d(np.asarray(value, np.float64))
    except (TypeError, ValueError, OverflowError):
        row = np.full(len(limits), np.nan)
    if row.shape != (len(limits),) or not all(isfinite(number) for number in row):
        raise ControlError(f"{reprlib.repr(value)} is no {name.replace('_', ' ')}. {_wanted(limits)}")
    angles = name in ANGLES
    for number, (part, (low, high)) in zip(row.tolist(), limits.items(), strict=True):
        if not low - SLACK <= number <= high + SLACK:
            shown, low, high = (degrees(angle) if angles else angle for angle in (number, low, high))
            unit = " degrees" if angles else ""
            article = "An" if part[0] in "aeiou" else "A"
            raise ControlError(
                f"{article} {part} of {shown:g}{unit} is out of range. Choose {low:g} to {high:g}{unit}."
            )
    return row


def _wanted(limits: Mapping[str, Pair]) -> str:
    """What to give in place of something that is no number, or not as many as are needed."""
    if len(limits) == 1:
        low, high = next(iter(limits.values()))
        return f"Choose a number from {low:g} to {high:g}."
    return f"Give {len(limits)} numbers: {', '.join(limits)}."
