from dataclasses import replace

import cv2
import numpy as np
import pytest

from vasa_core.errors import PortraitError, VasaError
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion
from vasa_core.render.head import head_motion
from vasa_core.render.renderer import Renderer
from vasa_core.render.tidy import doubled_areas

TURNS_DEG = [(0, 20, 0), (0, -20, 0), (15, 0, 0), (-15, 0, 0), (0, 0, 20), (0, 0, -20), (-8, 12, 10), (8, -12, -10)]
MOVES = [(0, 0, 3.0), (0, 0, -2.0), (0.15, 0.1, 0), (-0.15, -0.1, 0)]
"""Translations; along z they make the head 0.7 and 1.4 times as large."""
FOLDED_AT_MOST = 3.0
"""px^2 of small triangles that may lie turned over; a face has about 40,000."""


def _motion(space: LatentSpace, **changes: object) -> Motion:
    motion = Motion.still(1, space.size)
    for name, value in changes.items():
        getattr(motion, name)[0] = value
    return motion


def test_no_motion_leaves_the_picture(renderer: Renderer, closed: FaceAsset, space: LatentSpace) -> None:
    """Only at the soft edge of the matte may rounding show."""
    assert renderer.mesh.lips.closed
    frame = renderer.render(Motion.still(1, space.size), 0)
    change = np.abs(frame[..., :3].astype(int) - closed.image).max(-1)
    assert change.mean() < 0.5
    inside = closed.matte[closed.margin :, closed.margin :][: closed.size, : closed.size] == 255
    assert (change[inside] <= 1).mean() > 0.999


def test_same_frame_twice_is_identical(renderer: Renderer, space: LatentSpace) -> None:
    talk = space.from_arkit(named_weights(jawOpen=0.4, mouthSmileLeft=0.3))
    motion = _motion(space, latent=talk, head_rotation=[0.05, 0.1, 0.03], gaze=[0.1, 0.05], blink=0.4)
    first = renderer.render(motion, 0)
    renderer.render(Motion.still(1, space.size), 0)
    assert np.array_equal(first, renderer.render(motion, 0))


def test_frames_of_the_smiling_sample_repeat(smiling_renderer: Renderer, space: LatentSpace) -> None:
    motion = _motion(space, latent=space.from_arkit(named_weights(jawOpen=0.3)))
    first = smiling_renderer.render(motion, 0)
    smiling_renderer.render(Motion.still(1, space.size), 0)
    assert np.array_equal(first, smiling_renderer.render(motion, 0))


def test_the_face_has_no_holes(renderer: Renderer, space: LatentSpace) -> None:
    """On a transparent background everything inside the outline of the face is opaque, whatever moves."""
    mesh = renderer.mesh
    see_through = Renderer(renderer.asset, space, background="transparent")
    latent = space.from_arkit(named_weights(jawOpen=0.6))
    for turn, move in [(turn, (0, 0, 0)) for turn in TURNS_DEG] + [((0, 0, 0), move) for move in MOVES]:
        motion = _motion(space, latent=latent, head_rotation=np.radians(turn), head_translation=move, blink=0.5)
        frame = see_through.render(motion, 0)
        shape = renderer.shape(motion.latent[0], motion.gaze[0], motion.blink[0])
        place = head_motion(mesh, motion.head_rotation[0], motion.head_translation[0]).apply(shape.position, mesh)
        outline = cv2.convexHull(place[: mesh.face].astype(np.float32))
        inside = np.zeros(frame.shape[:2], np.uint8)
        cv2.fillConvexPoly(inside, np.round(outline * 0.85 + 0.15 * outline.mean(0)).astype(np.int32), 1)
        assert (frame[inside > 0][:, 3] == 255).all(), f"{turn} {move}"


def test_opacity_is_premultiplied_and_background_shows_through(renderer: Renderer, space: LatentSpace) -> None:
    motion = _motion(space, head_rotation=[0.1, 0.2, 0.1])
    clear = Renderer(renderer.asset, space, background="transparent").render(motion, 0)
    assert (clear[..., :3] <= clear[..., 3:]).all()
    assert (clear[..., 3] == 0).any() and (clear[..., 3] == 255).any()
    green = Renderer(renderer.asset, space, background="#00ff00").render(motion, 0)
    behind = np.array([0, 255, 0, 255]) * (1 - clear[..., 3:] / 255)
    assert np.abs(green - (clear + behind)).max() <= 2


def test_unknown_backgrounds_and_sizes_are_refused(closed: FaceAsset, space: LatentSpace) -> None:
    for background in ("green", "#12345", "#12345g"):
        with pytest.raises(PortraitError, match="is no background"):
            Renderer(closed, space, background=background)
    for size in (0, 255, 1025):
        with pytest.raises(PortraitError, match="Choose a size from 256 to 1024"):
            Renderer(closed, space, size=size)


@pytest.mark.parametrize("size", [256, 400, 1024])
def test_other_sizes_show_the_same(renderer: Renderer, space: LatentSpace, size: int) -> None:
    motion = _motion(space, latent=space.from_arkit(named_weights(jawOpen=0.3)), head_rotation=[0.05, 0.1, 0.03])
    usual = renderer.render(motion, 0)[..., :3]
    other = Renderer(renderer.asset, space, size=size).render(motion, 0)
    assert other.shape == (size, size, 4)
    alike = cv2.resize(other[..., :3], (512, 512), interpolation=cv2.INTER_AREA if size > 512 else cv2.INTER_CUBIC)
    assert np.abs(alike.astype(int) - usual).mean() < 5


@pytest.mark.parametrize("turn", TURNS_DEG)
def test_head_turns_fold_nothing(renderer: Renderer, space: LatentSpace, turn: tuple[float, ...]) -> None:
    mesh = renderer.mesh
    still = np.zeros(2, np.float32)
    shape = renderer.shape(np.zeros(space.size, np.float32), still, still)
    position = head_motion(mesh, np.radians(turn), np.zeros(3)).apply(shape.position, mesh)
    turned = np.sign(doubled_areas(mesh.rest, mesh.triangles))
    areas = turned * doubled_areas(position, mesh.triangles) / 2
    assert -areas[areas < 0].sum() < FOLDED_AT_MOST


def test_lips_never_cross(renderer: Renderer, smiling_renderer: Renderer, space: LatentSpace) -> None:
    random = np.random.default_rng(0)
    still = np.zeros(2, np.float32)
    for drawn in (renderer, smiling_renderer):
        rim, down = drawn.mesh.mouth, drawn.mesh.frame.down
        for _ in range(20):
            shape = drawn.shape(random.normal(0, 1, space.size).astype(np.float32), still, still)
            gap = (shape.position[rim.lower, :2] - shape.position[rim.upper, :2]) @ down
            assert gap.min() > -0.05


def test_pressed_lips_hide_the_mouth(smiling_renderer: Renderer, space: LatentSpace) -> None:
    """The sample smiles with open lips; at rest and pressed they are shut."""
    rim = smiling_renderer.mesh.mouth
    still = np.zeros(2, np.float32)
    for weights in ({}, {"mouthPressLeft": 0.5, "mouthPressRight": 0.5}):
        shape = smiling_renderer.shape(space.from_arkit(named_weights(**weights)), still, still)
        assert (
            np.abs(doubled_areas(shape.position, rim.triangles)).sum() / 2
            < 0.0015 * smiling_renderer.mesh.frame.unit**2
        )


def test_background_stays(renderer: Renderer, space: LatentSpace, closed: FaceAsset) -> None:
    frame = renderer.render(_motion(space, head_rotation=[0.05, 0.12, 0.03]), 0)
    for corner in (np.s_[:24, :24], np.s_[:24, -24:]):
        assert np.abs(frame[corner][..., :3].astype(int) - closed.image[corner]).mean() < 4


def test_lips_part_along_their_line(renderer: Renderer, space: LatentSpace) -> None:
    still = np.zeros(2, np.float32)
    rim, unit = renderer.mesh.mouth, renderer.mesh.frame.unit
    gaps = []
    for jaw in (0.1, 0.3, 0.6):
        shape = renderer.shape(space.from_arkit(named_weights(jawOpen=jaw)), still, still)
        apart = shape.position[rim.lower, :2] - shape.position[rim.upper, :2]
        gaps.append(float((apart @ renderer.mesh.frame.down).max() / unit))
    assert 0.01 < gaps[0] < gaps[1] < gaps[2] < 0.5


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_any_contrast_still_renders(
    smiling: FaceAsset, closed: FaceAsset, space: LatentSpace, level: int
) -> None:
    motion = _motion(space, latent=space.from_arkit(named_weights(jawOpen=0.4)), blink=0.5, gaze=[0.2, 0.1])
    for asset in (smiling, closed):
        flat = replace(asset, picture=np.full_like(asset.picture, level))
        assert Renderer(flat, space).render(motion, 0).shape == (512, 512, 4)


def test_motion_that_is_not_finite_is_refused(renderer: Renderer, space: LatentSpace) -> None:
    for name in ("latent", "gaze", "blink", "head_rotation", "head_translation"):
        motion = Motion.still(2, space.size)
        getattr(motion, name)[1, 0] = np.nan
        assert renderer.render(motion, 0).shape == (512, 512, 4)
        with pytest.raises(VasaError, match="not finite"):
            renderer.render(motion, 1)


def test_a_covered_mouth_stays_shut(renderer: Renderer, space: LatentSpace) -> None:
    covered = replace(renderer.asset, limits=replace(renderer.asset.limits, mouth=0.1))
    talk = space.from_arkit(named_weights(jawOpen=0.6))
    still = np.zeros(2, np.float32)
    assert renderer.shape(talk, still, still).gap.max() > 10
    assert Renderer(covered, space).shape(talk, still, still).gap.max() == 0


@pytest.mark.parametrize("size", [257, 300, 511, 999])
def test_odd_sizes_are_drawn_whole(renderer: Renderer, space: LatentSpace, size: int) -> None:
    motion = _motion(space, latent=space.from_arkit(named_weights(jawOpen=0.5)), gaze=[0.3, 0.2], blink=0.4)
    frame = Renderer(renderer.asset, space, size=size).render(motion, 0)
    assert frame.shape == (size, size, 4) and (frame[..., 3] == 255).all()
