"""The one thread that owns the sockets: a ROUTER for requests and replies, an XPUB for the streams.

It only moves messages: others carry requests out and make what is streamed, and never wait for it.
"""

import logging
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic, perf_counter
from typing import Any

import zmq

from bridge.metrics import Counts, Durations
from bridge.patience import RETRY_MS, Patience
from bridge.protocol.codec import Outgoing
from bridge.protocol.messages import Topic
from bridge.replying import Client, Replies
from bridge.sockets import LINGER_MS, Context, Secure, bind, open_control, open_publisher
from bridge.topics import Topics

log = logging.getLogger(__name__)

STREAM_MARK = 16
"""High-water mark of one subscriber, in messages, besides `MARK_OF_NPC` for each NPC."""
MARK_OF_NPC = 4
"""Two textures and two frames of motion: what is later than that is better dropped (see DESIGN: high-water marks)."""
MOST_WAITING = 256
"""Stream messages that may wait for this thread; more means that it cannot keep up, and they are dropped."""
MOST_EVENTS = 4096
"""The same for events, which nobody can do without."""
SLICE = 0.008
"""s in which at most `SLICE_REQUESTS` are read, so that a flood of requests holds up neither streams nor replies."""
SLICE_REQUESTS = 32
SUBSCRIPTIONS = 256
"""Messages of subscribers that are read at once."""
BURST = 8
"""Stream messages sent before this thread looks at what came in."""
IDLE_MS = 1000
"""For which this thread sleeps where nothing happens."""

TakeRequest = Callable[[Client, bytes], None]
Watch = Callable[[bytes, bool], None]
"""Told of each new subscription (topic, True), and when the last one of a topic is gone (topic, False)."""


class Wire:
    """Binds at once (raises `zmq.ZMQError` where it cannot); moves messages from `start` to `close`."""

    def __init__(
        self,
        context: Context,
        control: Sequence[str],
        streams: Sequence[str],
        durations: Durations,
        counts: Counts,
        secure: Secure | None = None,
    ) -> None:
        self._durations = durations
        self._counts = counts
        self._replies = Replies(counts)
        self._outgoing: deque[tuple[float, Outgoing]] = deque()
        self._patience = Patience(self._send_stream, self._send_if_room)
        self._topics = Topics()
        self._mark = STREAM_MARK
        self._wanted_mark = STREAM_MARK
        self._slice_end = 0.0
        self._slice_left = 0
        self._running = True
        self._signalled = False
        self._thread: threading.Thread | None = None
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._router = open_control(context, secure)
        self._publisher = open_publisher(context, secure, self._mark)
        try:
            self.control = bind(self._router, control)
            self.streams = bind(self._publisher, streams)
        except BaseException:
            self._close_sockets(linger=0)
            raise

    def start(self, take_request: TakeRequest, watch: Watch) -> None:
        """Begin to move messages; both are called in this thread and must not block."""
        self._take_request = take_request
        self._watch = watch
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    def publish(self, outgoing: Outgoing) -> bool:
        """Send a stream message to all that subscribed to it. Any thread; never blocks.

        False: too many wait, the message was dropped.
        """
        topic = outgoing.topic
        if not self._topics.is_wanted(topic):
            outgoing.done()
            return True
        most = MOST_EVENTS if topic.startswith(Topic.EVENT) else MOST_WAITING
        if len(self._outgoing) >= most or not self._running:
            self._counts.add("drop.wire_full")
            outgoing.done()
            return False
        self._outgoing.append((perf_counter(), outgoing))
        self._wake()
        return True

    def reply(self, client: Client, message: bytes) -> None:
        """Send a reply. Any thread; never blocks."""
        self._replies.put(client, message)
        self._wake()

    def expect(self, npcs: int) -> None:
        """How many NPCs there are: subscribers may be behind by a few messages of each."""
        self._wanted_mark = STREAM_MARK + MARK_OF_NPC * npcs
        self._wake()

    @property
    def is_alive(self) -> bool:
        """False once it has ended, or has broken."""
        return self._running

    def topics(self) -> list[str]:
        """What is subscribed to."""
        return self._topics.names()

    def waiting(self) -> dict[str, int]:
        """Depths of the queues."""
        return {"streams": len(self._outgoing) + len(self._patience), "replies": len(self._replies)}

    def close(self) -> None:
        """Send what waits, then end."""
        self._running = False
        if self._thread is None:
            self._close_sockets(linger=0)
            return
        self._wake()
        self._thread.join()

    def _run(self) -> None:
        poller = zmq.Poller()
        for each in (self._ear, self._publisher, self._router):
            poller.register(each, zmq.POLLIN)
        listening = True
        try:
            while self._running or self._replies.has_new or self._outgoing:
                more = self._send()
                now = monotonic()
                if now >= self._slice_end:
                    self._slice_end, self._slice_left = now + SLICE, SLICE_REQUESTS
                if listening != (self._slice_left > 0):
                    listening = not listening
                    poller.register(self._router, zmq.POLLIN) if listening else poller.unregister(self._router)
                for topic, wanted in self._topics.news(now):
                    _guarded(self._watch, topic, wanted)
                soon = self._patience or self._topics.has_news or self._replies.some_wait
                wait = 1 if not listening else RETRY_MS if soon else IDLE_MS
                ready: dict[Any, int] = dict(poller.poll(0 if more or not self._running else wait))
                if self._ear.fileno() in ready or self._ear in ready:
                    self._listen_for_bell()
                if self._publisher in ready:
                    self._take_subscriptions()
                if self._router in ready:
                    self._take_requests()
        except Exception:
            log.exception("The wire broke")
        finally:
            self._running = False
            self._patience.give_up()
            self._close_sockets(LINGER_MS)

    def _send(self) -> bool:
        """Send all replies and a few stream messages; True if more wait."""
        if self._mark != self._wanted_mark:
            self._mark = self._wanted_mark
            self._publisher.sndhwm = self._mark
        if self._patience:
            self._patience.retry()
        for _ in range(BURST):
            self._replies.send(self._router)
            if not self._outgoing:
                return False
            self._patience.take(*self._outgoing.popleft())
        return True

    def _send_stream(self, came: float, outgoing: Outgoing) -> None:
        """Send a message to those that are not too far behind."""
        if outgoing.stale():
            self._counts.add("drop.stale")
            _guarded(outgoing.done)
            return
        self._publisher.send(outgoing.topic, zmq.SNDMORE)
        self._send_rest(came, outgoing)

    def _send_if_room(self, came: float, outgoing: Outgoing) -> bool:
        """Send a message unless one of its subscribers is too far behind."""
        self._publisher.setsockopt(zmq.XPUB_NODROP, 1)
        try:
            self._publisher.send(outgoing.topic, zmq.SNDMORE | zmq.DONTWAIT)
        except zmq.Again:
            return False
        finally:
            self._publisher.setsockopt(zmq.XPUB_NODROP, 0)
        self._send_rest(came, outgoing)
        return True

    def _send_rest(self, came: float, outgoing: Outgoing) -> None:
        start = perf_counter()
        self._publisher.send(outgoing.header, zmq.SNDMORE)
        # Copied: 0.2 ms of processor time a MiB. Not copying and a tracker of the buffer take 0.3 (pyzmq 27).
        self._publisher.send(b"" if outgoing.payload is None else outgoing.payload)
        _guarded(outgoing.done)
        self._durations.record("wire.wait", start - came)
        self._durations.record("wire.send", perf_counter() - start)

    def _take_requests(self) -> None:
        while self._slice_left > 0:
            try:
                parts = self._router.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self._slice_left -= 1
            client: Client = (parts[0], b"") if len(parts) == 3 and not parts[1] else (parts[0],)
            body = parts[len(client) :]
            _guarded(self._take_request, client, body[0] if len(body) == 1 else b"")

    def _take_subscriptions(self) -> None:
        for _ in range(SUBSCRIPTIONS):
            try:
                message = self._publisher.recv(zmq.DONTWAIT)
            except zmq.Again:
                return
            if message[:1] in (b"\0", b"\1"):
                self._topics.note(message[1:], message[:1] == b"\1")

    def _wake(self) -> None:
        if not self._signalled:
            self._signalled = True
            with suppress(OSError):  # full, so it rings already; or closed
                self._bell.send(b"\0")

    def _listen_for_bell(self) -> None:
        with suppress(BlockingIOError):
            self._ear.recv(4096)
        self._signalled = False

    def _close_sockets(self, linger: int) -> None:
        for each in (self._router, self._publisher):
            each.close(linger)
        self._bell.close()
        self._ear.close()
        while self._outgoing:
            self._outgoing.popleft()[1].done()


def _guarded(call: Callable[..., object], *arguments: object) -> None:
    """What others do in this thread must not end it."""
    try:
        call(*arguments)
    except Exception:
        log.exception("A call from the wire failed")
