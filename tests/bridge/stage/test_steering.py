"""Pause, seek, the engine's clock, listening, wishes, and who looks when."""

import numpy as np
import pytest

from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Clock, Controls, Gesture, Interrupt, Listen, Pause, Resume, Seek, Set, Topic
from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.motion.crowd import Crowd

from .conftest import RATE, Theatre

LEAD = 0.08
JAW_OPEN = ARKIT_INDEX["jawOpen"]


def report(theatre: Theatre, name: str, position: float) -> float:
    request = Clock(npc="npc1", utterance=name, position=round(position * RATE))
    return float(theatre.stage.clock(request)["drift"])


def test_paused_speech_goes_on_where_it_was(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.speak(voice[: 2 * RATE])
    begin = theatre.time.now()
    theatre.run(1.0)
    theatre.stage.pause(Pause(npc="npc1"))
    held = theatre.time.now()
    theatre.run(1.0)
    assert not [at for at, _ in theatre.headers("u1") if at > held]
    jaw = [row[-52:][JAW_OPEN] for at, header, row in theatre.rows(None) if at > held + 0.25]
    assert jaw and max(jaw) < 0.06
    theatre.stage.resume(Resume(npc="npc1"))
    resumed = theatre.time.now()
    theatre.run(2.0)
    after = [(at, header.pts / RATE) for at, header in theatre.headers("u1") if at > held]
    assert after[0][0] == resumed
    assert after[0][1] == pytest.approx(held - begin - LEAD, abs=0.001)
    assert after[-1][1] == pytest.approx(2.0, abs=0.03)
    assert theatre.endings() == {"u1": ["finished"]}


@pytest.mark.parametrize("place", [0.2, 2.5])
def test_a_whole_sound_can_be_sought_in(theatre: Theatre, voice: np.ndarray, place: float) -> None:
    theatre.spawn()
    theatre.speak(voice[: 3 * RATE])
    theatre.run(1.0)
    when = theatre.time.now()
    request = Seek(npc="npc1", utterance="u1", position=round(place * RATE))
    assert theatre.stage.seek(request) == {"epoch": 1}
    theatre.run(3.5)
    after = [(at, header) for at, header in theatre.headers("u1") if at >= when and header.epoch == 1]
    assert after[0][0] == when
    assert [header.pts for _, header in after] == [round((place + i / 40) * RATE) for i in range(len(after))]
    assert after[-1][1].pts == pytest.approx(3 * RATE, abs=RATE / 39)
    assert theatre.endings() == {"u1": ["finished"]}


def test_lips_after_seeking_are_those_of_the_place(theatre: Theatre, voice: np.ndarray) -> None:
    """Against the same sound said from its beginning: the mouth opens at the same moments."""
    theatre.spawn(fps=25)
    theatre.speak(voice[: 4 * RATE])
    theatre.run(4.5)
    whole = {header.pts: row[-52:][JAW_OPEN] for _, header, row in theatre.rows("u1")}
    theatre.speak(voice[: 4 * RATE], "u2")
    theatre.run(0.5)
    theatre.stage.seek(Seek(npc="npc1", utterance="u2", position=2 * RATE))
    theatre.run(3.0)
    part = {header.pts: row[-52:][JAW_OPEN] for _, header, row in theatre.rows("u2") if header.epoch == 1}
    common = [pts for pts in part if pts in whole and pts > 2.3 * RATE]
    assert len(common) > 30
    assert np.corrcoef([whole[pts] for pts in common], [part[pts] for pts in common])[0, 1] > 0.6


def test_the_engine_may_start_the_clock(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    theatre.speak(voice[: 2 * RATE], start="engine")
    theatre.run(0.5)
    ready = theatre.headers("u1")
    assert [header.pts for _, header in ready] == [0, 400, 800, 1200]  # up to the lead of 80 ms
    report(theatre, "u1", 0.0)
    begun = theatre.time.now()
    theatre.run(2.5)
    for at, header in theatre.headers("u1")[8:]:
        assert at == pytest.approx(begun + header.pts / RATE - LEAD, abs=0.005)
    assert theatre.endings() == {"u1": ["finished"]}


def test_frames_follow_the_engine_s_reports(theatre: Theatre, voice: np.ndarray) -> None:
    """The engine's sound began 50 ms later than was expected, and runs 200 ppm fast."""
    theatre.spawn()
    theatre.speak(voice[: 4 * RATE])
    begun = theatre.time.now() + LEAD + 0.05
    for _ in range(12):
        theatre.run(0.25)
        report(theatre, "u1", max(0.0, (theatre.time.now() - begun) * (1 + 200e-6)))
    theatre.run(0.4)
    at, header = theatre.headers("u1")[-1]
    assert at == pytest.approx(begun + header.pts / RATE - LEAD, abs=0.010)


@pytest.mark.parametrize("jump", [1.0, -0.7])
def test_frames_follow_a_jump_of_the_engine_s_sound(theatre: Theatre, voice: np.ndarray, jump: float) -> None:
    theatre.spawn()
    theatre.speak(voice[: 4 * RATE])
    theatre.run(1.0)
    place = 1.0 - LEAD + jump
    report(theatre, "u1", place)
    when = theatre.time.now()
    theatre.run(0.5)
    after = [(at, header.pts / RATE) for at, header in theatre.headers("u1") if at > when]
    for at, shown in after:
        assert at == pytest.approx(when + shown - place - LEAD, abs=0.03)


def test_a_listener_is_shown_and_may_be_spoken_over(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    for start in range(0, RATE, RATE // 10):
        piece = (voice[start : start + RATE // 10] * 32767).astype("<i2").tobytes()
        theatre.stage.listen(Listen(npc="npc1", audio=piece))
        theatre.run(0.1)
    listening = theatre.stage.list()["npcs"][0]
    assert listening["listening"]
    assert not listening["speaking"]
    assert len(theatre.headers(None)) > 10
    theatre.speak(voice[:RATE])
    with pytest.raises(BridgeError) as caught:
        theatre.stage.listen(Listen(npc="npc1", audio=b"\0\0"))
    assert caught.value.code == "wrong_state"
    theatre.run(2.0)
    assert len(theatre.headers("u1")) == 40
    assert theatre.endings() == {"u1": ["finished"]}


def test_listening_ends(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn()
    piece = (voice[:RATE] * 32767).astype("<i2").tobytes()
    theatre.stage.listen(Listen(npc="npc1", audio=piece, end=True))
    theatre.run(2.0)
    assert not theatre.stage.list()["npcs"][0]["listening"]
    assert theatre.headers(None)[-1][0] > theatre.time.now() - 0.1
    assert theatre.endings() == {}


def test_nothing_is_made_while_nobody_looks(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(watch="")
    theatre.speak(voice[: 2 * RATE])
    theatre.run(3.0)
    assert theatre.headers() == []
    assert "motion" not in theatre.stage.stats()["durations"]
    assert theatre.endings() == {"u1": ["finished"]}
    started, finished = theatre.events("started")[0][0], theatre.events("finished")[0][0]
    assert finished - started == pytest.approx(2.0 + LEAD, abs=0.01)


def test_who_looks_in_the_middle_sees_the_right_place(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(watch="")
    theatre.speak(voice[: 3 * RATE])
    begin = theatre.time.now()
    theatre.run(1.0)
    theatre.stage.subscribed(Topic.of(Topic.MOTION, "npc1"), True)
    theatre.run(0.5)
    frames = theatre.headers("u1")
    assert len(frames) > 15
    for at, header in frames[1:]:
        assert at == pytest.approx(begin + header.pts / RATE, abs=0.012)
    theatre.stage.subscribed(Topic.of(Topic.MOTION, "npc1"), False)
    count = len(theatre.headers())
    theatre.run(3.0)
    assert len(theatre.headers()) == count
    assert theatre.endings() == {"u1": ["finished"]}


def test_a_late_subscriber_gets_the_state_and_a_frame_at_once(theatre: Theatre, voice: np.ndarray) -> None:
    theatre.spawn(idle_fps=1, fps=1)
    theatre.run(2.3)
    when = theatre.time.now()
    theatre.stage.subscribed(Topic.of(Topic.MOTION, "npc1"), True)
    theatre.run(0.05)
    assert [at for at, _ in theatre.events("state")][-1] == when
    assert theatre.headers()[-1][0] >= when


def test_a_prefix_of_topics_is_a_subscription_to_all_of_them(theatre: Theatre) -> None:
    for npc in ("npc1", "npc10"):
        theatre.spawn(npc, watch="")
    theatre.stage.subscribed(Topic.of(Topic.MOTION, "npc1"), True)
    theatre.run(0.2)
    assert {header.npc for _, header in theatre.headers()} == {"npc1"}
    theatre.stage.subscribed(Topic.MOTION, True)
    theatre.run(0.2)
    assert {header.npc for _, header in theatre.headers()} == {"npc1", "npc10"}
    theatre.stage.subscribed(Topic.MOTION, False)
    when = theatre.time.now()
    theatre.run(0.2)
    assert {header.npc for at, header in theatre.headers() if at > when} == {"npc1"}


def test_wishes_are_checked_and_come_true(theatre: Theatre) -> None:
    theatre.spawn()
    with pytest.raises(BridgeError) as caught:
        theatre.stage.set(Set(npc="npc1", controls=Controls(distance=9.0)))
    assert caught.value.code == "bad_control"
    theatre.stage.set(Set(npc="npc1", controls=Controls(head=(0.3, 0.0, 0.0))))
    theatre.stage.gesture(Gesture(npc="npc1", gesture="nod"))
    theatre.run(2.0)
    turn = theatre.rows()[-1][2][64:67]
    assert abs(turn[1]) > 0.15


def test_the_rates_of_a_living_npc_change(theatre: Theatre) -> None:
    theatre.spawn(idle_fps=10)
    theatre.run(1.0)
    theatre.stage.set(Set(npc="npc1", idle_fps=30))
    count = len(theatre.headers())
    theatre.run(1.0)
    assert 28 <= len(theatre.headers()) - count <= 31


def test_a_failing_network_fails_one_utterance(theatre: Theatre, voice: np.ndarray, monkeypatch) -> None:
    theatre.spawn()
    theatre.speak(voice[:RATE], "u1")
    theatre.run(0.3)

    def broken(self: Crowd, calls: object) -> None:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(Crowd, "advance", broken)
        theatre.run(0.3)
    theatre.speak(voice[:RATE], "u2")
    theatre.run(3.0)
    assert theatre.endings() == {"u1": ["failed"], "u2": ["finished"]}


@pytest.mark.slow
def test_every_utterance_has_one_ending_whatever_is_asked(theatre: Theatre, voice: np.ndarray) -> None:
    random = np.random.default_rng(3)
    theatre.spawn()
    names = []
    for number in range(40):
        name = f"u{number}"
        start = int(random.integers(0, 4 * RATE))
        theatre.speak(voice[start : start + int(random.integers(RATE // 4, RATE))], name)
        names.append(name)
        for _ in range(int(random.integers(0, 4))):
            what = random.integers(0, 6)
            try:
                if what == 0:
                    theatre.stage.interrupt(Interrupt(npc="npc1"))
                elif what == 1:
                    theatre.stage.pause(Pause(npc="npc1"))
                elif what == 2:
                    theatre.stage.resume(Resume(npc="npc1"))
                elif what == 3:
                    theatre.stage.seek(Seek(npc="npc1", utterance=name, position=1000))
                elif what == 4:
                    report(theatre, name, float(random.uniform(0, 1)))
                else:
                    theatre.stage.subscribed(Topic.of(Topic.MOTION, "npc1"), bool(random.integers(0, 2)))
            except BridgeError as error:
                assert error.code in ("wrong_state", "no_such_utterance")
            theatre.run(float(random.uniform(0, 0.4)))
    if theatre.stage.list()["npcs"][0]["paused"]:
        theatre.stage.resume(Resume(npc="npc1"))
    theatre.run(60.0)
    endings = theatre.endings()
    assert sorted(endings) == sorted(names)
    assert all(len(kinds) == 1 for kinds in endings.values())
