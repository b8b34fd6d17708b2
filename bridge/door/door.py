"""The WebSocket server, in a thread of its own.

wire = Wire(context, [..., "inproc://control"], [..., "inproc://streams"], ...)
door = Door(DoorSettings(port=5602), context, "inproc://control", "inproc://streams")   # any endpoints will do
print(door.url)
door.close()   # before the wire
"""

import asyncio
import logging
import threading
from concurrent.futures import Future
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import zmq
import zmq.asyncio
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from bridge.door.guard import Guard, Refusal
from bridge.door.pages import Pages
from bridge.door.settings import LOOPBACK, DoorSettings
from bridge.door.visitor import Visitor

SOCKET_PATH = "/socket"
OPEN_SECONDS = 5.0
"""For a client to send its first request."""
ALIVE_SECONDS = 20.0
"""Between pings of quiet clients, and for their answer."""
CLOSE_SECONDS = 1.0
"""For clients to answer a goodbye."""
WRITE_LIMIT = 64 << 10
"""Bytes handed to a client's TCP socket beyond what it takes; the rest waits in the outbox, where newer replaces it."""

log = logging.getLogger(__name__)
_silent = logging.getLogger(f"{__name__}.websockets")
_silent.setLevel(logging.CRITICAL + 1)
"""The library tells addresses, tokens included, and a traceback of whatever is no HTTP."""


class DoorError(Exception):
    """The door cannot be opened; a sentence that says why and what to do."""


class Door:
    """Opened by creating it. `context` with `control` and `stream`: the daemon's ZeroMQ sockets, as a client sees them.

    Raises `DoorError`. `close` ends it.
    """

    def __init__(
        self, settings: DoorSettings, context: "zmq.Context[zmq.Socket[bytes]]", control: str, stream: str
    ) -> None:
        if settings.host not in LOOPBACK:
            raise DoorError(
                f"The door opens only on this host, not on {settings.host!r}. Choose one of {', '.join(LOOPBACK)}."
            )
        self._settings = settings
        self._context = zmq.asyncio.Context(context)
        self._control, self._stream = control, stream
        self._visitors: set[Visitor] = set()
        self._dropped_before = 0
        opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="door", daemon=True)
        self._thread.start()
        self._loop, self._stop, self.port = opened.result()

    @property
    def address(self) -> str:
        """Where programs find the socket; they add "?token=" and the token."""
        return f"ws://{self._host()}:{self.port}{SOCKET_PATH}"

    @property
    def url(self) -> str:
        """Of the page, token included (after "#", so that browsers send it to nobody)."""
        return f"http://{self._host()}:{self.port}/#{self._settings.token}"

    def stats(self) -> dict[str, int]:
        """Clients now, and frames that were dropped for slow ones since the start."""
        visitors = tuple(self._visitors)
        return {"clients": len(visitors), "dropped": self._dropped_before + sum(v.dropped for v in visitors)}

    def close(self) -> None:
        """Say goodbye to all clients and end the thread."""
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _host(self) -> str:
        return f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host

    def _run(self, opened: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]]") -> None:
        try:
            with asyncio.Runner(
                loop_factory=asyncio.SelectorEventLoop
            ) as runner:  # Windows' own cannot wait for ZeroMQ
                runner.run(self._serve(opened))
        except OSError as problem:
            if opened.done():
                raise
            where = f"{self._settings.host}:{self._settings.port}"
            opened.set_exception(
                DoorError(f"The door cannot open at {where}: {problem.strerror or problem}. Choose another port.")
            )

    async def _serve(self, opened: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]]") -> None:
        self._pages = Pages(self._settings.samples)
        stop = asyncio.Event()
        async with serve(
            self._welcome,
            self._settings.host,
            self._settings.port,
            process_request=self._answer,
            compression=None,
            server_header=None,
            open_timeout=OPEN_SECONDS,
            ping_interval=ALIVE_SECONDS,
            ping_timeout=ALIVE_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=self._settings.max_message,
            max_queue=4,
            write_limit=WRITE_LIMIT,
            logger=_silent,
        ) as server:
            port = server.sockets[0].getsockname()[1]
            self._guard = Guard(self._settings, port)
            opened.set_result((asyncio.get_running_loop(), stop, port))
            await stop.wait()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A page, a refusal, or None: the WebSocket may open."""
        target = urlsplit(request.path)
        refusal: Refusal | None = self._guard.refuse(request.headers)
        if refusal is None and target.path != SOCKET_PATH:
            page = self._pages.find(target.path, request.headers["Host"])
            return page or connection.respond(HTTPStatus.NOT_FOUND, "There is no such page.\n")
        if refusal is None:
            refusal = self._guard.refuse_socket(request.headers, target.query)
        if refusal is None and len(self._visitors) >= self._settings.max_clients:
            refusal = HTTPStatus.SERVICE_UNAVAILABLE, f"The door holds {self._settings.max_clients} clients already."
        if refusal is None:
            return None
        status, sentence = refusal
        log.warning("Refused a client of the door (%d): %s", status, sentence)
        return connection.respond(status, sentence + "\n")

    async def _welcome(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        tidy = parse_qs(urlsplit(connection.request.path).query).get("tidy") == ["1"]
        visitor = Visitor(connection, self._context, self._control, self._stream, tidy)
        self._visitors.add(visitor)
        try:
            await visitor.serve()
        except Exception:
            log.exception("A client of the door could not be served any more")
            raise
        finally:
            self._visitors.discard(visitor)
            self._dropped_before += visitor.dropped
