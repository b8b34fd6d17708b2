"""Test vectors of the door: messages as they travel over the WebSocket, made from those of the protocol.

    python -m bridge.door.vectors       # writes bridge/door/vectors.json anew

The file is a list of maps, each with

    name       what it shows; the same as of the protocol's vector
    kind       "request", "reply" or "stream"
    text       of a text message: what it says
    binary     of a binary message: its bytes in hexadecimal
    means      the map that was sent or is to be read (of a stream: its header), with bytes as base64
    topic      of streams: with its NUL
    payload    of streams: its bytes in hexadecimal
"""

import json
from pathlib import Path
from typing import Any

from msgspec import json as fast_json
from msgspec import msgpack

from bridge.door.framing import Framing, Streamed, pack
from bridge.protocol.samples import REPLIES, REQUESTS, STREAMS

FILE = Path(__file__).with_name("vectors.json")
SUBSCRIBE = {"op": "subscribe", "npc": "npc1", "textures": True, "events": True, "framing": "mixed"}
FRAMINGS: tuple[Framing, ...] = ("msgpack", "mixed", "json")


def all_vectors() -> list[dict[str, Any]]:
    """All vectors, in the order of the file."""
    requests = [*REQUESTS, ("subscribe", SUBSCRIBE), ("subscribe_nothing", {"op": "subscribe", "npc": "npc1"})]
    return [
        *(_text("request", f"request_{name}", {"id": 1 + i, **message}) for i, (name, message) in enumerate(requests)),
        *(_text("reply", f"reply_{name}", message) for name, message in REPLIES),
        *(_stream(sample, framing) for sample in STREAMS for framing in FRAMINGS),
    ]


def contents() -> str:
    """What the file has to hold."""
    return json.dumps(all_vectors(), indent=1) + "\n"


def _text(kind: str, name: str, message: dict[str, Any]) -> dict[str, Any]:
    text = fast_json.encode(message).decode()
    return {"name": name, "kind": kind, "text": text, "means": json.loads(text)}


def _stream(sample: tuple[str, bytes, dict[str, Any], bytes], framing: Framing) -> dict[str, Any]:
    name, topic, header, payload = sample
    data = pack(Streamed(topic, msgpack.encode(header), payload), framing)
    return {
        "name": f"stream_{name}_{framing}",
        "kind": "stream",
        **({"text": data} if isinstance(data, str) else {"binary": data.hex()}),
        "topic": topic.decode(),
        "means": header,
        "payload": payload.hex(),
    }


if __name__ == "__main__":
    FILE.write_text(contents(), encoding="utf-8")
