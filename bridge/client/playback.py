"""Where a sound is that an engine plays: smooth positions from coarse reports, and when to tell the daemon."""

REPORT_EVERY = 0.25
"""s between `clock` reports: often enough to see 200 ppm of drift grow by 0.05 ms, rare enough to cost nothing."""
JUMP = 0.25
"""s of difference taken at once as a seek or a stall; smaller ones are blended in. The daemon does likewise."""
BLEND = 0.1
"""Share of a report's difference that is taken: audio devices report in blocks of 5 to 20 ms, a tenth smooths these."""


class PlaybackClock:
    """An utterance's position between the reports of an audio device, which come in blocks and late."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        """Samples a second."""
        self._offset: float | None = None
        self._reported = float("-inf")

    def update(self, position: float, now: float) -> None:
        """The device says that it played `position` samples at the time `now` (s, any monotonic clock)."""
        offset = position / self.rate - now
        if self._offset is None or abs(offset - self._offset) > JUMP:
            self._offset = offset
        else:
            self._offset += BLEND * (offset - self._offset)

    def position(self, now: float) -> float:
        """Samples heard at the time `now`; 0 before the first report."""
        return 0.0 if self._offset is None else max(0.0, (now + self._offset) * self.rate)

    def stop(self) -> None:
        """The sound stands still or is over: the next `update` starts afresh."""
        self._offset = None

    def report_due(self, now: float) -> bool:
        """True when the daemon should be told the position again; counts as told."""
        if self._offset is None or now - self._reported < REPORT_EVERY:
            return False
        self._reported = now
        return True
