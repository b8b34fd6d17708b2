"""NPCs whose textures lie in shared memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Despawn, FrameHeader
from bridge.ring import Reader, RingGoneError
from bridge.stage import sender as sender_module

from .conftest import RATE, Theatre


def textures(theatre: Theatre) -> list[tuple[FrameHeader, int]]:
    """Headers of textures, and the lengths of what came with them."""
    messages = [message for _, message in theatre.wire.messages if isinstance(message.header, FrameHeader)]
    return [(message.header, len(message.payload)) for message in messages]  # type: ignore[misc]


@pytest.fixture
def ring(theatre: Theatre) -> dict[str, Any]:
    """The ring of an NPC that has sent a few frames."""
    reply = theatre.spawn(watch="textures", transport="shm", size=256)
    theatre.run(0.5)
    return reply["ring"]


def test_headers_tell_where_textures_lie(theatre: Theatre, ring: dict[str, Any]) -> None:
    header, length = textures(theatre)[-1]
    with Reader(ring["path"]) as reader:
        assert length == 0 and reader.slots == ring["slots"]
        texture = reader.texture(header)
        assert texture is not None and len(texture) == 256 * 256 * 4
        newest = reader.newest()
        assert newest is not None and (newest.seq, newest.pts, newest.epoch) == (header.seq, header.pts, header.epoch)
        theatre.stage.despawn(Despawn(npc="npc1"))
        assert reader.closed()
    assert not Path(ring["path"]).exists()


def test_a_ring_that_somebody_removed_is_made_anew_and_told(theatre: Theatre, ring: dict[str, Any]) -> None:
    with Reader(ring["path"]) as old:
        Path(ring["path"]).unlink()
        theatre.run(0.5)
        assert old.closed()
    _, state = theatre.events("state")[-1]
    assert state.detail is not None and state.detail["ring"]["path"] != ring["path"]
    with Reader(state.detail["ring"]["path"]) as reader:
        assert reader.texture(textures(theatre)[-1][0]) is not None


def test_textures_go_over_the_wire_where_there_is_no_room_for_another_ring(
    theatre: Theatre, ring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise BridgeError("disk", "no room")

    monkeypatch.setattr(sender_module, "Ring", refused)
    Path(ring["path"]).unlink()
    theatre.run(0.5)
    _, state = theatre.events("state")[-1]
    assert state.detail is not None and state.detail["ring"] is None
    header, length = textures(theatre)[-1]
    assert header.slot is None and length == 256 * 256 * 4


def test_no_frame_of_a_bake_is_lost_in_a_ring(theatre: Theatre, ring: dict[str, Any], voice: np.ndarray) -> None:
    theatre.speak(voice[:RATE], pace="asap")
    theatre.run(1.5)
    baked = [(header, length) for header, length in textures(theatre) if header.utterance == "u1"]
    assert len(baked) == 40
    assert all(header.slot is None and length == 256 * 256 * 4 for header, length in baked)
    assert textures(theatre)[-1][0].slot is not None, "idle frames lie in the ring again"


def test_no_room_refuses_the_npc(theatre: Theatre, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bridge.ring.writer.usual_folder", lambda: tmp_path / "missing")
    with pytest.raises(BridgeError, match="No shared memory can be made") as caught:
        theatre.spawn(transport="shm")
    assert caught.value.code == "disk"
    theatre.spawn()


def test_readers_of_a_removed_ring_are_told_so(theatre: Theatre, ring: dict[str, Any]) -> None:
    theatre.stage.close()
    with pytest.raises(RingGoneError, match="Spawn the NPC again"):
        Reader(ring["path"])
