"""The command line from outside: help, lists, and one sentence for everything that users get wrong."""

import inspect
import json
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image

from vasa_core.cli import app, main
from vasa_core.samples import LINES, PORTRAIT

VERBS = ("demo", "enroll", "render", "reenact", "motion", "models", "doctor")


def vasa(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vasa_core.cli", *map(str, arguments)]
    wide = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=wide, timeout=120, check=False)


def refused(*arguments: object, cwd: Path | None = None) -> str:
    """Run what must fail: exit code 2, one line on stderr, no traceback."""
    done = vasa(*arguments, cwd=cwd)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def wav(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)).save(path)
    return path


def test_help_and_version() -> None:
    done = vasa("--help")
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in VERBS)
    assert vasa("--version").stdout.startswith("vasa 0.")
    assert "--fps" in vasa("render", "--help").stdout


def test_every_verb_that_draws_takes_size_and_background() -> None:
    from vasa_core.cli import demo, reenact, render

    for verb in (demo, reenact, render):
        assert {"size", "background", "fps"} <= set(inspect.signature(verb.run).parameters)
        assert "Example" in verb.EXAMPLES


def test_models_lists_every_card() -> None:
    from vasa_core.models import all_cards

    cards = json.loads(vasa("models", "--json").stdout)
    assert [card["name"] for card in cards] == [card.name for card in all_cards()]
    for card in cards:
        assert card["licence"] and card["source"] and card["training_data"] and len(card["sha256"]) == 64
    table = vasa("models").stdout
    assert all(card["sha256"] in table for card in cards)


def test_doctor_finds_nothing_broken() -> None:
    done = vasa("doctor", "--json")
    report = json.loads(done.stdout)
    subjects = {check["subject"]: check for check in report["checks"]}
    assert {"machine", "onnxruntime", "provider", "models", "encoders", "audio devices"} <= set(subjects)
    assert (done.returncode == 0) == report["healthy"]
    assert subjects["models"]["state"] == subjects["encoders"]["state"] == "ok"


def test_enroll_writes_an_asset(tmp_path: Path) -> None:
    done = vasa("enroll", PORTRAIT, "-o", tmp_path / "deep" / "npc.vasa", "--rights", "public domain", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["note"]["rights"] == "public domain"
    assert (tmp_path / "deep" / "npc.vasa").stat().st_size > 10_000


def test_portraits_that_cannot_be_used(tmp_path: Path, noise: Path, refusal: Callable[..., str]) -> None:
    out = tmp_path / "npc.vasa"
    assert "No face" in refused("enroll", noise, "-o", out)
    assert "none.png" in refusal("enroll", tmp_path / "none.png", "-o", out)
    (tmp_path / "text.png").write_text("no picture")
    assert "text.png" in refusal("enroll", tmp_path / "text.png", "-o", out)
    assert ".vasa" in refusal("enroll", PORTRAIT, "-o", tmp_path / "npc.png")
    (tmp_path / "file").touch()
    assert "Could not write" in refusal("enroll", PORTRAIT, "-o", tmp_path / "file" / "npc.vasa")
    assert not out.exists()


def test_assets_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "broken.vasa").write_bytes(b"PK\x03\x04 no asset")
    message = refused("render", "-p", tmp_path / "broken.vasa", "-a", LINES[1], "-o", tmp_path / "out.mp4")
    assert "broken.vasa" in message


def test_audio_that_cannot_be_used(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert "none.wav" in refused("motion", "-a", tmp_path / "none.wav", "-o", tmp_path / "motion.npz")

    def message(audio: Path) -> str:
        return refusal("motion", "-a", audio, "-o", tmp_path / "motion.npz")

    (tmp_path / "broken.wav").write_bytes(bytes(range(256)) * 20)
    assert "broken.wav" in message(tmp_path / "broken.wav")
    (tmp_path / "empty.wav").touch()
    assert "empty" in message(tmp_path / "empty.wav")
    assert "0 samples" in message(wav(tmp_path / "nothing.wav", np.zeros(0)))
    assert "too short" in message(wav(tmp_path / "short.wav", np.zeros(100)))
    assert "no sound" in message(PORTRAIT)
    assert not (tmp_path / "motion.npz").exists()


def test_pictures_that_cannot_be_drawn(tmp_path: Path, refusal: Callable[..., str]) -> None:
    def message(*more: object) -> str:
        return refusal("render", "-p", PORTRAIT, "-a", LINES[1], "-o", tmp_path / "out.mp4", *more)

    assert "cannot be transparent" in message("--background", "transparent")
    assert "'pink' is no background" in message("--background", "pink")
    assert "cannot be drawn" in message("--size", 2048)
    assert "cannot be drawn" in refusal("demo", "-o", tmp_path, "--size", 128)
    assert not list(tmp_path.iterdir())


def test_actors_that_cannot_be_used(tmp_path: Path, refusal: Callable[..., str]) -> None:
    def message(*more: object) -> str:
        return refusal("reenact", "-p", PORTRAIT, "-o", tmp_path / "out.mp4", *more)

    assert "none.mp4" in message("-v", tmp_path / "none.mp4")
    assert "only sound" in message("-v", LINES[1])
    assert "single picture" in message("-v", PORTRAIT)
    assert "--video FILE or --webcam N" in message()
    assert "--video FILE or --webcam N" in message("-v", LINES[1], "--webcam", 0)
    assert "camera 97" in message("--webcam", 97)
    assert "no kind of motion file" in message("-v", LINES[1], "--motion-out", tmp_path / "take.bvh")
    assert not list(tmp_path.iterdir())


def test_places_and_kinds_that_cannot_be_written(tmp_path: Path, refusal: Callable[..., str]) -> None:
    def message(output: Path, *more: object) -> str:
        return refusal("motion", "-a", LINES[1], "-o", output, *more)

    assert "no kind of motion file" in message(tmp_path / "motion.fbx")
    assert "vertices" in message(tmp_path / "motion.csv", "--mesh")
    assert "out of range" in message(tmp_path / "motion.npz", "--fps", "120")
    assert "no frame rate" in message(tmp_path / "motion.npz", "--fps", "nan")
    (tmp_path / "file").touch()
    assert "a file, not a folder" in message(tmp_path / "file" / "motion.npz")
    (tmp_path / "folder.npz").mkdir()
    assert "is a folder" in message(tmp_path / "folder.npz")
    copy = tmp_path / "voice.wav"
    copy.write_bytes(LINES[1].read_bytes())
    assert "overwrite its own source" in refusal("motion", "-a", copy, "-o", copy)


def test_a_contact_sheet_never_overwrites_the_portrait(tmp_path: Path, refusal: Callable[..., str]) -> None:
    portrait = tmp_path / "face.png"
    portrait.write_bytes(PORTRAIT.read_bytes())
    out = tmp_path / "out.mp4"
    message = refusal("render", "-p", portrait, "-a", LINES[1], "-o", out, "--contact-sheet", portrait)
    assert "overwrite its own source" in message
    assert portrait.read_bytes() == PORTRAIT.read_bytes()
    assert not out.exists()


def test_an_interrupt_is_told_truthfully(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("vasa_core.cli.app", Mock(return_value=130, registered_commands=app.registered_commands))
    with pytest.raises(SystemExit, match="130"):
        main()
    assert capsys.readouterr().err.strip() == "Interrupted. Nothing unfinished was left behind."


def test_wrong_use_is_told_in_one_sentence(refusal: Callable[..., str]) -> None:
    def message(*more: object) -> str:
        return refusal("motion", "-o", "motion.npz", "--idle", 1, *more)

    assert "--seed" in message("--seed", "-1")
    assert "'abc'" in message("--distance", "abc") and "--distance" in message("--distance", "abc")
    assert "'tpu'" in message("--provider", "tpu")
    assert "motion --help" in message("--bogus")
    assert "--portrait" in refusal("render", "--potrait", "x.png")
    assert "--output" in refusal("render", "-p", "x.png", "--idle", 1)
    assert "PORTRAIT" in refusal("enroll")
    assert "'render'? See" in refusal("rendr")


def test_without_anything_the_help_is_shown() -> None:
    done = vasa()
    assert done.returncode == 2 and "render" in done.stdout + done.stderr


def test_what_cannot_be_written_is_refused_before_the_portrait_is_read(refusal: Callable[..., str]) -> None:
    def message(*arguments: object) -> str:
        return refusal("render", "-p", "none.png", *arguments)

    for name in (".", "", ".."):
        assert "no name for a film" in message("--idle", 1, "-o", name)
    assert "no kind of video" in message("--idle", 1, "-o", "out.gif")
    assert "none.wav" in message("-a", "none.wav", "-o", "out.mp4")
    assert "Choose 2 to 24" in message("--idle", 1, "-o", "out.mp4", "--variation", 25)
    assert "Choose 24 to 60" in message("--idle", 1, "-o", "out.mp4", "--fps", 5)
