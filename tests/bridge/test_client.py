"""The clients against a fake daemon in another process, with real sockets."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zmq

from bridge.client import AsyncClient, BridgeError, Client, ConnectionLost, Controls, Keys, calls
from bridge.client.sockets import reachable
from bridge.protocol import messages as m
from bridge.protocol.codec import decode_request

FAKE_DAEMON = Path(__file__).with_name("fake_daemon.py")
ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Fake:
    """A fake daemon that can be killed, stopped and started again at its place."""

    def __init__(self) -> None:
        self.control, self.streams = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, instance: str = "first") -> None:
        command = [sys.executable, str(FAKE_DAEMON), self.control, self.streams, instance]
        self.process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def fake() -> Iterator[Fake]:
    daemon = Fake()
    daemon.start()
    yield daemon
    daemon.kill()


@pytest.fixture
def client(fake: Fake) -> Iterator[Client]:
    with Client(fake.control, timeout=PATIENCE) as made:
        made.hello()
        yield made


def until(happened: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_a_game_does(client):
    assert client.hello().server == "fake"
    spawned = client.spawn("npc1", "hero", size=256, controls=Controls(gaze="viewer"))
    assert spawned.epoch == 1
    client.subscribe("npc1", motion=True)
    assert client.view("npc1").state.event == "state"
    accepted = client.speak("npc1", "u1", np.zeros(1600, np.float32))
    assert accepted.utterance == "u1"
    assert [event.event for event in client.events("npc1", "u1", timeout=PATIENCE)] == ["started", "finished"]
    until(lambda: client.view("npc1").frames_seen == 9)
    frame = client.frame_at("npc1", 1000, "u1")
    assert (frame.header.pts, frame.image()[0, 0].tolist()) == (800, [2] * 4)
    newest = client.frame("npc1")
    assert (newest.header.pts, newest.time) == (2800, 0.175)
    assert client.frame("npc1") is None
    assert client.motion("npc1")["gaze"].tolist() == pytest.approx([0.1, 0.2])
    assert client.interrupt("npc1").epoch == 2
    assert client.view("npc1").epoch == 2


def test_an_interrupt_drops_what_is_held(client):
    client.spawn("npc1", "hero")
    client.subscribe("npc1")
    client.speak("npc1", "u1", b"sound")
    until(lambda: client.view("npc1").frames_seen == 9)
    client.interrupt("npc1")
    assert client.frame("npc1", timeout=0.05) is None
    client.speak("npc1", "u2", b"sound")
    assert client.frame("npc1", timeout=PATIENCE).header.epoch == 2


def test_refusals_are_bridge_errors(client):
    with pytest.raises(BridgeError, match="spawn it first") as caught:
        client.speak("nobody", "u1", b"sound")
    assert caught.value.code == "no_such_npc"
    with pytest.raises(BridgeError) as caught:
        client.spawn("a/b", "hero")
    assert caught.value.code == "bad_message"
    assert client.ping().time > 0


def test_numbers_of_numpy(client):
    turn = Controls(gaze=np.array([0.1, 0.2], np.float32), distance=np.float32(1.5))
    client.spawn("npc1", "hero", size=np.int64(256), controls=turn)
    client.clock("npc1", "u1", np.float64(123.4))
    with pytest.raises(TypeError, match="nothing that a message can hold"):
        client.set("npc1", object())


def test_a_reply_that_never_comes(client):
    client.spawn("npc1", "hero")
    begin = time.monotonic()
    with pytest.raises(ConnectionLost, match=r"has not answered 'speak' within 0\.2 s"):
        client.ask(calls.speak("npc1", "silent", b"sound"), timeout=0.2)
    assert time.monotonic() - begin < PATIENCE / 2
    assert client.ping().time > 0


def test_nobody_there():
    with Client(f"tcp://127.0.0.1:{free_port()}", timeout=0.2) as client:
        assert not client.connected
        with pytest.raises(ConnectionLost, match="cannot be reached"):
            client.ping()
        with pytest.raises(ConnectionLost, match="start `vasa serve`"):
            client.hello()
        client.send(calls.clock("npc1", "u1", 0))
        assert not client._session.link._waiting
    with pytest.raises(ConnectionLost, match="was closed"):
        client.ping()
    with pytest.raises(ValueError, match="no address"):
        Client("127.0.0.1:5600")


def test_a_game_that_stalls_finds_the_newest_frame(client):
    client.spawn("npc1", "hero")
    client.subscribe("npc1")
    client.speak("npc1", "long", b"sound")
    told = [event.event for event in client.events("npc1", "long", timeout=PATIENCE)]
    assert told == ["started", "finished"]  # though the wire dropped frames
    client.speak("npc1", "u2", b"sound")
    until(lambda: client.frame_at("npc1", 1e9, "u2").header.utterance == "u2")
    assert client.frame_at("npc1", 1e9, "u2").header.pts == 2800
    assert client.frame("npc1") is None


def test_what_cannot_be_read_is_thrown_away(client):
    client.spawn("npc1", "hero")
    client.subscribe("npc1", motion=True)
    client.speak("npc1", "noise", b"sound")
    assert [event.event for event in client.events("npc1", "noise", timeout=PATIENCE)] == ["started", "finished"]
    until(lambda: client._session.link.unreadable > 20)
    assert client.motion("npc1", timeout=PATIENCE) is not None


def test_many_threads(client):
    client.spawn("npc1", "hero")
    times: list[int] = []

    def ask() -> None:
        for _ in range(40):
            times.append(client.ping().time)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(times) == 320


def test_a_daemon_that_is_killed_and_comes_back(fake):
    returns: list[bool] = []

    def spawn_again(client: Client, restarted: bool) -> None:
        if restarted:
            client.spawn("npc1", "hero")
        returns.append(restarted)

    with Client(fake.control, timeout=PATIENCE, on_return=spawn_again) as client:
        client.spawn("npc1", "hero")
        client.subscribe("npc1")
        client.interrupt("npc1")
        client.interrupt("npc1")
        problems: list[str] = []

        def wait_for_an_end() -> None:
            try:
                list(client.events("npc1", "u9"))
            except ConnectionLost as problem:
                problems.append(str(problem))

        def wait_for_a_reply() -> None:
            try:
                client.speak("npc1", "silent", b"sound")
            except ConnectionLost as problem:
                problems.append(str(problem))

        waiting = [threading.Thread(target=work) for work in (wait_for_an_end, wait_for_a_reply)]
        for thread in waiting:
            thread.start()
        time.sleep(0.1)
        fake.kill()
        for thread in waiting:
            thread.join(PATIENCE)
        assert len(problems) == 2
        assert all("went away" in problem for problem in problems)
        assert not client.connected
        fake.start("second")
        assert client.ping().time > 0
        until(lambda: returns == [True])
        assert client.view("npc1").epoch == 1  # that of the new NPC, though the old one's was higher
        assert client.event("npc1", timeout=PATIENCE).event == "state"
        client.speak("npc1", "u1", b"sound")
        assert [event.event for event in client.events("npc1", "u1", timeout=PATIENCE)] == ["started", "finished"]
        assert client.frame("npc1", timeout=PATIENCE) is not None


def test_a_daemon_that_stands_still_for_a_while(fake):
    returns: list[bool] = []
    with Client(fake.control, timeout=PATIENCE, on_return=lambda _, restarted: returns.append(restarted)) as client:
        client.spawn("npc1", "hero")
        client.subscribe("npc1")
        fake.signal(signal.SIGSTOP)
        begin = time.monotonic()
        until(lambda: not client.connected)
        assert 1.0 < time.monotonic() - begin < 6.0
        fake.signal(signal.SIGCONT)
        client.speak("npc1", "u1", b"sound")
        assert returns == [False]
        assert client.frame("npc1", timeout=PATIENCE) is not None


def test_a_client_that_waits_for_its_daemon():
    fake = Fake()
    with Client(fake.control, timeout=PATIENCE) as client:
        asked = threading.Thread(target=client.ping)
        asked.start()
        time.sleep(0.3)
        fake.start()
        asked.join(PATIENCE)
        assert client.connected
    fake.kill()


def test_a_daemon_of_another_version():
    fake = Fake()
    fake.start("future")
    with Client(fake.control, timeout=PATIENCE) as client:
        with pytest.raises(BridgeError, match="update the older") as caught:
            client.ping()
        assert caught.value.code == "bad_version"
        with pytest.raises(BridgeError, match="update the older"):
            client.hello()
    fake.kill()


def test_unsubscribing(client):
    client.spawn("npc1", "hero")
    client.subscribe("npc1")
    client.unsubscribe("npc1", events=False)
    client.speak("npc1", "u1", b"sound")
    assert [event.event for event in client.events("npc1", "u1", timeout=PATIENCE)] == ["started", "finished"]
    time.sleep(0.1)
    client.speak("npc1", "u2", b"sound")
    assert client.event("npc1", "u2", timeout=PATIENCE) is not None
    assert client.frame("npc1", timeout=0.1) is None or client.view("npc1").frames_seen <= 9
    with pytest.raises(ValueError, match="call subscribe"):
        client.frame("npc2")


def test_closing_leaves_nothing_behind(fake):
    Client(fake.control).close()
    before = (threading.active_count(), len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0)
    for _ in range(5):
        with Client(fake.control, timeout=PATIENCE) as client:
            client.ping()
    client.close()
    after = (threading.active_count(), len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0)
    assert after == before


def test_wrong_keys_are_told():
    public, secret = zmq.curve_keypair()
    with zmq.Context() as context, context.socket(zmq.ROUTER) as router:
        router.curve_server = True
        router.curve_secretkey = secret
        port = router.bind_to_random_port("tcp://127.0.0.1")
        mine = [part.decode() for part in zmq.curve_keypair()]
        wrong = Keys(zmq.curve_keypair()[0].decode(), *mine)
        with Client(f"tcp://127.0.0.1:{port}", keys=wrong, timeout=0.5) as client, pytest.raises(ConnectionLost):
            client.ping()
        right = Keys(public.decode(), *mine)
        with Client(f"tcp://127.0.0.1:{port}", keys=right, timeout=PATIENCE) as client:
            assert router.poll(int(PATIENCE * 1000))
            assert isinstance(decode_request(router.recv_multipart()[1]), m.Hello)
        router.close(linger=0)


def test_calls_say_what_is_meant():
    assert calls.speak("a", "u", np.array([0.5], np.float64)).request.encoding == "f32"
    assert calls.speak("a", "u", np.array([1], np.int16)).request.audio == b"\x01\x00"
    assert calls.speak("a", "u", b"RIFF").request.encoding == "file"
    assert calls.speak("a", "u", path=Path("x.wav")).request.path == "x.wav"
    assert calls.listen("a", np.zeros(2, np.float32)).request.encoding == "f32"
    assert calls.enroll("f", b"png").request.image == b"png"
    assert calls.enroll("f", Path("x.png")).request.path == "x.png"
    assert calls.set_controls("a", Controls(gaze=(0.1, 0.2))).request.controls.gaze == (0.1, 0.2)


@pytest.mark.parametrize(
    ("stream", "control", "reached"),
    [
        ("tcp://127.0.0.1:5601", "tcp://127.0.0.1:5600", "tcp://127.0.0.1:5601"),
        ("tcp://0.0.0.0:5601", "tcp://render-box:5600", "tcp://render-box:5601"),
        ("tcp://[::]:5601", "tcp://[fe80::1]:5600", "tcp://[fe80::1]:5601"),
        ("ipc:///tmp/streams", "ipc:///tmp/control", "ipc:///tmp/streams"),
    ],
)
def test_where_the_streams_are(stream, control, reached):
    assert reachable(stream, control) == reached


def test_asyncio_does_the_same(fake):
    async def play() -> None:
        returns: list[bool] = []

        async def came_back(client: AsyncClient, restarted: bool) -> None:
            await client.spawn("npc1", "hero")
            returns.append(restarted)

        async with AsyncClient(fake.control, timeout=PATIENCE, on_return=came_back) as client:
            assert (await client.hello()).server == "fake"
            await client.spawn("npc1", "hero")
            await client.subscribe("npc1", motion=True)
            await asyncio.gather(*(client.ping() for _ in range(50)))
            await client.speak("npc1", "u1", np.zeros(1600, np.int16))
            told = [event.event async for event in client.events("npc1", "u1", timeout=PATIENCE)]
            assert told == ["started", "finished"]
            assert (await client.frame("npc1", timeout=PATIENCE)).header.pts <= 2800
            assert (await client.motion("npc1", timeout=PATIENCE)) is not None
            with pytest.raises(BridgeError):
                await client.speak("npc1", "refused", b"sound")
            with pytest.raises(ConnectionLost, match="has not answered"):
                await client.ask(calls.speak("npc1", "silent", b"sound"), timeout=0.2)
            assert await client.event("npc1", "u9", timeout=0.05) is None
            waiting = asyncio.ensure_future(client.event("npc1", "u9", timeout=PATIENCE))
            await asyncio.sleep(0.05)
            fake.kill()
            with pytest.raises(ConnectionLost, match="went away"):
                await waiting
            fake.start("second")
            assert (await client.ping()).time > 0
            while not returns:
                await asyncio.sleep(0.01)
            assert returns == [True]
            await client.speak("npc1", "u1", b"sound")
            told = [event.event async for event in client.events("npc1", "u1", timeout=PATIENCE)]
            assert told == ["started", "finished"]
            client.unsubscribe("npc1")

    asyncio.run(asyncio.wait_for(play(), 3 * PATIENCE))


def test_asyncio_gives_up_what_nobody_waits_for():
    async def play() -> None:
        async with AsyncClient(f"tcp://127.0.0.1:{free_port()}", timeout=0.2) as client:
            with pytest.raises(ConnectionLost, match="cannot be reached"):
                await client.ping()
            task = asyncio.ensure_future(client.ask(calls.ping(), timeout=PATIENCE))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not client._session.link._waiting

    asyncio.run(play())


def test_both_clients_have_the_same_methods():
    public = [name for name in vars(Client) if not name.startswith("_")]
    assert public == [name for name in vars(AsyncClient) if not name.startswith("_")]
