"""What benches give: figures with their goals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    """None: only reported."""
    at_least: bool = False
    """True: the goal is the smallest value that is good, otherwise the largest."""
    note: str = ""
    """What else is to be known, in a few words."""

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


@dataclass(frozen=True)
class Plan:
    """How the benches are to run."""

    portrait: Path
    """Of the faces."""
    seconds: float | None = None
    """Of each measurement; None: as long as each bench needs for steady figures."""
    minutes: float = 30.0
    """Of the soak."""

    def lasts(self, usual: float) -> float:
        """s of one measurement."""
        return usual if self.seconds is None else self.seconds


class NoFigureError(Exception):
    """A bench could not measure anything; says why."""


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lies."""
    if not values:
        raise NoFigureError("nothing came that could be measured")
    return float(np.quantile(np.array(values), share))


def quantiles(name: str, seconds: Sequence[float], goals: dict[int, float | None], note: str = "") -> list[Figure]:
    """Figures in ms of times in s; `goals`: ms, by percentile."""
    count = f"{len(seconds)} times" + (f"; {note}" if note else "")
    return [
        Figure(f"{name}, p{share}", round(1e3 * quantile(seconds, share / 100), 2), "ms", goal, note=count)
        for share, goal in goals.items()
    ]
