"""What clients do to a daemon: real processes, real sockets, a fake stage."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import zmq

from bridge.client import Client
from bridge.protocol import messages as m
from bridge.protocol.codec import encode
from bridge.ring.files import usual_folder

PATIENCE = 10.0
KILLED_CLIENT = """
import sys, zmq
from bridge.client import Client
from bridge.protocol import messages as m
from bridge.protocol.codec import encode
from bridge.ring.files import usual_folder
context = zmq.Context()
control, streams = context.socket(zmq.DEALER), context.socket(zmq.SUB)
control.connect(sys.argv[1]), streams.connect(sys.argv[2])
streams.subscribe(b"tex/npc\\0")
control.send(encode(m.Open(npc="npc", utterance="u", id=1)))
control.recv()
print("streaming", flush=True)
for number in range(2, 1_000_000):
    control.send(encode(m.Push(npc="npc", utterance="u", audio=bytes(640), id=number)))
    streams.recv_multipart()
"""


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)
    return value


def test_a_client_killed_in_the_middle_of_a_stream_hurts_nobody(served: Any, talk: Any) -> None:
    daemon = served()
    other = talk(daemon)
    other.spawn()
    where = (daemon.where["control"], daemon.where["streams"])
    client = subprocess.Popen([sys.executable, "-c", KILLED_CLIENT, *where], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    assert client.stdout.readline() == "streaming\n"
    until(lambda: other.ask(m.Stats())["daemon"]["topics"] == ["tex/npc"])
    client.kill()
    client.wait()
    client.stdout.close()
    until(lambda: other.ask(m.Stats())["daemon"]["topics"] == [])
    figures = other.ask(m.Stats())["daemon"]
    assert figures["queues"]["streams"] == 0 and figures["queues"]["requests"] == 0
    assert other.ask(m.Close(npc="npc", utterance="u"))["utterance"] == "u"
    assert daemon.end() == 0


def test_a_thousand_requests_a_second_all_get_one_reply_and_hold_up_nobody(served: Any, talk: Any) -> None:
    daemon = served()
    flood, other = talk(daemon), talk(daemon)
    other.spawn()
    sent = []
    slowest = 0.0
    begin = time.monotonic()
    for batch in range(20):
        sent += [flood.send(m.Set(npc="npc")) for _ in range(100)]
        asked = time.monotonic()
        other.ask(m.Ping())
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(max(0.0, begin + (batch + 1) / 10 - time.monotonic()))
    replies = [flood.receive() for _ in sent]
    assert [reply.id for reply in replies] == sent
    assert all(reply.result == {} for reply in replies)
    assert not flood.control.poll(100)
    assert slowest < 1.0
    assert daemon.end() == 0


def test_more_requests_than_can_wait_are_refused_each_with_a_reply(daemon_here: Any, talk: Any) -> None:
    daemon = daemon_here()
    flood = talk(daemon)
    flood.spawn()
    daemon.stage.delay = 1.0
    first = flood.send(m.Speak(npc="npc", utterance="u", audio=b"12"))
    sent = [flood.send(m.Set(npc="npc")) for _ in range(1100)]
    replies = {}
    for _ in range(1101):
        reply = flood.receive()
        assert reply.id not in replies
        replies[reply.id] = reply
    assert set(replies) == {first, *sent}
    refused = [reply for reply in replies.values() if reply.error is not None]
    assert refused and {reply.error.code for reply in refused} == {"too_many"}
    assert flood.ask(m.Ping())["time"] > 0


def test_a_subscriber_that_never_reads_costs_little_and_stops_nobody(served: Any, talk: Any) -> None:
    daemon = served()
    asleep, other = talk(daemon), talk(daemon)
    other.spawn()
    asleep.streams.rcvhwm = 1
    process = psutil.Process(daemon.process.pid)
    before = process.memory_info().rss
    raw = subscribe_raw(daemon.where["streams"], b"tex/npc\0")
    other.streams.subscribe(b"tex/npc\0")
    seen = []
    end = time.monotonic() + 3
    while time.monotonic() < end:
        message = other.stream()
        seen.append(message.header.seq)
    assert len(seen) > 60
    assert process.memory_info().rss - before < 100 << 20
    raw.close()
    assert daemon.end() == 0


def test_a_stopped_client_is_found_out_and_goes_on_later(served: Any, talk: Any) -> None:
    daemon = served()
    other = talk(daemon)
    other.spawn()
    where = (daemon.where["control"], daemon.where["streams"])
    client = subprocess.Popen([sys.executable, "-c", KILLED_CLIENT, *where], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    assert client.stdout.readline() == "streaming\n"
    client.send_signal(signal.SIGSTOP)
    until(lambda: other.ask(m.Stats())["daemon"]["topics"] == [], 5)  # heartbeats tell within 2 s
    client.send_signal(signal.SIGCONT)
    until(lambda: other.ask(m.Stats())["daemon"]["topics"] == ["tex/npc"])
    client.kill()
    client.wait()
    client.stdout.close()


@pytest.mark.slow
def test_a_daemon_stopped_for_five_seconds_goes_on(served: Any, talk: Any) -> None:
    daemon = served()
    other = talk(daemon)
    other.spawn()
    other.streams.subscribe(b"tex/npc\0")
    assert other.stream() is not None
    daemon.process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    daemon.process.send_signal(signal.SIGCONT)
    assert "npcs" in until(lambda: other.ask(m.List()))
    while other.stream(0.2) is not None and other.streams.poll(0):
        pass
    assert other.stream() is not None
    assert daemon.end() == 0


def test_a_waiting_game_goes_on_by_itself_after_its_daemon_was_killed(served: Any) -> None:
    first = served()
    port, stream_port = (int(first.where[name].rsplit(":", 1)[1]) for name in ("control", "streams"))
    returned = threading.Event()

    def set_up(client: Client) -> None:
        client.enroll("face", b"x")
        client.spawn("npc", "face")

    def again(client: Client, restarted: bool) -> None:
        if restarted:
            set_up(client)
            returned.set()

    with Client(first.where["control"], timeout=PATIENCE, on_return=again) as client:
        set_up(client)
        client.subscribe("npc")
        assert client.frame("npc", timeout=PATIENCE) is not None
        first.process.kill()
        first.process.wait()
        second = served(port=port, stream_port=stream_port)
        assert returned.wait(2 * PATIENCE)
        client.speak("npc", "u", bytes(640))
        assert any(event.event == "started" for event in client.events("npc", timeout=PATIENCE))
        assert client.frame("npc", timeout=PATIENCE) is not None
    assert second.end() == 0


def test_what_a_killed_daemon_left_in_shared_memory_goes_when_the_next_starts(daemon_here: Any) -> None:
    left = usual_folder() / f"vasa-ring-1-{os.urandom(16).hex()}"
    left.write_bytes(b"frames")
    daemon_here()
    assert not left.exists()


def test_a_client_waits_for_a_daemon_that_is_killed_and_started_again(served: Any, talk: Any) -> None:
    first = served()
    client = talk(first)
    client.spawn()
    port, stream_port = (int(first.where[name].rsplit(":", 1)[1]) for name in ("control", "streams"))
    first.process.kill()
    first.process.wait()
    second = served(port=port, stream_port=stream_port)
    assert second.where["control"] == first.where["control"]
    assert client.ask(m.List()) == {"faces": [], "npcs": []}


def test_half_a_message_and_noise_are_no_trouble(served: Any, talk: Any) -> None:
    daemon = served()
    host, port = daemon.where["control"].removeprefix("tcp://").split(":")
    for noise in (b"", b"\xff", b"GET / HTTP/1.1\r\n\r\n", os.urandom(4096), greeting()[:40], greeting() + b"\x04\x26"):
        with socket.create_connection((host, int(port))) as plain:
            plain.sendall(noise)
    client = talk(daemon)
    whole = encode(m.Ping(id=7))
    for cut in range(len(whole)):
        client.control.send(whole[:cut])
        assert client.receive().error.code == "bad_message"
    client.control.send_multipart([whole, whole])
    assert client.receive().error.code == "bad_message"
    assert client.ask(m.Ping())["time"] > 0
    assert daemon.end() == 0
    assert "Traceback" not in daemon.log


def test_a_message_that_is_too_long_ends_its_connection_only(served: Any, talk: Any) -> None:
    daemon = served()
    client, other = talk(daemon), talk(daemon)
    client.control.send(bytes((64 << 20) + (1 << 20)))
    assert other.ask(m.Ping())["time"] > 0
    assert client.ask(m.Ping())["time"] > 0  # it connected again


def test_wrong_versions_and_unknown_requests_are_answered_with_their_id(served: Any, talk: Any) -> None:
    client = talk(served())
    for message, code in (
        ({"op": "ping", "id": 5, "v": 2}, "bad_version"),
        ({"op": "dance", "id": 5, "v": 1}, "unknown_op"),
        ({"op": "spawn", "id": 5, "npc": "a/b", "face": "f"}, "bad_message"),
        ({"op": "ping", "id": 5, "more": 1}, "bad_message"),
    ):
        client.control.send(msgspec.msgpack.encode(message))
        reply = client.receive()
        assert (reply.id, reply.error.code) == (5, code)
    assert client.ask(m.Hello(versions=[7, 9]))["code"] == "bad_version"


def test_a_plain_req_socket_is_served_too(served: Any) -> None:
    daemon = served()
    with zmq.Context() as context, context.socket(zmq.REQ) as client:
        client.linger = 0
        client.connect(daemon.where["control"])
        client.send(encode(m.Ping(id=3)))
        assert client.poll(5000)
        assert msgspec.msgpack.decode(client.recv())["id"] == 3


def test_a_bug_in_the_stage_is_an_answer_not_an_end(served: Any, talk: Any) -> None:
    daemon = served()
    client = talk(daemon)
    client.spawn()
    assert client.ask(m.Set(npc="npc", importance=0.125))["code"] == "internal"
    assert client.ask(m.Ping())["time"] > 0
    assert daemon.end() == 0
    assert "a bug in the stage" in daemon.log


def test_every_accepted_utterance_ends_when_the_daemon_does(served: Any, talk: Any) -> None:
    daemon = served()
    client = talk(daemon)
    client.spawn()
    client.streams.subscribe(b"evt/npc\0")
    client.event("state")
    for number in range(5):
        client.ask(m.Speak(npc="npc", utterance=f"u{number}", audio=b"12"))
    assert daemon.end() == 0
    assert [client.event("failed").utterance for _ in range(5)] == [f"u{number}" for number in range(5)]


@pytest.mark.parametrize("kind", ["pipe", "full"])
def test_a_log_that_nobody_reads_or_a_full_disk_stops_nothing(kind: str) -> None:
    reader, writer = os.pipe()
    log = os.fdopen(writer if kind == "pipe" else os.open("/dev/full", os.O_WRONLY), "w")
    command = [sys.executable, str(Path(__file__).with_name("fake_stage.py")), '{"port": 0, "log_level": "debug"}']
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as daemon:
        assert daemon.stdout is not None
        where = msgspec.json.decode(daemon.stdout.readline())
        with zmq.Context() as context, context.socket(zmq.DEALER) as client:
            client.linger = 0
            client.connect(where["control"])
            for _ in range(20):  # each hello is a line of the log: far more than a pipe and the queue hold
                for number in range(100):
                    client.send(encode(m.Hello(versions=[1], client="x" * 500, id=number)))
                for _ in range(100):
                    assert client.poll(5000)
                    client.recv()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(PATIENCE) == 0
    os.close(reader)
    if kind == "full":
        os.close(writer)


def greeting() -> bytes:
    """The first 64 bytes of a ZMTP 3.1 connection without security."""
    return b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)


def subscribe_raw(endpoint: str, topic: bytes) -> socket.socket:
    """A subscriber on a bare socket, that answers nothing and reads nothing any more."""
    host, port = endpoint.removeprefix("tcp://").split(":")
    plain = socket.create_connection((host, int(port)))
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    ready = b"\x05READY" + b"\x0bSocket-Type" + (3).to_bytes(4, "big") + b"SUB"
    plain.sendall(greeting() + b"\x04" + bytes([len(ready)]) + ready)
    plain.recv(4096)
    time.sleep(0.2)
    subscribe = b"\x01" + topic
    plain.sendall(b"\x00" + bytes([len(subscribe)]) + subscribe)
    return plain
