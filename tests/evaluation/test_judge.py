"""The judge without its tracker: on landmarks saved earlier."""

import json
from pathlib import Path

import numpy as np
import pytest

from vasa_core.evaluation import judge


def save_clip(path: Path, face: np.ndarray, seed: int, lips_late: int = 0) -> None:
    random = np.random.default_rng(seed)
    shape = np.repeat(face[None], 100, axis=0)
    opening = np.convolve(random.uniform(0, 15, 100), np.ones(3) / 3, "same")
    opening[[29, 31, 69, 71]] = 1
    opening[[30, 70]] = 0
    shape[:, 14, 1] += np.roll(opening, lips_late)
    points = shape + random.standard_normal((100, 1, 3)).cumsum(axis=0) + 200
    judge.save_track(path, judge.Track(points.astype(np.float32), 25.0))


@pytest.fixture
def folders(tmp_path: Path, still_face: np.ndarray) -> tuple[Path, Path, Path]:
    for seed, stem in enumerate(("one", "two")):
        save_clip(tmp_path / "truth" / f"{stem}.npz", still_face, seed)
        save_clip(tmp_path / "made" / f"{stem}.npz", still_face, seed, lips_late=1)
    save_clip(tmp_path / "made" / "three.npz", still_face, 3)
    words = tmp_path / "words.tsv"
    rows = [f"{stem}\t1.2\t1.6\tbin\n{stem}\t2.8\t3.2\tplease\n{stem}\t3.2\t4.0\tsil" for stem in ("one", "two")]
    words.write_text("clip\tstart_s\tend_s\tword\n" + "\n".join(rows) + "\n")
    return tmp_path / "made", tmp_path / "truth", words


def test_judges_folders_by_stem(folders: tuple[Path, Path, Path], tmp_path: Path, capsys) -> None:
    made, truth, words = folders
    result = tmp_path / "figures.json"
    assert judge.main([str(made), "--truth", str(truth), "--words", str(words), "--json", str(result)]) == 0
    figures = json.loads(result.read_text())
    assert set(figures["clips"]) == {"one", "two"}
    summary = figures["summary"]
    assert summary["lag_frames"] == 1
    assert summary["opening_correlation_best"] > 0.99 > summary["opening_correlation"]
    assert summary["closure_recall"] == summary["truth_closure_recall"] == 1
    assert summary["contact_error_median"] == 1
    assert "closure_recall" in capsys.readouterr().out


def test_judges_one_clip_and_saves_it(folders: tuple[Path, Path, Path], tmp_path: Path) -> None:
    made, truth, _ = folders
    kept = tmp_path / "kept.npz"
    assert judge.main([str(made / "one.npz"), "--truth", str(truth / "one.npz"), "--save", str(kept)]) == 0
    with np.load(kept) as curves:
        assert curves["points"].shape == (100, 478, 3)
        assert curves["lip_opening"].shape == (100,)


def test_says_when_there_is_nothing_to_judge(folders: tuple[Path, Path, Path], tmp_path: Path, capsys) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert judge.main([str(empty), "--truth", str(folders[1])]) == 2
    assert "No clip to judge" in capsys.readouterr().err


def test_curves_of_other_frame_rates_are_compared_at_the_truths() -> None:
    wave = np.sin(np.arange(100) / 10)
    faster = np.interp(np.arange(199) / 50, np.arange(100) / 25, wave)
    assert np.allclose(judge.resample(faster, 50, 25), wave)
