"""What an idle face did lately, to be done again: where many idle, their own motion is made for some of them only."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from bridge.stage.timeline import COLUMNS, FRAME_S, LASTS, SWINGING_COLUMNS, Row, within_range
from vasa_core.motion.easing import ease
from vasa_core.motion.release import HEAD_S
from vasa_core.motion.track import MOTION_FPS

KEPT_FRAMES = round(24 * MOTION_FPS)
"""Frames that are remembered: 180 kB. Repeats so far apart are not noticed."""
LEAST_FRAMES = round(10 * MOTION_FPS)
"""Frames that must be there before any is shown again."""
RUN_FRAMES = round(4 * MOTION_FPS)
"""At least so many come in a row between two leaps."""
LIKE_SHARE = 30
"""One of so many remembered frames is like enough to leap to."""
LEAP_LASTS = LASTS.copy()
"""[C] s that a leap takes: there is no hurry."""
LEAP_LASTS[:SWINGING_COLUMNS] = HEAD_S
LIDS = 2.0
"""Weight of an open lid against 1 rad of the head's turn, where a like frame is looked for."""


class IdleMemory:
    """Remembers frames of idling, and leads on from any frame through them, without end."""

    def __init__(self, seed: int) -> None:
        self._rows: deque[Row] = deque(maxlen=KEPT_FRAMES)
        self._random = np.random.default_rng(seed)
        self._place = 0
        self._left = 0
        self._offset: Row | None = None
        self._since = 0

    @property
    def is_ready(self) -> bool:
        """Whether there is enough to be shown again."""
        return len(self._rows) >= LEAST_FRAMES

    def record(self, rows: NDArray[np.float32]) -> None:
        """Frames that were made for this face."""
        self._rows.extend(rows)
        self._left = 0

    def forget(self) -> None:
        """The face is asked for something else: what it did does not count any more."""
        self._rows.clear()
        self._left = 0

    def go_on(self, last: Row, frames: int) -> list[Row]:
        """So many frames that go on from `last`."""
        return [self._next(last if i == 0 else None) for i in range(frames)]

    def _next(self, last: Row | None) -> Row:
        if last is not None:
            self._last = last
        if self._left <= 0 or self._place >= len(self._rows):
            self._leap(self._last)
        row = self._rows[self._place]
        if self._offset is not None:
            self._since += 1
            left = 1 - ease(self._since * FRAME_S / LEAP_LASTS)
            row = within_range((row + left * self._offset).astype(np.float32))
        self._place += 1
        self._left -= 1
        self._last = row
        return row

    def _leap(self, last: Row) -> None:
        """To a frame like the last one, from where there is some way to go."""
        rows = np.stack(self._rows)[: len(self._rows) - RUN_FRAMES]
        turned = np.abs(rows[:, :SWINGING_COLUMNS] - last[:SWINGING_COLUMNS]).sum(axis=1)
        gaze, blink = COLUMNS["gaze"], COLUMNS["blink"]
        turned += np.abs(rows[:, gaze] - last[gaze]).sum(axis=1)
        turned += LIDS * np.abs(rows[:, blink] - last[blink]).sum(axis=1)
        likest = np.argsort(turned)[: max(1, len(rows) // LIKE_SHARE)]
        self._place = int(self._random.choice(likest))
        self._left = RUN_FRAMES + int(self._random.integers(0, RUN_FRAMES))
        self._offset, self._since = last - rows[self._place], 0
