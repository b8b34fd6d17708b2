"""A stage in simulated time: nothing sleeps, and what takes time on a processor takes none here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vasa_core
from bridge.protocol.codec import Outgoing, Streamed, decode_stream
from bridge.protocol.messages import Event, FrameHeader, MotionHeader, Spawn, Speak, Topic
from bridge.stage import Stage, StageSettings
from bridge.stage.faces import Look
from vasa_core.audio.reading import load_audio
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.motion.track import Motion

SAMPLES = Path(vasa_core.__file__).parent / "samples"
RATE = 16_000


class SimulatedTime:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds


@dataclass
class Wire:
    """Stands where the daemon's wire is: keeps what is published, with the time."""

    time: SimulatedTime
    full: bool = False
    hold: bool = False
    """Whether payloads are kept by the wire."""
    messages: list[tuple[float, Streamed]] = field(default_factory=list)
    held: list[Outgoing] = field(default_factory=list)

    def publish(self, message: Outgoing) -> bool:
        if self.full:
            return False
        assert not message.stale()
        payload = b"" if message.payload is None else bytes(message.payload)
        self.messages.append((self.time.now(), decode_stream([message.topic, message.header, payload])))
        if self.hold:
            self.held.append(message)
        else:
            message.done()
        return True

    def release(self) -> None:
        for message in self.held:
            message.done()
        self.held.clear()


class Theatre:
    """A stage, its time and its wire."""

    def __init__(self, asset: FaceAsset | None = None, **settings: Any) -> None:
        """Without an asset, frames are flat: what is drawn does not matter."""
        self.time = SimulatedTime()
        self.wire = Wire(self.time)
        self.stage = Stage(StageSettings(workers=0, **settings), self.wire.publish, self.time)
        self.stage._faces.put("hero", asset)  # type: ignore[arg-type]

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.time.seconds + seconds
        while True:
            wake = self.stage.turn()
            if wake >= end:
                break
            self.time.seconds = max(wake, self.time.seconds + 1e-6)
        self.time.seconds = max(end, self.time.seconds)
        self.stage.turn()

    def spawn(self, npc: str = "npc1", watch: str = "motion", **more: Any) -> dict[str, Any]:
        """An NPC; `watch`: "textures", "motion" or "" for nobody."""
        reply = self.stage.spawn(Spawn(npc=npc, face="hero", seed=1, **more))
        for kind, topic in (("textures", Topic.TEXTURE), ("motion", Topic.MOTION)):
            if watch == kind:
                self.stage.subscribed(Topic.of(topic, npc), True)
        return reply

    def speak(self, samples: np.ndarray, name: str = "u1", npc: str = "npc1", **more: Any) -> dict[str, Any]:
        sound = (samples * 32767).astype("<i2").tobytes()
        return self.stage.speak(Speak(npc=npc, utterance=name, audio=sound, encoding="s16", rate=RATE, **more), None)

    def headers(self, utterance: str | None = "all") -> list[tuple[float, Any]]:
        """Frames' headers (of textures or motion) with the time they were published at."""
        kinds = (FrameHeader, MotionHeader)
        found = [(at, message.header) for at, message in self.wire.messages if isinstance(message.header, kinds)]
        return [(at, header) for at, header in found if utterance == "all" or header.utterance == utterance]

    def rows(self, utterance: str | None = "all") -> list[tuple[float, MotionHeader, np.ndarray]]:
        """Motion messages with their numbers."""
        return [
            (at, message.header, np.frombuffer(message.payload, "<f4"))
            for at, message in self.wire.messages
            if isinstance(message.header, MotionHeader) and utterance in ("all", message.header.utterance)
        ]

    def events(self, kind: str | None = None, utterance: str | None = None) -> list[tuple[float, Event]]:
        found = [(at, message.header) for at, message in self.wire.messages if isinstance(message.header, Event)]
        found = [(at, event) for at, event in found if kind in (None, event.event)]
        return [(at, event) for at, event in found if utterance in (None, event.utterance)]

    def endings(self) -> dict[str, list[str]]:
        """The ending events of each utterance."""
        found: dict[str, list[str]] = {}
        for _, event in self.events():
            if event.event in ("finished", "failed", "interrupted"):
                found.setdefault(str(event.utterance), []).append(event.event)
        return found


class FlatRenderer:
    """Draws at once what is not looked at; the first pixel tells how often it has drawn."""

    def __init__(self, size: int) -> None:
        self.frame = np.zeros((size, size, 4), np.uint8)

    def render(self, motion: Motion, i: int) -> np.ndarray:
        assert len(motion) > i
        return self.frame


def prepare_flat(look: Look) -> None:
    look.give_back(FlatRenderer(look.size))  # type: ignore[arg-type]
    look.ready = True


@pytest.fixture(scope="session")
def asset() -> FaceAsset:
    return enroll(SAMPLES / "portrait.png")


@pytest.fixture(scope="session")
def voice() -> np.ndarray:
    """7 s of speech at 16 kHz."""
    return load_audio(SAMPLES / "line_1.flac")


@pytest.fixture
def theatre(monkeypatch: pytest.MonkeyPatch) -> Iterator[Theatre]:
    monkeypatch.setattr(Look, "prepare", prepare_flat)
    one = Theatre()
    yield one
    one.stage.close()
