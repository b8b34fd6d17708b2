"""The machine-readable side of protocol 1, made from the messages themselves.

python -m bridge.protocol.schema        # writes schema.json and the reference in bridge/PROTOCOL.md anew
"""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec

from bridge.protocol import codec
from bridge.protocol.errors import CODES
from bridge.protocol.messages import (
    RESULTS,
    VERSION,
    AnyRequest,
    Event,
    FrameHeader,
    MotionHeader,
    Reply,
    Result,
    Topic,
)
from bridge.protocol.reference import write_reference

PATH = Path(__file__).with_name("schema.json")
STREAMS = {Topic.TEXTURE: FrameHeader, Topic.MOTION: MotionHeader, Topic.EVENT: Event}
REFERENCE = "#/$defs/{name}"


def make_schema() -> dict[str, Any]:
    """JSON Schema of all messages, and which request has which result, which topic which header.

    Bytes, which msgpack has and JSON has not, are strings with `contentEncoding` base64, as the door's JSON has them.
    """
    requests = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyRequest)}
    _, parts = msgspec.json.schema_components([*requests.values(), Reply, *STREAMS.values(), Result, *RESULTS.values()])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Protocol {VERSION}",
        "version": VERSION,
        "requests": {
            op: {"request": _at(kind), "result": _at(RESULTS.get(op, Result))} for op, kind in requests.items()
        },
        "reply": _at(Reply),
        "streams": {topic.decode(): _at(header) for topic, header in STREAMS.items()},
        "codes": list(CODES),
        "limits": {
            "request_bytes": codec.MAX_REQUEST,
            "header_bytes": codec.MAX_HEADER,
            "payload_bytes": codec.MAX_PAYLOAD,
        },
        "$defs": parts,
    }


def schema_text() -> str:
    """What `schema.json` has to hold."""
    return json.dumps(make_schema(), indent=1) + "\n"


def _at(kind: type) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
    write_reference()
