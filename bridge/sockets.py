"""The daemon's two ZeroMQ sockets, with the limits that keep one client's faults from the others."""

from collections.abc import Callable, Sequence

import zmq

from bridge.protocol.codec import MAX_REQUEST

HEARTBEAT_MS = 500
"""Between heartbeats; with the next one, a dead side is found within 2 s."""
HEARTBEAT_TIMEOUT_MS = 1500
LONGEST_REQUEST_MS = 10_000
"""For a client's longest request to arrive: nothing else of it does meanwhile, its heartbeats included."""
HANDSHAKE_MS = 10_000
"""For a connection to say who it is; after that it is closed."""
LINGER_MS = 500
"""For the last messages to leave when the daemon ends."""
REQUESTS_WAITING = 64
"""High-water mark of requests of one connection inside ZeroMQ; what comes beyond waits at the client."""
REPLIES_WAITING = 1024
"""High-water mark of replies to one connection that does not read them."""
MAX_SUBSCRIPTION = 1024
"""Bytes of the longest message that a subscriber may send: a topic has 69, but the handshake of CURVE 300 or so."""

Context = zmq.Context[zmq.Socket[bytes]]
Secure = Callable[["zmq.Socket[bytes]"], None]
"""Demands keys of whoever connects to a socket."""


def open_control(context: Context, secure: Secure | None) -> "zmq.Socket[bytes]":
    """The ROUTER for requests and replies; not bound yet."""
    opened = _open(context, zmq.ROUTER, secure)
    opened.setsockopt(zmq.HEARTBEAT_TIMEOUT, LONGEST_REQUEST_MS)
    opened.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST)
    opened.setsockopt(zmq.ROUTER_MANDATORY, 1)  # says so where a client is gone or does not read
    opened.rcvhwm = REQUESTS_WAITING
    opened.sndhwm = REPLIES_WAITING
    return opened


def open_publisher(context: Context, secure: Secure | None, mark: int) -> "zmq.Socket[bytes]":
    """The XPUB for the streams; not bound yet. `mark`: messages by which a subscriber may be behind."""
    opened = _open(context, zmq.XPUB, secure)
    opened.setsockopt(zmq.MAXMSGSIZE, MAX_SUBSCRIPTION)
    opened.setsockopt(zmq.XPUB_VERBOSE, 1)  # tells of every subscriber, not only of a topic's first
    opened.sndhwm = mark
    return opened


def bind(opened: "zmq.Socket[bytes]", endpoints: Sequence[str]) -> list[str]:
    """Bind and tell where: a port "*" becomes the one that was free. Raises `zmq.ZMQError`."""
    bound = []
    for endpoint in endpoints:
        opened.ipv6 = "[" in endpoint
        opened.bind(endpoint)
        bound.append(opened.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0"))
    return bound


def _open(context: Context, kind: int, secure: Secure | None) -> "zmq.Socket[bytes]":
    opened: zmq.Socket[bytes] = context.socket(kind)
    opened.linger = LINGER_MS
    opened.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT_MS)
    opened.setsockopt(zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS)
    opened.setsockopt(zmq.HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS)
    opened.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
    if secure is not None:
        secure(opened)
    return opened
