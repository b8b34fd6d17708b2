"""Pictures: workers that draw the frame that is most wanted, one frame of an NPC at a time, and send it."""

import logging
import math
import time as system_time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition

from bridge.metrics import Counts, Durations
from bridge.protocol.codec import Outgoing
from bridge.protocol.errors import BridgeError
from bridge.stage.budget import relative_cost
from bridge.stage.clock import Time, microseconds
from bridge.stage.faces import Faces, Look
from bridge.stage.figures import state_of
from bridge.stage.npc import Npc
from bridge.stage.publishing import Publish
from bridge.stage.showing import FULL_S, due, settle
from bridge.stage.timeline import Row, Stretch, motion_of
from vasa_core.audio.mel import SAMPLE_RATE

log = logging.getLogger(__name__)

EARLY_S = 0.004
"""Drawing begins so long before a frame is due: about what it takes."""
LONGEST_S = 0.1
"""An NPC that nothing is to be drawn of is looked at again after so long."""
BROKEN_S = 1.0
"""After a frame that could not be drawn, s until the next one is tried."""


@dataclass
class Job:
    """A frame to be drawn and sent."""

    npc: Npc
    stretch: Stretch
    look: Look | None
    """None: only its motion is sent."""
    row: Row
    place: float
    epoch: int
    due: float
    motion: bool


class PictureLoop:
    """Draws and sends; `work` is called by any number of threads."""

    def __init__(
        self,
        npcs: dict[str, Npc],
        lock: Condition,
        time: Time,
        durations: Durations,
        counts: Counts,
        faces: Faces,
        publish: Publish,
        fail: Callable[[Npc, BridgeError], None],
    ) -> None:
        self._npcs, self._lock, self._time = npcs, lock, time
        self._durations, self._counts = durations, counts
        self._faces, self._publish, self._fail = faces, publish, fail
        self.busy_s = 0.0
        """Processor time spent on frames so far."""
        self.depth = 0
        """Frames that were due when the last one was chosen."""

    def work(self) -> tuple[bool, float]:
        """Draw one frame; returns whether there was one, and otherwise when there will be, s."""
        with self._lock:
            job, wake = self._pick(self._time.now())
        if job is None:
            return False, wake
        begin, worked = self._time.now(), system_time.thread_time()
        try:
            self._do(job)
        except Exception:
            log.exception("A frame of %s could not be drawn", job.npc.name)
            self._counts.add("failed.frame")
            with self._lock:
                job.npc.retry_at = self._time.now() + BROKEN_S
                if job.stretch.utterance is not None and not job.npc.gone:
                    self._fail(job.npc, BridgeError("internal", "A frame could not be drawn; the log says why."))
        with self._lock:
            job.npc.drawing = False
            self.busy_s += system_time.thread_time() - worked
            if job.look is not None:
                job.npc.spent((self._time.now() - begin) / relative_cost(job.look.size, job.npc.size))
            if job.npc.gone and job.npc.sender is not None:
                job.npc.sender.close()
        return True, wake

    def _pick(self, now: float) -> tuple[Job | None, float]:
        """The frame that is most wanted, and when the next ones are due."""
        best: tuple[tuple[bool, float, float], Npc, float] | None = None
        wake, self.depth = math.inf, 0
        for npc in self._npcs.values():
            if npc.drawing or npc.head is None:
                continue
            if npc.picture_at > now:
                wake = min(wake, npc.picture_at)
                continue
            changes_at = settle(npc, now)
            at = due(npc, now) - EARLY_S
            if at > now:
                npc.picture_at = min(changes_at, at, now + LONGEST_S)
                wake = min(wake, npc.picture_at)
                continue
            wake = min(wake, changes_at)
            if not npc.wants_motion and not self._look(npc).ready:
                continue
            self.depth += 1
            utterance = npc.head.utterance
            rank = (utterance is None or not utterance.is_speech, -npc.importance, at)
            if best is None or rank < best[0]:
                best = rank, npc, at
        if best is None:
            return None, wake
        if self.depth > 1:
            self._lock.notify()  # another worker may have gone to sleep before this frame was due
        return self._job(best[1], now, best[2] + EARLY_S), wake

    def _look(self, npc: Npc) -> Look:
        """The NPC's face at the size it has now; until that is ready, at the size it is wanted at."""
        background = npc.request.background
        look = self._faces.look(npc.face, npc.gets.size, background)
        return look if look.ready else self._faces.look(npc.face, npc.size, background)

    def _job(self, npc: Npc, now: float, due_at: float) -> Job:
        stretch = npc.head
        assert stretch is not None
        place = stretch.next_place
        row = stretch.row(place)
        row = npc.bridging.apply(now, npc.shown if row is None else row)
        look = self._look(npc) if npc.wants_textures else None
        npc.drawing = True
        return Job(
            npc,
            stretch,
            look if look is not None and look.ready else None,
            row,
            place,
            npc.epoch,
            due_at,
            npc.wants_motion,
        )

    def _do(self, job: Job) -> None:
        frame = None
        if job.look is not None:
            with self._durations.timed("render"):
                renderer = job.look.take()
                try:
                    frame = renderer.render(motion_of(job.row), 0)
                finally:
                    job.look.give_back(renderer)
        npc, sender = job.npc, job.npc.sender
        assert sender is not None
        now = self._time.now()
        header = _header(job, now)
        messages: list[Outgoing | None] = []

        def outdated() -> bool:
            return npc.gone or npc.epoch != job.epoch

        if outdated():
            self._counts.add("drop.stale")
            return
        if sender.ring_is_lost():
            with self._lock:
                sender.renew_ring()
                npc.tell("state", npc.current, detail=state_of(npc, now))
        if frame is not None:
            with self._durations.timed("encode"):
                every = job.stretch.utterance is not None and job.stretch.utterance.pace == "asap"
                messages.append(sender.texture(frame, header, outdated, every))
        if job.motion:
            messages.append(sender.motion(job.row, header, outdated))
        with self._lock:
            self._send(job, messages)

    def _send(self, job: Job, messages: list[Outgoing | None]) -> None:
        """Hand a frame to the wire, unless it is outdated by now."""
        npc, stretch, utterance = job.npc, job.stretch, job.stretch.utterance
        now = self._time.now()
        if npc.gone or npc.epoch != job.epoch or npc.head is not stretch:
            self._counts.add("drop.stale")
            for message in messages:
                if message is not None:
                    message.done()
            return
        asap = utterance is not None and utterance.pace == "asap"
        for message in messages:
            if message is not None:
                message.patient = asap
        taken = [message is not None and self._out(npc, message) for message in messages]
        if not all(taken):
            if asap:
                npc.retry_at = now + FULL_S
                return
            npc.drop("wire_full")
        else:
            npc.seq += 1
        stretch.step()
        stretch.published = True
        npc.shown = job.row
        npc.sent.append(now)
        if utterance is not None:
            self._follow_clock(npc, stretch, job.place, now)
            if not asap:
                self._durations.record("publish_late", max(0.0, now - job.due))

    def _follow_clock(self, npc: Npc, stretch: Stretch, place: float, now: float) -> None:
        """The first frame of an utterance starts its clock, where the engine does not."""
        utterance = stretch.utterance
        assert utterance is not None
        if not utterance.begun:
            npc.begin(utterance)
            if utterance.is_speech and not utterance.waited:
                self._durations.record("first_frame", now - utterance.asked)
        if utterance.pace == "realtime" and utterance.start == "auto" and not utterance.clock.running:
            utterance.clock.start(now, place - (npc.lead if utterance.is_speech else 0.0))

    def _out(self, npc: Npc, message: Outgoing) -> bool:
        """Send a message and count it until the wire has let go of it."""
        inner = message.sent

        def sent() -> None:
            npc.outstanding.pop()
            if inner is not None:
                inner()

        npc.outstanding.append(None)
        message.sent = sent
        if self._publish(message):
            return True
        message.done()
        return False


def _header(job: Job, now: float) -> dict[str, object]:
    """What all stream headers have."""
    utterance = job.stretch.utterance
    named = utterance is not None and utterance.name is not None
    rate = utterance.sound.rate if utterance is not None and named else SAMPLE_RATE
    return {
        "npc": job.npc.name,
        "epoch": job.epoch,
        "seq": job.npc.seq,
        "pts": max(0, round(job.place * rate)),
        "rate": rate,
        "utterance": utterance.name if utterance is not None else None,
        "sent": microseconds(now),
    }
