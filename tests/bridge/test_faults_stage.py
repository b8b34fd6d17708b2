"""Faults with the real stage: a daemon with a face, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import zmq

from bridge.client import Client
from bridge.protocol.codec import decode_stream
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Topic
from bridge.ring.files import usual_folder
from vasa_core.samples import SAMPLES_DIR

pytestmark = pytest.mark.slow
PATIENCE = 60.0
ROOT = Path(__file__).parents[2]
SECOND = (8000 * np.sin(np.arange(16_000) / 40)).astype("<i2")
"""A second of sound at 16 kHz."""


def until(condition: Callable[[], bool]) -> None:
    """Wait for what comes soon."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Real:
    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "vasa_core.cli", "serve", "--port", "0", "--json", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        self.where = json.loads(self.process.stdout.readline())

    def rings(self) -> list[Path]:
        return list(usual_folder().glob(f"vasa-ring-{self.process.pid}-*"))


@pytest.fixture(scope="module")
def daemon() -> Iterator[Real]:
    real = Real("--face", f"hero={SAMPLES_DIR / 'portrait.png'}", "--allow", str(SAMPLES_DIR))
    yield real
    real.process.terminate()
    assert real.process.wait(PATIENCE) == 0
    assert real.rings() == []
    real.process.stdout.close()  # type: ignore[union-attr]


@pytest.fixture
def game(daemon: Real) -> Iterator[Client]:
    with Client(daemon.where["control"], timeout=PATIENCE) as client:
        yield client
        for npc in [each["npc"] for each in client.list().npcs]:
            client.despawn(npc)


def test_a_line_is_said_and_ends_once(game: Client) -> None:
    game.spawn("npc", "hero")
    game.subscribe("npc")
    game.speak("npc", "u", SECOND.tobytes(), encoding="s16")
    ends = [event.event for event in game.events("npc", "u", timeout=PATIENCE)]
    assert ends[0] == "started" and ends[-1] == "finished"
    assert sum(end in ("finished", "failed", "interrupted") for end in ends) == 1


def test_a_bake_sends_every_frame_though_the_game_reads_slowly(game: Client, daemon: Real) -> None:
    game.spawn("npc", "hero", fps=25)
    with zmq.Context() as context, context.socket(zmq.SUB) as slow:
        slow.linger, slow.rcvhwm, slow.rcvbuf = 0, 1, 1 << 20
        slow.subscribe(Topic.of(Topic.TEXTURE, "npc"))
        slow.connect(daemon.where["streams"])
        assert slow.poll(PATIENCE * 1000)
        game.speak("npc", "u", SECOND.tobytes() * 3, encoding="s16", pace="asap")
        baked = []
        while len(baked) < 75 and slow.poll(PATIENCE * 1000):
            header = decode_stream(slow.recv_multipart()).header
            if header.utterance == "u":
                baked.append(header)
                time.sleep(0.05)
    assert [header.pts for header in baked] == [640 * number for number in range(75)]
    assert [header.seq - baked[0].seq for header in baked] == list(range(75))


def test_rings_go_with_their_npc_and_a_ring_that_was_removed_stops_nobody(game: Client, daemon: Real) -> None:
    game.spawn("npc", "hero", transport="shm")
    game.subscribe("npc")
    assert game.frame("npc", timeout=PATIENCE) is not None
    (ring,) = daemon.rings()
    ring.unlink()
    game.speak("npc", "u", SECOND.tobytes(), encoding="s16")
    assert [event.event for event in game.events("npc", "u", timeout=PATIENCE)][-1] == "finished"
    game.despawn("npc")
    until(lambda: daemon.rings() == [])  # after the picture that was being drawn
    assert game.ping().time > 0


def test_sound_and_pictures_that_are_none_are_refused(game: Client) -> None:
    game.spawn("npc", "hero")
    for call in (
        lambda: game.speak("npc", "u", b"no sound at all", encoding="file"),
        lambda: game.speak("npc", "u", path="/etc/passwd"),
        lambda: game.enroll("x", b"no picture"),
        lambda: game.enroll("x", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        lambda: game.spawn("other", "nobody"),
        lambda: game.spawn("npc", "hero"),
    ):
        with pytest.raises(BridgeError) as problem:
            call()
        assert problem.value.code != "internal", problem.value.message
    assert game.ping().time > 0


def test_a_stopped_daemon_goes_on_and_ends_what_was_said_once(game: Client, daemon: Real) -> None:
    game.spawn("npc", "hero")
    game.subscribe("npc")
    game.speak("npc", "u", SECOND.tobytes() * 3, encoding="s16")
    assert next(game.events("npc", "u", timeout=PATIENCE)).event == "started"
    daemon.process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    daemon.process.send_signal(signal.SIGCONT)
    until(lambda: not any(each["utterance"] == "u" for each in game.list().npcs))
    game.speak("npc", "after", SECOND.tobytes(), encoding="s16")
    game.subscribe("npc")
    assert [event.event for event in game.events("npc", "after", timeout=PATIENCE)][-1] == "finished"


def test_a_killed_daemon_leaves_rings_that_the_next_one_removes() -> None:
    first = Real("--face", f"hero={SAMPLES_DIR / 'portrait.png'}")
    with Client(first.where["control"], timeout=PATIENCE) as client:
        client.spawn("npc", "hero", transport="shm")
        assert len(first.rings()) == 1
        first.process.kill()
        first.process.wait()
    second = Real()
    assert first.rings() == []
    second.process.terminate()
    assert second.process.wait(PATIENCE) == 0
    for each in (first, second):
        each.process.stdout.close()  # type: ignore[union-attr]


def test_a_parent_that_is_killed_takes_its_daemon_along() -> None:
    script = (
        "import subprocess, sys, os\n"
        "daemon = subprocess.Popen([sys.executable, '-m', 'vasa_core.cli', 'serve', '--port', '0', '--json', "
        "'--parent-pid', str(os.getpid())])\n"
        "daemon.wait()\n"
    )
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(ROOT)}
    game = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert game.stdout is not None
    where = json.loads(game.stdout.readline())
    game.kill()
    game.wait()
    assert game.stdout.read() == ""  # ends when the daemon, which has the same stdout, has ended
    game.stdout.close()
    until(lambda: not psutil.pid_exists(where["pid"]) or psutil.Process(where["pid"]).status() == psutil.STATUS_ZOMBIE)
