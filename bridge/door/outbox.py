"""What waits to be sent to one client: replies and events in their order, of each stream of frames only the newest."""

from collections import deque

from bridge.door.framing import Framing, Streamed
from bridge.protocol.messages import Topic

MAX_ORDERED = 4096
"""Replies and events; a client that lets so many lie does not read any more."""


class OverfullError(Exception):
    """The client does not read what it is sent."""


class Outbox:
    """Not thread-safe: lives in the door's event loop."""

    def __init__(self) -> None:
        self._ordered: deque[bytes | str | tuple[Streamed, Framing]] = deque()
        self._frames: dict[bytes, tuple[Streamed, Framing]] = {}
        self.dropped = 0
        """Frames that a newer one replaced before they could be sent."""

    def put_reply(self, message: bytes | str) -> None:
        """Raises `OverfullError`."""
        self._put_ordered(message)

    def put_stream(self, message: Streamed, framing: Framing) -> None:
        """A frame takes the place of an older one of its topic. Raises `OverfullError`."""
        if message.topic.startswith(Topic.EVENT):
            self._put_ordered((message, framing))
            return
        self.dropped += message.topic in self._frames
        self._frames[message.topic] = (message, framing)  # an older one's place in the row is kept, so none starves

    def forget(self, topic: bytes) -> None:
        """Of a stream that is not wanted any more."""
        self._frames.pop(topic, None)

    def take_ordered(self) -> bytes | str | tuple[Streamed, Framing] | None:
        """The next reply or event."""
        return self._ordered.popleft() if self._ordered else None

    def take_frame(self) -> tuple[Streamed, Framing] | None:
        """The frame of the topic that has waited longest."""
        return self._frames.pop(next(iter(self._frames))) if self._frames else None

    def _put_ordered(self, message: bytes | str | tuple[Streamed, Framing]) -> None:
        if len(self._ordered) >= MAX_ORDERED:
            raise OverfullError
        self._ordered.append(message)
