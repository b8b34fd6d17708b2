"""What comes on the streams, with the time at which it came: a subscriber that drains its socket in a thread."""

import threading
from collections.abc import Callable, Iterable
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self

import zmq

from bridge.protocol.codec import decode_stream
from bridge.protocol.messages import Event, FrameHeader, MotionHeader
from bridge.ring import Reader

POLL_MS = 50
JOIN_S = 5.0


class Arrival(NamedTuple):
    """A message that came."""

    at: float
    """s of `time.monotonic`."""
    header: FrameHeader | MotionHeader | Event
    payload: bytes
    """Of motion only; textures are let go of at once, as a game does that uploads them."""


class Subscriber:
    """Listens from its creation until `close`. `rings`: npc -> path, of those whose textures lie in shared memory."""

    def __init__(self, endpoint: str, topics: Iterable[bytes], rings: dict[str, str] | None = None) -> None:
        self.arrivals: list[Arrival] = []
        """All that came; only ever grows, until `forget`."""
        self.overwritten = 0
        """Textures in shared memory that were written over before they were copied."""
        self._readers = {npc: Reader(path) for npc, path in (rings or {}).items()}
        self._news = threading.Condition()
        self._closing = False
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, 0)
        self._socket.connect(endpoint)
        for topic in topics:
            self._socket.subscribe(topic)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, wanted: Callable[[Arrival], bool], timeout: float, begin: int = 0) -> Arrival | None:
        """The first arrival from number `begin` on that is wanted; None if none comes within `timeout` s."""
        end = monotonic() + timeout
        place = begin
        with self._news:
            while True:
                while place < len(self.arrivals):
                    if wanted(self.arrivals[place]):
                        return self.arrivals[place]
                    place += 1
                left = end - monotonic()
                if left <= 0:
                    return None
                self._news.wait(left)

    def count(self) -> int:
        """How many came so far."""
        return len(self.arrivals)

    def since(self, begin: int) -> list[Arrival]:
        """All from number `begin` on."""
        with self._news:
            return self.arrivals[begin:]

    def forget(self) -> None:
        """Drop what came so far."""
        with self._news:
            self.arrivals = []

    def close(self) -> None:
        """Stop listening."""
        self._closing = True
        self._thread.join(JOIN_S)
        self._socket.close(0)
        self._context.term()
        for reader in self._readers.values():
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        while not self._closing:
            if not self._socket.poll(POLL_MS):
                continue
            arrived = []
            while True:
                try:
                    parts = self._socket.recv_multipart(zmq.NOBLOCK, copy=False)
                except zmq.Again:
                    break
                arrived.append(self._take(parts))
            with self._news:
                self.arrivals.extend(arrived)
                self._news.notify_all()

    def _take(self, parts: list[Any]) -> Arrival:
        header, payload = decode_stream([parts[0].bytes, *(part.buffer for part in parts[1:])])
        if isinstance(header, FrameHeader) and header.slot is not None and header.npc in self._readers:
            self.overwritten += self._readers[header.npc].texture(header) is None
        return Arrival(monotonic(), header, bytes(payload) if isinstance(header, MotionHeader) else b"")


def frames_of(npc: str, utterance: str | None = None) -> Callable[[Arrival], bool]:
    """Wants textures of an NPC, of one utterance if it is named."""

    def wanted(arrival: Arrival) -> bool:
        header = arrival.header
        return isinstance(header, FrameHeader) and header.npc == npc and utterance in (None, header.utterance)

    return wanted
