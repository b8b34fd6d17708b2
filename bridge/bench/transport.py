"""How long a frame takes from the daemon's hands to a game's, over TCP, a Unix socket and through shared memory.

A process publishes frames at a game's pace through the daemon's own wire, this one receives them, as pixels over TCP,
as pixels over a Unix socket, and in shared memory with only the header on the wire. Time runs from the drawn frame
(before it is put into a message or into the ring) to the moment in which its bytes are in the receiver's own memory,
both on the system's monotonic clock.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import zmq

from bridge.bench.figures import Figure, Plan
from bridge.metrics import Counts, Durations
from bridge.protocol.codec import Outgoing, decode_stream, encode
from bridge.protocol.streams import FrameHeader, Topic
from bridge.ring import Reader, Ring, slots_for
from bridge.sending import WirePacker
from bridge.textures import make_encoder
from bridge.wire import Wire

SIZE, FPS, USUAL_S = 512, 40.0, 15.0
WARM_UP = 20
"""Frames that do not count."""
LEAD_S = 0.08
PATIENCE_MS = 5000
"""For the next frame to come, before the run is given up."""
GOALS_MS = {"tcp": (1.5, 8.0), "ipc": (1.5, 8.0), "shm": (0.8, 6.0)}
"""p50 and p99 of a frame of 512 x 512 RGBA (1 MiB), on an idle machine of two cores."""
NPC = "npc1"


@dataclass
class Measured:
    """One way of transport."""

    way: str
    frames: int
    lost: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    sender_ms: float
    """Processor time per frame of the publishing process, all its threads."""
    receiver_ms: float
    """Processor time per frame of the receiving one."""


def publish(way: str, size: int, fps: float, frames: int, folder: Path, link: Connection) -> None:
    """The daemon's side, in a process of its own."""
    context = zmq.Context()
    endpoint = f"ipc://{folder / 'streams'}" if way == "ipc" else "tcp://127.0.0.1:0"
    wire = Wire(context, ["inproc://control"], [endpoint], Durations(), Counts())
    wire.start(lambda client, message: None, lambda topic, wanted: link.send("subscribed"))
    encoder = make_encoder("rgba", size)
    ring = Ring(encoder.room(size), slots_for(LEAD_S, fps)) if way == "shm" else None
    packer = WirePacker(encoder, size)
    link.send((wire.streams[0], None if ring is None else str(ring.path)))
    link.recv()
    began, next_at = time.process_time(), time.monotonic()
    for seq in range(frames):
        frame = np.full((size, size, 4), seq % 251, np.uint8)
        next_at += 1 / fps
        time.sleep(max(0.0, next_at - time.monotonic()))
        header = header_of(seq, size)
        payload, sent = None, None
        if ring is not None:
            ring.write(header, lambda room, frame=frame: encoder.encode_into(frame, room))  # type: ignore[misc]
        elif (packed := packer.pack(frame)) is not None:
            payload, sent = packed
        wire.publish(Outgoing(Topic.of(Topic.TEXTURE, NPC), encode(header), payload, sent))
    link.send((time.process_time() - began) / frames)
    link.recv()
    wire.close()
    context.term()
    if ring is not None:
        ring.close()


def header_of(seq: int, size: int) -> FrameHeader:
    """The header of a frame that has just been drawn."""
    return FrameHeader(
        npc=NPC, epoch=1, seq=seq, pts=seq, rate=16_000, width=size, height=size, format="rgba", origin="top-left",
        sent=time.monotonic_ns() // 1000,
    )  # fmt: skip


def measure(way: str, size: int, fps: float, frames: int) -> Measured:
    """Receive the frames that another process sends."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        arguments = (way, size, fps, frames + WARM_UP, Path(folder), theirs)
        process = spawning.Process(target=publish, args=arguments, daemon=True)
        process.start()
        try:
            endpoint, ring = ours.recv()
            context = zmq.Context()
            stream = context.socket(zmq.SUB)
            stream.rcvtimeo = PATIENCE_MS
            stream.connect(endpoint)
            stream.subscribe(Topic.of(Topic.TEXTURE, NPC))
            ours.recv()
            ours.send("go")
            spent_ms, processor_s = receive(stream, fetcher(ring), frames)
            sender_s = ours.recv()
            ours.send("done")
            stream.close(0)
            context.term()
            process.join()
        finally:
            process.kill()
    p50, p99 = np.percentile(spent_ms, [50, 99])
    figures = (float(p50), float(p99), float(spent_ms.max()), 1e3 * sender_s, 1e3 * processor_s)
    return Measured(way, len(spent_ms), frames - len(spent_ms), *(round(figure, 3) for figure in figures))


def fetcher(ring: str | None) -> Callable[[FrameHeader, bytes | memoryview], bytes | memoryview | None]:
    """What gets a frame's bytes: out of the ring, or out of the message."""
    if ring is None:
        return lambda header, payload: payload
    reader = Reader(ring)
    return lambda header, payload: reader.texture(header)


def receive(
    stream: "zmq.Socket[bytes]",
    fetch: Callable[[FrameHeader, bytes | memoryview], bytes | memoryview | None],
    frames: int,
) -> tuple[np.ndarray, float]:
    """ms of each frame that came, and processor seconds a frame."""
    spent, began, last = [], time.process_time(), frames + WARM_UP - 1
    seq = 0
    while seq < last:
        try:
            parts = stream.recv_multipart()
        except zmq.Again:
            break
        header, payload = decode_stream(parts)
        assert isinstance(header, FrameHeader)
        texture = fetch(header, payload)
        came, seq = time.monotonic_ns() // 1000, header.seq
        if texture is None:
            continue
        if texture[0] != seq % 251 or texture[-1] != seq % 251:
            raise AssertionError(f"frame {seq} came with other pixels")
        if seq >= WARM_UP:
            spent.append((came - header.sent) / 1000)
    return np.array(spent), (time.process_time() - began) / max(len(spent), 1)


def ways() -> list[str]:
    """Those that this system has."""
    return [way for way in GOALS_MS if way != "ipc" or zmq.has("ipc")]


def run(plan: Plan) -> list[Figure]:
    """Each way, at 40 frames of 1 MiB a second."""
    figures = []
    for way in ways():
        found = measure(way, SIZE, FPS, round(plan.lasts(USUAL_S) * FPS))
        p50, p99 = GOALS_MS[way]
        note = f"{found.frames} frames, {found.lost} lost, worst {found.worst_ms:.1f} ms"
        figures.append(Figure(f"transport of 1 MiB by {way}, p50", found.p50_ms, "ms", p50, note=note))
        figures.append(Figure(f"transport of 1 MiB by {way}, p99", found.p99_ms, "ms", p99))
    return figures
