"""`vasa eval` from outside: what users get wrong, in one sentence."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vasa_core.cli import main
from vasa_core.cli.eval import _table
from vasa_core.evaluation import plots
from vasa_core.evaluation.quality import Section
from vasa_core.evaluation.quality_wanted import Wanted
from vasa_core.samples import LINES


def test_what_cannot_be_measured_is_said_at_once(refusal: Callable[..., str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert "Give either a folder" in refusal("eval")
    assert "Give either a folder" in refusal("eval", tmp_path, "--plot-voice", "a.wav")
    assert "There is no folder" in refusal("eval", tmp_path / "none")
    assert "There is no video" in refusal("eval", tmp_path)
    assert "There is no file" in refusal("eval", "--plot-voice", tmp_path / "a.wav")


def test_defaults_told_in_words_survive_the_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["vasa", "eval", "--help"])
    monkeypatch.setenv("COLUMNS", "250")
    with pytest.raises(SystemExit):
        main()
    text = " ".join(capsys.readouterr().out.split())
    for default in ("report, or voice.png", "words.tsv beside the clips, if there is one", "the median one"):
        assert f"[default: {default}]" in text


def test_without_matplotlib_the_way_out_is_told(refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda name: None)
    assert 'pip install "matplotlib' in refusal("eval", "--plot-voice", "a.wav")


def test_a_voice_is_plotted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "new" / "voice.png"
    monkeypatch.setattr(sys, "argv", ["vasa", "eval", "--plot-voice", str(LINES[0]), "-o", str(path)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    assert path.read_bytes()[:4] == b"\x89PNG"
    assert str(path) in capsys.readouterr().out.replace("\n", "")


def test_ranges_are_shown_and_judged() -> None:
    lag = Wanted("lag", "lag", -20, 20, "ms", 0)
    assert lag.range == "-20 to 20" and lag.show(-7.3) == "-7 ms" and lag.reached(-20) and not lag.reached(21)
    assert Wanted("p", "p", high=0.01).range == "up to 0.01"
    recall = Wanted("recall", "recall", 0.95, unit="%")
    assert recall.range == "from 95%" and recall.show(0.987) == "98.7%"
    assert not Wanted("free", "free").asked and Wanted("free", "free").show(float("nan")) == "-"
    section = Section("Lips", (lag, recall), {"streamed": {"lag": 33.0}, "recordings": {"recall": 1.0}}, ("streamed",))
    table = _table(section)
    assert table.row_count == 2 and "[red]33 ms[/]" in list(table.columns[1].cells)
    assert section.line(recall) == {"title": "recall", "unit": "share", "wanted": [0.95, None], "recordings": 1.0}
