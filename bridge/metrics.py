"""What the daemon counts and times: durations by stage with their quantiles, and counters with reasons."""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

KEPT = 1024
"""Durations of one name that quantiles are taken of: the last few seconds of a busy stage."""
QUANTILES = (0.5, 0.95, 0.99)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `ordered` lies: the nearest rank. `ordered` must not be empty."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Durations:
    """How long things take, by name: any thread records, any thread reads."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._last: dict[str, deque[float]] = {}
        self._totals: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def record(self, name: str, seconds: float) -> None:
        """One more duration, s, of what is called `name`."""
        with self._lock:
            count, total = self._totals.get(name, (0, 0.0))
            self._totals[name] = count + 1, total + seconds
            self._last.setdefault(name, deque(maxlen=self._kept)).append(seconds)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Record how long the block takes."""
        start = perf_counter()
        try:
            yield
        finally:
            self.record(name, perf_counter() - start)

    def summary(self) -> dict[str, dict[str, float]]:
        """By name: how many ever (`count`), and of the last ones the quantiles and the longest, ms."""
        with self._lock:
            taken = {name: (self._totals[name][0], list(last)) for name, last in self._last.items()}
        return {name: _summary(count, last) for name, (count, last) in sorted(taken.items())}

    def forget(self, name: str) -> None:
        """Drop what was recorded of a name, as of an NPC that left."""
        with self._lock:
            self._last.pop(name, None)
            self._totals.pop(name, None)


class Counts:
    """How often things happened, by name; drops are called `drop.<reason>`."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, name: str, times: int = 1) -> None:
        """It happened again."""
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + times

    def summary(self) -> dict[str, int]:
        """All counts so far."""
        with self._lock:
            return dict(sorted(self._counts.items()))


def _summary(count: int, last: list[float]) -> dict[str, float]:
    last.sort()
    figures = {f"p{share * 100:.0f}_ms": round(1e3 * quantile(last, share), 3) for share in QUANTILES}
    return {"count": count, **figures, "max_ms": round(1e3 * last[-1], 3)}
