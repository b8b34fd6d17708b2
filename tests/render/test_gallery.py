import sys
from pathlib import Path

import cv2
import pytest

from vasa_core.evaluation import gallery
from vasa_core.face.asset import FaceAsset


def test_gallery_writes_a_sheet(closed: FaceAsset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.save(tmp_path / "face.vasa")
    monkeypatch.setattr(sys, "argv", ["gallery", str(tmp_path / "face.vasa"), "-o", str(tmp_path / "sheet.png")])
    gallery.main()
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None and sheet.shape[1] >= 8 * gallery.CELL
