"""Values that move softly from one wish to the next."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def ease(share: NDArray) -> Floats:
    """Way gone [n] in [0, 1] after a `share` of the time: at rest at both ends (minimum jerk: Flash and Hogan 1985)."""
    x = np.clip(np.asarray(share, np.float64), 0, 1)
    return x**3 * (10 - 15 * x + 6 * x * x)


@dataclass(frozen=True)
class _Change:
    begin: float
    lasts: float
    size: Floats

    def at(self, times: Floats) -> Floats:
        """[n, k] of the change that has happened."""
        if self.lasts <= 0:
            return (times >= self.begin)[:, None] * self.size
        return ease((times - self.begin) / self.lasts)[:, None] * self.size

    def is_over(self, time: float) -> bool:
        return time >= self.begin + self.lasts


class Eased:
    """A value [k] over time. Each new aim adds a soft change to those under way, so that speed never jumps."""

    def __init__(self, value: ArrayLike) -> None:
        self._base = np.atleast_1d(np.asarray(value, np.float64))
        self.target = self._base
        """[k] where it will come to rest."""
        self._changes: list[_Change] = []

    def aim(self, begin: float, target: ArrayLike, lasts: float) -> None:
        """Move to `target` [k] from the time `begin` on, within `lasts` s; 0 jumps."""
        target = np.atleast_1d(np.asarray(target, np.float64))
        size = target - self.target
        if not size.any():
            return
        last = self._changes[-1] if self._changes else None
        if last and (last.begin, last.lasts) == (begin, lasts):  # another wish before any frame was made
            size = size + self._changes.pop().size
        self._changes.append(_Change(begin, lasts, size))
        self.target = target

    def at(self, times: Floats) -> Floats:
        """Values [n, k] at rising `times` [n] s; what is over by the first of them is forgotten."""
        for change in [change for change in self._changes if change.is_over(times[0])]:
            self._base = self._base + change.size
            self._changes.remove(change)
        if not self._changes:
            self._base = self.target  # sums of differences round; what was asked for is met exactly
            return np.repeat(self._base[None], len(times), axis=0)
        return self._base + sum((change.at(times) for change in self._changes), np.zeros((len(times), 1)))
