"""`vasa enroll`: what it tells, and its report."""

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from vasa_core.cli import main
from vasa_core.samples import PORTRAIT


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["vasa", "enroll", *map(str, arguments)])
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_json_tells_limits_and_expression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (PORTRAIT, "-o", tmp_path / "npc.vasa", "--report", tmp_path / "npc.png", "--json")
    assert _run(monkeypatch, *arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["size"] == 512 and told["limits"]["yaw_high"] > 0.4 and abs(told["degrees"]["yaw"]) < 5
    assert told["expression"]["mouthSmileLeft"] > 0.5
    assert told["note"]["eyes"] == "60" and float(told["note"]["enlarged"]) > 2
    with Image.open(told["report"]) as report:
        assert report.format == "PNG" and report.width > 1500


def test_a_report_ends_in_png(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, PORTRAIT, "-o", tmp_path / "npc.vasa", "--report", tmp_path / "npc.jpg") == 2
    assert ".png" in capsys.readouterr().err
    assert not (tmp_path / "npc.vasa").exists()
