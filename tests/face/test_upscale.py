"""Enlarging: better than plain kernels on a portrait reduced and enlarged again; real detail is told from pixels."""

import cv2
import numpy as np
import pytest

from vasa_core.face.upscale import detail, enlarge, sharpen


def _psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2)))


@pytest.mark.parametrize("factor", [2, 3])
def test_better_than_plain_kernels(portrait, factor):
    truth = portrait[: 288 // factor * factor, : 288 // factor * factor]
    side = truth.shape[0]
    small = cv2.resize(truth, (side // factor, side // factor), interpolation=cv2.INTER_AREA)
    matrix = np.array([[factor, 0, (factor - 1) / 2], [0, factor, (factor - 1) / 2]], float)
    ours = _psnr(enlarge(small, matrix, (side, side), factor), truth)
    for kernel in (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4):
        assert ours > _psnr(cv2.resize(small, (side, side), interpolation=kernel), truth) + 0.1


def test_no_halo():
    step = np.full((40, 40, 3), 60, np.uint8)
    step[:, 20:] = 180
    crisp = sharpen(cv2.GaussianBlur(step, (0, 0), 2), 2)
    assert crisp.min() >= 60 and crisp.max() <= 180


def test_detail_is_that_of_the_source(enroller, portrait):
    points = enroller.faces(portrait)[0].points
    assert detail(portrait, points) == 1
    found = []
    for factor in (2.2, 4.4):
        large = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        found.append(detail(large, points * np.float32(factor)))
    assert found == [0.5, 0.25]
