import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from bridge.bench.served import Served
from bridge.bench.voices import voice
from bridge.client import Client
from tests.bridge.cli.conftest import FakeStream, Ran
from vasa_core.samples import LINES, PORTRAIT

Vasa = Callable[..., Ran]


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """0.8 s of speech."""
    import wave

    path = tmp_path / "line.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(voice(0.8).tobytes())
    return path


@pytest.fixture
def loud(sound_card: list[FakeStream]) -> Iterator[list[FakeStream]]:
    """A sound card that plays in real time once it was started."""
    ended = threading.Event()

    def play() -> None:
        while not ended.wait(0.01):
            for stream in sound_card:
                if stream.started:
                    stream.turn(480)

    thread = threading.Thread(target=play)
    thread.start()
    yield sound_card
    ended.set()
    thread.join()


def test_says_a_line_and_tells_how_it_ended(vasa: Vasa, daemon: Served, npc: str, line: Path) -> None:
    told = vasa("say", npc, line, "--to", daemon.control, "--json").json
    assert (told["ending"], told["error"], told["npc"]) == ("finished", None, npc)
    assert told["seconds"] == told["position_seconds"] == pytest.approx(0.8)
    assert told["took_seconds"] >= 0.8


def test_for_people(vasa: Vasa, daemon: Served, npc: str, line: Path) -> None:
    ran = vasa("say", npc, line, "--to", daemon.control)
    assert (ran.code, ran.out) == (0, "npc said all 0.8 of 0.8 s.\n")


def test_an_npc_that_is_not_there_gets_a_face_and_goes_again(vasa: Vasa, daemon: Served, line: Path) -> None:
    ran = vasa("say", "guest", line, "--face", "sample", "--once", "--to", daemon.control, "--json")
    assert ran.json["ending"] == "finished"
    with Client(daemon.control) as client:
        assert "guest" not in [each["npc"] for each in client.list().npcs]


def test_a_portrait_is_enrolled_under_its_name(vasa: Vasa, daemon: Served, line: Path, tmp_path: Path) -> None:
    portrait = tmp_path / "my face.png"
    portrait.write_bytes(PORTRAIT.read_bytes())
    ran = vasa("say", "new", line, "-p", portrait, "--once", "--to", daemon.control, "--json")
    assert ran.json["ending"] == "finished"
    with Client(daemon.control) as client:
        assert "my_face" in client.list().faces


def test_the_sound_is_played_and_its_position_told(
    vasa: Vasa, daemon: Served, npc: str, line: Path, loud: list[FakeStream]
) -> None:
    with Client(daemon.control) as client:
        client.subscribe(npc)
        told = vasa("say", npc, line, "--play", "--to", daemon.control, "--json").json
        assert told["ending"] == "finished"
        assert 0 < told["started_after_seconds"] < told["took_seconds"]
        assert "request.clock" in client.stats()["daemon"]["durations"]
    assert len(loud) == 1 and not loud[0].started


def test_interrupted(vasa: Vasa, daemon: Served, npc: str) -> None:
    with Client(daemon.control) as client:

        def interrupt() -> None:
            while not any(each["speaking"] for each in client.list().npcs):
                sleep(0.02)
            sleep(0.3)
            client.interrupt(npc)

        thread = threading.Thread(target=interrupt)
        thread.start()
        ran = vasa("say", npc, LINES[0], "--to", daemon.control, "--json")
        thread.join()
    assert (ran.code, ran.json["ending"]) == (1, "interrupted")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody", LINES[0]], "There is no NPC 'nobody'; there are: npc. Name one of these, or give it a face"),
        (["npc", "missing.wav"], "missing.wav"),
        (["nobody", LINES[0], "--face", "stranger"], "stranger"),
        (["nobody", LINES[0], "-p", "missing.png"], "'missing.png' cannot be read: No such file"),
        (["npc", LINES[0], "--play"], "No sound can be played"),
    ],
)
def test_refusals(
    vasa: Vasa, daemon: Served, npc: str, arguments: list, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoCard:
        @staticmethod
        def OutputStream(**_: object) -> None:  # noqa: N802
            raise ValueError("No output device")

    monkeypatch.setitem(__import__("sys").modules, "sounddevice", NoCard)
    ran = vasa("say", *arguments, "--to", daemon.control)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_no_daemon(vasa: Vasa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.cli.connecting.REACH_S", 0.2)
    ran = vasa("say", "npc", LINES[0], "--to", "tcp://127.0.0.1:9")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot be reached; start `vasa serve`" in ran.err
    assert "is no address" in vasa("say", "npc", LINES[0], "--to", "nonsense").err


def test_playback_knows_what_is_heard(sound_card: list[FakeStream]) -> None:
    from bridge.cli.sound import Playback, whole

    sound = np.linspace(-1, 1, 1000, dtype=np.float32)[:, None]
    playback = Playback(16_000, 1, whole(sound))
    assert playback.position() == 0
    playback.start()
    played = np.concatenate([sound_card[0].turn(400) for _ in range(3)])
    np.testing.assert_array_equal(played[:1000], sound)
    assert not played[1000:].any()
    playback.finish()
    assert playback.position() == 1000
    playback.close()
