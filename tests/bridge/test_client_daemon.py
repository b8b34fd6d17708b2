"""The Python client and the daemon, each as it is, in processes of their own; only the stage is a fake one."""

import asyncio
import shutil
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import zmq.auth

from bridge.client import AsyncClient, BridgeError, Client, ConnectionLost, Keys
from bridge.keys import make_client_keys, read_client_keys
from bridge.protocol.codec import OPS

PATIENCE = 20.0


def test_a_game_and_a_daemon(served):
    daemon = served()
    with Client(daemon.where["control"], timeout=PATIENCE) as client:
        welcome = client.hello()
        assert welcome.version == 1
        assert welcome.instance
        client.enroll("hero", b"portrait")
        client.spawn("npc1", "hero")
        client.subscribe("npc1")
        assert client.view("npc1").state is not None
        accepted = client.open("npc1", "u1")
        assert client.push("npc1", "u1", bytes(640)).samples == 320
        frame = client.frame("npc1", timeout=PATIENCE)
        assert (frame.header.epoch, len(frame.pixels)) == (accepted.epoch, 1 << 20)
        assert time.monotonic() - frame.received < PATIENCE
        client.interrupt("npc1")
        assert [event.event for event in client.events("npc1", "u1", timeout=PATIENCE)] == ["started", "interrupted"]
        assert client.frame("npc1", timeout=PATIENCE).header.epoch == accepted.epoch + 1
        listing = client.list()
        assert (listing.faces, listing.npcs[0]["npc"]) == (["hero"], "npc1")
        assert "daemon" in client.stats()
        with pytest.raises(BridgeError) as caught:
            client.shutdown()
        assert caught.value.code == "not_allowed"


def test_every_request_is_answered(served):
    """What the fake stage cannot do is an error with a code, and nothing is left unanswered."""
    daemon = served()
    with Client(daemon.where["control"], timeout=PATIENCE) as client:
        tries = {
            "enroll": lambda: client.enroll("hero", b"x"),
            "forget": lambda: client.forget("nobody"),
            "spawn": lambda: client.spawn("npc1", "hero"),
            "speak": lambda: client.speak("npc1", "u1", b"x"),
            "open": lambda: client.open("npc1", "u2"),
            "push": lambda: client.push("npc1", "u2", b""),
            "close": lambda: client.close_utterance("npc1", "u2"),
            "interrupt": lambda: client.interrupt("npc1"),
            "pause": lambda: client.pause("npc1"),
            "resume": lambda: client.resume("npc1"),
            "seek": lambda: client.seek("npc1", "u1", 0),
            "clock": lambda: client.clock("npc1", "u1", 0),
            "listen": lambda: client.listen("npc1", b"", end=True),
            "set": lambda: client.set("npc1", importance=0.5),
            "gesture": lambda: client.gesture("npc1", "nod"),
            "stats": client.stats,
            "list": client.list,
            "ping": client.ping,
            "shutdown": client.shutdown,
            "despawn": lambda: client.despawn("npc1"),
        }
        assert set(tries) | {"hello"} == OPS
        for op, attempt in tries.items():
            try:
                attempt()
            except BridgeError as problem:
                assert problem.code in ("internal", "no_such_face", "not_allowed"), op


def test_a_daemon_that_ends_ends_what_is_said(served):
    daemon = served()
    with Client(daemon.where["control"], timeout=PATIENCE) as client:
        client.enroll("hero", b"portrait")
        client.spawn("npc1", "hero")
        client.subscribe("npc1", textures=False)
        client.speak("npc1", "u1", b"sound")
        daemon.process.send_signal(signal.SIGTERM)
        ends = [event.event for event in client.events("npc1", "u1", timeout=PATIENCE)]
        assert ends == ["started", "failed"]


class SlowPipe:
    """Forwards TCP to a port, `rate` bytes a second from the client to the daemon."""

    def __init__(self, port: int, rate: float) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self._port, self._rate = port, rate
        self.endpoint = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                for source, target, rate in ((near, far, self._rate), (far, near, 0.0)):
                    threading.Thread(target=_forward, args=(source, target, rate), daemon=True).start()


def _forward(source: socket.socket, target: socket.socket, rate: float) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
            if rate:
                time.sleep(len(data) / rate)
        target.close()


def test_a_long_sound_over_a_slow_network(served):
    """No heartbeat gets past it for more than the 2 s after which a dead side is given up."""
    daemon = served()
    pipe = SlowPipe(int(daemon.where["control"].rsplit(":", 1)[1]), 3e6)
    with Client(pipe.endpoint, timeout=PATIENCE) as client:
        client.enroll("hero", b"portrait")
        client.spawn("npc1", "hero")
        begin = time.monotonic()
        assert client.speak("npc1", "u1", bytes(10 << 20), encoding="s16").samples > 0
        assert time.monotonic() - begin > 2.5
    pipe.close()


def test_asyncio(served):
    daemon = served()

    async def play() -> None:
        async with AsyncClient(daemon.where["control"], timeout=PATIENCE) as client:
            await client.enroll("hero", b"portrait")
            await client.spawn("npc1", "hero")
            await client.subscribe("npc1")
            await client.open("npc1", "u1")
            await asyncio.gather(*(client.push("npc1", "u1", bytes(64)) for _ in range(50)))
            assert (await client.close_utterance("npc1", "u1")).samples == 50 * 32
            assert (await client.frame("npc1", timeout=PATIENCE)) is not None

    asyncio.run(play())


def test_keys(served, tmp_path: Path):
    folder, mine = tmp_path / "keys", tmp_path / "mine"
    mine.mkdir()
    secret, server = make_client_keys(folder, "game", mine)
    daemon = served(keys=str(folder))
    keys = Keys(**read_client_keys(secret, server))
    with Client(daemon.where["control"], keys=keys, timeout=PATIENCE) as client:
        client.enroll("hero", b"portrait")
        client.spawn("npc1", "hero")
        client.subscribe("npc1")
        assert client.frame("npc1", timeout=PATIENCE) is not None
    with Client(daemon.where["control"], timeout=1.0) as client, pytest.raises(ConnectionLost):
        client.ping()


def test_keys_that_are_let_in_later(served, tmp_path: Path):
    folder = tmp_path / "keys"
    make_client_keys(folder, "another", tmp_path)
    daemon = served(keys=str(folder))
    secret, server = make_client_keys(tmp_path / "elsewhere", "game", tmp_path / "elsewhere")
    keys = Keys(**{**read_client_keys(secret, server), "server": read_server_key(folder)})
    with Client(daemon.where["control"], keys=keys, timeout=PATIENCE) as client:
        with pytest.raises(ConnectionLost, match="does not take this client's keys"):
            client.ping()
        with pytest.raises(ConnectionLost, match="does not take this client's keys"):
            client.hello()
        shutil.copy(tmp_path / "elsewhere" / "clients" / "game.key", folder / "clients")
        end = time.monotonic() + PATIENCE
        while not client.connected and time.monotonic() < end:
            time.sleep(0.05)
        assert client.ping().time > 0


def read_server_key(folder: Path) -> str:
    public, _ = zmq.auth.load_certificate(folder / "server.key")
    return public.decode()
