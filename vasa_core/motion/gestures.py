"""Gestures of the head on request: nod, shake, tilt, as smooth strokes that begin and end at rest."""

import reprlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import ControlError
from vasa_core.motion.controls import check_name
from vasa_core.motion.easing import ease

Floats = NDArray[np.float64]

NOD, SHAKE, TILT = GESTURES = ("nod", "shake", "tilt")
NOD_DEG, SHAKE_DEG, TILT_DEG = 7.0, 8.0, 8.0
NOD_S, SHAKE_S = 0.5, 0.55
"""One nod, one turn to both sides: about 2 Hz, where conversational nods and shakes lie (Hadar et al. 1985)."""
NOD_FADE = 0.65
"""Size of each nod against the one before."""
TILT_S = (0.45, 0.5, 0.6)
"""Going over, staying, coming back."""
USUAL_TIMES = {NOD: 2, SHAKE: 2, TILT: 1}
MOST_TIMES = 10
MOST_SIZE = 2.0


@dataclass(frozen=True)
class Gesture:
    """One gesture; raises `ControlError` if it cannot be made."""

    name: str
    """One of `GESTURES`."""
    size: float = 1.0
    """Up to 2 either way; negative: upwards, to the other side first."""
    times: int | None = None
    """How often: nods, turns to both sides, tilts; None for the usual."""

    def __post_init__(self) -> None:
        check_name(self.name, GESTURES, "gesture")
        a_number = isinstance(self.size, int | float) and not isinstance(self.size, bool)
        if not (a_number and 0 < abs(self.size) <= MOST_SIZE):
            raise ControlError(
                f"A gesture of size {reprlib.repr(self.size)} cannot be made. "
                f"Choose a number up to {MOST_SIZE:g} either way, not 0."
            )
        whole = isinstance(self.times, int) and not isinstance(self.times, bool)
        if self.times is not None and not (whole and 1 <= self.times <= MOST_TIMES):
            raise ControlError(
                f"A {self.name} cannot be made {reprlib.repr(self.times)} times. "
                f"Choose a whole number from 1 to {MOST_TIMES}."
            )

    @property
    def count(self) -> int:
        """How often."""
        return self.times or USUAL_TIMES[self.name]

    @property
    def lasts(self) -> float:
        """Seconds from rest to rest."""
        return self.count * {NOD: NOD_S, SHAKE: SHAKE_S, TILT: sum(TILT_S)}[self.name]

    def at(self, times: Floats) -> Floats:
        """Turn (viewer's right), nod (down) and tilt (viewer's right) [n, 3] in rad, `times` s after its beginning."""
        angles = np.zeros((len(times), 3))
        inside = (times > 0) & (times < self.lasts)
        t = times[inside]
        if self.name == NOD:
            angles[inside, 1] = NOD_DEG * NOD_FADE ** (t // NOD_S) * np.sin(np.pi * t / NOD_S) ** 2
        elif self.name == SHAKE:
            angles[inside, 0] = SHAKE_DEG * np.sin(2 * np.pi * t / SHAKE_S) * np.sin(np.pi * t / self.lasts)
        else:
            over, stay, back = TILT_S
            phase = t % sum(TILT_S)
            angles[inside, 2] = TILT_DEG * (ease(phase / over) - ease((phase - over - stay) / back))
        return np.radians(self.size * angles)
