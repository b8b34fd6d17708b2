"""Detector, landmarks and tracker on the sample's photograph."""

import cv2
import numpy as np
import pytest

from vasa_core.face.blendshapes import SCORE_NAMES, FaceBlendshapes
from vasa_core.face.detector import FaceDetector, cut_square, reduce_image
from vasa_core.face.landmarks import (
    FaceLandmarker,
    Region,
    cut_region,
    region_from_detection,
    region_from_landmarks,
)
from vasa_core.face.topology import inter_ocular
from vasa_core.face.tracker import FaceTracker, follow


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.fixture(scope="module")
def landmarker():
    return FaceLandmarker()


@pytest.fixture(scope="module")
def points(portrait, detector, landmarker):
    region = region_from_detection(detector.detect(portrait)[0])
    region = region_from_landmarks(landmarker.find(portrait, region).points)
    return landmarker.find(portrait, region).points


def test_detects_the_face(portrait, detector):
    (face,) = detector.detect(portrait)
    assert face.score > 0.8
    eyes, mouth = face.keypoints[:2].mean(axis=0), face.keypoints[3]
    assert face.keypoints[0, 0] < face.keypoints[1, 0], "the subject's right eye is at the viewer's left"
    assert mouth[1] > eyes[1] and (face.box[:2] < eyes).all() and (mouth < face.box[2:]).all()


@pytest.mark.parametrize("share", [0.06, 0.12, 0.5])
def test_finds_small_faces_in_large_pictures(portrait, detector, share):
    canvas = np.full((1100, 1500, 3), 120, np.uint8)
    face = cv2.resize(portrait[30:190, 25:185], (int(share * 1500),) * 2, interpolation=cv2.INTER_AREA)
    canvas[200 : 200 + len(face), 400 : 400 + len(face)] = face
    (found,) = detector.detect(canvas)
    centre = (found.box[:2] + found.box[2:]) / 2
    assert np.abs(centre - [400 + len(face) * 0.73, 200 + len(face) * 0.6]).max() < 0.15 * len(face)


def test_finds_a_face_that_fills_the_frame(portrait, detector):
    (found,) = detector.detect(np.ascontiguousarray(portrait[75:180, 95:195]))
    assert found.size > 70


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (90, 1200)])
def test_odd_pictures_hold_no_face(detector, shape):
    assert detector.detect(np.full((*shape, 3), 90, np.uint8)) == []


def test_nothing_in_noise(detector, landmarker):
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3)).astype(np.uint8)
    assert detector.detect(noise) == []
    assert landmarker.find(noise, Region(np.array([200.0, 150.0]), 200, 0.0)).score < 0.1


def test_cuts_keep_positions(portrait):
    """A cut is only a change of coordinates: a bright dot is found where the map says."""
    image = np.zeros((400, 600, 3), np.uint8)
    image[180:185, 320:325] = 255
    region = Region(np.array([300.0, 200.0]), 256.0, 0.4)
    crop = cut_region(image, region, 256)[:, :, 0].astype(float)
    y, x = np.mgrid[:256, :256]
    at = np.array([(crop * x).sum(), (crop * y).sum()]) / crop.sum()
    matrix = region.to_image()
    np.testing.assert_allclose(matrix[:, :2] @ at + matrix[:, 2], [322, 182], atol=0.1)
    square = cut_square(image, np.array([200.0, 100.0]), 200.0, 128)[:, :, 0].astype(float)
    y, x = np.mgrid[:128, :128]
    at = np.array([(square * x).sum(), (square * y).sum()]) / square.sum()
    np.testing.assert_allclose((at + 0.5) * 200 / 128 + [200, 100] - 0.5, [322, 182], atol=0.3)


def test_large_regions_are_averaged_not_skipped(portrait, landmarker, points):
    large = cv2.resize(portrait, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    expected = points * 5 + [2, 2, 0]
    found = landmarker.find(large, region_from_landmarks(expected.astype(np.float32))).points
    assert np.linalg.norm((found - expected)[:, :2], axis=1).mean() < 0.02 * inter_ocular(expected)


@pytest.mark.parametrize("degrees", [-30, 20, 75])
def test_landmarks_turn_with_the_picture(portrait, landmarker, points, degrees):
    matrix = cv2.getRotationMatrix2D((144, 130), degrees, 1)
    turned = cv2.warpAffine(portrait, matrix, (288, 288), borderMode=cv2.BORDER_REFLECT)
    expected = points.copy()
    expected[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    found = landmarker.find(turned, region_from_landmarks(expected)).points
    assert np.linalg.norm((found - expected)[:, :2], axis=1).mean() < 0.02 * inter_ocular(points)


def test_scores_see_the_smile(points):
    scores = dict(zip(SCORE_NAMES, FaceBlendshapes().scores(points), strict=True))
    assert scores["mouthSmileLeft"] > 0.6 and scores["mouthSmileRight"] > 0.6
    assert scores["eyeBlinkLeft"] < 0.3 and scores["mouthPucker"] < 0.1


def test_tracker_follows_loses_and_finds_again(portrait):
    tracker = FaceTracker()
    start = tracker.track(portrait)
    assert start is not None
    for step in (3, 6, 9):
        moved = tracker.track(np.roll(portrait, (step, 2 * step), (0, 1)))
        assert moved is not None
        shift = (moved.points - start.points)[:, :2].mean(axis=0)
        np.testing.assert_allclose(shift, [2 * step, step], atol=0.8)
    assert tracker.track(np.full_like(portrait, 127)) is None
    again = tracker.track(portrait)
    assert again is not None
    assert np.abs(again.points - start.points)[:, :2].max() < 1.5


def test_region_smoothing():
    old = Region(np.array([100.0, 100.0]), 100.0, 0.0)
    near = follow(old, Region(np.array([102.0, 100.0]), 101.0, 0.01))
    assert 100 < near.centre[0] < 102 and 100 < near.size < 101 and 0 < near.angle < 0.01
    far = Region(np.array([150.0, 100.0]), 100.0, 0.0)
    assert follow(old, far) is far


def test_reduce_leaves_small_pictures_alone(portrait):
    assert reduce_image(portrait) is portrait
    assert reduce_image(portrait, 100).shape == (100, 100, 3)
