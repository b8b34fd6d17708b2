"""Test vectors of what must be refused; each with the code, and requests with the id, of the reply."""

from typing import Any

from msgspec import msgpack

from bridge.protocol.errors import Code
from bridge.protocol.samples import EVENT, EVENTS, FRAME, MOTION, MOTIONS, PIXELS, TEXTURES

Map = dict[str, Any]

SET: Map = {"op": "set", "id": 7, "npc": "npc1"}
SPAWN: Map = {"op": "spawn", "id": 7, "npc": "npc1", "face": "hero"}
SAID: Map = {"id": 7, "npc": "npc1", "utterance": "u"}

BROKEN_REQUESTS: list[tuple[str, Map, Code, int]] = [
    ("unknown_operation", {"op": "sing", "id": 7}, "unknown_op", 7),
    ("no_operation", {"id": 7}, "unknown_op", 7),
    ("operation_is_number", {"op": 3, "id": 7}, "unknown_op", 7),
    ("later_version", {"op": "ping", "id": 7, "v": 2}, "bad_version", 7),
    ("version_is_text", {"op": "ping", "id": 7, "v": "1"}, "bad_version", 7),
    ("later_version_unknown_field", {"op": "ping", "id": 7, "v": 2, "new": 1}, "bad_version", 7),
    ("negative_id", {"op": "ping", "id": -1}, "bad_message", 0),
    ("id_too_large", {"op": "ping", "id": (1 << 53) + 1}, "bad_message", 0),
    ("id_is_text", {"op": "ping", "id": "7"}, "bad_message", 0),
    ("id_is_float", {"op": "ping", "id": 7.5}, "bad_message", 0),
    ("unknown_field", {"op": "ping", "id": 7, "ponder": 1}, "bad_message", 7),
    ("missing_field", {"op": "spawn", "id": 7, "npc": "npc1"}, "bad_message", 7),
    ("null_for_text", {"op": "despawn", "id": 7, "npc": None}, "bad_message", 7),
    ("empty_name", {"op": "despawn", "id": 7, "npc": ""}, "bad_message", 7),
    ("name_too_long", {"op": "despawn", "id": 7, "npc": "x" * 65}, "bad_message", 7),
    ("name_with_slash", {"op": "despawn", "id": 7, "npc": "a/b"}, "bad_message", 7),
    ("name_with_zero", {"op": "despawn", "id": 7, "npc": "npc1\0"}, "bad_message", 7),
    ("name_with_newline", {"op": "despawn", "id": 7, "npc": "npc1\n"}, "bad_message", 7),
    ("name_with_umlaut", {"op": "despawn", "id": 7, "npc": "Jürgen"}, "bad_message", 7),
    ("name_is_dots", {"op": "enroll", "id": 7, "face": "..", "path": "x"}, "bad_message", 7),
    ("no_versions", {"op": "hello", "id": 7, "versions": []}, "bad_message", 7),
    ("too_many_versions", {"op": "hello", "id": 7, "versions": list(range(17))}, "bad_message", 7),
    ("size_too_small", {**SPAWN, "size": 255}, "bad_message", 7),
    ("size_too_large", {**SPAWN, "size": 1025}, "bad_message", 7),
    ("size_is_float", {**SPAWN, "size": 512.5}, "bad_message", 7),
    ("unknown_format", {**SPAWN, "format": "bc7"}, "bad_message", 7),
    ("rate_not_a_number", {**SPAWN, "fps": float("nan")}, "bad_message", 7),
    ("rate_infinite", {**SPAWN, "fps": float("inf")}, "bad_message", 7),
    ("lead_negative", {**SPAWN, "lead": -0.01}, "bad_message", 7),
    ("gaze_not_a_number", {**SET, "controls": {"gaze": [0.0, float("nan")]}}, "bad_control", 7),
    ("gaze_of_three", {**SET, "controls": {"gaze": [0.0, 0.0, 0.0]}}, "bad_control", 7),
    ("gaze_text_too_long", {**SET, "controls": {"gaze": "x" * 1025}}, "bad_control", 7),
    ("unknown_control", {**SET, "controls": {"mood": 1.0}}, "bad_control", 7),
    ("controls_are_text", {**SET, "controls": "happy"}, "bad_control", 7),
    ("unknown_gesture", {"op": "gesture", "id": 7, "npc": "npc1", "gesture": "wave"}, "bad_message", 7),
    ("gesture_of_no_size", {"op": "gesture", "id": 7, "npc": "npc1", "gesture": "nod", "size": 0.0}, "bad_message", 7),
    ("sound_is_text", {"op": "push", **SAID, "audio": "abcd"}, "bad_message", 7),
    ("sound_is_list", {"op": "push", **SAID, "audio": [1, 2]}, "bad_message", 7),
    ("position_negative", {"op": "seek", **SAID, "position": -1}, "bad_message", 7),
    ("position_is_float", {"op": "clock", **SAID, "position": 1.5}, "bad_message", 7),
    ("age_too_large", {"op": "clock", **SAID, "position": 1, "age": 1.5}, "bad_message", 7),
    ("sample_rate_too_low", {"op": "open", **SAID, "rate": 7999}, "bad_message", 7),
]

BROKEN_BYTES: list[tuple[str, bytes, Code, int]] = [
    ("nothing", b"", "bad_message", 0),
    ("json", b'{"op": "ping", "id": 7}', "bad_message", 0),
    ("not_a_map", msgpack.encode(["ping", 7]), "bad_message", 0),
    ("truncated", msgpack.encode({"op": "ping", "id": 7})[:-1], "bad_message", 0),
    ("bytes_behind", msgpack.encode({"op": "ping", "id": 7}) + b"\x00", "bad_message", 0),
    ("unused_code", b"\xc1", "bad_message", 0),
    ("bad_utf8", b"\x82\xa2id\x07\xa2op\xa2\xff\xfe", "bad_message", 0),
    ("key_is_number", b"\x82\xa2id\x07\x01\xa4ping", "bad_message", 0),
    ("list_longer_than_message", b"\x82\xa2op\xa5hello\xa8versions\xdd\xff\xff\xff\xff\x01", "bad_message", 0),
    ("bytes_longer_than_message", b"\x82\xa2op\xa4push\xa5audio\xc6\xff\xff\xff\xff\x01", "bad_message", 0),
    ("map_longer_than_message", b"\xdf\xff\xff\xff\xff\xa2op", "bad_message", 0),
    ("nested_deeply", b"\x82\xa2op\xa4ping\xa1x" + b"\x91" * 3000 + b"\x01", "bad_message", 0),
    ("extension_type", b"\x83\xa2op\xa4ping\xa2id\x07\xa1v\xd4\x05\x00", "bad_version", 7),
]

FAILURE: Map = {"code": "internal", "message": "It failed."}
BROKEN_REPLIES: list[tuple[str, Map, Code]] = [
    ("both", {"id": 1, "result": {}, "error": FAILURE}, "bad_message"),
    ("neither", {"id": 1}, "bad_message"),
    ("no_id", {"result": {}}, "bad_message"),
    ("later_version", {"id": 1, "v": 2, "result": {}}, "bad_version"),
]

NO_PTS: Map = {key: value for key, value in FRAME.items() if key != "pts"}
BROKEN_STREAMS: list[tuple[str, bytes, Map, bytes, Code]] = [
    ("topic_without_zero", b"tex/npc1", FRAME, PIXELS, "bad_message"),
    ("topic_of_another", b"tex/npc10\0", FRAME, PIXELS, "bad_message"),
    ("unknown_topic", b"aud/npc1\0", FRAME, PIXELS, "bad_message"),
    ("later_version", TEXTURES, {**FRAME, "v": 2}, PIXELS, "bad_version"),
    ("no_pts", TEXTURES, NO_PTS, PIXELS, "bad_message"),
    ("unknown_event", EVENTS, {**EVENT, "event": "sneezed"}, b"", "bad_message"),
    ("lengths_are_text", MOTIONS, {**MOTION, "fields": {"latent": "four"}}, b"", "bad_message"),
]
