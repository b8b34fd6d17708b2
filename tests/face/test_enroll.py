import cv2
import numpy as np
import pytest

from vasa_core.errors import PortraitError
from vasa_core.face.crop import FACE_CENTRE, cut_picture, extend, frame_face, widen
from vasa_core.face.enroll import MAX_YAW, _check
from vasa_core.face.expression import lip_gap
from vasa_core.face.picture import Picture
from vasa_core.face.pose import Pose, from_canonical, to_canonical
from vasa_core.face.topology import CANONICAL, inter_ocular
from vasa_core.latent.space import LatentSpace


def test_framing_is_that_of_vasa(asset):
    flat = asset.landmarks[:, :2] / 512
    width, height = np.ptp(flat, axis=0)
    assert asset.image.shape == (512, 512, 3)
    assert width == pytest.approx(0.50, abs=0.06) and height == pytest.approx(0.63, abs=0.08)
    np.testing.assert_allclose((flat.min(axis=0) + flat.max(axis=0)) / 2, FACE_CENTRE, atol=0.01)


def test_identity_and_expression_make_the_portrait(asset):
    space = LatentSpace.load()
    back = from_canonical(asset.identity + space.decode(asset.expression), asset.pose)
    np.testing.assert_allclose(back, asset.landmarks, atol=1e-2)


def test_the_smile_is_taken_off(asset):
    """The sample smiles with bared teeth; her neutral face has closed lips and a narrower mouth."""
    shape = to_canonical(asset.landmarks, asset.pose)
    assert lip_gap(shape).max() > 0.08
    assert np.abs(lip_gap(asset.identity)).max() < 0.015
    width = [np.linalg.norm(face[61] - face[291]) for face in (shape, asset.identity)]
    assert 0.7 * width[0] < width[1] < width[0]


def test_the_same_picture_gives_the_same_asset(enroller, portrait, asset):
    again = enroller.enroll(portrait)
    np.testing.assert_array_equal(again.image, asset.image)
    np.testing.assert_array_equal(again.identity, asset.identity)


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_picture_on_its_side_is_turned(enroller, portrait, asset, quarter):
    turned = enroller.enroll(np.ascontiguousarray(np.rot90(portrait, quarter)))
    assert np.abs(turned.image.astype(int) - asset.image).mean() < 4


def test_a_strong_tilt_is_taken_off(enroller, portrait):
    matrix = cv2.getRotationMatrix2D((144, 130), 35, 1)
    tilted = enroller.enroll(cv2.warpAffine(portrait, matrix, (288, 288), borderMode=cv2.BORDER_REFLECT))
    assert abs(tilted.pose.angles[2]) < np.radians(16)


def test_several_faces_need_a_choice(enroller, portrait):
    both = np.hstack([portrait, portrait[:, ::-1]])
    with pytest.raises(PortraitError, match=r"2 faces.*--face N"):
        enroller.enroll(both)
    first, second = enroller.enroll(both, face=1), enroller.enroll(both, face=2)
    assert np.abs(first.image[:, ::-1].astype(int) - second.image).mean() < 6
    for wrong in (0, 3, -1):
        with pytest.raises(PortraitError, match=f"no face {wrong}"):
            enroller.enroll(both, face=wrong)


def test_a_bystander_needs_no_choice(enroller, portrait):
    large = cv2.resize(portrait, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    large[:288, -288:] = portrait
    assert inter_ocular(enroller.enroll(large).landmarks) > 150


def test_no_face(enroller):
    with pytest.raises(PortraitError, match="No face was found"):
        enroller.enroll(np.full((300, 300, 3), 128, np.uint8))


def test_small_faces_warn_then_refuse(enroller, portrait):
    eyes = 60  # px in the sample
    small = cv2.resize(portrait, None, fx=36 / eyes, fy=36 / eyes, interpolation=cv2.INTER_AREA)
    assert any("soft" in warning for warning in enroller.enroll(small).warnings)
    tiny = cv2.resize(portrait, None, fx=18 / eyes, fy=18 / eyes, interpolation=cv2.INTER_AREA)
    with pytest.raises(PortraitError, match="too small"):
        enroller.enroll(tiny)


@pytest.mark.parametrize(("rotation", "way"), [((0, 0.75, 0), "to the side"), ((0.65, 0, 0), "up or down")])
def test_strong_turns_are_refused_with_the_limit(rotation, way):
    pose = Pose(np.array(rotation, np.float32), np.array([200, 200, 0], np.float32), np.float32(100))
    picture = Picture(np.zeros((400, 400, 3), np.uint8), "me.png", "", 1.0)
    with pytest.raises(PortraitError, match=f"{way}; the limit is"):
        _check(from_canonical(CANONICAL, pose), 100, 1.0, picture)
    level = Pose(np.array([0, MAX_YAW * 0.9, 0], np.float32), pose.translation, pose.scale)
    assert _check(from_canonical(CANONICAL, level), 100, 1.0, picture) == []


def test_a_tight_picture_is_extended_with_a_warning(enroller, portrait):
    asset = enroller.enroll(np.ascontiguousarray(portrait[60:200, 85:205]))
    assert any("invented" in warning for warning in asset.warnings)
    outer = np.concatenate([asset.image[:4].reshape(-1, 3), asset.image[:, :4].reshape(-1, 3)])
    assert 20 < outer.mean() < 235, "no black or white bars"


def test_extension_leaves_the_picture_alone_and_joins_it():
    y, x = np.mgrid[:128, :128]
    picture = np.dstack([100 + x / 2, 60 + y, 90 + 0 * x]).astype(np.uint8)
    known = (x > 40) & (y > 30)
    filled = extend(picture, known, 512)
    np.testing.assert_array_equal(filled[known], picture[known])
    step = np.abs(filled[60, 40].astype(int) - filled[60, 41]).max()
    assert step < 12
    np.testing.assert_array_equal(extend(picture, np.ones((128, 128), bool), 512), picture)


@pytest.mark.parametrize("factor", [0.3, 1.0, 6.0])
def test_frames_of_scaled_pictures_agree(asset, factor):
    """The same scene in other resolutions gives the same frame: no half-pixel shifts when reducing or enlarging."""
    scene = cv2.GaussianBlur(asset.image, (0, 0), 6)
    kernel = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(scene, None, fx=factor, fy=factor, interpolation=kernel)
    ratio = len(scaled) / 512
    centred = asset.landmarks - np.array([0.5, 0.5, 0], np.float32)
    points = centred.copy()
    points[:, :2] = (points[:, :2] + 0.5) * ratio - 0.5
    points[:, 2] *= ratio
    frame = cut_picture(scaled, frame_face(points, 512))
    reference = cut_picture(scene, frame_face(centred, 512))
    inner = slice(128, -128)
    assert np.abs(frame[inner, inner].astype(int) - reference[inner, inner]).mean() < 1.5
    assert frame_face(points, 512).scale == pytest.approx(frame_face(centred, 512).scale / ratio, rel=1e-3)
    doubled = frame_face(points, 1024)
    assert doubled.scale == pytest.approx(2 * frame_face(points, 512).scale)


def test_landmarks_lie_on_the_frame(enroller, asset):
    """Landmarks count from the frame's corner: a picture shifted by its margin gives the same, shifted."""
    again = enroller.enroll(np.ascontiguousarray(asset.picture))
    eyes = [inter_ocular(other.landmarks) for other in (asset, again)]
    assert eyes[0] == pytest.approx(eyes[1], rel=0.02)


def test_a_bare_frame_gets_a_margin():
    frame = np.random.default_rng(0).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    wide = widen(frame)
    assert wide.shape == (320, 320, 3)
    np.testing.assert_array_equal(wide[32:-32, 32:-32], frame)


@pytest.mark.parametrize(("factor", "size"), [(2.0, 512), (4.0, 768), (6.0, 1024)])
def test_a_larger_source_gives_a_larger_frame(enroller, portrait, factor, size):
    large = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    assert enroller.enroll(large).size == size


def test_enlarging_a_picture_gains_nothing(enroller, portrait):
    large = cv2.resize(portrait, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    asset = enroller.enroll(large)
    assert asset.size == 512 and float(asset.note["detail"]) <= 0.5
