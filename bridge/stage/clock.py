"""Time: the daemon's own, and where the engine's sound is."""

import math
import time
from typing import Protocol

JUMP_S = 0.25
"""A report that is so far from what was expected is a jump (somebody moved the sound), not drift: taken at once."""
SETTLING_S = 4.0
"""Time constant of the filter: reports jitter by an audio buffer (10 to 40 ms), drift changes over minutes."""
DRIFT_AFTER = 8
"""Reports after which their differences begin to tell about drift."""
DRIFT_SHARE = 0.1
"""Drift hardly changes, and the offset follows it within 1 ms anyway; the jitter of reports must not look like it."""
MOST_DRIFT = 2e-3
"""Crystals differ by 1e-4 at most; a sound card that is resampled by software by a little more."""
LONGEST_GAP_S = 2.0
"""Reports further apart count as this far apart: drift is not learned from a pause."""


class Time(Protocol):
    """A monotonic clock; tests have one that they move themselves."""

    def now(self) -> float:
        """Seconds since some moment in the past; never goes back, whatever happens to the date."""


class SystemTime:
    """The time of the system's monotonic clock."""

    def now(self) -> float:
        """Seconds since some moment in the past."""
        return time.monotonic()


def microseconds(seconds: float) -> int:
    """The unit of time on the wire."""
    return round(seconds * 1e6)


class AudioClock:
    """Where the sound of an utterance is, in s from its beginning, as a line through the engine's reports.

    Offset and drift are followed by an alpha-beta filter whose gain falls from 1 to that of `SETTLING_S`, so that the
    first reports are believed and later ones averaged.
    """

    def __init__(self, drift: float = 0.0) -> None:
        """`drift`: how much faster than ours the engine's clock is known to run (1e-6: one part in a million)."""
        self.running = False
        self.drift = drift
        self._position = 0.0
        self._at = 0.0
        self._reports = 0
        self._last_report = 0.0

    def position(self, now: float) -> float:
        """Seconds of the sound that have been heard at the time `now`; negative before its beginning."""
        if not self.running:
            return self._position
        return self._position + (now - self._at) * (1 + self.drift)

    def when(self, position: float) -> float:
        """When the sound will be there; infinity while it is held."""
        if not self.running:
            return math.inf
        return self._at + (position - self._position) / (1 + self.drift)

    def start(self, now: float, position: float) -> None:
        """The sound is at `position` now and goes on from there."""
        self.running, self._at, self._position, self._reports = True, now, position, 0

    def hold(self, now: float, position: float | None = None) -> None:
        """The sound stands still, at `position` or where it is."""
        self._position = self.position(now) if position is None else position
        self.running, self._reports = False, 0

    def report(self, now: float, position: float, age: float = 0.0) -> float:
        """The engine says that its sound was at `position` `age` s ago. Returns by how much that was unexpected, s."""
        heard = position + age
        if not self.running:
            self.start(now, heard)
            return 0.0
        error = heard - self.position(now)
        if abs(error) > JUMP_S:
            self.start(now, heard)
            return error
        self._reports += 1
        gap = min(now - self._last_report, LONGEST_GAP_S)
        self._last_report = now
        settled = 1 - math.exp(-gap / SETTLING_S)
        gain = max(settled, 1 / self._reports)
        self._position, self._at = self.position(now) + gain * error, now
        if self._reports > DRIFT_AFTER and gap > 0:
            # The gain for the rate that goes with that for the place (Benedict and Bordner 1962), but slower.
            learned = DRIFT_SHARE * settled**2 / (2 - settled) * error / gap
            self.drift = min(max(self.drift + learned, -MOST_DRIFT), MOST_DRIFT)
        return error
