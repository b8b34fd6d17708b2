"""Parts of the door: framing, test vectors and outbox."""

import base64
import json
import struct
from typing import Any

import pytest
from msgspec import json as fast_json
from msgspec import msgpack

from bridge.door import vectors
from bridge.door.framing import Framing, Streamed, pack, unpack
from bridge.door.messages import DoorRequest
from bridge.door.outbox import MAX_ORDERED, Outbox, OverfullError

HEADER = {"npc": "hero", "epoch": 3, "pts": 480, "utterance": None}
FRAME = Streamed(b"tex/hero\0", msgpack.encode(HEADER), b"pixels")


@pytest.mark.parametrize("framing", ["msgpack", "mixed"])
@pytest.mark.parametrize("npc", [b"h", b"he", b"hero", b"hero.of_the-day"])
def test_what_is_packed_can_be_unpacked_and_lies_aligned(framing: Framing, npc: bytes) -> None:
    message = FRAME._replace(topic=b"mot/" + npc + b"\0", payload=struct.pack("<3f", 1, 2, 3))
    data = pack(message, framing)
    assert isinstance(data, bytes)
    assert data[0] == (1 if framing == "msgpack" else 2)
    assert unpack(data) == message
    assert (len(data) - len(message.payload)) % 8 == 0


def test_the_layout_is_as_written() -> None:
    data = pack(FRAME, "mixed")
    assert isinstance(data, bytes)
    header = json.dumps(HEADER, separators=(",", ":")).encode()
    assert data[:8] == bytes([2, 9, 0, 0]) + struct.pack("<I", len(header))
    assert data[8:17] == b"tex/hero\0"
    assert data[17 : 17 + len(header)] == header
    assert data.endswith(b"pixels")


def test_text_is_json() -> None:
    assert json.loads(pack(FRAME, "json")) == {"stream": "tex", "npc": "hero", "header": HEADER, "payload": "cGl4ZWxz"}


@pytest.mark.parametrize(
    "data", [b"", b"\x01" * 7, b"\x80" + bytes(20), b"\x01\xff" + bytes(20), b"\x02\0\0\0\xff\xff\xff\xff"]
)
def test_what_is_no_stream_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data)


def test_only_the_newest_frame_of_a_topic_waits() -> None:
    outbox = Outbox()
    for number in range(5):
        for npc in (b"a", b"b"):
            outbox.put_stream(Streamed(b"tex/" + npc + b"\0", b"", bytes([number])), "msgpack")
        outbox.put_stream(Streamed(b"evt/a\0", b"", bytes([number])), "msgpack")
    frames = [frame[0] for frame in iter(outbox.take_frame, None)]
    assert [(frame.topic, frame.payload) for frame in frames] == [(b"tex/a\0", b"\4"), (b"tex/b\0", b"\4")]
    assert outbox.dropped == 8
    events = [message[0].payload for message in iter(outbox.take_ordered, None) if isinstance(message, tuple)]
    assert events == [bytes([number]) for number in range(5)]


def test_events_are_never_dropped_but_have_an_end() -> None:
    outbox = Outbox()
    for _ in range(MAX_ORDERED):
        outbox.put_reply("")
    with pytest.raises(OverfullError):
        outbox.put_reply("")


def _vectors(kind: str) -> list[Any]:
    made = json.loads(vectors.FILE.read_text(encoding="utf-8"))
    return [pytest.param(vector, id=vector["name"]) for vector in made if vector["kind"] == kind]


def test_the_vectors_are_current() -> None:
    assert vectors.FILE.read_text(encoding="utf-8") == vectors.contents(), "run python -m bridge.door.vectors"


@pytest.mark.parametrize("vector", _vectors("request"))
def test_requests_are_read_as_they_are_meant(vector: dict[str, Any]) -> None:
    request = fast_json.decode(vector["text"], type=DoorRequest)
    assert request.id == vector["means"]["id"]
    read = json.loads(fast_json.encode(request))
    assert {name: value for name, value in read.items() if name in vector["means"]}.items() <= vector["means"].items()


@pytest.mark.parametrize("vector", _vectors("stream"))
def test_streams_are_read_as_they_are_meant(vector: dict[str, Any]) -> None:
    payload = bytes.fromhex(vector["payload"])
    if "text" in vector:
        message = json.loads(vector["text"])
        assert f"{message['stream']}/{message['npc']}\0" == vector["topic"]
        assert (message["header"], base64.b64decode(message["payload"])) == (vector["means"], payload)
    else:
        message = unpack(bytes.fromhex(vector["binary"]))
        assert message.topic.decode() == vector["topic"]
        assert (msgpack.decode(message.header), message.payload) == (vector["means"], payload)
