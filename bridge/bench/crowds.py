"""Many NPCs at once, watched: how many frames a second each of them gets."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from bridge.bench.served import Served
from bridge.bench.subscriber import Subscriber, frames_of
from bridge.bench.voices import RATE, voice
from bridge.client import Client
from bridge.protocol.messages import FrameHeader, Topic, Transport

READY_S = 60.0
WARM_UP_S = 3.0
"""s before frames are counted: faces settle, and the daemon finds out what it can do."""
FPS = 40.0
IDLE_FPS = 15.0
MIB = 1 << 20


@dataclass
class Crowd:
    """What a crowd got."""

    speaking: list[float]
    """Frames a second of each speaker."""
    idle: list[float]
    sizes: list[int]
    """Smallest edge of each NPC's textures, px."""
    cores: float
    """Processor time of the daemon a second."""
    memory: float
    """Resident, bytes."""

    @property
    def note(self) -> str:
        """For tables."""
        small = f", {min(self.sizes)} px" if min(self.sizes, default=512) < 512 else ""
        return f"{self.cores:.2f} cores, {self.memory / MIB:.0f} MiB{small}"


def measure(portrait: Path, speakers: int, idlers: int, transport: Transport, seconds: float) -> Crowd:
    """Let some speak and others idle for a while, at 512 x 512 RGBA, all of them watched by one client."""
    names = [f"s{number}" for number in range(speakers)] + [f"i{number}" for number in range(idlers)]
    with ExitStack() as stack:
        served = stack.enter_context(Served("sample", portrait))
        client = stack.enter_context(Client(served.control, timeout=READY_S))
        rings = {}
        for number, name in enumerate(names):
            spawned = client.spawn(
                name, "sample", transport=transport, size=512, fps=FPS, idle_fps=IDLE_FPS, seed=number
            )
            if spawned.ring is not None:
                rings[name] = str(spawned.ring["path"])
        topics = [Topic.of(Topic.TEXTURE, name) for name in names]
        subscriber = stack.enter_context(Subscriber(served.streams, topics, rings))
        for name in names:
            subscriber.wait(frames_of(name), READY_S)
        for number, name in enumerate(names[:speakers]):
            client.speak(name, "talk", voice(seconds + WARM_UP_S + 10, number * 1.7), rate=RATE)
        sleep(WARM_UP_S)
        subscriber.forget()
        begin, spent = monotonic(), served.processor_seconds()
        sleep(seconds)
        lasted = monotonic() - begin
        spent = served.processor_seconds() - spent
        headers = [each.header for each in subscriber.since(0) if begin <= each.at < begin + lasted]
        frames = [header for header in headers if isinstance(header, FrameHeader)]
        counts = dict.fromkeys(names, 0)
        sizes = dict.fromkeys(names, 512)
        for header in frames:
            counts[header.npc] += 1
            sizes[header.npc] = min(sizes[header.npc], header.width)
        rates = [counts[name] / lasted for name in names]
        return Crowd(rates[:speakers], rates[speakers:], list(sizes.values()), spent / lasted, served.memory())
