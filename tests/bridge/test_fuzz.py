"""The parser under random, mutated and hostile bytes: a `BridgeError` and nothing else, in little memory and time."""

import json
import random
import subprocess
import sys
import time
import tracemalloc

import pytest
from msgspec import msgpack

from bridge.protocol.codec import decode_reply, decode_request, decode_stream
from bridge.protocol.errors import CODES, BadRequestError, BridgeError
from bridge.protocol.vectors import FOLDER

INDEX = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
SEED = 1


def corpus(kind: str) -> list[list[bytes]]:
    return [[(FOLDER / name).read_bytes() for name in entry["files"]] for entry in INDEX if entry["kind"] == kind]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled, or made a header that claims a lot."""
    work = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(work) + 1)
        match chance.randrange(6):
            case 0 if work:
                work[min(place, len(work) - 1)] = chance.randrange(256)
            case 1:
                del work[place:]
            case 2:
                del work[place : place + chance.randint(1, 8)]
            case 3:
                work[place:place] = work[place : place + chance.randint(1, 16)]
            case 4:
                work[place : place + 5] = bytes([chance.choice(b"\xc6\xc9\xdb\xdd\xdf")]) + chance.randbytes(4)
            case _:
                work[place:place] = chance.randbytes(chance.randint(1, 8))
    return bytes(work)


def read_request(data: bytes) -> None:
    try:
        decode_request(data)
    except BadRequestError as problem:
        assert problem.code in CODES
        assert 0 <= problem.request <= 1 << 53
        assert len(problem.message) < 1000


def read_reply(data: bytes) -> None:
    try:
        decode_reply(data)
    except BridgeError as problem:
        assert problem.code in CODES


def read_stream(parts: list[bytes]) -> None:
    try:
        decode_stream(parts)
    except BridgeError as problem:
        assert problem.code in CODES


def test_random_bytes():
    chance = random.Random(SEED)
    for _ in range(5_000):
        data = chance.randbytes(chance.randrange(64))
        read_request(data)
        read_reply(data)
        read_stream([chance.choice([b"tex/a\0", b"mot/a\0", b"evt/a\0", data]), data, b""])


@pytest.mark.parametrize("kind", ["request", "reply", "stream"])
def test_mutated_vectors(kind):
    chance = random.Random(SEED)
    messages = corpus(kind)
    for _ in range(5_000):
        parts = list(chance.choice(messages))
        place = chance.randrange(len(parts))
        parts[place] = mutated(parts[place], chance)
        if kind == "request":
            read_request(parts[0])
        elif kind == "reply":
            read_reply(parts[0])
        else:
            read_stream(parts[: chance.randint(0, 3)] if chance.random() < 0.05 else parts)


def test_random_values_in_the_right_places():
    """Maps with the right names and any values: the fields' own checks."""
    chance = random.Random(SEED)
    schema = json.loads((FOLDER.parent / "schema.json").read_text(encoding="utf-8"))
    fields = {
        op: list(schema["$defs"][refs["request"]["$ref"].rsplit("/", 1)[1]]["properties"])
        for op, refs in schema["requests"].items()
    }
    for _ in range(5_000):
        op = chance.choice(list(fields))
        message = {name: value(chance, 3) for name in fields[op] if chance.random() < 0.8}
        message["op"] = op
        if chance.random() < 0.8:
            message["v"] = 1
        read_request(msgpack.encode(message))


def value(chance: random.Random, depth: int) -> object:
    """Anything that msgpack can hold."""
    simple = [
        None,
        True,
        chance.randint(-(1 << 63), (1 << 64) - 1),
        chance.randint(0, 1000),
        chance.choice([0.5, float("nan"), float("inf"), -1e308, 1e308]),
        chance.choice(["", "npc1", "rgba", "nod", "s16", "x" * 2000, "\0", "ä", "a\n"]),
        chance.randbytes(chance.randrange(9)),
        msgpack.Ext(chance.randint(-128, 127), b"\xff" * chance.randrange(13)),
    ]
    if depth and chance.random() < 0.3:
        if chance.random() < 0.5:
            return [value(chance, depth - 1) for _ in range(chance.randrange(5))]
        names = ["gaze", "emotion", "head", "distance", "x", 3]
        return {chance.choice(names): value(chance, depth - 1) for _ in range(chance.randrange(4))}
    return chance.choice(simple)


HOSTILE = {
    "deep lists": b"\x82\xa2op\xa4ping\xa1x" + b"\x91" * 1_000_000,
    "deep maps": b"\x82\xa2op\xa4ping\xa1x" + b"\x81\xa1a" * 400_000,
    "deep in a known field": b"\x83\xa2op\xa3set\xa3npc\xa1a\xa8controls\x81\xa4gaze" + b"\x91" * 1_000_000,
    "deep reply": b"\x82\xa2id\x01\xa6result\x81\xa1a" + b"\x91" * 1_000_000,
    "long list claimed": b"\x82\xa2op\xa5hello\xa8versions\xdd\xff\xff\xff\xff",
    "long bytes claimed": b"\x82\xa2op\xa6enroll\xa5image\xc6\xff\xff\xff\xff",
    "long text claimed": b"\x82\xa2op\xa6enroll\xa4face\xdb\xff\xff\xff\xff",
    "long map claimed": b"\xdf\xff\xff\xff\xff",
    "long extension claimed": b"\x82\xa2op\xa4ping\xa1x\xc9\xff\xff\xff\xff\x01",
    "long list in an emotion": b"\x83\xa2op\xa3set\xa3npc\xa1a\xa8controls\x81\xa7emotion\xdd\x00\x0f\x42\x40"
    + b"\x01" * 1_000_000,
    "many unknown keys": b"\xde\xff\xff" + b"".join(b"\xa5" + f"{i:05}".encode() + b"\xc0" for i in range(65535)),
    "many known keys": b"\xde\xff\xff" + b"\xa2id\x01" * 65534 + b"\xa2op\xa4ping",
    "a long pattern": msgpack.encode({"op": "despawn", "npc": "a" * 1_000_000 + "!"}),
    "a long operation": msgpack.encode({"op": "x" * 1_000_000}),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_cost_little(data):
    tracemalloc.start()
    begin = time.thread_time()
    try:
        read_request(data)
        read_reply(data)
        read_stream([b"tex/a\0", data, b""])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(data) + (1 << 20)
    assert time.thread_time() - begin < 1.0


def test_nothing_is_corrupted_in_a_process_of_its_own():
    """A crash inside the decoder would take this test down: it is looked for where only its exit status is lost."""
    script = (
        "import gc, random, sys; sys.path.insert(0, sys.argv[1]); import test_fuzz as t\n"
        "chance = random.Random(2)\n"
        "messages = t.corpus('request')\n"
        "for _ in range(5000): t.read_request(t.mutated(chance.choice(messages)[0], chance))\n"
        "for data in t.HOSTILE.values(): t.read_request(data)\n"
        "gc.collect(); print('whole')\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", script, __file__.rsplit("/", 1)[0]],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "whole\n"
