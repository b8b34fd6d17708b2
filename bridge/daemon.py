"""The daemon: the stage with its NPCs, and the wire, the dispatcher, the gate and the door around it, put together."""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import zmq

from bridge import listening
from bridge.carrying import AnyStage, Carrier
from bridge.config import Settings
from bridge.dispatch import Dispatcher, Peer
from bridge.keys import Gate
from bridge.metrics import Counts, Durations
from bridge.protocol.codec import Outgoing
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Stats
from bridge.replying import Client
from bridge.ring import remove_stale
from bridge.wire import Wire
from vasa_core.errors import VasaError

if TYPE_CHECKING:
    from bridge.door import Door
    from bridge.exporter import Exporter

log = logging.getLogger(__name__)

KNOWN_CLIENTS = 256
"""Clients that are remembered though nothing of theirs waits."""
CLOSE_SECONDS = 30.0
"""After which a daemon that cannot end by itself (a library hangs) is ended hard."""
ENDING = ("requests", "stage", "events", "door", "metrics", "wire", "sockets", "gate", "context")
"""The order in which parts are closed: what makes messages before what carries them."""
FLUSH_SECONDS = 0.5
"""For the last events to leave."""


Publish = Callable[[Outgoing], bool]
OpenStage = Callable[[Settings, Publish], AnyStage]


class DaemonError(VasaError):
    """The daemon cannot start; a sentence that says why and what to do."""


class Daemon:
    """Listens and serves from its creation to `close`. Raises `DaemonError` or `KeysError` where it cannot."""

    def __init__(self, settings: Settings, open_stage: OpenStage | None = None) -> None:
        self.settings = settings
        self.stopped = threading.Event()
        """Set when it shall end: by a client's `shutdown`, or by `stop`."""
        self.durations = Durations()
        self.counts = Counts()
        self.door: Door | None = None
        self._peers: dict[Client, Peer] = {}
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._closers: dict[str, Callable[[], object]] = {"context": self._context.term}
        try:
            self._open(open_stage or _open_stage)
        except BaseException:
            self._close_all()
            raise

    def stop(self) -> None:
        """Ask it to end; safe in a signal handler."""
        self.stopped.set()

    def tend(self) -> None:
        """What has to be looked after; to be called every second or so. Raises `DaemonError` where it is broken."""
        if not self.wire.is_alive:
            raise DaemonError("The daemon's sockets broke; its log says how. Start it again.")
        if self.gate is not None:
            self.gate.refresh()

    def close(self) -> None:
        """Refuse what comes, end what is being said, send what waits, and end all threads."""
        watchdog = threading.Timer(CLOSE_SECONDS, _end_hard)
        watchdog.daemon = True
        watchdog.start()
        self._close_all()
        watchdog.cancel()

    def _open(self, open_stage: OpenStage) -> None:
        settings = self.settings
        allowed = [_folder(path) for path in settings.allow]
        if settings.allow_address and settings.keys is None:
            raise DaemonError("Addresses are looked at only together with keys: add --keys, or leave --allow-address.")
        self.gate = Gate(self._context, settings.keys, settings.allow_address) if settings.keys else None
        if self.gate is not None:
            self._closers["gate"] = self.gate.close
        elif not settings.is_loopback:
            raise DaemonError(
                f"{settings.host!r} can be reached from other machines, which needs keys: make some with "
                "'vasa keys new NAME' and start with --keys FOLDER, or listen on 127.0.0.1."
            )
        secure = None if self.gate is None else self.gate.secure
        control, streams = (listening.endpoints(settings, which) for which in ("control", "streams"))
        self.wire = listening.open_wire(
            lambda: Wire(self._context, control, streams, self.durations, self.counts, secure), settings
        )
        self.control, self.stream = self.wire.control[0], self.wire.streams[0]
        self._closers["wire"] = self.wire.close
        self._closers["sockets"] = lambda: listening.remove_sockets(settings)
        for left in remove_stale():
            log.info("Removed the shared memory of a daemon that died: %s", left)
        self.stage = open_stage(settings, self.wire.publish)
        self._closers["stage"] = self.stage.close
        self.carrier = Carrier(settings, self.stage, self.stream, allowed, self.wire.expect, self.stop, self.figures)
        self.dispatcher = Dispatcher(self.carrier.carry, self.durations, self.counts)
        self._closers["requests"] = self.dispatcher.close
        for name, path in settings.faces.items():
            try:
                self.carrier.enroll_file(name, path)
            except BridgeError as problem:
                raise DaemonError(f"The face {name!r} could not be made. {problem.message}") from None
            log.info("Face %r of %s is ready", name, path)
        self.wire.start(self._take_request, self._take_subscription)
        self._closers["events"] = self._flush
        self.exporter = self._open_exporter()
        self.door = self._open_door()

    def figures(self) -> dict[str, Any]:
        """Of the daemon's parts: queues, durations, counts, and what is subscribed to."""
        figures: dict[str, Any] = {
            "queues": {**self.wire.waiting(), **self.dispatcher.waiting()},
            "durations": self.durations.summary(),
            "counts": self.counts.summary(),
            "topics": self.wire.topics(),
        }
        return figures if self.door is None else {**figures, "door": self.door.stats()}

    def _take_request(self, client: Client, message: bytes) -> None:
        """In the wire's thread: give a request to the dispatcher; clients are known only while something waits."""
        peer = self._peers.get(client)
        if peer is None:
            if len(self._peers) >= KNOWN_CLIENTS:
                self._peers = {known: each for known, each in self._peers.items() if each.requests}
            peer = self.dispatcher.attach(lambda reply: self.wire.reply(client, reply))
            self._peers[client] = peer
        peer.submit(message)

    def _take_subscription(self, topic: bytes, wanted: bool) -> None:
        self.dispatcher.later(lambda: self.stage.subscribed(topic, wanted))

    def _open_exporter(self) -> "Exporter | None":
        if self.settings.metrics_port is None:
            return None
        from bridge.exporter import Exporter

        exporter = Exporter(self.settings.metrics_port, lambda: self.carrier.carry(Stats()))
        self._closers["metrics"] = exporter.close
        return exporter

    def _open_door(self) -> "Door | None":
        settings = self.settings
        if not settings.door:
            return None
        from bridge.door import Door, DoorSettings
        from bridge.door.door import DoorError
        from bridge.door.settings import make_token

        chosen = DoorSettings(
            port=settings.port_after(2, settings.door_port),
            token=settings.door_token or make_token(),
            origins=settings.door_origins,
        )
        try:
            door = Door(chosen, self._context, listening.INSIDE["control"], listening.INSIDE["streams"])
        except DoorError as problem:
            raise DaemonError(str(problem)) from None
        self._closers["door"] = door.close
        return door

    def _flush(self) -> None:
        """Let the wire send what waits."""
        end = monotonic() + FLUSH_SECONDS
        while any(self.wire.waiting().values()) and monotonic() < end:
            sleep(0.005)

    def _close_all(self) -> None:
        for part in ENDING:
            try:
                self._closers.pop(part, _nothing)()
            except Exception:
                log.exception("The %s could not be closed", part)


def _open_stage(settings: Settings, publish: Publish) -> AnyStage:
    from bridge.stage.settings import StageSettings
    from bridge.stage.stage import Stage
    from vasa_core.runtime import chosen_provider, force_provider

    if settings.provider != "auto":
        force_provider(settings.provider)
        chosen_provider()
    chosen = StageSettings(max_npcs=settings.max_npcs, max_faces=settings.max_faces)
    return Stage(replace(chosen, workers=settings.workers) if settings.workers else chosen, publish)


def _folder(path: Path) -> Path:
    """A folder whose files may be read, all links resolved."""
    if not path.is_dir():
        raise DaemonError(f"There is no folder '{path}' to read files from. Check --allow.")
    return path.resolve()


def _nothing() -> None:
    """Of a part that was not opened."""


def _end_hard() -> None:
    log.error("The daemon did not end within %.0f s; it is ended hard", CLOSE_SECONDS)
    sleep(0.1)  # for the line to be written
    os._exit(1)
