from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from vasa_core.errors import ExportError
from vasa_core.face.report import COLUMNS, SIDE, make_report, save_report


def test_report(asset, tmp_path):
    long = "A warning that is long enough to need a second line. " * 6
    save_report(replace(asset, warnings=(long,)), tmp_path / "report.png")
    with Image.open(tmp_path / "report.png") as picture:
        assert picture.mode == "RGB" and picture.width > COLUMNS * SIDE and picture.height > 2 * SIDE
    bare = replace(asset, note={}, expression=np.zeros_like(asset.expression))
    page = make_report(bare)
    assert page.dtype == np.uint8 and page.shape[1] == picture.width and page.shape[0] < picture.height


def test_report_to_nowhere(asset, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError):
        save_report(asset, tmp_path / "file" / "report.png")
