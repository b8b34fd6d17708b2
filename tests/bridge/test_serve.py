"""`vasa serve` as a process: how it begins, says where it is, and ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq
from websockets.sync.client import connect

from bridge.config import Settings
from bridge.daemon import Daemon, DaemonError
from bridge.exporter import ExporterError
from bridge.keys import make_client_keys
from bridge.listening import ListeningError
from bridge.protocol import messages as m
from bridge.protocol.codec import encode

PATIENCE = 10.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_it_in_order(number: int, served: Any, talk: Any) -> None:
    daemon = served()
    assert talk(daemon).ask(m.Ping())["time"] > 0
    assert daemon.end(number) == 0
    assert "Ended" in daemon.log
    assert daemon.process.stdout.read() == ""


def test_it_ends_with_its_parent_even_where_nobody_waits_for_that(served: Any) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    daemon = served(parent_pid=parent.pid)
    assert daemon.process.poll() is None
    assert parent.stdin is not None
    parent.stdin.close()  # it ends, and its entry stays until somebody waits for it
    assert daemon.process.wait(PATIENCE) == 0
    parent.wait()
    daemon.end()
    assert f"The parent process {parent.pid} is gone" in daemon.log


def test_a_parent_that_is_not_there_is_refused(served: Any) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    daemon = served(parent_pid=gone.pid)
    assert daemon.end() == 1
    assert "Check --parent-pid" in daemon.log


def test_only_one_daemon_has_a_port(served: Any) -> None:
    first = served()
    port = int(first.where["control"].rsplit(":", 1)[1])
    second = served(port=port, stream_port=0)
    assert second.end() == 1
    assert second.log == f"A daemon runs at port {port} already. Use it, stop it, or choose another with --port.\n"
    assert first.process.poll() is None


def test_a_port_that_another_program_has_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ListeningError, match=f"{port} and .* another program uses one"):
            Daemon(Settings(port=port, stream_port=0))


def test_addresses_of_other_machines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DaemonError, match="needs keys"):
        Daemon(Settings(host="0.0.0.0", port=0))
    with pytest.raises(ListeningError, match=r"no address '203\.0\.113\.1'"):
        make_client_keys(tmp_path / "keys", "laptop", tmp_path)
        Daemon(Settings(host="203.0.113.1", port=0, keys=tmp_path / "keys"))


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_other_names_of_this_host_do_too(host: str, daemon_here: Any) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    daemon = daemon_here(host=host)
    with zmq.Context() as context, context.socket(zmq.DEALER) as client:
        client.linger, client.ipv6 = 0, True
        client.connect(daemon.control)
        client.send(encode(m.Ping(id=1)))
        assert client.poll(5000)


def test_addresses_without_keys_are_refused() -> None:
    with pytest.raises(DaemonError, match="only together with keys"):
        Daemon(Settings(port=0, allow_address=("127.0.0.1",)))


def test_what_fails_to_start_leaves_nothing_behind(fake_stage: Any, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        before = threading.active_count(), len(os.listdir("/proc/self/fd"))
        settings = Settings(port=0, metrics_port=other.getsockname()[1], ipc=tmp_path / "ipc")
        for _ in range(3):
            with pytest.raises(ExporterError, match="Choose another --metrics-port"):
                Daemon(settings, fake_stage)
        assert threading.active_count() <= before[0]  # one of an earlier test may have ended meanwhile
        assert len(os.listdir("/proc/self/fd")) <= before[1]
    assert list((tmp_path / "ipc").iterdir()) == []


def test_unix_sockets_serve_too_and_go_with_the_daemon(served: Any, tmp_path: Path) -> None:
    folder = tmp_path / "ipc"
    daemon = served(ipc=str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    with zmq.Context() as context, context.socket(zmq.DEALER) as client:
        client.linger = 0
        client.connect(f"ipc://{folder}/control")
        client.send(encode(m.Ping(id=1)))
        assert client.poll(5000)
    second = served(ipc=str(folder))
    assert second.end() == 1
    assert "A daemon listens at" in second.log
    assert daemon.end() == 0
    assert list(folder.iterdir()) == []


def test_unix_sockets_of_a_killed_daemon_are_used_again(served: Any, tmp_path: Path) -> None:
    first = served(ipc=str(tmp_path))
    first.process.kill()
    first.process.wait()
    second = served(ipc=str(tmp_path))
    assert second.where["ipc"] == str(tmp_path)
    assert second.end() == 0


def test_clients_may_end_it_only_where_that_is_allowed(served: Any, talk: Any) -> None:
    closed, open_ = served(), served(allow_shutdown=True)
    assert talk(closed).ask(m.Shutdown())["code"] == "not_allowed"
    assert closed.process.poll() is None
    assert talk(open_).ask(m.Shutdown()) == {}
    assert open_.process.wait(PATIENCE) == 0


def test_requests_that_wait_when_it_ends_are_refused(daemon_here: Any, talk: Any) -> None:
    daemon = daemon_here()
    client = talk(daemon)
    client.spawn()
    daemon.stage.delay = 0.5
    first = client.send(m.Speak(npc="npc", utterance="u1", audio=b"12"))
    second = client.send(m.Speak(npc="npc", utterance="u2", audio=b"12"))
    while daemon.dispatcher.waiting()["requests"] < 1:
        time.sleep(0.01)
    daemon.close()
    replies = {reply.id: reply for reply in (client.receive(), client.receive())}
    assert replies[first].result is not None
    assert replies[second].error.code == "shutting_down"


def test_faces_are_there_from_the_start(served: Any, talk: Any, tmp_path: Path) -> None:
    (tmp_path / "hero.png").write_bytes(b"picture")
    daemon = served(faces={"hero": str(tmp_path / "hero.png")})
    assert talk(daemon).ask(m.List())["faces"] == ["hero"]
    missing = served(faces={"hero": str(tmp_path / "none.png")})
    assert missing.end() == 1
    assert "The face 'hero' could not be made. There is no file" in missing.log


def test_log_lines_are_json_on_request(served: Any) -> None:
    daemon = served(log_json=True, log_level="debug")
    daemon.end()
    lines = [msgspec.json.decode(line) for line in daemon.log.splitlines()]
    assert [line["message"] for line in lines] == ["Ending", "Ended"]
    assert all({"time", "level", "where", "message"} == set(line) for line in lines)


def test_stdout_that_nobody_reads_is_no_trouble() -> None:
    command = [sys.executable, str(Path(__file__).with_name("fake_stage.py")), '{"port": 0}']
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with (
        open("/dev/full", "w") as full,
        subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment) as daemon,
    ):
        assert daemon.stderr is not None
        assert "could not be printed: No space left on device" in daemon.stderr.readline()
        daemon.terminate()
        assert daemon.wait(PATIENCE) == 0


def test_the_daemons_clocks_do_not_follow_the_systems(
    daemon_here: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = daemon_here()
    client = talk(daemon)
    client.spawn()
    client.streams.subscribe(b"tex/npc\0")
    before = client.ask(m.Ping())["time"]
    assert client.stream() is not None
    real = time.time
    for step in (-1e8, 1e8):
        monkeypatch.setattr(time, "time", lambda step=step: real() + step)
        frames = [client.stream().header for _ in range(5)]
        assert all(later.sent >= earlier.sent for earlier, later in pairwise(frames))
    assert 0 < client.ask(m.Ping())["time"] - before < 60e6
    assert client.ask(m.Stats())["daemon"]["uptime_seconds"] < 60


def test_the_door_opens_with_the_daemon_and_closes_with_it(served: Any) -> None:
    daemon = served(door=True, door_port=0, door_token="secret")
    page = daemon.where["door"]
    assert page.endswith("#secret")
    address = page.split("#")[0].replace("http", "ws") + "socket?token=secret"
    with connect(address) as visitor:
        visitor.send(msgspec.json.encode({"op": "ping", "id": 4, "v": 1}).decode())
        assert msgspec.json.decode(visitor.recv(timeout=PATIENCE))["id"] == 4
        assert daemon.end() == 0
    assert "Traceback" not in daemon.log


def test_a_door_that_cannot_open_is_said(served: Any) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        daemon = served(door=True, door_port=other.getsockname()[1])
        assert daemon.end() == 1
        assert "The door cannot open" in daemon.log
