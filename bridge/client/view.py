"""What a client knows of one NPC: its epoch and its newest frames. No sockets, threads or engine: plugins port this.

The rules: whatever carries an old epoch is thrown away; of what is left the newest is shown, or, where the game plays
the sound, the newest whose pts has come.
"""

from collections import deque
from collections.abc import Callable

from bridge.client.frames import Frame, Motion
from bridge.protocol.messages import Event

MAX_FRAMES = 64
"""Frames kept at most: 1 s of lead, the longest there is, at 60 fps. The oldest give way."""
LONGEST_LEAD = 1.0
"""s; of an NPC whose lead is not known."""
SLACK = 0.25
"""s by which the game's sound may be behind the daemon's idea of it; beyond, a `clock` report is a jump."""

Fetch = Callable[[Frame], Frame | None]
"""Gives a frame its pixels if they lie in shared memory; None where they were written over meanwhile."""


def as_it_is(frame: Frame) -> Frame:
    """A frame whose pixels came with it."""
    return frame


class View:
    """One NPC as its stream tells it."""

    def __init__(self, fetch: Fetch = as_it_is) -> None:
        self.epoch = 0
        self.state: Event | None = None
        """The newest `state` event: what the NPC does, and at which fps and size."""
        self.frames_seen = 0
        self.motions_seen = 0
        self.frames_dropped = 0
        """Gaps in `seq`: frames that the daemon or the wire left out."""
        self._fetch = fetch
        self._frames: deque[Frame] = deque(maxlen=MAX_FRAMES)
        self._shown: Frame | None = None
        self._last_seq = -1
        self._lead = LONGEST_LEAD
        self._motion: Motion | None = None

    def begin(self, epoch: int) -> None:
        """The NPC was spawned: what was known of an earlier one of this name is over."""
        if epoch != self.epoch:
            self._forget(epoch)

    def reached(self, epoch: int) -> None:
        """A newer epoch is known of: frames of older ones are thrown away, also those still on their way."""
        if epoch > self.epoch:
            self.epoch = epoch
            self._frames.clear()
            self._motion = None

    def add_frame(self, frame: Frame) -> bool:
        """Take a frame of the stream; False where it is old, or the one that came last, told again."""
        header = frame.header
        if header.epoch < self.epoch or (header.epoch == self.epoch and header.seq == self._last_seq):
            return False
        self.reached(header.epoch)
        if 0 <= self._last_seq < header.seq:
            self.frames_dropped += header.seq - self._last_seq - 1
        self._last_seq = header.seq
        self.frames_seen += 1
        self._frames.append(frame)
        self._drop_what_is_over(frame)
        return True

    def add_motion(self, motion: Motion) -> bool:
        """Take a frame of motion; False where it is old."""
        if motion.header.epoch < self.epoch:
            return False
        self.reached(motion.header.epoch)
        self._motion = motion
        self.motions_seen += 1
        return True

    def add_event(self, event: Event) -> None:
        """Take an event. Events are never thrown away: an interrupted utterance's end carries the epoch it lived in."""
        if event.event == "gone":
            self._forget(event.epoch)
            return
        self.reached(event.epoch)
        if event.event == "state":
            self.state = event
            lead = (event.detail or {}).get("lead")
            self._lead = float(lead) if isinstance(lead, (int, float)) else LONGEST_LEAD

    def newest(self) -> Frame | None:
        """The newest frame that was not handed out yet, all older ones being dropped; None where there is none."""
        if not self._frames:
            return None
        frame = self._fetch(self._frames[-1])
        self._frames.clear()
        self._shown = frame or self._shown
        return frame

    def due(self, position: float, utterance: str | None = None) -> Frame | None:
        """The newest frame whose time has come, the one shown last where no newer is due.

        `position` counts samples of `utterance` that were heard; None stands for the utterance whose frames wait first.
        Frames are shown in their order: an idle frame once all before it were due, the next utterance's not before it
        is asked for.
        """
        if utterance is None:
            utterance = next((name for frame in self._frames if (name := frame.header.utterance)), None)
            if utterance is None:
                return self.newest() or self._shown
        waiting = sum(frame.header.utterance == utterance for frame in self._frames)
        begun = self._shown is not None and self._shown.header.utterance == utterance
        taken: Frame | None = None
        while self._frames:
            header = self._frames[0].header
            if header.utterance == utterance:
                if header.pts > position:
                    break
                waiting, begun = waiting - 1, True
            elif header.utterance is not None and begun and not waiting:
                break
            taken = self._frames.popleft()
        if taken is not None and (frame := self._fetch(taken)) is not None:
            self._shown = frame
        return self._shown

    def motion(self) -> Motion | None:
        """The newest motion that was not handed out yet."""
        motion, self._motion = self._motion, None
        return motion

    def _drop_what_is_over(self, newest: Frame) -> None:
        """Let go of frames that cannot be shown any more, so that a game that does not look holds little memory."""
        header = newest.header
        over = header.pts - (self._lead + SLACK) * header.rate
        while len(self._frames) > 1:
            following = self._frames[1].header
            if following.utterance != header.utterance or (header.utterance is not None and following.pts > over):
                return
            self._frames.popleft()

    def _forget(self, epoch: int) -> None:
        self.epoch = epoch
        self._frames.clear()
        self._shown = self._motion = self.state = None
        self._last_seq = -1
