import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from vasa_core.evaluation import gallery
from vasa_core.evaluation.gallery_layout import over
from vasa_core.evaluation.gallery_shots import TOPICS, Shot
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import Enroller
from vasa_core.face.pose import fit_pose
from vasa_core.latent.space import LatentSpace

CAST = Path(__file__).parents[2] / "samples" / "cast"
TURNED_DEG = {"old_man": 28, "girl": -30, "knight": 9, "rogue": -8, "old_woman": -8}
"""Yaw of the portraits that do not look straight ahead, as they were posed."""
WIDEST = 2000
"""px: a wider sheet cannot be looked at on one screen."""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["gallery", *map(str, arguments)])
    gallery.main()


def test_every_portrait_of_a_folder_gets_a_sheet_per_topic(
    closed: FaceAsset, smiling: FaceAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed.save(tmp_path / "closed.vasa")
    smiling.save(tmp_path / "smiling.vasa")
    run(monkeypatch, tmp_path, "-o", tmp_path / "sheets", "--apart", "--only", "mouth", "--only", "overview")
    names = {path.name for path in (tmp_path / "sheets").iterdir()}
    assert names == {"closed_mouth.png", "smiling_mouth.png", "overview_1.png"}
    sheet = cv2.imread(str(tmp_path / "sheets" / "closed_mouth.png"))
    assert sheet is not None and 8 * gallery.CELL <= sheet.shape[1] <= WIDEST


def test_a_picture_without_a_face_is_left_out_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((300, 300, 3), 120, np.uint8))
    run(monkeypatch, tmp_path / "wall.png", "-o", tmp_path / "sheets")
    assert "left out" in capsys.readouterr().out


@pytest.mark.parametrize("topic", TOPICS)
def test_rows_of_a_topic_are_equally_wide(topic: str) -> None:
    assert {len(row.shots) for row in TOPICS[topic]} == {8}


def test_close_up_follows_the_head(closed: FaceAsset, space: LatentSpace) -> None:
    studio = gallery.Studio(closed, space)
    still, moved = (studio.photograph(Shot("", move=move), "mouth") for move in ((0, 0, 0), (0.15, 0.1, 0)))
    inside = np.s_[60:160, 60:190]
    assert np.abs(still[inside].astype(int) - moved[inside]).mean() < 6


def test_transparent_parts_show_the_checkerboard() -> None:
    frame = np.zeros((32, 32, 4), np.uint8)
    frame[:, :16] = (100, 120, 140, 255)
    frame[:16, 16:] = (50, 60, 70, 128)
    shown = over(frame)
    assert (shown[:, :16] == (100, 120, 140)).all()
    assert len(np.unique(shown[16:, 16:].reshape(-1, 3), axis=0)) == 1
    assert (shown[:16, 16:] > (50, 60, 70)).any()


@pytest.mark.parametrize("path", sorted(CAST.glob("*.jpg")), ids=lambda path: path.stem)
def test_every_portrait_of_the_cast_is_a_face(path: Path, enroller: Enroller) -> None:
    picture = cv2.imread(str(path))
    assert picture is not None
    faces = enroller.faces(np.ascontiguousarray(picture[..., ::-1]))
    assert len(faces) == 1 and faces[0].score > 0.9
    yaw = np.degrees(fit_pose(faces[0].points).angles[0])
    assert abs(yaw - TURNED_DEG.get(path.stem, 0)) < 9
