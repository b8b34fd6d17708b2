"""Keeping a few evenly spread samples of a stream whose length nobody knows yet."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


class Spread(Generic[Item]):
    """Keeps every 1st, 2nd, 4th, ... item of a stream, in constant memory, to choose `count` of them at the end.

    At most 8 `count` items are kept, so that the steps between the chosen ones differ by a quarter at most.
    """

    ROOM = 8

    def __init__(self, count: int) -> None:
        self._count = count
        self._stride = 1
        self._seen = 0
        self._kept: list[tuple[int, Item]] = []

    def wants_next(self) -> bool:
        """Whether the next item would be kept (so that a caller copies only then)."""
        return self._seen % self._stride == 0

    def add(self, item: Item) -> None:
        """Take the next item."""
        if self.wants_next():
            self._kept.append((self._seen, item))
            if len(self._kept) > self.ROOM * self._count:
                self._kept = self._kept[::2]
                self._stride *= 2
        self._seen += 1

    def skip(self) -> None:
        """Pass over the next item, which is not wanted."""
        self._seen += 1

    def chosen(self) -> list[tuple[int, Item]]:
        """At most `count` items with their places in the stream, from the first to the last one kept."""
        places = np.linspace(0, len(self._kept) - 1, min(self._count, len(self._kept)))
        return [self._kept[round(place)] for place in places]


class Envelope:
    """Peaks of a sound of unknown length in at most 2 `bins` equal stretches, in constant memory."""

    def __init__(self, bins: int = 1024, stretch: int = 160) -> None:
        self._bins = bins
        self._stretch = stretch  # samples per peak
        self._peaks: list[float] = []
        self._rest = np.zeros(0, np.float32)

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples [n]."""
        rest = np.concatenate([self._rest, np.abs(samples)])
        whole = len(rest) // self._stretch * self._stretch
        self._peaks.extend(rest[:whole].reshape(-1, self._stretch).max(axis=1).tolist())
        self._rest = rest[whole:]
        while len(self._peaks) > 2 * self._bins:
            pairs = len(self._peaks) // 2 * 2
            odd = np.repeat(np.array(self._peaks[pairs:], np.float32), self._stretch)
            self._rest = np.concatenate([odd, self._rest])
            self._peaks = np.max(np.reshape(self._peaks[:pairs], (-1, 2)), axis=1).tolist()
            self._stretch *= 2

    def peaks(self) -> NDArray[np.float32]:
        """The peaks [n] so far, in order, 0 to 1."""
        tail = [float(self._rest.max())] if self._rest.size else []
        return np.array(self._peaks + tail, np.float32)
