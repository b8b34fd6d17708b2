"""Cue files: what a face shall do when, as YAML. The format is described in docs/director.md."""

import re
import reprlib
import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from math import inf, radians
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from vasa_core.errors import CueError, VasaError
from vasa_core.motion.controls import GAZES, LIMITS, NAMES, Changes, check_name, number_row
from vasa_core.motion.gestures import Gesture

FREE = "free"
"""Leaves a control to the model again."""
HEAD_PARTS = ("turn", "nod", "tilt")
GESTURE_PARTS = ("name", "size", "times")
KEYS = ("at", *NAMES, "gesture", "ease")
CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?)")
LONGEST_EASE_S = 60.0
MOST_CUES = 100_000
LONGEST_SHOWN = 40  # characters
LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Cue:
    """One moment at which something is asked for; raises `ControlError` or `EmotionError` for what cannot be asked."""

    at: float
    """s from the beginning."""
    changes: Changes = field(default_factory=Changes)
    ease: float | None = None
    """s over which the changes come true; None: as suits each control."""
    gesture: Gesture | None = None

    def __post_init__(self) -> None:
        for name, value in self.changes.items():
            number_row(name, value)
        _checked_number(self.at, "at", 0.0, inf)
        if self.ease is not None:
            _checked_number(self.ease, "ease", 0.0, LONGEST_EASE_S)


def load_cues(path: str | Path) -> list[Cue]:
    """The cues of a YAML file, in order of time. Raises `CueError` that names the file, the line and the cue."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CueError(f"The cues {path} cannot be read: {error.strerror}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise CueError(f"{path} is no text file. Write the cues as YAML, see docs/director.md.") from error
    return parse_cues(text, str(path))


def parse_cues(text: str, name: str = "the cues") -> list[Cue]:
    """The cues of a YAML text, in order of time; `name` is what errors call it."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CueError(f"{name}, line {line}: this is no YAML ({error.problem}). Mend that line.") from error
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise CueError(f"{name} is no YAML ({reason}). See docs/director.md for an example.") from error
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        raise CueError(f"{name} has no list of cues. Begin each cue with a dash, like: - at: 1.5")
    if len(root.value) > MOST_CUES:
        raise CueError(f"{name} has {len(root.value)} cues. Give {MOST_CUES} at most.")
    cues = [_cue(node, number, name) for number, node in enumerate(root.value, 1)]
    return sorted(cues, key=lambda cue: cue.at)


def _cue(node: yaml.Node, number: int, name: str) -> Cue:
    """One cue of the file."""

    def fail(at: yaml.Node, message: str) -> CueError:
        return CueError(f"{name}, line {at.start_mark.line + 1} (cue {number}): {message}")

    values: dict[str, Any] = {}
    for key, (where, value) in _entries(node, fail, "A cue").items():
        try:
            check_name(key, KEYS, "part of a cue")
            values[key] = _READERS[key](value) if key in _READERS else _number(value, key)
            if key in NAMES:
                number_row(key, values[key])
        except VasaError as error:
            raise fail(where, str(error)) from error
    if "at" not in values:
        raise fail(node, "The cue lacks its time. Add one in seconds, like at: 1.5")
    at, ease, gesture = values.pop("at"), values.pop("ease", None), values.pop("gesture", None)
    if not values and gesture is None:
        raise fail(node, f"The cue asks for nothing. Add one of {', '.join((*NAMES, 'gesture'))}.")
    try:
        return Cue(at, Changes(**values), ease, gesture)  # type: ignore[typeddict-item]
    except VasaError as error:
        raise fail(node, str(error)) from error


def _entries(
    node: yaml.Node, fail: Callable[[yaml.Node, str], CueError], kind: str
) -> dict[str, tuple[yaml.Node, object]]:
    """Names with their places and values."""
    if not isinstance(node, yaml.MappingNode):
        raise fail(node, f"{kind} must be names with values, like: at: 1.5. Put a colon and a space after each name.")
    entries: dict[str, tuple[yaml.Node, object]] = {}
    constructor = yaml.SafeLoader("")
    for key_node, value_node in node.value:
        try:
            key: Hashable = constructor.construct_object(key_node, deep=True)
            value = value_node.value if _is_clock(key, value_node) else constructor.construct_object(value_node, True)
        except (yaml.YAMLError, ValueError) as error:
            reason = getattr(error, "problem", None) or str(error).partition(";")[0]
            raise fail(key_node, f"This cannot be read ({reason}). Write it in plain numbers and words.") from error
        name = _short(key)
        if name in entries:
            raise fail(key_node, f"{name!r} stands twice in this cue. Keep one of them.")
        entries[name] = (key_node, value)
    return entries


def _is_clock(key: object, node: yaml.Node) -> bool:
    """Whether a value is a time as people write it, which YAML may read otherwise: 010 would be 8."""
    return key == "at" and isinstance(node, yaml.ScalarNode) and CLOCK.fullmatch(node.value) is not None


def _short(value: object) -> str:
    """A value as messages show it, however long it is."""
    return value if isinstance(value, str) and len(value) <= LONGEST_SHOWN else reprlib.repr(value)


def _said(name: str, value: object) -> str:
    """What the file says, as messages show it: nothing for nothing, quotes around words."""
    if value is None:
        return f"'{name}:'"
    return f"""'{name}: {f'"{_short(value)}"' if isinstance(value, str) else _short(value)}'"""


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _number(value: object, name: str) -> float | None:
    """A plain number, or None for `FREE`."""
    if value == FREE:
        return None
    if not _is_number(value):
        low, high = next(iter(LIMITS[name].values()))
        raise CueError(f"{_said(name, value)} is no number. Choose {low:g} to {high:g}, or free.")
    return float(value)


def _checked_number(value: object, name: str, low: float, high: float) -> float:
    if not _is_number(value) or not low <= value <= high:
        limits = f"from {low:g} to {high:g}" if high < inf else "from 0 on"
        raise CueError(f"{_said(name, value)} is no number {limits}. Write it like {name}: 1.5.")
    return float(value)


def _time(value: object) -> float:
    """Seconds of `12.5`, `1:02.5` or `1:02:03`."""
    match = CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match:
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        value = 3600 * hours + 60 * minutes + seconds
    return _checked_number(value, "at", 0.0, inf)


def _gaze(value: object) -> object:
    if value == FREE:
        return None
    if isinstance(value, str) and not any(character.isdigit() for character in value):
        check_name(value, (*GAZES, FREE), "gaze")
        return value
    if isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)):
        return tuple(map(radians, value))
    raise CueError(f"{_said('gaze', value)} is no gaze. Write degrees to the right and up, like [15, 5], or viewer.")


def _emotion(value: object) -> object:
    if value == FREE:
        return None
    if isinstance(value, dict):
        shares = {_short(name): "" if share is None else _short(share) for name, share in value.items()}
        return ",".join(f"{name}:{share}" for name, share in shares.items())
    if not isinstance(value, str):
        raise CueError(f"{_said('emotion', value)} is no emotion. Write it like happy:0.6 or {{happy: 0.6, sad: 0.2}}.")
    return value


def _head(value: object) -> object:
    if value == FREE:
        return None
    if not isinstance(value, dict) or not value:
        raise CueError(
            f"{_said('head', value)} cannot be held. Write degrees, like {{turn: 10, nod: -4, tilt: 5}}, or free."
        )
    for name, angle in value.items():
        check_name(_short(name), HEAD_PARTS, "part of the head")
        if not _is_number(angle):
            raise CueError(f"{_said(name, angle)} is no angle. Write degrees, like {name}: 10.")
    return tuple(radians(value.get(name, 0.0)) for name in HEAD_PARTS)


def _gesture(value: object) -> Gesture:
    if isinstance(value, str):
        return Gesture(value)
    if not isinstance(value, dict) or "name" not in value:
        raise CueError(
            f"{_said('gesture', value)} is no gesture. Write nod, shake, tilt or {{name: nod, size: 1.2, times: 3}}."
        )
    for name in value:
        check_name(_short(name), GESTURE_PARTS, "part of a gesture")
    return Gesture(_short(value["name"]), value.get("size", 1.0), value.get("times"))


_READERS: dict[str, Callable[[object], object]] = {
    "at": _time,
    "ease": lambda value: _checked_number(value, "ease", 0.0, LONGEST_EASE_S),
    "gaze": _gaze,
    "emotion": _emotion,
    "head": _head,
    "gesture": _gesture,
}
