"""The thread behind a client: it owns the sockets, drains them, keeps the connection and comes back after a loss.

Nothing waits in it: requests from any thread become futures, and what the streams bring goes to `take_stream` at once,
so that a game that stalls finds the newest frames and not a queue of old ones.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import zmq
from msgspec import ValidationError, convert
from zmq.utils.monitor import recv_monitor_message

from bridge.protocol.codec import MAX_PAYLOAD, Streamed, decode_reply, decode_stream, encode, failure_of
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import VERSION, Hello, Request, Topic, Welcome

HEARTBEAT = 500
"""ms between signs of life; with the time-out below a dead daemon is found within 2 s."""
HEARTBEAT_TIMEOUT = 1500
RECONNECT = (100, 1000)
"""ms between attempts to reach the daemon again: at first, at most."""
ASK_AGAIN = 2000
"""ms after a refusal: keys may be let in, a daemon be updated."""
TEXTURE_QUEUE = 64
"""Textures and motion that ZeroMQ holds while this thread cannot read them, as when a game loads a level."""
EVENT_QUEUE = 10_000
"""Events, which have a connection of their own so that none is lost behind textures."""
BURST = 256
"""Stream messages taken before requests and replies get their turn."""

ANY_HOST = ("0.0.0.0", "*", "[::]")
_UP = zmq.EVENT_HANDSHAKE_SUCCEEDED
_DOWN = zmq.EVENT_DISCONNECTED
_REFUSED = zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL


class ConnectionLost(ConnectionError):  # noqa: N818 - it says what happened, and programs catch it by this name
    """The daemon is not there (any more), or does not answer. The client goes on trying to reach it."""


class Keys(NamedTuple):
    """CURVE keys, Z85 text as `vasa keys` prints them: the daemon's public one and a pair of one's own."""

    server: str
    public: str
    secret: str


TakeResult = Callable[[dict[str, Any]], None]


class _Ask(NamedTuple):
    """A request on its way."""

    id: int
    data: bytes
    future: Future[dict[str, Any]]
    done: TakeResult | None

    def fail(self, problem: Exception) -> None:
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(problem)


class Link:
    """One connection to a daemon. All methods may be called from any thread."""

    def __init__(
        self,
        endpoint: str,
        name: str,
        keys: Keys | None,
        take_stream: Callable[[Streamed], None],
        connected: Callable[[Welcome], None],
        lost: Callable[[], None],
    ) -> None:
        self.endpoint = endpoint
        self.unreadable = 0
        """Messages that were thrown away because they could not be read."""
        self.refused: BridgeError | ConnectionLost | None = None
        """Why the daemon does not want to talk; None where it does. It is asked again from time to time."""
        self._refused_at = 0.0
        self._name = name
        self._take_stream, self._connected, self._lost = take_stream, connected, lost
        self._lock = threading.Lock()
        self._next_id = 1
        self._waiting: deque[_Ask] = deque()
        """Requests to be sent, which wait for the connection."""
        self._asked: dict[int, _Ask] = {}
        """Requests sent, which wait for their replies."""
        self._topics: deque[tuple[int, bytes]] = deque()
        self._up = False
        self._stream_endpoint: str | None = None
        self._closing = False
        self._bell, self._bell_end = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_end.setblocking(False)
        self._context = zmq.Context()
        self._control = self._socket(zmq.DEALER, keys)
        self._control.setsockopt(zmq.IMMEDIATE, 1)
        self._frames, self._events = (self._socket(zmq.SUB, keys) for _ in range(2))
        for stream, length in ((self._frames, TEXTURE_QUEUE), (self._events, EVENT_QUEUE)):
            stream.setsockopt(zmq.RCVHWM, length)
            stream.setsockopt(zmq.MAXMSGSIZE, MAX_PAYLOAD)
        self._monitor = self._control.get_monitor_socket(_UP | _DOWN | _REFUSED)
        try:
            self._control.connect(endpoint)
        except zmq.ZMQError as problem:
            self._close_sockets()
            raise ValueError(f"{endpoint!r} is no address: {problem}; write one like tcp://127.0.0.1:5600.") from None
        self._thread = threading.Thread(target=self._run, name=f"bridge client {name}", daemon=True)
        self._thread.start()

    @property
    def up(self) -> bool:
        """True while the daemon is there and has greeted."""
        return self._up

    def post(self, request: Request, done: TakeResult | None = None) -> Future[dict[str, Any]]:
        """Send a request as soon as there is a connection. The future fails with `BridgeError` or `ConnectionLost`.

        `done` is called with the result, before the future has it and before anything that came later is read.
        """
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            if self._closing:
                raise ConnectionLost("This client was closed; make another one.")
            if self.refused is not None:
                raise self.refused
            request.id = self._next_id
            self._next_id += 1
            self._waiting.append(_Ask(request.id, encode(request), future, done))
        self._ring()
        return future

    def subscribe(self, topic: bytes, wanted: bool) -> None:
        """Ask for the messages of a topic, or for no more of them."""
        self._topics.append((zmq.SUBSCRIBE if wanted else zmq.UNSUBSCRIBE, topic))
        self._ring()

    def close(self) -> None:
        """End the thread and the connection; what still waits fails with `ConnectionLost`."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        self._ring()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _socket(self, kind: int, keys: Keys | None) -> zmq.Socket[bytes]:
        made = self._context.socket(kind)
        made.setsockopt(zmq.LINGER, 0)
        made.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT)
        made.setsockopt(zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT)
        made.setsockopt(zmq.RECONNECT_IVL, RECONNECT[0])
        made.setsockopt(zmq.RECONNECT_IVL_MAX, RECONNECT[1])
        if keys is not None:
            made.curve_serverkey = keys.server.encode()
            made.curve_publickey = keys.public.encode()
            made.curve_secretkey = keys.secret.encode()
        return made

    def _ring(self) -> None:
        """Wake the thread; a full pipe means that it is being woken already."""
        with suppress(BlockingIOError, OSError):
            self._bell.send(b"\0")

    def _run(self) -> None:
        poller = zmq.Poller()
        for source in (self._bell_end, self._monitor, self._control, self._frames, self._events):
            poller.register(source, zmq.POLLIN)
        try:
            while not self._closing:
                ready = dict(poller.poll(ASK_AGAIN if self.refused is not None else None))
                if self._bell_end.fileno() in ready:
                    with suppress(BlockingIOError):
                        self._bell_end.recv(4096)
                if self._monitor in ready:
                    self._take_changes()
                if self.refused is not None and not self._up:
                    self._ask_again()
                if self._control in ready:
                    self._take_replies()
                self._send_topics()
                self._send_requests()
                for stream in (self._events, self._frames):
                    if stream in ready:
                        self._take_streams(stream)
        finally:
            with self._lock:
                self._closing, self._up = True, False
            self._fail_all(ConnectionLost("This client was closed."))
            self._close_sockets()

    def _take_changes(self) -> None:
        """See what became of the connection."""
        while self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            if event == _UP:
                self._greet()
            elif event == _DOWN:
                self._go_down()
            elif event & _REFUSED:
                self._refuse(ConnectionLost(f"The daemon at {self.endpoint} does not take this client's keys."))

    def _ask_again(self) -> None:
        """Connect anew some time after a refusal; ZeroMQ itself tries no further."""
        if monotonic() - self._refused_at > ASK_AGAIN / 1000:
            self._refused_at = monotonic()
            self._control.disconnect(self.endpoint)
            self._control.connect(self.endpoint)

    def _greet(self) -> None:
        """Say hello, before anything else that waits."""
        request = Hello(versions=[VERSION], client=self._name)
        with self._lock:
            request.id = self._next_id
            self._next_id += 1
            self._asked[request.id] = _Ask(request.id, b"", Future(), self._greeted)
        self._control.send(encode(request))

    def _go_down(self) -> None:
        """The connection is gone: nobody knows what became of the requests that were sent."""
        was_up, self._up = self._up, False
        with self._lock:
            asked, self._asked = self._asked, {}
        for ask in asked.values():
            ask.fail(ConnectionLost(f"The daemon at {self.endpoint} went away before it answered."))
        if was_up:
            self._lost()

    def _take_replies(self) -> None:
        while True:
            try:
                parts = self._control.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                reply = decode_reply(parts[-1])
            except BridgeError:
                self.unreadable += 1
                continue
            with self._lock:
                ask = self._asked.pop(reply.id, None)
            if ask is None:
                continue
            if reply.error is not None:
                problem = failure_of(reply.error)
                ask.fail(problem)
                if ask.done == self._greeted:
                    self._refuse(problem)
                continue
            result = reply.result or {}
            if ask.done is not None:
                ask.done(result)
            if ask.future.set_running_or_notify_cancel():
                ask.future.set_result(result)

    def _greeted(self, result: dict[str, Any]) -> None:
        """The daemon answered the hello: listen to its streams and send what waited."""
        try:
            welcome = convert(result, Welcome)
        except ValidationError as problem:
            self._refuse(BridgeError("bad_message", f"The daemon's welcome cannot be read: {problem}."))
            return
        endpoint = reachable(welcome.stream, self.endpoint)
        if endpoint != self._stream_endpoint:
            for stream in (self._frames, self._events):
                if self._stream_endpoint is not None:
                    stream.disconnect(self._stream_endpoint)
                stream.connect(endpoint)
            self._stream_endpoint = endpoint
        self._up, self.refused = True, None
        self._connected(welcome)

    def _refuse(self, problem: BridgeError | ConnectionLost) -> None:
        self.refused, self._refused_at = problem, monotonic()
        self._fail_all(problem)

    def _send_topics(self) -> None:
        while self._topics:
            option, topic = self._topics.popleft()
            stream = self._events if topic.startswith(Topic.EVENT) else self._frames
            stream.setsockopt(option, topic)

    def _send_requests(self) -> None:
        while self._up:
            with self._lock:
                if not self._waiting:
                    return
                ask = self._waiting.popleft()
                if ask.future.cancelled():
                    continue
                self._asked[ask.id] = ask
            try:
                self._control.send(ask.data, zmq.NOBLOCK)
            except zmq.Again:
                with self._lock:
                    self._asked.pop(ask.id, None)
                ask.fail(ConnectionLost(f"The daemon at {self.endpoint} takes no requests; it may be stuck."))

    def _take_streams(self, stream: zmq.Socket[bytes]) -> None:
        for _ in range(BURST):
            try:
                topic, *rest = stream.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            try:
                self._take_stream(decode_stream([topic.bytes, *(part.buffer for part in rest)]))
            except BridgeError:
                self.unreadable += 1

    def _fail_all(self, problem: Exception) -> None:
        with self._lock:
            asks = [*self._asked.values(), *self._waiting]
            self._asked = {}
            self._waiting.clear()
        for ask in asks:
            ask.fail(problem)

    def _close_sockets(self) -> None:
        self._control.disable_monitor()
        for each in (self._monitor, self._control, self._frames, self._events):
            each.close()
        self._context.term()
        self._bell.close()
        self._bell_end.close()


def reachable(stream: str, control: str) -> str:
    """The streams' endpoint as a client reaches it: one that is bound to any address is on the control's host."""
    bound, asked = urlsplit(stream), urlsplit(control)
    host, _, port = bound.netloc.rpartition(":")
    if bound.scheme != "tcp" or host not in ANY_HOST:
        return stream
    return f"tcp://{asked.netloc.rpartition(':')[0]}:{port}"
