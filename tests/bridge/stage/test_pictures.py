"""Textures as they go out, renderers that are shared, and one stage with real time and threads."""

import threading
import time

import numpy as np
import pytest

from bridge.protocol.codec import Outgoing, decode_stream
from bridge.protocol.messages import Event, FrameHeader, Interrupt, Spawn, Speak
from bridge.ring import Reader, RingGoneError
from bridge.stage import Stage, StageSettings
from bridge.stage.clock import SystemTime
from bridge.stage.faces import Look
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.crowd import Crowd
from vasa_core.motion.settings import AnimationSettings
from vasa_core.render.renderer import Renderer

from .conftest import RATE, Theatre


def test_a_renderer_keeps_nothing_of_other_frames(asset: FaceAsset, voice: np.ndarray) -> None:
    """So NPCs may share renderers, and copies of them, in any order."""
    motion = Crowd().face(AnimationSettings(seed=3)).push(voice[: 2 * RATE])
    space = LatentSpace.load()
    look = Look(asset, space, 256, "transparent")
    look.prepare()
    first = look.take()
    second = look.take()
    assert second is not first
    alone = Renderer(asset, space, 256, "transparent")
    for i, renderer in ((0, first), (20, second), (30, first), (20, first), (0, second)):
        np.testing.assert_array_equal(renderer.render(motion, i), alone.render(motion, i))


@pytest.mark.parametrize(("format", "length"), [("rgba", 4 << 16), ("bgra", 4 << 16), ("jpeg", None), ("bc1", 1 << 15)])
def test_textures_have_the_format_that_was_asked_for(asset: FaceAsset, format: str, length: int | None) -> None:
    theatre = Theatre(asset)
    theatre.spawn(watch="textures", size=256, format=format)
    theatre.run(0.15)
    frames = [message for _, message in theatre.wire.messages if isinstance(message.header, FrameHeader)]
    assert len(frames) >= 2
    for message in frames:
        assert isinstance(message.header, FrameHeader)
        assert (message.header.width, message.header.height, message.header.format) == (256, 256, format)
        assert len(message.payload) == length or (length is None and 2000 < len(message.payload) < 1 << 16)
    theatre.stage.close()


def test_textures_in_shared_memory_are_readable_until_the_npc_goes(asset: FaceAsset) -> None:
    theatre = Theatre(asset)
    ring = theatre.spawn(watch="textures", size=256, transport="shm")["ring"]
    theatre.run(0.15)
    texture = Reader(ring["path"]).texture(theatre.headers()[-1][1])
    assert texture is not None
    assert len(texture) == 4 << 16
    theatre.stage.close()
    with pytest.raises(RingGoneError):
        Reader(ring["path"])


class CountingWire:
    """Counts what real threads publish."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.frames: list[FrameHeader] = []
        self._lock = threading.Lock()

    def publish(self, message: Outgoing) -> bool:
        header = decode_stream([message.topic, message.header, b""]).header
        with self._lock:
            (self.events if isinstance(header, Event) else self.frames).append(header)  # type: ignore[arg-type]
        message.done()
        return True

    def wait_for(self, kind: str, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(event.event == kind for event in self.events):
                return True
            time.sleep(0.01)
        return False


@pytest.mark.slow
def test_threads_in_real_time(asset: FaceAsset, voice: np.ndarray) -> None:
    wire = CountingWire()
    stage = Stage(StageSettings(workers=2), wire.publish, SystemTime())
    stage._faces.put("hero", asset)
    stage.subscribed(b"", True)
    for npc in ("a", "b"):
        stage.spawn(Spawn(npc=npc, face="hero", size=256))
    assert wire.wait_for("ready", 120)
    sound = (voice[:RATE] * 32767).astype("<i2").tobytes()
    for npc in ("a", "b"):
        stage.speak(Speak(npc=npc, utterance=f"u.{npc}", audio=sound, encoding="s16"), None)
    assert wire.wait_for("finished", 30)
    stage.speak(Speak(npc="a", utterance="cut", audio=sound, encoding="s16"), None)
    assert stage.interrupt(Interrupt(npc="a"))["epoch"] == 1
    epochs = [header.epoch for header in wire.frames if header.npc == "a"]
    assert epochs == sorted(epochs)
    stage.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("motion", "picture-", "looks"))]
    endings = [event.utterance for event in wire.events if event.event in ("finished", "interrupted", "failed")]
    assert sorted(str(name) for name in endings) == ["cut", "u.a", "u.b"]
    assert len([header for header in wire.frames if header.utterance == "u.b"]) > 5
