"""A small daemon for tests of clients: real sockets in a process of its own, made-up frames.

    python tests/bridge/fake_daemon.py CONTROL STREAMS [INSTANCE]

`speak` publishes started, 8 textures of 4 x 4 pixels whose values are the frame's number, and finished. Utterances
called "silent" are not answered at all, those called "refused" are refused, "long" has 5000 frames, and before "noise"
what no client can read is sent on both sockets. An INSTANCE "future" speaks another version of the protocol.
"""

import struct
import sys
from time import monotonic_ns

import zmq

from bridge.protocol.codec import decode_request, encode, encode_done, encode_failed
from bridge.protocol.errors import BadRequestError, BridgeError
from bridge.protocol.messages import (
    Clock,
    Event,
    FrameHeader,
    Hello,
    Interrupt,
    MotionHeader,
    Ping,
    Spawn,
    Speak,
    Topic,
)

FRAMES = 8
STEP = 400
"""Samples between frames: 40 a second at 16 kHz."""


class FakeDaemon:
    def __init__(self, control: str, streams: str, instance: str) -> None:
        context = zmq.Context.instance()
        self.router = context.socket(zmq.ROUTER)
        self.router.bind(control)
        self.publisher = context.socket(zmq.XPUB)
        self.publisher.setsockopt(zmq.XPUB_VERBOSE, 1)
        self.publisher.bind(streams)
        self.streams = streams
        self.instance = instance
        self.epochs: dict[str, int] = {}
        self.seq = 0

    def run(self) -> None:
        poller = zmq.Poller()
        poller.register(self.router, zmq.POLLIN)
        poller.register(self.publisher, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if self.publisher in ready:
                self.subscribed(self.publisher.recv())
            if self.router in ready:
                self.asked(*self.router.recv_multipart())

    def subscribed(self, message: bytes) -> None:
        topic = message[1:]
        npc = topic[4:-1].decode()
        if message[0] and topic.startswith(Topic.EVENT) and npc in self.epochs:
            self.event("state", npc)
        elif message[0] and topic.startswith(Topic.TEXTURE) and npc in self.epochs:
            self.texture(npc, None, 0)

    def asked(self, client: bytes, message: bytes) -> None:
        try:
            request = decode_request(message)
            result = self.carry_out(request, client)
        except BadRequestError as problem:
            self.router.send_multipart([client, encode_failed(problem.request, problem)])
        except BridgeError as problem:
            self.router.send_multipart([client, encode_failed(request.id, problem)])
        else:
            if result is not None:
                self.router.send_multipart([client, encode_done(request.id, result)])
            if isinstance(request, Speak) and result is not None:
                self.play(request.npc, request.utterance)

    def carry_out(self, request, client: bytes) -> dict | None:
        if isinstance(request, Hello):
            if self.instance == "future":
                raise BridgeError("bad_version", "The client speaks [1], this daemon 2; update the older of the two.")
            return {
                "version": 1,
                "server": "fake",
                "stream": self.streams,
                "formats": ["rgba"],
                "transports": ["wire"],
                "sizes": [256, 1024],
                "max_npcs": 4,
                "emotions": [],
                "motion_fps": 25.0,
                "instance": self.instance,
            }
        if isinstance(request, Ping):
            return {"time": monotonic_ns() // 1000}
        if isinstance(request, Spawn):
            self.epochs[request.npc] = 1
            return {"npc": request.npc, "epoch": 1, "seed": request.seed or 0, "delay": 0.2, "ring": None}
        if isinstance(request, Interrupt):
            self.epochs[request.npc] += 1
            return {"epoch": self.epochs[request.npc]}
        if isinstance(request, Speak):
            if request.npc not in self.epochs:
                raise BridgeError("no_such_npc", f"There is no NPC {request.npc!r}; spawn it first.")
            if request.utterance == "refused":
                raise BridgeError("bad_audio", "The sound is empty; give one with samples.")
            if request.utterance == "silent":
                return None
            if request.utterance == "noise":
                self.make_noise(request.npc, client)
            return {"utterance": request.utterance, "epoch": self.epochs[request.npc], "samples": 0, "seconds": 0.0}
        if isinstance(request, Clock):
            return {"drift": 0.0}
        return {}

    def play(self, npc: str, utterance: str) -> None:
        epoch = self.epochs[npc]
        self.event("started", npc, utterance=utterance, position=0)
        for number in range(5000 if utterance == "long" else FRAMES):
            self.texture(npc, utterance, number)
            common = {"npc": npc, "epoch": epoch, "seq": number, "rate": 16_000, "utterance": utterance}
            fields = {"gaze": 2, "blink": 1}
            motion = MotionHeader(**common, pts=number * STEP, sent=monotonic_ns() // 1000, fields=fields)
            self.publish(Topic.MOTION, npc, encode(motion), struct.pack("<3f", 0.1, 0.2, number))
        self.event("finished", npc, utterance=utterance, position=FRAMES * STEP)

    def texture(self, npc: str, utterance: str | None, number: int) -> None:
        self.seq += 1
        header = FrameHeader(
            npc=npc,
            epoch=self.epochs[npc],
            seq=self.seq,
            pts=number * STEP,
            rate=16_000,
            utterance=utterance,
            width=4,
            height=4,
            format="rgba",
            origin="top-left",
            sent=monotonic_ns() // 1000,
        )
        self.publish(Topic.TEXTURE, npc, encode(header), bytes([number % 256]) * 64)

    def make_noise(self, npc: str, client: bytes) -> None:
        for junk in (b"", b"\xc1", b"\x81" * 100, encode(Event(event="gone", npc="other", epoch=9, sent=0))):
            self.router.send_multipart([client, junk])
            for topic in (Topic.TEXTURE, Topic.MOTION, Topic.EVENT):
                self.publisher.send_multipart([Topic.of(topic, npc), junk, junk])
                self.publisher.send_multipart([Topic.of(topic, npc), junk])
        odd = MotionHeader(npc=npc, epoch=1, seq=1, pts=0, rate=1, sent=0, fields={"gaze": 2})
        self.publish(Topic.MOTION, npc, encode(odd), b"123")

    def event(self, kind: str, npc: str, **fields) -> None:
        event = Event(event=kind, npc=npc, epoch=self.epochs[npc], sent=monotonic_ns() // 1000, **fields)
        self.publish(Topic.EVENT, npc, encode(event), b"")

    def publish(self, kind: bytes, npc: str, header: bytes, payload: bytes) -> None:
        self.publisher.send_multipart([Topic.of(kind, npc), header, payload])


if __name__ == "__main__":
    FakeDaemon(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "first").run()
