import threading
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image

from bridge.bench.served import Served
from tests.bridge.cli.conftest import Ran

Vasa = Callable[..., Ran]


def test_each_frame_as_a_picture(vasa: Vasa, daemon: Served, npc: str, tmp_path: Path) -> None:
    ran = vasa("watch", npc, "-o", f"{tmp_path}/frames/", "--seconds", 1.5, "--to", daemon.control, "--json")
    told = ran.json
    pictures = sorted((tmp_path / "frames").iterdir())
    assert told["frames"] == len(pictures) - 1 >= 2  # and the one that was there at once
    with Image.open(pictures[0]) as picture:
        assert (picture.size, picture.mode) == ((256, 256), "RGBA")


def test_a_film_has_an_even_rate(vasa: Vasa, daemon: Served, npc: str, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    ran = vasa("watch", npc, "-o", film, "--seconds", 1.5, "--fps", 25, "--to", daemon.control)
    assert "frames in" in ran.out
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 25
        assert 30 <= stream.frames <= 45


def test_no_screen(vasa: Vasa, daemon: Served, npc: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    ran = vasa("watch", npc, "--to", daemon.control)
    assert (ran.code, ran.out) == (2, "")
    assert "-o" in ran.err and len(ran.err.strip().splitlines()) == 1


def test_nobody_is_there(vasa: Vasa, daemon: Served) -> None:
    ran = vasa("watch", "nobody", "-o", "x.mp4", "--to", daemon.control)
    assert ran.code == 2 and "There is no NPC 'nobody'; there are: none." in ran.err
    assert not Path("x.mp4").exists()


def test_top_once_and_as_json(vasa: Vasa, daemon: Served, npc: str) -> None:
    stats = vasa("top", "--json", "--to", daemon.control).json
    assert stats["npcs"][npc]["size"] == 256
    assert stats["daemon"]["process"]["memory_bytes"] > 1e7
    shown = vasa("top", "--once", "--to", daemon.control).out
    assert all(word in shown for word in ("processor", "memory", "unwatched", "request.spawn", "p99", "rgba wire"))


def test_the_voice_of_a_file_lives(vasa: Vasa, daemon: Served, tmp_path: Path) -> None:
    film = tmp_path / "live.mp4"
    from vasa_core.samples import LINES

    ran = vasa(
        "live", "--audio", LINES[1], "--headless", "-o", film, "--seconds", 1.5, "--npc", "mirror",
        "--face", "sample", "--to", daemon.control, "--json",
    )  # fmt: skip
    told = ran.json
    assert told["seconds"] == pytest.approx(1.5, abs=0.1)
    assert told["frames"] > 5
    with av.open(str(film)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert video.frames / 30 == pytest.approx(1.5, abs=0.15)
        assert sound.duration * sound.time_base == pytest.approx(1.5, abs=0.2)


def test_live_without_a_microphone(vasa: Vasa, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoCard:
        @staticmethod
        def InputStream(**_: object) -> None:  # noqa: N802
            raise ValueError("No input device")

    monkeypatch.setitem(__import__("sys").modules, "sounddevice", NoCard)
    ran = vasa("live", "--headless")
    assert (ran.code, ran.out) == (2, "")
    assert "Connect a microphone, or give --audio FILE" in ran.err
    assert threading.active_count() < 20
