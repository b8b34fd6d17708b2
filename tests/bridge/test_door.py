"""The door: who may come in, what it serves, and that its messages are those of the ZeroMQ sockets."""

import base64
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import zmq
from msgspec import msgpack
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bridge.door import Door, DoorSettings
from bridge.door.door import DoorError
from bridge.door.framing import unpack
from bridge.protocol import messages as m
from bridge.protocol.codec import decode_reply, decode_stream, encode
from tests.bridge.conftest import PATIENCE, Served

TOKEN = "the token"
Serve = Callable[..., Served]


def _address(served: Served, query: str = "?token=the+token") -> str:
    return f"ws://{urlsplit(served.where['door']).netloc}/socket{query}"


def _enter(served: Served, query: str = "?token=the+token", **options: Any) -> ClientConnection:
    return connect(_address(served, query), max_size=None, compression=None, **options)


def _get(served: Served, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(served.where["door"]).netloc, timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response, response.read()


def _ask_text(client: ClientConnection, **request: Any) -> dict[str, Any]:
    """The reply to a JSON request; text stream messages that come before it are skipped."""
    client.send(json.dumps({"v": 1, **request}))
    while True:
        message = client.recv(PATIENCE)
        if isinstance(message, str) and "stream" not in (reply := json.loads(message)):
            return dict(reply)


def _names(client: ClientConnection) -> set[str]:
    """Of the NPCs that there are."""
    return {npc["npc"] for npc in _ask_text(client, op="list", id=99)["result"]["npcs"]}


@pytest.fixture(scope="module")
def door() -> Iterator[Served]:
    """One daemon for all tests that leave it as it was."""
    served = Served(door=True, door_token=TOKEN, door_origins=["https://game.example"])
    yield served
    served.process.kill()
    served.process.wait(PATIENCE)


def test_pages_tell_browsers_to_load_nothing_from_elsewhere(door: Served) -> None:
    response, body = _get(door, "/")
    assert response.status == 200
    assert b"<title>vasa</title>" in body
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert TOKEN.encode() not in body
    names = json.loads(_get(door, "/samples.json")[1])
    assert "portrait.png" in names["portraits"]
    portrait, picture = _get(door, "/samples/portrait.png")
    assert portrait.headers["Content-Type"] == "image/png"
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    ["/../door.py", "/samples/../__init__.py", "/samples/%2e%2e/__init__.py", "//etc/passwd", "/CREDITS.md", "/page"],
)
def test_nothing_else_is_served(door: Served, path: str) -> None:
    assert _get(door, path)[0].status == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5602", "127.0.0.1", "127.0.0.1:1"])
def test_a_name_that_is_not_this_hosts_is_refused(door: Served, host: str) -> None:
    assert _get(door, "/", Host=host)[0].status == 403
    assert _get(door, "/samples/portrait.png", Host=host)[0].status == 403


@pytest.mark.parametrize("query", ["", "?token=", "?token=the+tokem", "?token=%ff", "?tokens=the+token"])
def test_without_the_token_nobody_comes_in(door: Served, query: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        _enter(door, query)
    assert refusal.value.response.status_code == 401
    assert b"token" in (refusal.value.response.body or b"")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://game.example.evil"])
def test_a_strangers_page_does_not_come_in_even_with_the_token(door: Served, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        _enter(door, origin=origin)
    assert refusal.value.response.status_code == 403


def test_own_and_listed_pages_and_programs_come_in(door: Served) -> None:
    own = "http://" + urlsplit(door.where["door"]).netloc
    for options in (
        {"origin": own},
        {"origin": own.replace("127.0.0.1", "localhost")},
        {"origin": "https://game.example"},
    ):
        with _enter(door, **options) as client:
            assert "time" in _ask_text(client, op="ping", id=1)["result"]
    with _enter(door, "", additional_headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        assert "time" in _ask_text(client, op="ping", id=1)["result"]


def test_the_token_is_drawn_anew_and_told_only_in_the_address(served: Serve) -> None:
    first, second = served(door=True), served(door=True)
    tokens = [urlsplit(each.where["door"]).fragment for each in (first, second)]
    assert tokens[0] != tokens[1]
    assert min(len(token) for token in tokens) >= 20
    with _enter(first, f"?token={tokens[0]}") as client:
        assert _ask_text(client, op="ping", id=1)["id"] == 1
    with pytest.raises(InvalidStatus):
        _enter(first, f"?token={tokens[1]}")
    first.end()
    assert tokens[0] not in first.log


def test_the_door_opens_only_on_this_host_and_only_once_per_port() -> None:
    with zmq.Context() as context:
        with pytest.raises(DoorError, match="only on this host"):
            Door(DoorSettings(host="0.0.0.0", port=0), context, "inproc://c", "inproc://s")
        door = Door(DoorSettings(port=0), context, "inproc://c", "inproc://s")
        with pytest.raises(DoorError, match="Choose another port"):
            Door(DoorSettings(port=door.port), context, "inproc://c", "inproc://s")
        door.close()
        door.close()


def test_json_says_what_msgpack_says(door: Served) -> None:
    with _enter(door) as client:
        image = base64.b64encode(b"picture").decode()
        assert _ask_text(client, op="enroll", id=1, face="face", image=image)["result"]["face"] == "face"
        assert _ask_text(client, op="spawn", id=2, npc="npc", face="face")["result"]["epoch"] == 0
        spoken = _ask_text(client, op="speak", id=3, npc="npc", utterance="u", audio=image)
        assert spoken["result"]["samples"] == len(b"picture")
        client.send(encode(m.List(id=4)))
        reply = decode_reply(bytes(client.recv(PATIENCE)))
        assert reply.id == 4
        assert reply.result is not None
        assert {"npc": "npc"} in reply.result["npcs"]
        assert _ask_text(client, op="list", id=4)["result"] == reply.result


def test_what_is_wrong_is_said_in_the_kind_it_came(door: Served) -> None:
    with _enter(door) as client:
        assert _ask_text(client, op="despawn", id=7, npc="nobody")["error"]["code"] == "no_such_npc"
        assert _ask_text(client, op="despawn", id=8, npc="no body")["error"]["code"] == "bad_message"
        assert _ask_text(client, op="dance", id=9)["error"]["code"] == "unknown_op"
        assert _ask_text(client, op="subscribe", id=10, npc=5)["error"]["code"] == "bad_message"
        for text in ("", "nonsense", "[]", "5", "[" * 100_000, '{"id": 1e99}'):
            client.send(text)
            reply = json.loads(client.recv(PATIENCE))
            assert reply["id"] == 0
            assert reply["error"]["code"] in ("bad_message", "unknown_op", "bad_version")
        for data in (b"", b"\xc1", b"\x93\x01", bytes(1000), msgpack.encode({"op": "subscribe", "id": 3, "npc": 5})):
            client.send(data)
            assert decode_reply(bytes(client.recv(PATIENCE))).error.code == "bad_message"  # type: ignore[union-attr]
        assert _ask_text(client, op="ping", id=11)["id"] == 11


def test_streams_come_in_three_framings(door: Served) -> None:
    with _enter(door) as client:
        _ask_text(client, op="enroll", id=1, face="face", image="AAAA")
        _ask_text(client, op="spawn", id=2, npc="npc", face="face")
        _ask_text(client, op="subscribe", id=3, npc="npc", textures=True)
        text = json.loads(client.recv(PATIENCE))
        assert (text["stream"], text["npc"], text["header"]["format"]) == ("tex", "npc", "rgba")
        assert len(base64.b64decode(text["payload"])) == 1 << 20
        for framing, mark in (("mixed", 2), ("msgpack", 1)):
            _ask_text(client, op="subscribe", id=4, npc="npc", textures=True, framing=framing)
            while isinstance(message := client.recv(PATIENCE), str) or message[0] != mark:
                pass
            frame = decode_stream(unpack(bytes(message)))
            assert isinstance(frame.header, m.FrameHeader)
            assert frame.header.npc == "npc"
            assert bytes(frame.payload) == bytes(range(256)) * 4096
        _ask_text(client, op="subscribe", id=5, npc="npc")
        time.sleep(0.2)
        while True:  # what was on its way
            try:
                client.recv(0.01)
            except TimeoutError:
                break
        with pytest.raises(TimeoutError):
            client.recv(0.3)


def test_a_late_subscriber_is_told_the_state(door: Served, talk: Callable[[Served], Any]) -> None:
    talk(door).spawn("hero")
    with _enter(door) as client:
        client.send(encode(m.Ping(id=1)))
        client.recv(PATIENCE)
        client.send(msgpack.encode({"op": "subscribe", "id": 2, "npc": "hero", "events": True}))
        assert decode_reply(bytes(client.recv(PATIENCE))).result == {}
        event = decode_stream(unpack(bytes(client.recv(PATIENCE)))).header
        assert isinstance(event, m.Event)
        assert event.event == "state"


def test_npcs_of_a_tidy_client_go_with_it(door: Served) -> None:
    with _enter(door, "?tidy=1&token=the+token") as client, _enter(door) as other:
        _ask_text(client, op="enroll", id=1, face="face", image="AAAA")
        for number, npc in enumerate(("a", "b", "c")):
            assert _ask_text(client, op="spawn", id=2 + number, npc=npc, face="face")["result"]
        _ask_text(client, op="despawn", id=9, npc="b")
        _ask_text(other, op="spawn", id=1, npc="d", face="face")
        assert {"a", "c", "d"} <= _names(other)
        client.close()
        end = time.monotonic() + PATIENCE
        while _names(other) & {"a", "b", "c"}:
            assert time.monotonic() < end
        assert "d" in _names(other)


def test_too_many_clients_and_too_long_messages() -> None:
    settings = DoorSettings(port=0, token="t", max_clients=1, max_message=1000)
    with zmq.Context() as context, closing(Door(settings, context, "inproc://c", "inproc://s")) as door:
        address = f"{door.address}?token=t"
        with connect(address) as client:
            with pytest.raises(InvalidStatus) as refusal:
                connect(address)
            assert refusal.value.response.status_code == 503
            client.send(bytes(1001))
            with pytest.raises(ConnectionClosed, match="1009"):
                client.recv(PATIENCE)
        end = time.monotonic() + PATIENCE
        while door.stats()["clients"]:
            assert time.monotonic() < end
        with connect(address):
            assert door.stats()["clients"] == 1


def test_what_is_no_http_leaves_no_trace(served: Serve) -> None:
    door = served(door=True, log_level="debug")
    host = urlsplit(door.where["door"])
    for data in (
        b"\0" * 100,
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ):
        with socket.create_connection((host.hostname, host.port), PATIENCE) as stranger:
            stranger.sendall(data)
            assert not stranger.recv(4096).startswith(b"HTTP/1.1 200")
    assert _get(door, "/")[0].status == 200
    door.end()
    assert "Traceback" not in door.log
    assert host.fragment not in door.log


def test_clients_are_told_when_the_daemon_ends(served: Serve) -> None:
    door = served(door=True, door_token=TOKEN)
    with _enter(door) as client:
        _ask_text(client, op="ping", id=1)
        assert door.end() == 0
        with pytest.raises(ConnectionClosed, match="1001"):
            client.recv(PATIENCE)
    assert "Traceback" not in door.log
