"""The specification keeps up with the messages, and reading them says precisely what is wrong."""

import json
from typing import get_args, get_type_hints

import pytest
from msgspec import msgpack

from bridge.client import calls
from bridge.protocol import messages as m
from bridge.protocol import reference, schema
from bridge.protocol.codec import (
    MAX_REQUEST,
    OPS,
    Outgoing,
    choose_version,
    decode_reply,
    decode_request,
    encode,
    encode_done,
    encode_failed,
    failure_of,
)
from bridge.protocol.errors import CODES, MEANINGS, BadRequestError, BridgeError

DOCUMENT = reference.DOCUMENT.read_text(encoding="utf-8")
REMAKE = "run python -m bridge.protocol.schema"


def refusal(message: object) -> BadRequestError:
    data = message if isinstance(message, bytes) else msgpack.encode(message)
    with pytest.raises(BadRequestError) as caught:
        decode_request(data)
    return caught.value


def test_schema_is_current():
    assert schema.PATH.read_text(encoding="utf-8") == schema.schema_text(), REMAKE


def test_schema_names_every_message_it_refers_to():
    made = json.loads(schema.schema_text())
    text = json.dumps(made)
    for name in made["$defs"]:
        assert f'"#/$defs/{name}"' in text
    assert set(made["requests"]) == OPS
    assert made["codes"] == list(CODES)


def test_reference_is_current():
    assert reference.with_reference(DOCUMENT) == DOCUMENT, REMAKE


def test_document_explains_every_event_and_code_and_message():
    for event in get_args(m.EventKind):
        assert f"| `{event}` |" in DOCUMENT
    assert set(MEANINGS) == set(CODES)
    for op in OPS:
        assert f"#### `{op}`" in DOCUMENT
    links = {part.split(")")[0] for part in DOCUMENT.split("](#")[1:]}
    heads = {line[5:].strip("`").lower() for line in DOCUMENT.splitlines() if line.startswith("#### ")}
    assert links <= heads


def test_bytes_in_the_document_are_those_of_the_messages():
    lines = [line.strip() for line in DOCUMENT.splitlines() if line.startswith("    ")]
    first = next(i for i, line in enumerate(lines) if line.startswith("82 a2 6f70"))
    request, text = lines[first].split("{")
    assert msgpack.decode(bytes.fromhex(request)) == json.loads("{" + text)
    assert encode(m.Ping(id=7)) == bytes.fromhex(request)
    assert msgpack.decode(bytes.fromhex(lines[first + 1])) == json.loads(lines[first + 2])


def test_every_operation_has_a_call_with_the_promised_result():
    for op in OPS:
        name = {"close": "close_utterance", "set": "set_controls", "list": "list_all"}.get(op, op)
        if op == "hello":
            continue
        (result,) = get_args(get_type_hints(getattr(calls, name))["return"])
        assert result is (dict if op == "stats" else m.RESULTS.get(op, m.Result)), op


@pytest.mark.parametrize(("options", "request_type"), [(calls.SpawnOptions, m.Spawn), (calls.PlayOptions, m.Speak)])
def test_options_of_calls_are_fields_of_their_requests(options, request_type):
    known = get_type_hints(request_type, include_extras=False)
    for name, kind in get_type_hints(options).items():
        assert known[name] == kind
    if options is calls.SpawnOptions:
        assert set(get_type_hints(options)) == set(known) - {"npc", "face", *get_type_hints(m.Request)}


def test_versions_are_negotiated():
    assert choose_version([3, 1, 2]) == 1
    with pytest.raises(BridgeError, match="update the older") as caught:
        choose_version([2, 3])
    assert caught.value.code == "bad_version"
    assert decode_request(encode(m.Hello(versions=[2, 3]))).versions == [2, 3]


def test_a_long_request_is_refused_unread():
    problem = refusal(bytes(MAX_REQUEST + 1))
    assert (problem.code, problem.request) == ("too_large", 0)


def test_a_long_piece_is_refused_with_its_id():
    push = {"op": "push", "id": 5, "npc": "a", "utterance": "u", "audio": bytes((4 << 20) + 1)}
    problem = refusal(push)
    assert (problem.code, problem.request) == ("too_large", 5)
    assert "4194304" in problem.message


def test_errors_name_the_place():
    problem = refusal({"op": "spawn", "id": 5, "npc": "a", "face": "b", "size": 100})
    assert problem.request == 5
    assert "'spawn'" in problem.message and "$.size" in problem.message and "256" in problem.message


def test_the_longest_requests_fit():
    longest = m.Speak(id=1 << 53, npc="n" * 64, utterance="u" * 64, audio=bytes(64 << 20), encoding="s16")
    assert len(encode(longest)) <= MAX_REQUEST


def test_replies_there_and_back():
    assert decode_reply(encode_done(3, {"epoch": 2})) == m.Reply(id=3, result={"epoch": 2})
    failed = decode_reply(encode_failed(4, BridgeError("disk", "It is full; make room.")))
    assert failed.error == m.Failure(code="disk", message="It is full; make room.")
    assert decode_reply(encode_done(3, {})).result == {}


def test_codes_of_later_daemons_become_internal():
    assert failure_of(m.Failure(code="of_later", message="It cannot be done.")).code == "internal"
    assert failure_of(m.Failure(code="disk", message="It is full.")).code == "disk"


def test_controls_tell_left_out_from_null():
    request = decode_request(encode(m.Set(npc="a", controls=m.Controls(gaze=None, distance=2.0))))
    assert request.controls == m.Controls(gaze=None, distance=2.0)
    assert request.controls.emotion is not None


def test_outgoing_lets_go_of_its_payload_once():
    calls_made = []
    outgoing = Outgoing(b"tex/a\0", b"", b"", sent=lambda: calls_made.append(1))
    assert not outgoing.stale()
    outgoing.done()
    outgoing.done()
    assert calls_made == [1]
    assert Outgoing(b"", b"", outdated=lambda: True).stale()
