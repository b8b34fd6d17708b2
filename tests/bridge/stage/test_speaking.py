import numpy as np
import pytest

from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Close, Despawn, Interrupt, Open, Push, Speak
from vasa_core.latent.arkit import ARKIT_INDEX

from .conftest import RATE, Theatre

LEAD = 0.08
JAW_OPEN = ARKIT_INDEX["jawOpen"]
CHUNK = RATE // 50
"""20 ms."""


def pcm(samples: np.ndarray) -> bytes:
    return (samples * 32767).astype("<i2").tobytes()


def test_a_whole_sound_gets_every_frame_once_and_in_time(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.run(0.5)
    begin = theatre.time.now()
    theatre.speak(voice[: 2 * RATE])
    theatre.run(3.0)
    frames = theatre.headers("u1")
    assert [header.pts for _, header in frames] == [400 * i for i in range(80)]
    assert frames[0][0] == begin
    for at, header in frames[4:]:  # the first ones are late by nature: the clock begins with the first frame
        due = begin + header.pts / RATE
        assert due - 0.005 <= at <= due + 0.001
    assert theatre.endings() == {"u1": ["finished"]}
    (finished, event), (started, _) = theatre.events("finished")[0], theatre.events("started")[0]
    assert started == begin
    assert event.position == 2 * RATE
    assert finished == pytest.approx(begin + LEAD + 2.0, abs=0.005)
    sequence = [header.seq for _, header in theatre.headers()]
    assert sequence == list(range(len(sequence)))


def test_pts_count_at_the_rate_that_was_given(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    sound = pcm(np.repeat(voice[:RATE], 3))
    theatre.stage.speak(Speak(npc="npc1", utterance="u", audio=sound, encoding="s16", rate=48_000), None)
    theatre.run(1.5)
    frames = [header for _, header in theatre.headers("u")]
    assert {header.rate for header in frames} == {48_000}
    assert [header.pts for header in frames] == [1200 * i for i in range(40)]


def test_one_utterance_follows_the_other_without_a_gap(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.speak(voice[:RATE], "u1")
    theatre.speak(voice[RATE : 2 * RATE], "u2")
    begin = theatre.time.now()
    theatre.run(2.5)
    assert theatre.endings() == {"u1": ["finished"], "u2": ["finished"]}
    first = theatre.headers("u2")[0][0]
    assert first == pytest.approx(begin + 1.0, abs=0.006)
    assert len(theatre.headers("u1")) == len(theatre.headers("u2")) == 40
    assert not [at for at, _ in theatre.headers(None) if begin < at < first]


def test_idling_takes_over_where_speech_ends(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(fps=40, idle_fps=40)
    theatre.speak(voice[:RATE])
    theatre.run(1.6)
    rows = theatre.rows()
    shown = [(at + (LEAD if header.utterance else 0), row) for at, header, row in rows]
    last = max(i for i, (_, header, _) in enumerate(rows) if header.utterance)
    assert 0 < shown[last + 1][0] - shown[last][0] < 0.06
    turn = np.abs(np.diff([row[64:67] for _, row in shown], axis=0)).max(axis=1)
    assert turn[last] < 0.02  # rad between the last frame of speech and the first of idling


def test_pushed_sound_moves_frames_within_the_look_ahead_and_what_networks_need(
    theatre: Theatre, voice: np.ndarray
) -> None:
    theatre.spawn()
    theatre.run(0.3)
    theatre.stage.open(Open(npc="npc1", utterance="u"))
    begin, pushed = theatre.time.now(), {}
    for start in range(0, 2 * RATE, CHUNK):
        theatre.stage.push(Push(npc="npc1", utterance="u", audio=pcm(voice[start : start + CHUNK])))
        pushed[start] = theatre.time.now()
        theatre.run(CHUNK / RATE)
    theatre.stage.close_utterance(Close(npc="npc1", utterance="u"))
    theatre.run(1.0)
    frames = theatre.headers("u")
    assert [header.pts for _, header in frames] == [400 * i for i in range(80)]
    waits = [at - pushed[header.pts // CHUNK * CHUNK] for at, header in frames]
    assert max(waits) <= 0.16 + 0.12 + 0.021
    assert frames[0][0] - begin <= 0.24 + 0.001
    assert theatre.endings() == {"u": ["finished"]}


def test_a_face_waits_for_late_sound_and_goes_on(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.stage.open(Open(npc="npc1", utterance="u"))
    theatre.stage.push(Push(npc="npc1", utterance="u", audio=pcm(voice[:RATE])))
    theatre.run(2.0)
    waiting = theatre.headers("u")
    assert 0.65 * RATE < waiting[-1][1].pts < RATE
    assert theatre.headers(None)[-1][0] > theatre.time.now() - 0.1
    assert theatre.endings() == {}
    theatre.stage.push(Push(npc="npc1", utterance="u", audio=pcm(voice[RATE : 2 * RATE])))
    theatre.stage.close_utterance(Close(npc="npc1", utterance="u"))
    theatre.run(2.0)
    assert [header.pts for _, header in theatre.headers("u")] == [400 * i for i in range(80)]
    assert theatre.endings() == {"u": ["finished"]}


def test_an_interrupt_stops_old_frames_and_closes_the_mouth(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(watch="motion", fps=40, idle_fps=15)
    theatre.speak(voice[RATE : 4 * RATE], "u1")
    theatre.speak(voice[:RATE], "u2")
    theatre.run(1.2)
    when = theatre.time.now()
    assert theatre.stage.interrupt(Interrupt(npc="npc1")) == {"epoch": 1}
    theatre.run(1.0)
    assert max(at for at, header in theatre.headers() if header.epoch == 0) <= when
    assert theatre.endings() == {"u1": ["interrupted"], "u2": ["interrupted"]}
    after = [(at, row) for at, header, row in theatre.rows() if header.epoch == 1]
    assert after[0][0] - when < 0.05
    jaw = [(at, row[-52:][JAW_OPEN]) for at, row in after]
    assert max(open_ for at, open_ in jaw if at > when + 0.2) < 0.06


def test_what_comes_after_an_interrupt_is_said(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.speak(voice, "u1")
    theatre.run(0.5)
    theatre.stage.interrupt(Interrupt(npc="npc1"))
    when = theatre.time.now()
    assert theatre.speak(voice[:RATE], "u2")["epoch"] == 1
    theatre.run(2.0)
    frames = theatre.headers("u2")
    assert len(frames) == 40
    assert frames[0][0] == when
    assert theatre.endings() == {"u1": ["interrupted"], "u2": ["finished"]}


def test_without_time_every_frame_comes_as_fast_as_the_wire_takes_them(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(watch="textures", size=256)
    theatre.wire.hold = True
    theatre.speak(voice[: 2 * RATE], pace="asap")
    theatre.run(0.1)
    assert 0 < len(theatre.headers("u1")) <= 4
    for _ in range(40):
        theatre.wire.release()
        theatre.run(0.02)
    theatre.wire.hold = False
    theatre.wire.release()
    theatre.run(0.1)
    assert [header.pts for _, header in theatre.headers("u1")] == [400 * i for i in range(80)]
    assert theatre.endings() == {"u1": ["finished"]}


def test_a_full_wire_loses_frames_and_no_events(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.speak(voice[:RATE])
    theatre.run(0.3)
    theatre.wire.full = True
    theatre.run(1.5)
    theatre.wire.full = False
    theatre.run(0.2)
    assert theatre.endings() == {"u1": ["finished"]}
    assert theatre.stage.stats()["counts"]["drop.wire_full"] > 10


def test_despawning_and_closing_end_what_is_said(theatre: Theatre, voice: np.ndarray) -> None:
    for npc in ("npc1", "npc2"):
        theatre.spawn(npc)
        theatre.speak(voice, f"{npc}.a", npc)
        theatre.speak(voice, f"{npc}.b", npc)
    theatre.run(0.5)
    theatre.stage.despawn(Despawn(npc="npc1"))
    theatre.run(0.1)
    theatre.stage.close()
    assert theatre.endings() == {name: ["failed"] for name in ("npc1.a", "npc1.b", "npc2.a", "npc2.b")}
    codes = [event.error.code for _, event in theatre.events("failed") if event.error]
    assert codes == ["no_such_npc"] * 2 + ["shutting_down"] * 2


def test_an_opened_utterance_that_is_forgotten_ends_by_itself(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(watch="")
    theatre.stage.open(Open(npc="npc1", utterance="u"))
    theatre.stage.push(Push(npc="npc1", utterance="u", audio=pcm(voice[:RATE])))
    theatre.speak(voice[:RATE], "next")
    theatre.run(40.0)
    assert theatre.endings() == {"u": ["failed"], "next": ["finished"]}


@pytest.mark.parametrize("sound", [b"", b"abc", b"\0" * 100])
def test_what_is_no_sound_is_refused(theatre: Theatre, sound: bytes) -> None:
    theatre.spawn()
    for encoding in ("s16", "file"):
        with pytest.raises(BridgeError) as caught:
            theatre.stage.speak(Speak(npc="npc1", utterance="u", audio=sound, encoding=encoding), None)
        assert caught.value.code == "bad_audio"
    assert theatre.endings() == {}
