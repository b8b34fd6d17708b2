"""What a client keeps of an NPC: newest frames, audio clock, epochs; no sockets."""

import random

import numpy as np
import pytest

from bridge.client import Frame, Motion, PlaybackClock, View
from bridge.client.pictures import to_rgba
from bridge.client.playback import JUMP, REPORT_EVERY
from bridge.client.shared import SharedTextures
from bridge.client.view import MAX_FRAMES
from bridge.protocol.messages import Event, FrameHeader, MotionHeader
from bridge.ring import Ring
from bridge.textures import make_encoder

RATE = 16_000
STEP = RATE // 40


def header(seq: int, pts: int = 0, epoch: int = 1, utterance: str | None = "u1", **more) -> FrameHeader:
    look = {"width": 4, "height": 4, "format": "rgba", "origin": "top-left", **more}
    return FrameHeader(npc="a", epoch=epoch, seq=seq, pts=pts, rate=RATE, utterance=utterance, sent=0, **look)


def frame(seq: int, pts: int = 0, epoch: int = 1, utterance: str | None = "u1") -> Frame:
    return Frame(header(seq, pts, epoch, utterance), bytes(64), 0.0)


def seqs(view: View, *positions: float, utterance: str | None = None) -> list[int | None]:
    shown = [view.due(position, utterance) for position in positions]
    return [None if each is None else each.header.seq for each in shown]


def filled(*frames: Frame) -> View:
    view = View()
    for each in frames:
        assert view.add_frame(each)
    return view


def event(kind: str, epoch: int) -> Event:
    return Event(event=kind, npc="a", epoch=epoch, sent=0)


def test_newest_hands_out_each_frame_once():
    view = filled(frame(1), frame(2), frame(3))
    assert view.newest().header.seq == 3
    assert view.newest() is None
    view.add_frame(frame(4))
    assert view.newest().header.seq == 4


def test_gaps_are_counted_and_a_frame_told_again_is_not():
    view = filled(frame(1), frame(2), frame(5))
    assert not view.add_frame(frame(5))
    assert (view.frames_seen, view.frames_dropped) == (3, 2)


def test_an_old_epoch_is_thrown_away_wherever_it_is():
    view = filled(frame(1), frame(2))
    view.reached(2)
    assert view.newest() is None
    assert not view.add_frame(frame(3, epoch=1))
    assert view.add_frame(frame(4, epoch=2))
    assert view.newest().header.epoch == 2


@pytest.mark.parametrize("how", ["frame", "motion", "event"])
def test_whatever_carries_a_newer_epoch_throws_old_frames_away(how):
    view = filled(frame(1), frame(2))
    if how == "frame":
        view.add_frame(frame(3, epoch=2, utterance=None))
        assert view.newest().header.seq == 3
    elif how == "motion":
        view.add_motion(motion(epoch=2))
    else:
        view.add_event(event("started", 2))
    assert view.newest() is None
    assert view.epoch == 2


def motion(epoch: int = 1) -> Motion:
    fields = {"gaze": 2, "blink": 1}
    head = MotionHeader(npc="a", epoch=epoch, seq=1, pts=0, rate=RATE, sent=0, fields=fields)
    return Motion(head, np.array([0.1, 0.2, 0.3], np.float32), 0.0)


def test_motion_by_name():
    view = View()
    assert view.add_motion(motion())
    taken = view.motion()
    assert taken["blink"].tolist() == [np.float32(0.3)]
    assert view.motion() is None
    with pytest.raises(KeyError, match="gaze, blink"):
        taken["tongue"]
    view.reached(2)
    assert not view.add_motion(motion(epoch=1))


def test_an_npc_spawned_again_begins_anew():
    view = filled(frame(7, epoch=5))
    view.add_event(event("gone", 6))
    assert view.newest() is None
    assert not view.add_frame(frame(8, epoch=5))  # came late
    assert view.add_frame(frame(1, epoch=6))
    view = filled(frame(7, epoch=5))
    view.begin(1)
    assert view.add_frame(frame(1, epoch=1))
    view.begin(1)  # the reply to spawn may come after the first frames
    assert view.newest().header.seq == 1


def test_ending_events_of_old_epochs_change_nothing():
    view = filled(frame(1, epoch=3))
    view.add_event(event("interrupted", 2))
    assert view.newest().header.seq == 1


def test_frames_are_due_by_the_audio_clock():
    view = filled(*(frame(i + 1, i * STEP) for i in range(5)))
    assert seqs(view, -1, 0, STEP - 1, STEP, 3 * STEP + 1) == [None, 1, 1, 2, 4]
    assert seqs(view, 2 * STEP, 1e9) == [4, 5]


def test_idle_frames_are_due_in_their_turn():
    view = filled(frame(1, 100, utterance=None), frame(2, 0), frame(3, STEP), frame(4, 0, utterance=None))
    assert seqs(view, 0, STEP / 2, utterance="u1") == [2, 2]
    assert seqs(view, STEP, utterance="u1") == [4]


def test_idle_frames_alone_are_due_at_once():
    view = filled(frame(1, 100_000, utterance=None), frame(2, 100_400, utterance=None))
    assert seqs(view, 0) == [2]
    assert seqs(view, 0) == [2]


def test_the_next_utterance_waits_until_it_is_asked_for():
    view = filled(frame(1, 0), frame(2, STEP), frame(3, 0, utterance="u2"), frame(4, STEP, utterance="u2"))
    assert seqs(view, 1e9, utterance="u1") == [2]
    assert seqs(view, 1e9, utterance="u1") == [2]
    assert seqs(view, 0, STEP, utterance="u2") == [3, 4]


def test_what_is_left_of_the_last_utterance_gives_way():
    view = filled(frame(1, 0), frame(2, STEP), frame(3, 0, utterance="u2"))
    assert seqs(view, 0, utterance="u2") == [3]


def held(view: View) -> int:
    return len(view._frames)


def test_a_game_that_does_not_look_holds_little():
    speech = [frame(i, i * STEP) for i in range(1, 1000)]
    view = filled(*speech)
    assert held(view) == 51  # 1.25 s, as the lead is not known
    view.add_event(Event(event="state", npc="a", epoch=1, sent=0, detail={"lead": 0.08}))
    for each in speech:
        view.add_frame(each)
    assert held(view) == 15
    assert seqs(view, 1e9) == [999]
    assert held(filled(*(frame(i, i * STEP, utterance=None) for i in range(1, 1000)))) == 1
    assert held(filled(*(frame(i, 0) for i in range(1, 1000)))) == MAX_FRAMES


def test_playback_positions_are_smooth_between_blocks():
    """Blocks of 20 ms, reported up to 10 ms late: the true position within 6 ms once settled."""
    chance = random.Random(1)
    clock, worst = PlaybackClock(RATE), 0.0
    assert clock.position(0.0) == 0.0
    for block in range(500):
        played_at = block * 0.020
        clock.update(block * 0.020 * RATE, played_at + chance.uniform(0, 0.010))
        now = played_at + 0.019
        if block > 50:
            worst = max(worst, abs(clock.position(now) / RATE - now + 0.005))
    assert worst < 0.006


def test_playback_follows_drift_and_jumps():
    clock = PlaybackClock(RATE)
    for i in range(3000):
        clock.update(i * 0.02 * (1 + 200e-6) * RATE, i * 0.02)
    assert abs(clock.position(60.0) / RATE - 60.0 * (1 + 200e-6)) < 0.001
    clock.update(10.0 * RATE, 60.02)
    assert clock.position(60.02) == pytest.approx(10.0 * RATE)
    assert JUMP < 60 - 10
    clock.stop()
    clock.update(0, 70.0)
    assert clock.position(70.5) == pytest.approx(0.5 * RATE)


def test_playback_reports_now_and_then():
    clock = PlaybackClock(RATE)
    assert not clock.report_due(0.0)
    clock.update(0, 0.0)
    due = [clock.report_due(i * 0.01) for i in range(101)]
    assert sum(due) == int(1 / REPORT_EVERY) + 1


@pytest.mark.parametrize("origin", ["top-left", "bottom-left"])
@pytest.mark.parametrize("format", ["rgba", "bgra", "jpeg", "bc1", "bc3"])
def test_textures_become_pictures_again(format, origin):
    rows = np.linspace(0, 255, 64).astype(np.uint8)
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[..., 0], picture[..., 1], picture[..., 3] = rows[:, None], 40, 255
    encoder = make_encoder(format, 64, origin)
    head = header(1, width=64, height=64, format=format, origin=origin, alpha=encoder.alpha)
    again = Frame(head, encoder.encode(picture), 0.0).image()
    assert again.shape == (64, 64, 4)
    assert np.abs(again.astype(int) - picture).max() <= (0 if format in ("rgba", "bgra") else 12)
    assert np.array_equal(to_rgba(memoryview(encoder.encode(picture)), head), again)


def test_frames_in_shared_memory(tmp_path):
    ring = Ring(64, slots=4, folder=tmp_path)
    shared = SharedTextures()
    view = View(shared.fetch)
    heads = [header(seq) for seq in range(1, 8)]

    def fill(room: memoryview) -> int:
        room[:64] = bytes([7]) * 64
        return 64

    ring.write(heads[0], fill)
    view.add_frame(Frame(heads[0], b"", 0.0))
    assert view.newest() is None  # nobody has told where the ring is
    shared.told(ring.describe())
    ring.write(heads[1], fill)
    view.add_frame(Frame(heads[1], b"", 0.0))
    assert view.newest().pixels == bytes([7]) * 64
    for head in heads[2:]:
        ring.write(head, fill)
    view.add_frame(Frame(heads[2], b"", 0.0))
    assert view.newest() is None  # written over meanwhile
    other = Ring(64, slots=4, folder=tmp_path)
    shared.told(other.describe())
    fresh = header(9)
    other.write(fresh, fill)
    view.add_frame(Frame(fresh, b"", 0.0))
    assert view.newest().header.seq == 9
    ring.close()
    other.close()
    shared.close()
    shared.told({"path": str(tmp_path / "gone")})
    assert shared.fetch(Frame(fresh, b"", 0.0)) is None
    shared.told("nonsense")
