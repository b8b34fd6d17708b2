"""Where results may go: never over their sources, never over each other."""

from pathlib import Path

import numpy as np
import pytest

from vasa_core.errors import ExportError
from vasa_core.export.images import ImageSequenceWriter
from vasa_core.export.video import VideoWriter, exact_fps
from vasa_core.face.asset import FaceAsset
from vasa_core.face.pose import Pose
from vasa_core.outputs import BACKGROUNDS, check_outputs, check_picture, open_sinks


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("face.png", "line.mp4"):
        (tmp_path / name).write_text("a source")
    return tmp_path / "face.png", tmp_path / "line.mp4"


def test_good_outputs(tmp_path: Path, sources: tuple[Path, Path]) -> None:
    (tmp_path / "old.mp4").touch()
    check_outputs(tmp_path / "new.mp4", tmp_path / "sheet.PNG", *sources)
    check_outputs(tmp_path / "old.mp4", None, *sources, b"bytes", np.zeros(3))
    check_outputs(tmp_path / "frames", tmp_path / "frames.png", *sources)


def test_a_source_that_is_not_there_is_not_judged_here(tmp_path: Path) -> None:
    (tmp_path / "old.mp4").touch()
    check_outputs(tmp_path / "old.mp4", None, tmp_path / "none.wav")


def test_sources_are_safe(tmp_path: Path, sources: tuple[Path, Path]) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(sources[0])
    for sheet in (sources[0], str(sources[0]), link, tmp_path / "." / "face.png"):
        with pytest.raises(ExportError, match="overwrite its own source"):
            check_outputs(tmp_path / "out.mp4", sheet, *sources)
    with pytest.raises(ExportError, match="overwrite its own source"):
        check_outputs(sources[1], None, *sources)


def test_film_and_contact_sheet_are_two_files(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the same file"):
        check_outputs(tmp_path / "sheet.png", tmp_path / "x" / ".." / "sheet.png")
    with pytest.raises(ExportError, match="among the frames"):
        check_outputs(tmp_path / "frames", tmp_path / "frames" / "sheet.png")
    with pytest.raises(ExportError, match=r"End it in \.png"):
        check_outputs(tmp_path / "out.mp4", tmp_path / "sheet.jpg")


@pytest.mark.parametrize(
    ("name", "kind"), [("take.v2/", ImageSequenceWriter), ("frames", ImageSequenceWriter), ("out.mp4", VideoWriter)]
)
def test_a_slash_at_the_end_makes_a_folder(tmp_path: Path, name: str, kind: type) -> None:
    points = np.zeros((478, 3), np.float32)
    pose = Pose(np.zeros(3, np.float32), np.zeros(3, np.float32), np.float32(1))
    picture = np.zeros((640, 640, 3), np.uint8)
    asset = FaceAsset(picture, picture[..., 0], picture, points, pose, points, np.zeros(3, np.float32))
    (sink,) = open_sinks(f"{tmp_path}/{name}", 64, exact_fps(25), None, asset, None)
    sink.abort()
    assert isinstance(sink, kind)


def test_other_endings_are_explained(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="without an ending for a PNG sequence"):
        VideoWriter(tmp_path / "take.v2", (64, 64), exact_fps(25))


@pytest.mark.parametrize("size", [256, 300, 512, 1024])
@pytest.mark.parametrize("background", [*BACKGROUNDS, "#20262e", "#FFffFF"])
def test_good_pictures(tmp_path: Path, size: int, background: str) -> None:
    for name in ("out.mov", "out.webm", "frames", "frames.v2/"):
        check_picture(size, background, f"{tmp_path}/{name}")
    if background != "transparent":
        check_picture(size, background, tmp_path / "out.mp4")


@pytest.mark.parametrize("size", [0, -512, 255, 257, 1026, 4096])
def test_sizes_that_cannot_be_drawn(size: int) -> None:
    with pytest.raises(ExportError, match=f"{size}x{size} cannot be drawn. Choose an even size from 256 to 1024"):
        check_picture(size, "keep", "out.mp4")


@pytest.mark.parametrize("background", ["", "red", "20262e", "#20262", "#20262e00", "#gggggg", "Keep", "#20262e\n"])
def test_backgrounds_that_are_none(background: str) -> None:
    with pytest.raises(ExportError, match=r"is no background\. Choose keep, transparent, blur, or a colour like"):
        check_picture(512, background, "out.mp4")


@pytest.mark.parametrize("name", ["out.mp4", "out.m4v", "out.MKV"])
def test_films_that_cannot_be_transparent(name: str) -> None:
    with pytest.raises(ExportError, match=r"cannot be transparent. End the name in .mov .* or .webm"):
        check_picture(512, "transparent", name)
