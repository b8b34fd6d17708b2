"""Where the daemon listens: ZeroMQ endpoints of its sockets, and what to say when they cannot be had."""

import errno
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import zmq

from bridge.config import Settings
from bridge.protocol.codec import decode_reply, encode
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Ping
from vasa_core.errors import VasaError

if TYPE_CHECKING:
    from bridge.wire import Wire

INSIDE = {"control": "inproc://control", "streams": "inproc://streams"}
"""For threads of the daemon, such as the door; needs no keys."""
ANSWER_MS = 300
"""For whoever has the port to say whether it is a daemon of ours."""


class ListeningError(VasaError):
    """A place to listen at that cannot be had; a sentence that says why and what to do."""


def endpoints(settings: Settings, which: str) -> list[str]:
    """ZeroMQ endpoints of "control" or "streams": TCP first, then inside this process, then Unix sockets if asked."""
    port = settings.port if which == "control" else settings.port_after(1, settings.stream_port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    found = [f"tcp://{host}:{port or '*'}", INSIDE[which]]
    if settings.ipc is not None:
        found.append(f"ipc://{_free(settings.ipc / which)}")
    return found


def open_wire(make: Callable[[], "Wire"], settings: Settings) -> "Wire":
    """Make the wire, or say why it cannot listen."""
    try:
        return make()
    except zmq.ZMQError as problem:
        remove_sockets(settings)
        raise ListeningError(_why(settings, problem)) from None


def remove_sockets(settings: Settings) -> None:
    """Remove the Unix sockets that nobody listens at any more; ZeroMQ leaves them."""
    if settings.ipc is not None:
        for which in INSIDE:
            (settings.ipc / which).unlink(missing_ok=True)


def _free(path: Path) -> Path:
    """Make the folder of a Unix socket; a socket that another daemon listens at is left alone."""
    if not zmq.has("ipc") or not hasattr(socket, "AF_UNIX"):
        raise ListeningError("There are no Unix sockets on this system; leave out --ipc.")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise ListeningError(f"The folder '{path.parent}' cannot be made: {problem.strerror}.") from None
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return path
    raise ListeningError(f"A daemon listens at '{path}' already. Stop it, or choose another folder with --ipc.")


def _why(settings: Settings, problem: zmq.ZMQError) -> str:
    ports = f"{settings.port} and {settings.port_after(1, settings.stream_port)} of {settings.host}"
    match problem.errno:
        case errno.EADDRINUSE if _answers(settings):
            return f"A daemon runs at port {settings.port} already. Use it, stop it, or choose another with --port."
        case errno.EADDRINUSE:
            return f"The ports {ports} are not both free: another program uses one. Choose others with --port."
        case errno.EACCES:
            return f"The ports {ports} may not be used by this user. Choose others, above 1023, with --port."
        case errno.ENODEV | errno.EADDRNOTAVAIL:
            return f"This machine has no address {settings.host!r}. Choose one of its own with --host."
        case errno.ENAMETOOLONG:
            return f"'{settings.ipc}' is too long for Unix sockets. Choose a shorter folder with --ipc."
    return f"The daemon cannot listen at the ports {ports}: {problem.strerror}. Choose others with --port."


def _answers(settings: Settings) -> bool:
    """Whether a daemon of ours has the port."""
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
    with zmq.Context() as context, context.socket(zmq.DEALER) as asking:
        asking.linger = 0
        asking.connect(f"tcp://{f'[{host}]' if ':' in host else host}:{settings.port}")
        asking.send(encode(Ping()))
        if not asking.poll(ANSWER_MS):
            return False
        try:
            return decode_reply(asking.recv()).result is not None
        except BridgeError:
            return False
