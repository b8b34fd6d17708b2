"""Stream messages that wait for subscribers that are behind, as the frames of a bake do, where others are dropped."""

from collections import deque
from collections.abc import Callable
from time import perf_counter

from bridge.protocol.codec import Outgoing
from bridge.protocol.messages import Topic

PATIENCE = 2.5
"""s a message waits at most: heartbeats find a dead subscriber in 2 s."""
LOSS = 10.0
"""s for which an NPC's messages do not wait again after that: a subscriber that never reads must not hold up a bake."""
RETRY_MS = 2
"""Between attempts."""

_KIND = len(Topic.TEXTURE)


class Patience:
    """One queue for each NPC whose messages wait; what comes after them of the same NPC waits too, so that order stays.

    To be used by one thread.
    """

    def __init__(
        self, send: Callable[[float, Outgoing], None], send_if_room: Callable[[float, Outgoing], bool]
    ) -> None:
        """`send`: drops for who is behind; `send_if_room`: False, and nothing done, where somebody is behind."""
        self._send = send
        self._send_if_room = send_if_room
        self._queues: dict[bytes, deque[tuple[float, Outgoing]]] = {}
        self._lossy_until: dict[bytes, float] = {}

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.copy().values())

    def take(self, came: float, outgoing: Outgoing) -> None:
        """Send a message now or, where it must wait, later. `came`: when it was published, s of perf_counter."""
        npc = outgoing.topic[_KIND:]
        queue = self._queues.get(npc)
        if queue is not None:
            queue.append((came, outgoing))
        elif not self._attempt(npc, came, outgoing):
            self._queues[npc] = deque([(came, outgoing)])

    def retry(self) -> None:
        """Send of what waits whatever can go now."""
        for npc, queue in list(self._queues.items()):
            while queue and self._attempt(npc, *queue[0]):
                queue.popleft()
            if not queue:
                del self._queues[npc]

    def give_up(self) -> None:
        """Send all that waits, whoever is behind."""
        for queue in self._queues.values():
            for came, outgoing in queue:
                self._send(came, outgoing)
        self._queues = {}

    def _attempt(self, npc: bytes, came: float, outgoing: Outgoing) -> bool:
        """True if the message was sent or dropped, False if it goes on waiting."""
        now = perf_counter()
        if not outgoing.patient or outgoing.stale() or now < self._lossy_until.get(npc, now):
            self._send(came, outgoing)
            return True
        if self._send_if_room(came, outgoing):
            return True
        if now - came < PATIENCE:
            return False
        self._lossy_until = {other: until for other, until in self._lossy_until.items() if until > now}
        self._lossy_until[npc] = now + LOSS
        self._send(came, outgoing)
        return True
