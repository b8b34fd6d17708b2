"""Replies on their way out: each client gets all of its own, also where it reads them slowly."""

from collections import deque
from time import monotonic

import zmq

from bridge.metrics import Counts

PATIENCE = 10.0
"""s for which a client's replies are kept while it takes none."""
MOST_BYTES = 16 << 20
"""Of one client's replies that are kept; a reply has some hundred bytes, `stats` of many NPCs some ten thousand."""

Client = tuple[bytes, ...]
"""How the ROUTER addresses a client: its identity, and an empty part where it is a REQ socket."""


class Replies:
    """Any thread puts replies in; the one that owns the ROUTER sends them."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._new: deque[tuple[Client, bytes]] = deque()
        self._late: dict[Client, _Late] = {}
        """Of clients that are behind."""

    def __len__(self) -> int:
        return len(self._new) + sum(len(late.messages) for late in self._late.copy().values())

    @property
    def has_new(self) -> bool:
        """Whether some were not tried yet."""
        return bool(self._new)

    @property
    def some_wait(self) -> bool:
        """Whether some must be tried again soon."""
        return bool(self._late)

    def put(self, client: Client, message: bytes) -> None:
        """A reply for a client. Any thread."""
        self._new.append((client, message))

    def send(self, router: "zmq.Socket[bytes]") -> None:
        """Send all that can go now."""
        for client, late in list(self._late.items()):
            while late.messages and self._send(router, client, late.messages[0]):
                late.bytes -= len(late.messages.popleft())
                late.since = monotonic()
            if monotonic() - late.since > PATIENCE:
                self._counts.add("drop.client_full", len(late.messages))
                late.messages.clear()
            if not late.messages:
                del self._late[client]
        while self._new:
            client, message = self._new.popleft()
            if client not in self._late and self._send(router, client, message):
                continue
            late = self._late.setdefault(client, _Late())
            if late.bytes + len(message) > MOST_BYTES:
                self._counts.add("drop.client_full")
                continue
            late.messages.append(message)
            late.bytes += len(message)

    def _send(self, router: "zmq.Socket[bytes]", client: Client, message: bytes) -> bool:
        """True if the reply went or its client is gone, False where the client is behind."""
        try:
            router.send_multipart([*client, message], zmq.DONTWAIT)
        except zmq.Again:
            return False
        except zmq.ZMQError as problem:
            if problem.errno != zmq.EHOSTUNREACH:
                raise
            self._counts.add("drop.client_gone")
        return True


class _Late:
    """What one client has not taken yet."""

    __slots__ = ("bytes", "messages", "since")

    def __init__(self) -> None:
        self.messages: deque[bytes] = deque()
        self.bytes = 0
        self.since = monotonic()
        """When it last took one."""
