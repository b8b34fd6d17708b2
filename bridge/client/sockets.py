"""The sockets of a client: requests, frames, events, and a bell that wakes the thread which owns them."""

import socket
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import zmq

from bridge.protocol.codec import MAX_PAYLOAD
from bridge.protocol.messages import Topic

HEARTBEAT = 500
"""ms between signs of life; with the time-out below a dead daemon is found within 2 s."""
HEARTBEAT_TIMEOUT = 1500
RECONNECT = (100, 1000)
"""ms between attempts to reach the daemon again: at first, at most."""
TEXTURE_QUEUE = 64
"""Textures and motion that ZeroMQ holds while nobody reads them, as when a game loads a level."""
EVENT_QUEUE = 10_000
"""Events, which have a connection of their own so that none is lost behind textures."""
ANY_HOST = ("0.0.0.0", "*", "[::]")
UP = zmq.EVENT_HANDSHAKE_SUCCEEDED
DOWN = zmq.EVENT_DISCONNECTED
REFUSED = zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL


class Keys(NamedTuple):
    """CURVE keys, Z85 text as `bridge.keys.read_client_keys` reads them: the daemon's public one and one's own pair."""

    server: str
    public: str
    secret: str


class Sockets:
    """To be used by one thread, but for `ring`. Raises `ValueError` for an endpoint that is none."""

    def __init__(self, endpoint: str, keys: Keys | None) -> None:
        self.endpoint = endpoint
        self._keys = keys
        self._context = zmq.Context()
        self._bell, self.ear = socket.socketpair()
        self._bell.setblocking(False)
        self.ear.setblocking(False)
        self.control = self._make(zmq.DEALER)
        self.control.setsockopt(zmq.IMMEDIATE, 1)
        self.monitor = self.control.get_monitor_socket(UP | DOWN | REFUSED)
        """Tells what becomes of the connection of `control`."""
        self.frames, self.events = self._make(zmq.SUB), self._make(zmq.SUB)
        for stream, length in ((self.frames, TEXTURE_QUEUE), (self.events, EVENT_QUEUE)):
            stream.setsockopt(zmq.RCVHWM, length)
            stream.setsockopt(zmq.MAXMSGSIZE, MAX_PAYLOAD)
        self._streams: str | None = None
        try:
            self.control.connect(endpoint)
        except zmq.ZMQError as problem:
            self.close()
            raise ValueError(f"{endpoint!r} is no address: {problem}; write one like tcp://127.0.0.1:5600.") from None

    def ring(self) -> None:
        """Wake the thread; a full pipe means that it is being woken already. From any thread."""
        with suppress(BlockingIOError, OSError):
            self._bell.send(b"\0")

    def hush(self) -> None:
        """The thread is awake."""
        with suppress(BlockingIOError):
            self.ear.recv(4096)

    def connect_again(self) -> None:
        """Knock anew after a refusal; ZeroMQ itself tries no further."""
        self.control.disconnect(self.endpoint)
        self.control.connect(self.endpoint)

    def connect_streams(self, told: str) -> None:
        """Connect to the streams, or to another place of them; what was subscribed to stays so."""
        endpoint = reachable(told, self.endpoint)
        if endpoint == self._streams:
            return
        for stream in (self.frames, self.events):
            if self._streams is not None:
                stream.disconnect(self._streams)
            stream.connect(endpoint)
        self._streams = endpoint

    def subscribe(self, topic: bytes, wanted: bool) -> None:
        """Ask for the messages of a topic, or for no more of them."""
        stream = self.events if topic.startswith(Topic.EVENT) else self.frames
        stream.setsockopt(zmq.SUBSCRIBE if wanted else zmq.UNSUBSCRIBE, topic)

    def close(self) -> None:
        """Close all; what was not sent is lost."""
        self.control.disable_monitor()
        for each in (self.monitor, self.control, self.frames, self.events):
            each.close()
        self._context.term()
        self._bell.close()
        self.ear.close()

    def _make(self, kind: int) -> zmq.Socket[bytes]:
        made = self._context.socket(kind)
        made.setsockopt(zmq.LINGER, 0)
        made.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT)
        made.setsockopt(zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT)
        made.setsockopt(zmq.RECONNECT_IVL, RECONNECT[0])
        made.setsockopt(zmq.RECONNECT_IVL_MAX, RECONNECT[1])
        if self._keys is not None:
            made.curve_serverkey = self._keys.server.encode()
            made.curve_publickey = self._keys.public.encode()
            made.curve_secretkey = self._keys.secret.encode()
        return made


def reachable(stream: str, control: str) -> str:
    """The streams' endpoint as a client reaches it: one that is bound to any address is on the control's host."""
    bound, asked = urlsplit(stream), urlsplit(control)
    host, _, port = bound.netloc.rpartition(":")
    if bound.scheme != "tcp" or host not in ANY_HOST:
        return stream
    return f"tcp://{asked.netloc.rpartition(':')[0]}:{port}"
