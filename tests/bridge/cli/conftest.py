"""A real daemon for all tests of verbs, and verbs in this process."""

import json
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from bridge.bench.served import Served
from bridge.client import Client
from vasa_core.cli import main
from vasa_core.samples import PORTRAIT


@dataclass
class Ran:
    """What a verb did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def vasa(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run a verb in this process: vasa("say", ...)."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["vasa", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def daemon() -> Iterator[Served]:
    """It has the face "sample"."""
    with Served("sample", PORTRAIT) as served:
        yield served


@pytest.fixture
def npc(daemon: Served) -> Iterator[str]:
    """An NPC that is there."""
    with Client(daemon.control) as client:
        client.spawn("npc", "sample", size=256, seed=1)
        yield "npc"
        client.despawn("npc")


class FakeStream:
    """Calls back when a test says so; 2 ms until sound is heard."""

    latency = 0.002

    def __init__(self, callback: Callable, channels: int, **_: object) -> None:
        self.callback, self.channels = callback, channels
        self.started = False

    def start(self) -> None:
        self.started = True

    def turn(self, count: int, heard: np.ndarray | None = None) -> np.ndarray:
        """One block, out or in."""
        block = np.full((count, self.channels), 9.0, np.float32) if heard is None else heard
        times = types.SimpleNamespace(outputBufferDacTime=0.002, currentTime=0.0)
        self.callback(block, count, times, None)
        return block

    def abort(self) -> None:
        self.started = False

    def close(self) -> None:
        pass


@pytest.fixture
def sound_card(monkeypatch: pytest.MonkeyPatch) -> list[FakeStream]:
    """Stands where the sound card is; the streams that were opened."""
    opened: list[FakeStream] = []

    def stream(**options: object) -> FakeStream:
        opened.append(FakeStream(**options))  # type: ignore[arg-type]
        return opened[-1]

    fake = types.SimpleNamespace(OutputStream=stream, InputStream=stream)
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return opened
