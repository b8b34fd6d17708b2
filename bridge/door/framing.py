"""How a stream message travels over a WebSocket, whose messages have one part. See PROTOCOL.md, "The door".

    offset  length
    0       1       1: the header is msgpack; 2: it is JSON
    1       1       T, bytes of the topic (its NUL counted)
    2       2       0
    4       4       H, bytes of the header, unsigned, little-endian
    8       T       topic
    8 + T   H       header
    ...     0 to 7  zeros, up to the next multiple of 8
    ...             payload, up to the message's end

Requests and replies are msgpack maps, whose first byte is 0x80 or more, so that the first byte tells them apart.
"""

import struct
from typing import Literal, NamedTuple

from msgspec import json, msgpack

Framing = Literal["msgpack", "mixed", "json"]
"""Binary with a msgpack header; binary with a JSON header; text: JSON with the payload as base64."""
_PREFIX = struct.Struct("<BBHI")
_ALIGNMENT = 8
"""Bytes; lets a reader look at the payload as float32 or uint32 without copying it."""
_MSGPACK, _JSON = 1, 2


class Streamed(NamedTuple):
    """The parts of a stream message, as they travel over ZeroMQ."""

    topic: bytes
    header: bytes
    """msgpack."""
    payload: bytes


def pack(message: Streamed, framing: Framing) -> bytes | str:
    """One WebSocket message: bytes are sent as binary, str as text."""
    if framing == "json":
        kind, _, npc = message.topic.rstrip(b"\0").decode().partition("/")
        stream = {"stream": kind, "npc": npc, "header": msgpack.decode(message.header), "payload": message.payload}
        return json.encode(stream).decode()
    mark, header = _MSGPACK, message.header
    if framing == "mixed":
        mark, header = _JSON, json.encode(msgpack.decode(message.header))
    length = _PREFIX.size + len(message.topic) + len(header)
    prefix = _PREFIX.pack(mark, len(message.topic), 0, len(header))
    return b"".join((prefix, message.topic, header, bytes(-length % _ALIGNMENT), message.payload))


def unpack(data: bytes) -> Streamed:
    """The parts of a binary stream message; a JSON header becomes msgpack again. Raises ValueError for what is none."""
    if len(data) < _PREFIX.size:
        raise ValueError(f"A stream message has at least {_PREFIX.size} bytes, not {len(data)}.")
    mark, topic_length, zero, header_length = _PREFIX.unpack_from(data)
    start = _PREFIX.size + topic_length
    end = start + header_length
    if mark not in (_MSGPACK, _JSON) or zero or end > len(data):
        raise ValueError(f"What begins with {data[:8].hex()} is no stream message.")
    header = data[start:end] if mark == _MSGPACK else msgpack.encode(json.decode(data[start:end]))
    return Streamed(data[_PREFIX.size : start], header, data[end + -end % _ALIGNMENT :])
