"""Messages of every kind for the test vectors: what must be understood."""

import struct
from typing import Any

from msgspec import msgpack

Map = dict[str, Any]

TONE = struct.pack("<4h", 0, 8192, 0, -8192)
"""Four samples of s16."""
FLOATS = struct.pack("<4f", 0.0, 0.25, 0.0, -0.25)

SAID: Map = {"npc": "npc1", "utterance": "greeting"}

REQUESTS: list[tuple[str, Map]] = [
    ("hello", {"op": "hello", "versions": [1], "client": "vectors 1.0"}),
    ("hello_versions", {"op": "hello", "v": 1, "versions": [1, 2, 3]}),
    ("enroll_bytes", {"op": "enroll", "face": "hero", "image": b"\x89PNG\r\n\x1a\n"}),
    ("enroll_path", {"op": "enroll", "face": "hero", "path": "portraits/Grüße.png", "replace": True}),
    ("forget", {"op": "forget", "face": "hero"}),
    ("spawn", {"op": "spawn", "npc": "npc1", "face": "hero"}),
    (
        "spawn_all",
        {
            "op": "spawn",
            "npc": "npc1",
            "face": "hero",
            "format": "bgra",
            "transport": "shm",
            "size": 256,
            "fps": 30.0,
            "idle_fps": 12.5,
            "origin": "bottom-left",
            "background": "keep",
            "quality": 80,
            "seed": 1 << 53,
            "look_ahead": 0.2,
            "lead": 0.1,
            "importance": 0.5,
            "controls": {"gaze": "viewer", "emotion": "happy:0.5", "blink_rate": 20.0},
        },
    ),
    ("despawn", {"op": "despawn", "npc": "npc1"}),
    ("speak_file", {"op": "speak", **SAID, "audio": b"RIFF\x24\x00\x00\x00WAVE"}),
    ("speak_path", {"op": "speak", **SAID, "path": "voices/hello.ogg", "rate": 48_000, "pace": "asap"}),
    (
        "speak_s16",
        {"op": "speak", **SAID, "audio": TONE, "encoding": "s16", "rate": 22_050, "start": "engine"},
    ),
    ("open", {"op": "open", **SAID, "encoding": "f32", "rate": 24_000}),
    ("push", {"op": "push", **SAID, "audio": FLOATS}),
    ("push_empty", {"op": "push", **SAID, "audio": b""}),
    ("close", {"op": "close", **SAID}),
    ("interrupt", {"op": "interrupt", "npc": "npc1"}),
    ("pause", {"op": "pause", "npc": "npc1"}),
    ("resume", {"op": "resume", "npc": "npc1"}),
    ("seek", {"op": "seek", **SAID, "position": 16_000}),
    ("clock", {"op": "clock", **SAID, "position": 70_000, "age": 0.0125}),
    ("listen", {"op": "listen", "npc": "npc1", "audio": TONE}),
    ("listen_end", {"op": "listen", "npc": "npc1", "end": True}),
    (
        "set",
        {
            "op": "set",
            "npc": "npc1",
            "controls": {
                "gaze": [0.25, -0.125],
                "distance": 1.5,
                "emotion": [0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.25],
                "expressiveness": 1.25,
                "stillness": 0.5,
                "blink_rate": 15.0,
                "head": [0.125, 0.0, -0.0625],
            },
            "ease": 0.5,
            "importance": 0.25,
            "fps": 25.0,
            "idle_fps": 5.0,
        },
    ),
    ("set_left_to_the_model", {"op": "set", "npc": "npc1", "controls": {"gaze": None, "emotion": None}}),
    ("gesture", {"op": "gesture", "npc": "npc1", "gesture": "nod", "size": 0.75, "times": 2}),
    ("stats", {"op": "stats"}),
    ("list", {"op": "list"}),
    ("ping", {"op": "ping"}),
    ("shutdown", {"op": "shutdown"}),
    ("longest_name", {"op": "despawn", "npc": "N_0.9-" + "x" * 58}),
    ("largest_id", {"op": "ping", "id": 1 << 53}),
]
"""What every client must be able to write; `id` comes first."""

OTHER_WRITING: list[tuple[str, bytes, Map]] = [
    ("wide_integers", b"\x82\xa2op\xa4ping\xa2id\xcf\x00\x00\x00\x00\x00\x00\x00\x07", {"op": "ping", "id": 7}),
    ("signed_integers", b"\x82\xa2op\xa4ping\xa2id\xd3\x00\x00\x00\x00\x00\x00\x00\x07", {"op": "ping", "id": 7}),
    ("wide_text", b"\x82\xd9\x02op\xda\x00\x04ping\xa2id\x07", {"op": "ping", "id": 7}),
    ("wide_map", b"\xdf\x00\x00\x00\x02\xa2op\xa4ping\xa2id\x07", {"op": "ping", "id": 7}),
    (
        "operation_last",
        b"\x83\xa2id\x07\xa3npc\xa4npc1\xa2op\xa9interrupt",
        {"id": 7, "npc": "npc1", "op": "interrupt"},
    ),
    (
        "float_as_integer",
        msgpack.encode({"op": "set", "id": 7, "npc": "npc1", "fps": 30}),
        {"op": "set", "id": 7, "npc": "npc1", "fps": 30},
    ),
    (
        "short_floats",
        b"\x84\xa2op\xa3set\xa2id\x07\xa3npc\xa4npc1\xa3fps\xca\x41\xf0\x00\x00",
        {"op": "set", "id": 7, "npc": "npc1", "fps": 30.0},
    ),
    (
        "wide_bytes",
        b"\x85\xa2op\xa4push\xa2id\x07\xa3npc\xa4npc1\xa9utterance\xa1u\xa5audio\xc6\x00\x00\x00\x02\x01\x02",
        {"op": "push", "id": 7, "npc": "npc1", "utterance": "u", "audio": b"\x01\x02"},
    ),
]
"""The same messages as other writers of msgpack write them; the daemon must understand all."""

WELCOME: Map = {
    "version": 1,
    "server": "vasa 0.1.0",
    "stream": "tcp://127.0.0.1:5601",
    "formats": ["rgba", "bgra", "jpeg", "bc1", "bc3"],
    "transports": ["wire", "shm"],
    "sizes": [256, 1024],
    "max_npcs": 128,
    "emotions": ["anger", "contempt", "disgust", "fear", "happy", "sad", "surprised"],
    "motion_fps": 25.0,
    "instance": "3f2a9c",
}
RING: Map = {"path": "/dev/shm/vasa-ring-1-00000000000000000000000000000000", "version": 1, "slots": 7, "room": 1048576}

REPLIES: list[tuple[str, Map]] = [
    ("hello", {"id": 1, "result": WELCOME}),
    ("hello_grown", {"id": 1, "result": {**WELCOME, "later": {"what": "a client looks past it"}}}),
    (
        "enroll",
        {"id": 2, "result": {"face": "hero", "width": 512, "height": 640, "seconds": 1.5, "warnings": []}},
    ),
    ("spawn", {"id": 3, "result": {"npc": "npc1", "epoch": 1, "seed": 77, "delay": 0.26, "ring": None}}),
    ("spawn_shared", {"id": 3, "result": {"npc": "npc1", "epoch": 1, "seed": 77, "delay": 0.26, "ring": RING}}),
    ("speak", {"id": 4, "result": {"utterance": "greeting", "epoch": 1, "samples": 32_000, "seconds": 2.0}}),
    ("push", {"id": 5, "result": {"utterance": "greeting", "epoch": 1, "samples": 4}}),
    ("interrupt", {"id": 6, "result": {"epoch": 2}}),
    ("clock", {"id": 7, "result": {"drift": -0.0015}}),
    ("list", {"id": 8, "result": {"faces": ["hero"], "npcs": [{"npc": "npc1", "epoch": 1, "face": "hero"}]}}),
    ("ping", {"id": 9, "result": {"time": 123_456_789_012}}),
    ("empty", {"id": 1 << 53, "result": {}}),
    ("failed", {"id": 10, "error": {"code": "no_such_npc", "message": "There is no NPC 'npc9'; spawn it first."}}),
    ("failed_later_code", {"id": 10, "error": {"code": "of_a_later_daemon", "message": "It cannot be done."}}),
    ("to_unreadable", {"id": 0, "error": {"code": "bad_message", "message": "The message is no msgpack map."}}),
]

FRAME: Map = {
    "npc": "npc1",
    "epoch": 2,
    "seq": 41,
    "pts": 6400,
    "rate": 16_000,
    "utterance": "greeting",
    "width": 2,
    "height": 2,
    "format": "rgba",
    "origin": "top-left",
    "colorspace": "srgb",
    "alpha": "premultiplied",
    "sent": 123_456_789_012,
    "slot": None,
    "stamp": None,
    "v": 1,
}
FIELDS: Map = {"latent": 4, "head_rotation": 3, "head_translation": 3, "gaze": 2, "blink": 2, "tongue": 3, "arkit": 52}
MOTION: Map = {
    "npc": "npc1",
    "epoch": 2,
    "seq": 41,
    "pts": 6400,
    "rate": 16_000,
    "utterance": "greeting",
    "sent": 123_456_789_012,
    "fields": FIELDS,
    "v": 1,
}
EVENT: Map = {"event": "progress", "npc": "npc1", "epoch": 2, "utterance": "greeting", "sent": 123_456_789_012}
NO_EVENT: Map = {key: value for key, value in EVENT.items() if key != "utterance"}
PIXELS = bytes([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 0])
"""Red, green; blue, clear."""
BLOCK = bytes([0x00, 0xF8, 0x00, 0xF8, 0, 0, 0, 0])
"""A red block of BC1."""
TEXTURES, MOTIONS, EVENTS = b"tex/npc1\0", b"mot/npc1\0", b"evt/npc1\0"

STREAMS: list[tuple[str, bytes, Map, bytes]] = [
    ("texture", TEXTURES, FRAME, PIXELS),
    ("texture_idle", TEXTURES, {**FRAME, "utterance": None, "seq": 42, "pts": 160}, PIXELS),
    ("texture_bottom_left", TEXTURES, {**FRAME, "format": "bgra", "origin": "bottom-left"}, PIXELS),
    ("texture_bc1", TEXTURES, {**FRAME, "format": "bc1", "width": 4, "height": 4, "alpha": "none"}, BLOCK),
    ("texture_shared", TEXTURES, {**FRAME, "width": 512, "height": 512, "slot": 3, "stamp": 82}, b""),
    ("texture_grown", TEXTURES, {**FRAME, "later": 1}, PIXELS),
    ("motion", MOTIONS, MOTION, struct.pack("<69f", *(i / 64 for i in range(69)))),
    (
        "event_state",
        EVENTS,
        {**NO_EVENT, "event": "state", "detail": {"speaking": False, "fps": 15.0}},
        b"",
    ),
    ("event_ready", EVENTS, {**NO_EVENT, "event": "ready"}, b""),
    ("event_started", EVENTS, {**EVENT, "event": "started", "position": 0}, b""),
    ("event_progress", EVENTS, {**EVENT, "position": 6400}, b""),
    ("event_finished", EVENTS, {**EVENT, "event": "finished", "position": 32_000}, b""),
    (
        "event_failed",
        EVENTS,
        {**EVENT, "event": "failed", "error": {"code": "shutting_down", "message": "The daemon ends."}},
        b"",
    ),
    ("event_interrupted", EVENTS, {**EVENT, "event": "interrupted", "position": 9600}, b""),
    ("event_overloaded", EVENTS, {**NO_EVENT, "event": "overloaded", "detail": {"fps": 20.0, "size": 256}}, b""),
    ("event_recovered", EVENTS, {**NO_EVENT, "event": "recovered", "detail": {"fps": 40.0, "size": 512}}, b""),
    ("event_gone", EVENTS, {**NO_EVENT, "event": "gone"}, b""),
]
