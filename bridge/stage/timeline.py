"""Stretches of motion: frames at 25 Hz as the model makes them, read at any place in between as they are shown."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.stage.utterance import Utterance
from vasa_core.motion.channels import LATENT_SIZE
from vasa_core.motion.easing import ease
from vasa_core.motion.release import CLOSING_S, GAZE_S
from vasa_core.motion.resampling import REACH, SWINGING, interpolate
from vasa_core.motion.track import ARRAY_FIELDS, MOTION_FPS, Motion

Row = NDArray[np.float32]
"""[C] all numbers of one frame of motion, in the order of `COLUMNS`."""

FRAME_S = 1 / MOTION_FPS
FIELDS = (*SWINGING, *(name for name in ARRAY_FIELDS if name not in SWINGING))
_ONE = Motion.still(1, LATENT_SIZE)
LENGTHS = {name: getattr(_ONE, name).shape[1] for name in FIELDS}
_ENDS = np.cumsum(list(LENGTHS.values())).tolist()
COLUMNS = {name: slice(end - LENGTHS[name], end) for name, end in zip(FIELDS, _ENDS, strict=True)}
SWINGING_COLUMNS = COLUMNS[SWINGING[-1]].stop
"""The swinging channels come first."""
HEAD_EASE_S = 0.4
"""The head takes so long from where it was shown to where the new stretch has it."""
ON_KNOT = 1e-6
"""Places this near to a frame of the model's are that frame."""


def rows_of(motion: Motion) -> NDArray[np.float32]:
    """[T, C] of a motion."""
    return np.concatenate([getattr(motion, name) for name in FIELDS], axis=1)


def motion_of(row: Row) -> Motion:
    """A motion of one frame."""
    arrays: dict[str, Any] = {name: row[None, columns] for name, columns in COLUMNS.items()}
    return Motion(**arrays)


STILL = rows_of(_ONE)[0]
LASTS = np.full(len(STILL), CLOSING_S)
"""[C] s that each number takes from one stretch of motion into another."""
LASTS[:SWINGING_COLUMNS] = HEAD_EASE_S
LASTS[COLUMNS["gaze"]] = GAZE_S


def within_range(row: Row) -> Row:
    """The frame itself, its closures and weights kept within 0 and 1."""
    for name in ("blink", "tongue"):
        np.clip(row[COLUMNS[name]], 0, 1, out=row[COLUMNS[name]])
    return row


class Stretch:
    """Motion of one utterance, of what is listened to, or of idling, from some place on, in s.

    The frames of the model lie at `begin + i / 25`; those that are shown at `origin + i / fps`.
    """

    def __init__(self, utterance: Utterance | None, begin: float, before: Row | None = None) -> None:
        """`before`: the frame that would lie before the first one."""
        self.utterance = utterance
        self.begin = begin
        self.end: float | None = None
        """Where it ends, once that is known."""
        self.since: float | None = None
        """Without utterance: the time of its place 0, once it is shown."""
        self.heard = 0
        """Samples at 16 kHz of the utterance that the model has been given."""
        self.finishing = False
        self.count = 0
        """Frames of the model's that have come."""
        self._rows: list[Row] = [] if before is None else [before]
        self._first = 0 if before is None else -1
        self.origin: float | None = None
        self._shown = 0
        self._fps = MOTION_FPS
        self.published = False

    @property
    def made(self) -> float:
        """The place up to which motion has come."""
        return self.begin + self.count * FRAME_S

    @property
    def last_row(self) -> Row | None:
        """The model's newest frame."""
        return self._rows[-1] if self._rows else None

    def add(self, rows: Iterable[Row]) -> None:
        """Append frames at 25 Hz."""
        before = len(self._rows)
        self._rows.extend(rows)
        self.count += len(self._rows) - before

    def finish(self, end: float) -> None:
        """All motion has come; the sound ends at `end`."""
        self.end = end

    # What is shown

    @property
    def next_place(self) -> float:
        """Place of the next frame to show."""
        return (self.begin if self.origin is None else self.origin) + self._shown / self._fps

    def set_fps(self, fps: float) -> None:
        """Show frames at another rate from the next one on."""
        if fps != self._fps:
            self.origin, self._shown, self._fps = self.next_place, 0, fps

    def begin_at(self, place: float) -> None:
        """Let the next frame be that of `place`."""
        self.origin, self._shown = place, 0

    def skip_to(self, place: float) -> int:
        """Pass over frames before `place`; returns how many."""
        skipped = max(0, math.ceil((place - self.next_place) * self._fps - ON_KNOT))
        self._shown += skipped
        return skipped

    def step(self) -> None:
        """The next frame is being shown."""
        self._shown += 1
        # What lies behind is of no more use, but for the slopes and an interrupt.
        keep = math.floor((self.next_place - self.begin - 1.0) * MOTION_FPS) - REACH
        if keep - self._first > MOTION_FPS:
            del self._rows[: keep - self._first]
            self._first = keep

    def knows(self, place: float) -> bool:
        """Whether nothing that is still to come can change the frame of `place`."""
        if self.end is not None:
            return True
        position = (place - self.begin) * MOTION_FPS
        nearest = round(position)
        needed = nearest if abs(position - nearest) < ON_KNOT else math.floor(position) + 1 + REACH
        return self.count > needed

    @property
    def known_to(self) -> float:
        """The place of the last frame that nothing can change any more."""
        return self.end if self.end is not None else self.begin + (self.count - 1 - REACH) * FRAME_S

    def row(self, place: float) -> Row | None:
        """The frame at a place, held at both ends; None where there is no motion at all."""
        if not self._rows:
            return None
        position = min(max((place - self.begin) * MOTION_FPS - self._first, 0.0), len(self._rows) - 1.0)
        nearest = round(position)
        if abs(position - nearest) < ON_KNOT:
            return self._rows[nearest]
        first = max(0, math.floor(position) - REACH)
        knots = np.stack(self._rows[first : math.floor(position) + 2 + REACH])
        times = np.arange(len(knots), dtype=np.float64)
        at = np.array([position - first])
        swinging = interpolate(times, knots[:, :SWINGING_COLUMNS], at, swinging=True)
        others = interpolate(times, knots[:, SWINGING_COLUMNS:], at)
        return np.concatenate([swinging[0], others[0]])


class Bridging:
    """Leads from what was shown last into a new stretch, so that frames that were never shown leave no jump."""

    def __init__(self) -> None:
        self._offset: Row | None = None
        self._since = 0.0

    def begin(self, now: float, shown: Row, coming: Row) -> None:
        """From now on `coming` takes the place of what was `shown`."""
        self._offset = shown - coming
        self._since = now

    def apply(self, now: float, row: Row) -> Row:
        """A frame of the new stretch with what is left of the old one."""
        if self._offset is None:
            return row
        left = 1 - ease((now - self._since) / LASTS)
        if not left.any():
            self._offset = None
            return row
        return within_range((row + left * self._offset).astype(np.float32))


def idle_from(now: float, seen: Row) -> Stretch:
    """Idling that goes on from a frame that is seen now."""
    stretch = Stretch(None, FRAME_S, before=np.array(seen))
    stretch.since = now
    stretch.begin_at(0.0)
    return stretch


def ends_at(stretch: Stretch) -> float:
    """When a stretch of sound will have been heard; infinity where that is not known."""
    utterance = stretch.utterance
    if utterance is None or stretch.end is None:
        return math.inf
    return utterance.clock.when(stretch.end)
