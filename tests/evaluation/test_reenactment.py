"""The measures of self-reenactment: similarity, landmark error, alignment and flicker."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vasa_core.errors import VasaError
from vasa_core.evaluation.flicker import background_flicker, main, swaying_head
from vasa_core.evaluation.landmark_error import landmark_error
from vasa_core.evaluation.reenactment import align, choose, into_frame
from vasa_core.evaluation.ssim import SIGMA, WINDOW, ssim
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.latent.space import LatentSpace
from vasa_core.samples import PORTRAIT


@pytest.fixture(scope="module")
def asset() -> FaceAsset:
    return enroll(PORTRAIT)


def slow_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """The paper's formulas (Wang et al. 2004, equations 13 to 16), window by window."""
    line = np.exp(-(((np.arange(WINDOW) - WINDOW // 2) / SIGMA) ** 2) / 2)
    window = np.outer(line, line) / np.outer(line, line).sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = []
    for y in range(a.shape[0] - WINDOW + 1):
        for x in range(a.shape[1] - WINDOW + 1):
            p, q = (picture[y : y + WINDOW, x : x + WINDOW].astype(float) for picture in (a, b))
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
            cov = (window * (p - mp) * (q - mq)).sum()
            values.append((2 * mp * mq + c1) * (2 * cov + c2) / ((mp**2 + mq**2 + c1) * (vp + vq + c2)))
    return float(np.mean(values))


def test_ssim_is_that_of_the_paper() -> None:
    random = np.random.default_rng(0)
    first = cv2.GaussianBlur(random.integers(0, 256, (26, 30), np.uint8), (0, 0), 1.5)
    second = np.clip(first + random.normal(0, 12, first.shape), 0, 255).astype(np.uint8)
    assert ssim(first, first) == pytest.approx(1)
    assert ssim(first, second) == pytest.approx(slow_ssim(first, second), abs=1e-6)
    assert ssim(first, second) == pytest.approx(ssim(second, first))
    assert ssim(first, 255 - first) < 0


def test_ssim_of_colours_is_that_of_their_luminance() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
    other = picture[::-1].copy()
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (picture, other)]
    assert ssim(picture, other) == pytest.approx(ssim(*grey))


def test_landmark_error_is_in_eye_distances() -> None:
    real = np.random.default_rng(2).uniform(0, 100, (4, 478, 3))
    real[:, 33, :2], real[:, 263, :2] = (10, 50), (60, 50)
    rendered = real + np.array([3, 4, 100])  # the depth does not count
    np.testing.assert_allclose(landmark_error(rendered, real), 0.1)
    rendered[1] = np.nan
    assert np.isnan(landmark_error(rendered, real)).tolist() == [False, True, False, False]


def test_a_film_is_put_into_the_enrolled_frame(asset: FaceAsset) -> None:
    """The frame was cut out of the picture by a known map, which is found again to a fraction of a pixel."""
    true = cv2.getRotationMatrix2D((150.0, 140.0), 4.0, 1.9) + np.array([[0, 0, 60], [0, 0, 80]])
    film = cv2.warpAffine(asset.image, cv2.invertAffineTransform(true), (300, 320), flags=cv2.INTER_AREA)
    inverse = cv2.invertAffineTransform(true)
    seen = (asset.landmarks[:, :2] - 0.5) @ inverse[:, :2].T + inverse[:, 2]
    noisy = np.column_stack([seen + np.random.default_rng(3).normal(0, 1, seen.shape) + 0.7, asset.landmarks[:, 2]])
    found = align(film, noisy.astype(np.float32), asset)
    centre = np.array([150.0, 160.0])
    assert np.abs((found - true)[:, :2] @ centre + (found - true)[:, 2]).max() < 0.5
    again = into_frame(film, found, asset.size)
    inside = np.s_[150:400, 150:360]
    assert ssim(again[inside], asset.image[inside]) > 0.9


def test_clips_are_spread_over_the_folder(tmp_path: Path) -> None:
    with pytest.raises(VasaError, match="no videos"):
        choose(tmp_path, 3)
    for i in range(9):
        (tmp_path / f"{i}.mkv").touch()
    (tmp_path / "words.tsv").touch()
    assert [path.stem for path in choose(tmp_path, 3)] == ["0", "4", "8"]
    assert len(choose(tmp_path, 100)) == 9


def test_a_still_background_does_not_change(asset: FaceAsset) -> None:
    space = LatentSpace.load()
    assert np.degrees(np.ptp(swaying_head(space).head_rotation, axis=0)).min() > 10
    assert background_flicker(asset, space, 256) < 0.5


def test_flicker_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vasa_core.evaluation.flicker.background_flicker", lambda *_: 0.25)
    assert main([str(PORTRAIT)]) == 0
    assert "0.250 of 255" in capsys.readouterr().out
