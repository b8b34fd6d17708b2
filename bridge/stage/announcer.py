"""Events of NPCs on their way to the wire. None is lost: what the wire cannot take now goes later, in order."""

from collections import deque
from typing import Any

from bridge.metrics import Counts
from bridge.protocol.codec import Outgoing, encode
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Event, EventKind, Failure, Topic
from bridge.stage.clock import Time, microseconds
from bridge.stage.publishing import Publish
from bridge.stage.utterance import Utterance

WAITING = 4096
"""Events that wait for the wire at most; beyond, the oldest ones are lost and counted."""


class Announcer:
    """Sends events. To be used under the stage's lock."""

    def __init__(self, publish: Publish, time: Time, counts: Counts) -> None:
        self._publish = publish
        self._time = time
        self._counts = counts
        self._waiting: deque[Outgoing] = deque()

    def tell(
        self,
        kind: EventKind,
        npc: str,
        epoch: int,
        utterance: Utterance | None = None,
        position: float | None = None,
        error: BridgeError | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Something happened; `position` in s of the utterance."""
        event = Event(
            event=kind,
            npc=npc,
            epoch=epoch,
            utterance=None if utterance is None else utterance.name,
            sent=microseconds(self._time.now()),
            position=None if utterance is None or position is None else utterance.samples(position),
            error=None if error is None else Failure(code=error.code, message=error.message),
            detail=detail,
        )
        self._waiting.append(Outgoing(Topic.of(Topic.EVENT, npc), encode(event)))
        if len(self._waiting) > WAITING:
            self._waiting.popleft()
            self._counts.add("drop.event")
        self.flush()

    def end(self, kind: EventKind, npc: str, utterance: Utterance, error: BridgeError | None = None) -> None:
        """The one ending event of an utterance: finished, failed or interrupted. Later ones are not sent."""
        if utterance.ended or utterance.name is None:
            return
        utterance.ended = True
        heard = utterance.clock.position(self._time.now())
        at_end = kind == "finished"
        position = utterance.sound.seconds if at_end else min(max(heard, 0.0), utterance.sound.seconds)
        self.tell(kind, npc, utterance.epoch, utterance, position, error)

    def flush(self) -> bool:
        """Send what waits, as far as the wire takes it; returns whether all of it went."""
        while self._waiting:
            if not self._publish(self._waiting[0]):
                return False
            self._waiting.popleft()
        return True
