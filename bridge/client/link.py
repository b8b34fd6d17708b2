"""The thread behind a client: it drains the sockets, keeps the connection and comes back after a loss.

Nothing waits in it: requests from any thread become futures, and what the streams bring goes to `take_stream` at once,
so that a game that stalls finds the newest frames and not a queue of old ones.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
import zmq
from msgspec import ValidationError, convert, msgpack
from zmq.utils.monitor import recv_monitor_message

from bridge.client.sockets import DOWN, REFUSED, UP, Keys, Sockets
from bridge.protocol.codec import Streamed, decode_reply, decode_stream, failure_of
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import VERSION, Hello, Request, Welcome

ASK_AGAIN = 2000
"""ms after a refusal: keys may be let in, a daemon be updated."""
BURST = 256
"""Stream messages taken before requests and replies get their turn."""


def _plain(value: Any) -> Any:
    """numpy's numbers and arrays as Python's."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is nothing that a message can hold.")


_encoder = msgpack.Encoder(enc_hook=_plain)


class ConnectionLost(ConnectionError):  # noqa: N818 - it says what happened, and programs catch it by this name
    """The daemon is not there (any more), or does not answer. The client goes on trying to reach it."""


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
        self._next_id = 0
        self._waiting: deque[_Ask] = deque()
        """Requests to be sent, which wait for the connection."""
        self._asked: dict[int, _Ask] = {}
        """Requests sent, which wait for their replies."""
        self._topics: deque[tuple[bytes, bool]] = deque()
        self._up = False
        self._closing = False
        self._sockets = Sockets(endpoint, keys)
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
        if self.refused is not None:
            raise self.refused
        request.id = self._number()
        ask = _Ask(request.id, _encoder.encode(request), Future(), done)
        with self._lock:
            if self._closing:
                raise ConnectionLost("This client was closed; make another one.")
            self._waiting.append(ask)
        self._sockets.ring()
        return ask.future

    def abandon(self, future: Future[dict[str, Any]]) -> None:
        """Nobody waits for a reply any more: a request that could not be sent yet never will be."""
        future.cancel()
        with self._lock:
            self._waiting = deque(ask for ask in self._waiting if ask.future is not future)

    def subscribe(self, topic: bytes, wanted: bool) -> None:
        """Ask for the messages of a topic, or for no more of them."""
        self._topics.append((topic, wanted))
        self._sockets.ring()

    def close(self) -> None:
        """End the thread and the connection; what still waits fails with `ConnectionLost`."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        self._sockets.ring()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        sockets = self._sockets
        poller = zmq.Poller()
        for source in (sockets.ear, sockets.monitor, sockets.control, sockets.frames, sockets.events):
            poller.register(source, zmq.POLLIN)
        try:
            while not self._closing:
                ready = dict(poller.poll(ASK_AGAIN if self.refused is not None else None))
                if sockets.ear.fileno() in ready:
                    sockets.hush()
                if sockets.monitor in ready:
                    self._take_changes()
                if self.refused is not None and not self._up:
                    self._ask_again()
                if sockets.control in ready:
                    self._take_replies()
                self._send_topics()
                self._send_requests()
                for stream in (sockets.events, sockets.frames):
                    if stream in ready:
                        self._take_streams(stream)
        finally:
            with self._lock:
                self._closing, self._up = True, False
            self._fail_all(ConnectionLost("This client was closed."))
            sockets.close()

    def _take_changes(self) -> None:
        """See what became of the connection."""
        while self._sockets.monitor.poll(0):
            event = recv_monitor_message(self._sockets.monitor)["event"]
            if event == UP:
                self._greet()
            elif event == DOWN:
                self._go_down()
            elif event & REFUSED:
                self._refuse(ConnectionLost(f"The daemon at {self.endpoint} does not take this client's keys."))

    def _ask_again(self) -> None:
        """Connect anew some time after a refusal; ZeroMQ itself tries no further."""
        if monotonic() - self._refused_at > ASK_AGAIN / 1000:
            self._refused_at = monotonic()
            self._sockets.connect_again()

    def _greet(self) -> None:
        """Say hello, before anything else that waits."""
        request = Hello(id=self._number(), versions=[VERSION], client=self._name)
        with self._lock:
            self._asked[request.id] = _Ask(request.id, b"", Future(), self._greeted)
        self._sockets.control.send(_encoder.encode(request))

    def _number(self) -> int:
        """The id of the next request."""
        with self._lock:
            self._next_id += 1
            return self._next_id

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
                parts = self._sockets.control.recv_multipart(zmq.NOBLOCK)
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
        self._sockets.connect_streams(welcome.stream)
        self._up, self.refused = True, None
        self._connected(welcome)

    def _refuse(self, problem: BridgeError | ConnectionLost) -> None:
        self.refused, self._refused_at = problem, monotonic()
        self._fail_all(problem)

    def _send_topics(self) -> None:
        while self._topics:
            self._sockets.subscribe(*self._topics.popleft())

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
                self._sockets.control.send(ask.data, zmq.NOBLOCK, copy=False)
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
