"""The test vectors: the files are current, and this side reads and writes what they say."""

import json
from pathlib import Path

import pytest
from msgspec import UNSET, msgpack, to_builtins

from bridge.protocol.codec import decode_reply, decode_request, decode_stream, encode
from bridge.protocol.errors import BadRequestError, BridgeError
from bridge.protocol.vectors import FOLDER, folder_contents, write_vectors

INDEX = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))


def parts_of(entry: dict) -> list[bytes]:
    return [(FOLDER / name).read_bytes() for name in entry["files"]]


def meant(value):
    """What the index says, with bytes as bytes."""
    if isinstance(value, dict):
        return {key: meant(each) for key, each in value.items()}
    if isinstance(value, list):
        return [meant(each) for each in value]
    return bytes.fromhex(value[4:]) if isinstance(value, str) and value.startswith("hex:") else value


def entries(kind: str, refused: bool) -> list:
    return [
        pytest.param(entry, id=entry["name"])
        for entry in INDEX
        if entry["kind"] == kind and ("error" in entry) is refused
    ]


def test_files_are_those_that_the_script_makes(tmp_path):
    write_vectors(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert kept == made, "run python -m bridge.protocol.vectors"
    assert made == folder_contents()
    assert sum(map(len, made.values())) < 200_000
    names = [entry["name"] for entry in INDEX]
    assert len(names) == len(set(names))


def test_every_operation_event_and_header_is_there():
    schema = json.loads((FOLDER.parent / "schema.json").read_text(encoding="utf-8"))
    means = [entry["means"] for entry in INDEX if "means" in entry]
    assert {message.get("op") for message in means} >= set(schema["requests"])
    assert {message.get("event") for message in means} >= set(schema["$defs"]["Event"]["properties"]["event"]["enum"])
    topics = {parts_of(entry)[0][:4].decode() for entry in INDEX if entry["kind"] == "stream" and "means" in entry}
    assert topics == set(schema["streams"])


@pytest.mark.parametrize("entry", entries("request", refused=False))
def test_requests_are_read_as_they_are_meant(entry):
    data = parts_of(entry)[0]
    request = decode_request(data)
    said = meant(entry["means"])
    held = to_builtins(request, builtin_types=(bytes,))
    for name, value in said.items():
        if name == "controls":
            assert {each: getattr(request.controls, each) for each in value} == value
            left_out = set(request.controls.__struct_fields__) - set(value)
            assert all(getattr(request.controls, each) is UNSET for each in left_out)
        else:
            assert held.get(name, getattr(request, name, None)) == value
    assert decode_request(encode(request)) == request


@pytest.mark.parametrize("entry", [each for kind in ("request", "reply") for each in entries(kind, refused=False)])
def test_exact_bytes_are_what_a_plain_writer_of_msgpack_writes(entry):
    assert msgpack.decode(parts_of(entry)[0]) == meant(entry["means"])
    if entry["exact"]:
        assert msgpack.encode(meant(entry["means"])) == parts_of(entry)[0]


@pytest.mark.parametrize("entry", entries("request", refused=True))
def test_bad_requests_are_refused_with_their_code_and_id(entry):
    with pytest.raises(BadRequestError) as caught:
        decode_request(parts_of(entry)[0])
    assert (caught.value.code, caught.value.request) == (entry["error"], entry["id"])
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("entry", entries("reply", refused=False))
def test_replies_are_read_as_they_are_meant(entry):
    reply, said = decode_reply(parts_of(entry)[0]), meant(entry["means"])
    assert reply.id == said["id"]
    assert reply.result == said.get("result")
    assert (None if reply.error is None else to_builtins(reply.error)) == said.get("error")


@pytest.mark.parametrize("entry", entries("stream", refused=False))
def test_streams_are_read_as_they_are_meant(entry):
    parts = parts_of(entry)
    streamed, said = decode_stream(parts), meant(entry["means"])
    held = to_builtins(streamed.header)
    assert {name: held[name] for name in said if name != "later"} == {k: v for k, v in said.items() if k != "later"}
    assert streamed.payload == parts[2]


@pytest.mark.parametrize("entry", [each for kind in ("reply", "stream") for each in entries(kind, refused=True)])
def test_what_a_client_must_throw_away(entry):
    parts = parts_of(entry)
    with pytest.raises(BridgeError) as caught:
        decode_reply(parts[0]) if entry["kind"] == "reply" else decode_stream(parts)
    assert caught.value.code == entry["error"]


def test_index_is_simple():
    """Readers in C++ and GDScript need only strings, lists, maps, numbers, true, false and null."""
    assert all(set(entry) <= {"name", "kind", "files", "means", "exact", "error", "id"} for entry in INDEX)
    assert all(Path(name).name == name for entry in INDEX for name in entry["files"])
