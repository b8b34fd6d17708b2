"""Daemons with a fake stage, in processes of their own or in this one, and small ways to talk to them."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import zmq

from bridge.config import Settings
from bridge.daemon import Daemon
from bridge.protocol import messages as m
from bridge.protocol.codec import Streamed, decode_reply, decode_stream, encode

PATIENCE = 10.0
"""s after which something that should have come will not."""
ROOT = Path(__file__).parents[2]
FAKE_STAGE = Path(__file__).with_name("fake_stage.py")


class Served:
    """A daemon with a fake stage, in a process of its own."""

    def __init__(self, **settings: Any) -> None:
        settings = {"port": 0, **settings}
        self.process = subprocess.Popen(
            [sys.executable, str(FAKE_STAGE), json.dumps(settings)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None and self.process.stderr is not None
        line = self.process.stdout.readline()
        self.where: dict[str, Any] = json.loads(line) if line else {}
        self.lines: list[str] = []
        self._reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr or ()), daemon=True)
        self._reader.start()

    @property
    def log(self) -> str:
        """What it wrote to stderr so far."""
        return "".join(self.lines)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


class Talker:
    """A bare client: one DEALER, one SUB."""

    def __init__(self, control: str, streams: str) -> None:
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.control: zmq.Socket[bytes] = self.context.socket(zmq.DEALER)
        self.streams: zmq.Socket[bytes] = self.context.socket(zmq.SUB)
        self.control.connect(control)
        self.streams.connect(streams)
        self.last = 0

    def send(self, request: m.Request) -> int:
        self.last += 1
        request.id = self.last
        self.control.send(encode(request))
        return self.last

    def receive(self, seconds: float = PATIENCE) -> m.Reply:
        assert self.control.poll(int(seconds * 1000)), "no reply"
        return decode_reply(self.control.recv())

    def ask(self, request: m.Request) -> dict[str, Any]:
        """The result, or {"code": ..., "message": ...}."""
        sent = self.send(request)
        reply = self.receive()
        assert reply.id == sent
        if reply.error is not None:
            return {"code": reply.error.code, "message": reply.error.message}
        assert reply.result is not None
        return reply.result

    def spawn(self, npc: str = "npc") -> None:
        self.ask(m.Enroll(face="face", image=b"x"))
        assert self.ask(m.Spawn(npc=npc, face="face"))["npc"] == npc

    def stream(self, seconds: float = PATIENCE) -> Streamed | None:
        """The next stream message; None: none came."""
        return decode_stream(self.streams.recv_multipart()) if self.streams.poll(int(seconds * 1000)) else None

    def event(self, kind: str, seconds: float = PATIENCE) -> m.Event:
        """The next event of this kind; others are skipped."""
        while (message := self.stream(seconds)) is not None:
            if isinstance(message.header, m.Event) and message.header.event == kind:
                return message.header
        raise AssertionError(f"no event {kind!r}")

    def close(self) -> None:
        self.context.destroy(linger=0)


@pytest.fixture
def served() -> Iterator[Callable[..., Served]]:
    """Start daemons: served(port=..., ...) with any settings."""
    started: list[Served] = []

    def start(**settings: Any) -> Served:
        started.append(Served(**settings))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGCONT)
            each.process.kill()
        each.process.wait(PATIENCE)
        each.process.stdout.close()  # type: ignore[union-attr]
        each._reader.join(PATIENCE)
        each.process.stderr.close()  # type: ignore[union-attr]


@pytest.fixture
def talk() -> Iterator[Callable[..., Talker]]:
    """Talk to a daemon: talk(served) or talk(daemon)."""
    opened: list[Talker] = []

    def start(daemon: Served | Daemon) -> Talker:
        if isinstance(daemon, Daemon):
            opened.append(Talker(daemon.control, daemon.stream))
        else:
            opened.append(Talker(daemon.where["control"], daemon.where["streams"]))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def fake_stage() -> Any:
    """The class `FakeStage`."""
    spec = importlib.util.spec_from_file_location("fake_stage", FAKE_STAGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fake_stage"] = module
    spec.loader.exec_module(module)
    return module.FakeStage


@pytest.fixture
def daemon_here(fake_stage: Any) -> Iterator[Callable[..., Daemon]]:
    """Daemons in this process, with fake stages."""
    opened: list[Daemon] = []

    def start(**settings: Any) -> Daemon:
        chosen = msgspec.structs.replace(Settings(port=0), **settings)
        opened.append(Daemon(chosen, fake_stage))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
