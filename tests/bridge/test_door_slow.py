"""A client of the door that reads slowly gets the newest frame, and holds up nobody."""

import json
import socket as sockets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

from bridge.door.framing import unpack
from bridge.door.visitor import FRAMES_ON_THE_WAY
from bridge.protocol import messages as m
from bridge.protocol.codec import decode_stream
from tests.bridge.conftest import PATIENCE, Served

ASLEEP = 2.0
"""s in which the slow client reads nothing; 80 frames of 1 MiB pass by."""

IN_LIBRARY = 2
"""Frames that the client's library has taken, and answered the ping of, before anybody asks for them."""


@contextmanager
def _watch(served: Served, npc: str) -> Iterator[ClientConnection]:
    """A client with the shortest queue that its library allows."""
    host = urlsplit(served.where["door"]).netloc
    with connect(
        f"ws://{host}/socket?token=t", max_size=None, max_queue=1, compression=None, close_timeout=0.1
    ) as socket:
        socket.send(json.dumps({"op": "subscribe", "id": 1, "npc": npc, "textures": True, "framing": "mixed"}))
        assert json.loads(socket.recv(PATIENCE))["result"] == {}
        yield socket


def _next(socket: ClientConnection) -> m.FrameHeader:
    header = decode_stream(unpack(bytes(socket.recv(PATIENCE)))).header
    assert isinstance(header, m.FrameHeader)
    return header


def _age(header: m.FrameHeader) -> float:
    """s since a frame was made; on one host all processes have the same monotonic clock."""
    return time.monotonic() - header.sent / 1e6


def test_a_slow_reader_gets_the_newest_frame(served: Callable[..., Served], talk: Callable) -> None:
    door = served(door=True, door_token="t")
    talk(door).spawn("hero")
    with _watch(door, "hero") as slow, _watch(door, "hero") as quick:
        last = _next(slow).seq
        end = time.monotonic() + ASLEEP
        ages = []
        while time.monotonic() < end:
            ages.append(_age(_next(quick)))
        assert len(ages) > 10 * ASLEEP, "the slow one held up the quick one"
        assert sorted(ages)[len(ages) // 2] < 0.1
        old = 0
        while _age(header := _next(slow)) > ASLEEP / 2:
            assert header.seq > last
            old += 1
        assert old <= FRAMES_ON_THE_WAY + IN_LIBRARY, "old frames lay in a queue"
        assert header.seq > last + 20


def test_a_client_that_never_reads_holds_up_nobody(served: Callable[..., Served], talk: Callable) -> None:
    door = served(door=True, door_token="t")
    talk(door).spawn("hero")
    host = urlsplit(door.where["door"])
    raw = sockets.create_connection((host.hostname, host.port))
    raw.sendall(
        f"GET /socket?token=t HTTP/1.1\r\nHost: {host.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    assert b"101" in raw.recv(4096)
    text = json.dumps({"op": "subscribe", "id": 1, "npc": "hero", "textures": True}).encode()
    raw.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
    raw.sendall(bytes([0x81, 0x80 | 10, 0, 0]))  # and half a message
    with _watch(door, "hero") as quick:
        ages = [_age(_next(quick)) for _ in range(20)]
    assert sorted(ages)[10] < 0.1
    raw.close()
    assert door.end() == 0
