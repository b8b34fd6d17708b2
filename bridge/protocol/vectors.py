"""Test vectors of protocol 1: bytes of messages and what they mean, for clients in any language.

    python -m bridge.protocol.vectors       # writes bridge/protocol/vectors/ anew; the same bytes every time

`vectors/index.json` is a list of maps, each with

    name       what it shows
    kind       "request", "reply" or "stream"
    files      of a request or a reply: one file with its bytes; of a stream: three, topic, header and payload
    means      the map that the bytes hold (of a stream: its header), with bytes written as "hex:..."
    exact      true: writing `means` in its order, with the smallest integers and 64-bit floats, gives these very bytes
    error      only of what must be refused: the code that the daemon answers with; then `means` is missing
    id         only of refused requests: the id of the reply

A client must read all that have no `error`, refuse or look past the replies and streams that have one, and write those
requests that are `exact`.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import msgpack

from bridge.protocol.broken import BROKEN_BYTES, BROKEN_REPLIES, BROKEN_REQUESTS, BROKEN_STREAMS
from bridge.protocol.errors import Code
from bridge.protocol.samples import OTHER_WRITING, REPLIES, REQUESTS, STREAMS

FOLDER = Path(__file__).with_name("vectors")
INDEX = "index.json"

Map = dict[str, Any]


class Vector(NamedTuple):
    """One test vector."""

    name: str
    kind: str
    parts: tuple[bytes, ...]
    means: Map | None = None
    exact: bool = False
    error: Code | None = None
    id: int | None = None

    def files(self) -> dict[str, bytes]:
        """Names and contents of its files."""
        if self.kind != "stream":
            return {f"{self.name}.bin": self.parts[0]}
        labels = ("topic", "header", "payload")
        return {f"{self.name}.{label}.bin": part for label, part in zip(labels, self.parts, strict=False)}

    def entry(self) -> Map:
        """What the index says of it."""
        entry: Map = {"name": self.name, "kind": self.kind, "files": list(self.files())}
        if self.error is None:
            return {**entry, "means": _as_json(self.means), "exact": self.exact}
        entry["error"] = self.error
        return entry if self.id is None else {**entry, "id": self.id}


def all_vectors() -> list[Vector]:
    """All vectors, in the order of the index."""
    return [
        *(_exact("request", f"request_{name}", {"id": 1 + i, **message}) for i, (name, message) in enumerate(REQUESTS)),
        *(Vector(f"request_{name}", "request", (data,), means) for name, data, means in OTHER_WRITING),
        *(_refused("request", name, (msgpack.encode(means),), code, id) for name, means, code, id in BROKEN_REQUESTS),
        *(_refused("request", name, (data,), code, id) for name, data, code, id in BROKEN_BYTES),
        *(_exact("reply", f"reply_{name}", message) for name, message in REPLIES),
        *(_refused("reply", name, (msgpack.encode(message),), code) for name, message, code in BROKEN_REPLIES),
        *(
            Vector(f"stream_{name}", "stream", (topic, msgpack.encode(header), payload), header, True)
            for name, topic, header, payload in STREAMS
        ),
        *(
            _refused("stream", name, (topic, msgpack.encode(header), payload), code)
            for name, topic, header, payload, code in BROKEN_STREAMS
        ),
    ]


def folder_contents() -> dict[str, bytes]:
    """Names and contents of all files that the folder has to hold."""
    vectors = all_vectors()
    contents: dict[str, bytes] = {}
    for vector in vectors:
        contents.update(vector.files())
    index = json.dumps([vector.entry() for vector in vectors], indent=1)
    return {**contents, INDEX: (index + "\n").encode()}


def write_vectors(folder: Path = FOLDER) -> None:
    """Make the folder hold these files and no others."""
    folder.mkdir(exist_ok=True)
    contents = folder_contents()
    for path in folder.iterdir():
        if path.name not in contents:
            path.unlink()
    for name, data in contents.items():
        (folder / name).write_bytes(data)


def _exact(kind: str, name: str, message: Map) -> Vector:
    return Vector(name, kind, (msgpack.encode(message),), message, True)


def _refused(kind: str, name: str, parts: tuple[bytes, ...], code: Code, id: int | None = None) -> Vector:
    return Vector(f"refused_{kind}_{name}", kind, parts, error=code, id=id)


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"hex:{value.hex()}"
    if isinstance(value, dict):
        return {key: _as_json(each) for key, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    write_vectors()
