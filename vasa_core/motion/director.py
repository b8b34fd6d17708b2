"""What is asked of a face, frame by frame: wishes and cues, eased.

director = Director(Controls(emotion="happy:0.4"), load_cues("scene.yaml"))
direction, hint = director.at(0, 2, state=SPEAKING)
"""

import heapq
import reprlib
from collections.abc import Iterable
from dataclasses import fields
from math import inf
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vasa_core.errors import ControlError, CueError
from vasa_core.motion.channels import EMOTIONS, Direction
from vasa_core.motion.controls import (
    USUAL_DISTANCE,
    USUAL_EXPRESSIVENESS,
    USUAL_STILLNESS,
    Changes,
    Controls,
    number_row,
)
from vasa_core.motion.cues import Cue
from vasa_core.motion.easing import Eased
from vasa_core.motion.emotion import within_space
from vasa_core.motion.gestures import Gesture
from vasa_core.motion.track import MOTION_FPS

Array = NDArray[np.float32]

EASE_S = {
    "gaze": 0.0,
    "distance": 1.0,
    "emotion": 0.5,
    "expressiveness": 0.5,
    "stillness": 0.5,
    "blink_rate": 0.0,
    "head": 0.7,
}
"""Seconds over which a new wish comes true unless told otherwise; the model was taught so. Eyes jump by themselves."""
JUMPING = ("gaze", "blink_rate")
"""Never eased: the model makes the saccade; a rate of blinks cannot be seen to jump."""
USUAL: dict[str, ArrayLike] = {
    "gaze": (0.0, 0.0),
    "distance": USUAL_DISTANCE,
    "emotion": np.zeros(len(EMOTIONS)),
    "expressiveness": USUAL_EXPRESSIVENESS,
    "stillness": USUAL_STILLNESS,
    "blink_rate": 0.0,
    "head": (0.0, 0.0, 0.0),
}
ALWAYS_TOLD = ("expressiveness", "stillness")
"""What the model is told even where nobody asked for it: the usual."""


class _Wish:
    """One control over time."""

    def __init__(self, name: str, value: object) -> None:
        row = number_row(name, value)
        self._usual = np.atleast_1d(np.asarray(USUAL[name], np.float64))
        self._curve = Eased(self._usual if row is None else row)
        self._free_from = -inf if row is None and name not in ALWAYS_TOLD else inf
        self._always = name in ALWAYS_TOLD

    def aim(self, begin: float, row: NDArray[np.float64] | None, lasts: float) -> None:
        self._curve.aim(begin, self._usual if row is None else row, lasts)
        self._free_from = begin + lasts if row is None and not self._always else inf

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64] | None:
        return None if times[0] >= self._free_from else self._curve.at(times)


class Director:
    """The wishes for one face. Frames are asked for in order; time is s since the first one."""

    def __init__(self, controls: Controls | None = None, cues: Iterable[Cue] = ()) -> None:
        controls = controls or Controls()
        self._wishes = {field.name: _Wish(field.name, getattr(controls, field.name)) for field in fields(Controls)}
        self._gestures: list[tuple[float, Gesture]] = []
        self._waiting: list[tuple[float, int, Cue]] = []
        self._count = 0
        self.play(0.0, cues)

    def change(self, begin: float, lasts: float | None = None, **changes: Unpack[Changes]) -> None:
        """Ask for something else from the time `begin` on, eased over `lasts` s (None: as suits each control)."""
        if lasts is not None and not 0 <= lasts < inf:
            raise ControlError(f"A change cannot take {lasts!r} seconds. Give 0 or more.")
        rows = {name: number_row(name, value) for name, value in changes.items()}
        for name, row in rows.items():
            soft = name not in JUMPING and lasts is not None
            self._wishes[name].aim(begin, row, lasts if soft and lasts is not None else EASE_S[name])

    def gesture(self, begin: float, gesture: Gesture) -> None:
        """Make a gesture at the time `begin`; asked for twice at once, it is made once."""
        if (begin, gesture) not in self._gestures:
            self._gestures.append((begin, gesture))

    def play(self, begin: float, cues: Iterable[Cue]) -> None:
        """Follow `cues`, whose times count from `begin`."""
        cues = list(cues)
        for cue in cues:
            if not isinstance(cue, Cue):
                raise CueError(
                    f"{reprlib.repr(cue)} is no cue. Give a list of Cue, such as load_cues('cues.yaml') makes."
                )
        for cue in cues:
            heapq.heappush(self._waiting, (begin + cue.at, self._count, cue))
            self._count += 1

    def clear(self) -> None:
        """Forget the cues that have not come yet."""
        self._waiting.clear()

    def at(self, begin: int, frames: int, state: int) -> tuple[Direction, Array]:
        """What is asked for in the frames from number `begin` on, all in `state`, and the head's hint [n, 3] in rad."""
        times = np.arange(begin, begin + frames) / MOTION_FPS
        while self._waiting and self._waiting[0][0] <= times[-1]:
            moment, _, cue = heapq.heappop(self._waiting)
            self.change(moment, cue.ease, **cue.changes)
            if cue.gesture is not None:
                self.gesture(moment, cue.gesture)
        rows = {name: wish.at(times) for name, wish in self._wishes.items()}
        direction = Direction(np.full(frames, state, np.int64), **{n: _asked(n, rows[n]) for n in rows if n != "head"})
        return direction, self._hint(times, rows["head"])

    def _hint(self, times: NDArray[np.float64], held: NDArray[np.float64] | None) -> Array:
        """[n, 3] rotation vectors of what is held and of gestures."""
        angles = np.zeros((len(times), 3)) if held is None else held
        for begin, gesture in self._gestures:
            angles = angles + gesture.at(times - begin)
        self._gestures = [(begin, gesture) for begin, gesture in self._gestures if times[-1] < begin + gesture.lasts]
        turn, nod, tilt = angles.T
        return np.stack([nod, -turn, tilt], axis=1).astype(np.float32)


def _asked(name: str, values: NDArray[np.float64] | None) -> Array | None:
    """A field of `Direction` from the numbers [n, k] of a control."""
    if values is None:
        return None
    if name == "emotion":
        return within_space(values)
    rows = values.astype(np.float32)
    return rows if name == "gaze" else rows[:, 0]
