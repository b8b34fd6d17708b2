"""The person's matte, own colours and background: on the sample's photograph and on pictures with a known truth."""

import cv2
import numpy as np
import pytest

from vasa_core.face.background import fill_background
from vasa_core.face.crop import widen
from vasa_core.face.filters import flow_colours, guided_filter
from vasa_core.face.matting import foreground
from vasa_core.face.silhouette import WORK, FacePlace, find_silhouette
from vasa_core.face.stray import add_strays
from vasa_core.face.topology import FACE_OVAL, OUTER_EYE_CORNERS


def _face(asset) -> np.ndarray:
    """[P, P] inside of the face."""
    layer = np.zeros(asset.matte.shape, np.uint8)
    oval = asset.landmarks[FACE_OVAL, :2] + asset.margin
    middle = oval.mean(axis=0)
    cv2.fillPoly(layer, [np.round(middle + 0.92 * (oval - middle)).astype(np.int32)], (1,))
    return layer > 0


def test_the_face_is_person_and_the_corners_are_not(asset):
    assert (asset.matte[_face(asset)] == 255).all()
    assert asset.matte[:60, :60].max() == 0 and asset.matte[:60, -60:].max() == 0
    assert asset.matte[-1, asset.matte.shape[1] // 2] == 255, "the body reaches the lower border"


def test_the_matte_is_one_piece_without_holes(asset):
    _, pieces = cv2.connectedComponents((asset.matte > 0).astype(np.uint8))
    assert pieces.max() == 1
    outside = np.pad((asset.matte < 128).astype(np.uint8), ((1, 0), (1, 1)), constant_values=1)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    assert boxes[2:, cv2.CC_STAT_AREA].max(initial=0) < 60, "only gaps between strands at the very edge"


def test_the_matte_is_soft_along_hair_and_hard_elsewhere(asset):
    soft = (asset.matte > 10) & (asset.matte < 245)
    assert 0.002 < soft.mean() < 0.03


def test_the_layers_make_the_picture(asset):
    own = foreground(asset.picture, asset.matte, asset.background).astype(float)
    share = asset.matte[..., None] / 255
    apart = np.abs(share * own + (1 - share) * asset.background - asset.picture).max(axis=2)
    assert apart.mean() < 0.5
    assert (apart[asset.matte == 255] < 1).all()


def test_no_ghost_in_the_background(asset):
    """Nothing of hair, skin and suit is left, and the fill is about as bright as what surrounds it."""
    known = asset.background[asset.matte == 0].astype(float)
    filled = asset.background[asset.matte == 255].astype(float)
    low, high = np.percentile(known, [1, 99], axis=0)
    assert (filled > low - 12).all(axis=1).mean() > 0.99 and (filled < high + 12).all(axis=1).mean() > 0.99
    far = cv2.distanceTransform((asset.matte == 0).astype(np.uint8), cv2.DIST_L2, 5) > 12
    np.testing.assert_array_equal(asset.background[far], asset.picture[far])


def test_own_colours_hold_nothing_of_the_background():
    """Grey hair of known opacity before blue: where the background is known, so is the hair."""
    hair, blue = np.array([150.0, 140, 130]), np.array([20.0, 90, 200])
    share = np.clip((np.arange(200) - 60) / 60, 0, 1)[None, :, None].repeat(200, axis=0)
    picture = (share * hair + (1 - share) * blue).round().astype(np.uint8)
    matte = (255 * share[..., 0]).round().astype(np.uint8)
    background = np.broadcast_to(blue.astype(np.uint8), picture.shape)
    own = foreground(picture, matte, background)
    assert np.abs(own[matte > 20].astype(int) - hair).max() <= 8
    np.testing.assert_array_equal(foreground(picture, np.zeros_like(matte), background), picture)


def test_a_horizon_goes_on_behind_the_person():
    rng = np.random.default_rng(0)
    scene = np.full((640, 640, 3), (150, 180, 220), np.uint8)
    scene[330:] = (70, 110, 60)
    scene = np.clip(scene + rng.normal(0, 4, scene.shape), 0, 255).astype(np.uint8)
    matte = np.zeros((640, 640), np.uint8)
    cv2.circle(matte, (320, 330), 150, (255,), -1)
    picture = np.where(matte[..., None] > 0, np.uint8(20), scene)
    filled = fill_background(picture, matte, 512)
    ring = (matte > 0) & (cv2.distanceTransform((matte > 0).astype(np.uint8), cv2.DIST_L2, 5) < 40)
    apart = np.abs(cv2.GaussianBlur(filled, (0, 0), 2).astype(int) - cv2.GaussianBlur(scene, (0, 0), 2)).max(axis=2)
    assert np.median(apart[ring]) < 12 and (apart[ring] > 60).mean() < 0.1
    grain = (filled - cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 1.2))[ring].std()
    assert 1.0 < grain < 6.0, "the fill has grain like the scene"


def test_a_picture_that_is_all_person_still_has_a_background():
    picture = np.random.default_rng(0).integers(0, 256, (320, 320, 3)).astype(np.uint8)
    filled = fill_background(picture, np.full((320, 320), 255, np.uint8), 256)
    assert filled.shape == picture.shape and filled.dtype == np.uint8


def test_strands_before_a_plain_wall_are_found_and_walls_of_brick_are_left():
    picture = np.full((640, 640, 3), 230, np.uint8)
    matte = np.zeros((640, 640), np.uint8)
    cv2.circle(picture, (320, 320), 150, (40, 30, 20), -1)
    cv2.circle(matte, (320, 320), 150, (255,), -1)
    cv2.line(picture, (320, 320), (320, 148), (60, 50, 40), 3, cv2.LINE_AA)
    assert add_strays(picture, matte, 512)[158:166, 320].min() > 60
    bricks = np.kron(np.random.default_rng(0).integers(60, 250, (64, 64)), np.ones((10, 10)))[..., None]
    picture = np.where(matte[..., None] > 0, picture, bricks).astype(np.uint8)
    np.testing.assert_array_equal(add_strays(picture, matte, 512), matte)


@pytest.mark.parametrize("blind", [0.0, 0.3])
def test_where_the_net_sees_nobody_the_face_and_a_usual_head_remain(asset, blind):
    points = asset.landmarks + np.array([asset.margin, asset.margin, 0], np.float32)
    found = find_silhouette(asset.picture, np.full((256, 256), blind, np.float32), points)
    place = FacePlace.of(points, WORK / len(asset.picture))
    assert (found[place.mask(WORK) > 0] == 1).all()
    assert 0.15 < (found > 0.5).mean() < 0.8 and found[:10, :10].max() < 0.2


def test_the_usual_head_is_around_the_eyes(asset):
    place = FacePlace.of(asset.landmarks)
    usual = place.usual(512)
    x, y = asset.landmarks[list(OUTER_EYE_CORNERS), :2].mean(axis=0).astype(int)
    assert usual[y, x] > 0.99 and usual[0, 0] < 0.01 and usual[511, 256] > 0.9


def test_guided_filter_keeps_edges_of_the_guide():
    guide = np.zeros((60, 60, 3), np.float32)
    guide[:, 30:] = (0.8, 0.5, 0.2)
    noisy = np.clip((guide[..., 0] > 0) + np.random.default_rng(0).normal(0, 0.2, (60, 60)), -1, 2)
    smooth = guided_filter(guide, noisy.astype(np.float32), 5, 1e-4)
    np.testing.assert_allclose(smooth[:, 32:], 1, atol=0.1)
    np.testing.assert_allclose(smooth[:, :28], 0, atol=0.1)


def test_colours_flow_into_the_unknown():
    colours = np.zeros((40, 40, 3), np.float32)
    colours[:, :20] = (10, 200, 30)
    known = np.zeros((40, 40), bool)
    known[:, :10] = True
    np.testing.assert_allclose(
        flow_colours(colours, known)[:, 10:], np.broadcast_to((10, 200, 30), (40, 30, 3)), atol=1
    )


def test_outlines_run_on_in_an_invented_margin():
    frame = np.full((256, 256, 3), 220, np.uint8)
    frame[150:, 80:180] = 30
    wide = widen(frame)
    assert wide[-8, 32 + 130].max() < 60 and wide[-8, 8].min() > 190


@pytest.mark.parametrize("quarter", [0, 1])
def test_a_source_that_is_cut_out_brings_its_own_matte(enroller, asset, quarter):
    """Game art often has transparent surroundings."""
    cut = np.dstack([asset.picture, asset.matte])
    cut[asset.matte == 0] = 0
    again = enroller.enroll(np.ascontiguousarray(np.rot90(cut, quarter)))
    assert (again.background == again.background[0, 0]).all()
    share = again.matte > 127
    assert 0.8 < share.mean() / (asset.matte > 127).mean() < 1.25 and again.matte[_face(again)].min() > 250
    own = foreground(again.picture, again.matte, again.background)
    soft = (again.matte > 60) & (again.matte < 200)
    grey = np.abs(own[soft].astype(int) - again.background[0, 0]).max(axis=1) < 6
    assert grey.mean() < 0.15, "no backdrop in the hair"


def test_transparent_corners_are_no_matte(enroller, asset):
    opacity = np.zeros(asset.matte.shape, np.uint8)
    cv2.circle(opacity, (320, 320), 318, (255,), -1)
    again = enroller.enroll(np.dstack([asset.picture, opacity]))
    assert (again.matte[again.matte.shape[0] // 2] == 0).any() and len(np.unique(again.background)) > 20
