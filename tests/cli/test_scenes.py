"""Scenes, directions and takes on the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vasa_core.samples import LINES, PORTRAIT

Refusal = Callable[..., str]
Run = Callable[..., dict]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "motion.npz"


def load(path: Path | str) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def test_a_scene_is_one_thing(out: Path, refusal: Refusal) -> None:
    for scene in ((), ("--audio", LINES[1], "--idle", 2), ("--listen", LINES[1], "--audio", LINES[1])):
        assert "Give one of: --audio FILE" in refusal("motion", "-o", out, *scene)
    assert "cannot idle for 0.0 s" in refusal("motion", "-o", out, "--idle", 0)
    assert "cannot idle for nan s" in refusal("motion", "-o", out, "--idle", "nan")
    assert "none.wav" in refusal("motion", "-o", out, "--listen", out.with_name("none.wav"))
    assert not out.exists()


def test_directions_that_cannot_be(out: Path, refusal: Refusal) -> None:
    def message(*wish: object) -> str:
        return refusal("motion", "-o", out, "--idle", 1, *wish)

    assert "Did you mean 'happy'?" in message("--emotion", "hapy")
    assert "Choose -45 to 45 degrees" in message("--gaze", "60,0")
    assert "degrees to the right and up" in message("--gaze", "10,x")
    for gaze in ("10", "1,2,3", "nan,0", "1e999,0", "left,up", ""):
        assert f"'{gaze}' is no gaze. Write two numbers" in message("--gaze", gaze)
    assert "Did you mean 'left'?" in message("--gaze", "lefft")
    assert "Choose a number from 0.5 to 3" in message("--distance", "nan")
    assert "Choose 0.5 to 3" in message("--distance", 0.1)
    assert "Choose 0 to 2" in message("--expressiveness", 3)
    assert "Choose 0 to 1" in message("--stillness", -1)
    assert "Choose 0 to 60" in message("--blink-rate", 90)
    assert "Choose 0.08 to 0.40" in message("--look-ahead", 0.05)
    assert "Choose 2 to 24" in message("--variation", 0)


def test_cue_files_that_cannot_be(tmp_path: Path, out: Path, refusal: Refusal) -> None:
    cues = tmp_path / "cues.yaml"
    cues.write_text("- at: 0\n  gaze: viewer\n- at: 1\n  distanse: 2\n")
    message = refusal("motion", "-o", out, "--idle", 1, "--director", cues)
    assert f"{cues}, line 4 (cue 2): 'distanse' is no part of a cue." in message
    render = refusal("render", "-p", PORTRAIT, "-o", tmp_path / "out.mp4", "--idle", 1, "--director", cues)
    assert "line 4 (cue 2)" in render
    assert "none.yaml" in refusal("motion", "-o", out, "--idle", 1, "--director", tmp_path / "none.yaml")
    assert {path.name for path in tmp_path.iterdir()} == {"cues.yaml"}


def test_takes_have_one_sheet(tmp_path: Path, refusal: Refusal) -> None:
    arguments = ("-p", PORTRAIT, "--idle", 1, "-o", tmp_path / "out.mp4", "--variation", 2)
    assert "one sheet together" in refusal("render", *arguments, "--contact-sheet", tmp_path / "out.png")


def test_no_take_is_begun_where_another_cannot_be_written(tmp_path: Path, refusal: Refusal) -> None:
    (tmp_path / "frames_seed1").mkdir()
    (tmp_path / "frames_seed1" / "mine.txt").touch()
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "other.txt").touch()  # no take goes there
    message = refusal("render", "-p", "none.png", "--idle", 1, "-o", tmp_path / "frames", "--variation", 2)
    assert "frames_seed1: it is not empty" in message
    assert "frames: it is not empty" in refusal("render", "-p", "none.png", "--idle", 1, "-o", tmp_path / "frames")
    assert "no name for a film" in refusal("render", "-p", "none.png", "--idle", 1, "-o", ".", "--variation", 2)
    assert {path.name for path in tmp_path.iterdir()} == {"frames", "frames_seed1"}


def jaw(path: str) -> np.ndarray:
    motion = load(path)
    return motion["arkit"][:, motion["arkit_names"].tolist().index("jawOpen")]


def test_idling_and_listening_are_written(tmp_path: Path, vasa_json: Run) -> None:
    idle = vasa_json("motion", "--idle", 1.5, "-o", tmp_path / "idle.npz", "--fps", 30, "--seed", 5)
    assert (idle["frames"], idle["seconds"], idle["silent"], idle["seed"]) == (45, 1.5, False, 5)
    listening = vasa_json("motion", "--listen", LINES[1], "-o", tmp_path / "listening.npz")
    speaking = vasa_json("motion", "--audio", LINES[1], "-o", tmp_path / "speaking.npz")
    assert listening["frames"] == speaking["frames"]
    quiet, loud = jaw(listening["path"]), jaw(speaking["path"])
    assert np.percentile(quiet, 95) < 0.2 * np.percentile(loud, 95)


def test_directions_are_followed(tmp_path: Path, vasa_json: Run) -> None:
    def made(name: str, *wish: object) -> dict[str, np.ndarray]:
        return load(vasa_json("motion", "--idle", 2, "-o", tmp_path / f"{name}.npz", *wish)["path"])

    far = made("far", "--distance", 2, "--gaze", "-5,-3")
    assert far["head_translation"][:, 2].mean() == pytest.approx(7, abs=0.5)
    assert far["gaze"][10:].mean() < made("plain")["gaze"][10:].mean()
    cues = tmp_path / "cues.yaml"
    cues.write_text("- {at: 0, head: {turn: 15}, ease: 0.2}\n- {at: 0.5, gesture: nod}\n")
    held = made("held", "--director", cues)["head_rotation"] - made("plain")["head_rotation"]
    assert np.degrees(held[:, 1]).min() == pytest.approx(-15, abs=0.1)
    assert np.degrees(held[:, 0]).max() == pytest.approx(7, abs=0.5)


def test_takes_of_a_motion(tmp_path: Path, vasa_json: Run) -> None:
    arguments = ("--idle", 1, "--seed", 3)
    made = vasa_json("motion", *arguments, "-o", tmp_path / "take.npz", "--variation", 2)
    assert [take["seed"] for take in made["takes"]] == [3, 4]
    paths = [Path(take["path"]) for take in made["takes"]]
    assert [path.name for path in paths] == ["take_seed3.npz", "take_seed4.npz"]
    assert Image.open(made["sheet"]).size[0] > 1000
    again = vasa_json("motion", "--idle", 1, "--seed", 4, "-o", tmp_path / "again.npz")
    np.testing.assert_array_equal(load(again["path"])["latent"], load(paths[1])["latent"])
    assert np.abs(load(paths[0])["head_rotation"] - load(paths[1])["head_rotation"]).max() > 1e-3


def test_takes_of_a_film(tmp_path: Path, vasa_json: Run) -> None:
    made = vasa_json(
        *("render", "-p", PORTRAIT, "--idle", 0.2, "--size", 256, "-o", tmp_path / "frames/", "--variation", 2)
    )
    for take, seed in zip(made["takes"], (0, 1), strict=True):
        assert Path(take["path"]).name == f"frames_seed{seed}" and take["frames"] == 5
        assert len(list(Path(take["path"]).iterdir())) == 5
    assert Path(made["sheet"]).name == "frames_takes.png"
    assert Image.open(made["sheet"]).size == (4 + 5 * 172, 2 * 196 + 20 + 4), "no waveform where there is no sound"
