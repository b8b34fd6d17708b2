"""Too much to do: who gives way, and what many idle faces cost."""

import numpy as np
import pytest

from bridge.protocol.messages import Controls, Set
from bridge.stage.memory import KEPT_FRAMES, LEAST_FRAMES, IdleMemory
from bridge.stage.timeline import COLUMNS, STILL
from vasa_core.motion.crowd import Crowd

from .conftest import FlatRenderer, Theatre

FRAME_COST_S = 0.008


def test_idle_faces_give_way_to_the_one_that_speaks(
    theatre: Theatre, voice: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread has time for 106 frames a second; 12 idle faces and a speaker want 220."""
    drawn = FlatRenderer.render

    def slow(self: FlatRenderer, *arguments: object) -> np.ndarray:
        theatre.time.seconds += FRAME_COST_S
        return drawn(self, *arguments)  # type: ignore[arg-type]

    for i in range(12):
        theatre.spawn(f"idle{i}", watch="textures", size=256, importance=0.2 if i == 0 else 1.0)
    theatre.spawn("speaker", watch="textures", size=256)
    theatre.run(0.5)
    monkeypatch.setattr(FlatRenderer, "render", slow)
    theatre.run(1.5)
    theatre.speak(voice[:32_000], npc="speaker")
    begin = theatre.time.now()
    theatre.run(3.0)
    spoken = [header for at, header in theatre.headers("u1")]
    assert len(spoken) >= 78  # of 80
    overloaded = {event.npc for _, event in theatre.events("overloaded")}
    assert "speaker" not in {event.npc for at, event in theatre.events("overloaded") if begin < at < begin + 1.8}
    assert len(overloaded) >= 6
    during = [header for at, header in theatre.headers() if begin < at < begin + 2.0]
    assert 1 < sum(header.npc == "idle0" for header in during) <= 9  # the least important: 3 a second
    monkeypatch.setattr(FlatRenderer, "render", drawn)
    theatre.run(6.0)
    assert {event.npc for _, event in theatre.events("recovered")} == overloaded
    assert theatre.stage.list()["npcs"][1]["fps"] == 15


@pytest.mark.parametrize("cost", [0.07, 0.12, 0.2])
def test_a_face_whose_motion_cannot_keep_up_still_moves(
    theatre: Theatre, voice: np.ndarray, monkeypatch: pytest.MonkeyPatch, cost: float
) -> None:
    """A block of 0.08 s takes `cost` s to make."""
    advance = Crowd.advance

    def slow(self: Crowd, calls: object) -> object:
        theatre.time.seconds += cost
        return advance(self, calls)  # type: ignore[arg-type]

    theatre.spawn()
    theatre.run(0.5)
    monkeypatch.setattr(Crowd, "advance", slow)
    theatre.speak(voice[:64_000])
    theatre.run(4.5)
    frames = theatre.headers("u1")
    gaps = np.diff([at for at, _ in frames])
    assert len(frames) > (100 if cost < 0.08 else 12)
    assert gaps.max() < 0.2 + 2 * cost
    assert np.all(np.diff([header.pts for _, header in frames]) > 0)
    assert theatre.endings() == {"u1": ["finished"]}


def idle_rows(frames: int) -> np.ndarray:
    """A slow head, a blink every 3 s, glances."""
    times = np.arange(frames) / 25
    rows = np.repeat(STILL[None], frames, axis=0)
    rows[:, COLUMNS["head_rotation"]] = 0.05 * np.sin(times[:, None] * [0.9, 0.5, 0.4])
    rows[:, COLUMNS["gaze"]] = 0.05 * np.sign(np.sin(times[:, None] * [0.8, 1.1]))
    rows[:, COLUMNS["blink"]] = np.clip(1.5 - np.abs((times[:, None] % 3.0) - 1.5) * 12, 0, 1)
    return rows.astype(np.float32)


def test_a_face_that_repeats_itself_goes_on_without_leaps() -> None:
    rows = idle_rows(KEPT_FRAMES)
    memory = IdleMemory(1)
    memory.record(rows[: LEAST_FRAMES - 1])
    assert not memory.is_ready
    memory.record(rows[LEAST_FRAMES - 1 :])
    assert memory.is_ready
    last, made = rows[-1], []
    for _ in range(60):
        piece = memory.go_on(last, 10)
        last = piece[-1]
        made += piece
    head = np.stack(made)[:, COLUMNS["head_rotation"]]
    assert np.abs(np.diff(head, axis=0)).max() < 0.012
    blink = np.stack(made)[:, COLUMNS["blink"]]
    assert blink.min() >= 0
    assert blink.max() <= 1
    assert blink.max() > 0.9
    memory.forget()
    assert not memory.is_ready


def test_idle_faces_for_which_there_is_no_time_repeat_themselves(theatre: Theatre) -> None:
    theatre.spawn("a", importance=1.0)
    theatre.spawn("b", importance=0.1)
    theatre.run(0.5)
    for npc in theatre.stage._npcs.values():
        npc.memory.record(idle_rows(KEPT_FRAMES))
    theatre.stage._motion.block_s = 0.02  # a quarter of a core for one face
    theatre.run(0.6)
    assert [npc.repeats for npc in theatre.stage._npcs.values()] == [False, True]
    made = theatre.stage._npcs["b"].generator.frames
    theatre.stage._motion.block_s = 0.02
    theatre.run(1.0)
    assert theatre.stage._npcs["b"].generator.frames == made
    shown = [at for at, header in theatre.headers() if header.npc == "b" and at > theatre.time.now() - 1.0]
    assert len(shown) >= 14
    theatre.stage.set(Set(npc="b", controls=Controls(stillness=1.0)))
    assert not theatre.stage._npcs["b"].memory.is_ready
