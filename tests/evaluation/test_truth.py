"""The score against a true head: its measures, its geometry, and what it says of the renderer."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from vasa_core.evaluation.truth import (
    ASKED_GAIN,
    ASKED_PSNR,
    FOLDER,
    Truth,
    TruthError,
    cut,
    find_frame,
    load_truth,
    psnr,
    score_truth,
    sheet,
    table,
)
from vasa_core.face.enroll import Enroller


@pytest.fixture(scope="module")
def truth() -> Truth:
    if not (FOLDER / "truth.json").is_file():
        pytest.skip("the true pictures are part of a checkout, not of the package")
    return load_truth(FOLDER)


def test_psnr_of_known_errors():
    true = np.full((8, 8, 3), 100, np.uint8)
    inside = np.zeros((8, 8), np.float32)
    inside[2:6, 2:6] = 1
    ours = true + np.uint8(10)
    ours[0, 0] = 255
    assert psnr(ours, true, inside) == pytest.approx(20 * np.log10(255 / 10))
    assert psnr(true, true, inside) > 70


def test_the_enrolled_frame_is_found_again(truth: Truth):
    enroller = Enroller()
    asset = enroller.enroll(truth.neutral).scaled(256)
    again = cut(truth.neutral, find_frame(truth.neutral, asset, enroller), asset.size)
    error = np.abs(cv2.GaussianBlur(again, (0, 0), 1).astype(int) - cv2.GaussianBlur(asset.image, (0, 0), 1))
    assert error[20:-20, 20:-20].mean() < 1.5


def test_moving_is_nearer_to_the_truth_than_not_moving(truth: Truth):
    chosen = [case for case in truth.cases if case.name in ("roll_clockwise", "pitch_down", "brow_down")]
    asset, scores = score_truth(replace(truth, cases=chosen))
    assert len(scores) == 3
    for score in scores:
        assert score.ours_db > max(score.still_db + ASKED_GAIN, ASKED_PSNR), score.case.name
    assert "brow_down" in table(scores)
    assert sheet(asset, scores).ndim == 3


@pytest.mark.slow
def test_what_is_asked(truth: Truth):
    _, scores = score_truth(truth)
    ours, still = (np.mean([getattr(score, name) for score in scores]) for name in ("ours_db", "still_db"))
    assert len(scores) >= 18
    assert ours >= ASKED_PSNR and ours - still >= ASKED_GAIN


def test_missing_pictures_are_told(tmp_path: Path):
    with pytest.raises(TruthError, match="Render them again"):
        load_truth(tmp_path)
