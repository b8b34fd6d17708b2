"""The inside of the mouth: its geometry, its place between the lips, its light."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion
from vasa_core.render.head import head_motion
from vasa_core.render.mouthblend import cover
from vasa_core.render.mouthparts import CAVITY, GUM, TONGUE, TOOTH, load_parts
from vasa_core.render.renderer import Renderer
from vasa_core.render.shape import FaceShape
from vasa_core.render.tidy import doubled_areas

STILL = np.zeros(2, np.float32)
LUMA = np.array([0.299, 0.587, 0.114])
VISEMES: dict[str, dict[str, float]] = {
    "ah 0.1": {"jawOpen": 0.1},
    "ah 0.3": {"jawOpen": 0.3},
    "ah 0.5": {"jawOpen": 0.5},
    "ah 0.7": {"jawOpen": 0.7},
    "ee": {"jawOpen": 0.12, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4, "mouthSmileLeft": 0.3},
    "oo": {"jawOpen": 0.2, "mouthPucker": 0.6, "mouthFunnel": 0.3},
    "oh": {"jawOpen": 0.4, "mouthFunnel": 0.6},
    "f": {"jawOpen": 0.05, "mouthRollLower": 0.5, "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2},
    "b": {"mouthPressLeft": 0.5, "mouthPressRight": 0.5},
    "m": {"mouthRollLower": 0.4, "mouthRollUpper": 0.4},
    "smile": {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.7},
    "smile open": {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.7, "jawOpen": 0.3},
}
SPEECH = [name for name in VISEMES if name != "ah 0.7"]
FOLDED_AT_MOST = 6.0
"""px^2 of triangles around the mouth that may lie turned over: one or two slivers narrower than a pixel."""
DARKEST = 0.1
"""No pixel between parted lips is darker than this share of the lips' luminance."""
BRIGHTEST = 1.12
"""None is brighter than this share of the brightest skin near the mouth."""


@pytest.fixture(params=["closed", "smiling"])
def drawn(request: pytest.FixtureRequest, renderer: Renderer, smiling_renderer: Renderer) -> Renderer:
    return renderer if request.param == "closed" else smiling_renderer


def _shape(renderer: Renderer, space: LatentSpace, weights: dict[str, float], tongue: tuple = (0, 0, 0)) -> FaceShape:
    shape = renderer.shape(space.from_arkit(named_weights(**weights)), STILL, STILL)
    shape.tongue = np.array(tongue, np.float32)
    return shape


def _motion(space: LatentSpace, weights: dict[str, float], **changes: object) -> Motion:
    motion = Motion.still(1, space.size)
    motion.latent[0] = space.from_arkit(named_weights(**weights))
    for name, value in changes.items():
        getattr(motion, name)[0] = value
    return motion


def _between_lips(renderer: Renderer, motion: Motion) -> NDArray[np.float64]:
    """[size, size] share of each pixel between the lips of frame 0."""
    shape = renderer.shape(motion.latent[0], motion.gaze[0], motion.blink[0])
    head = head_motion(renderer.mesh, motion.head_rotation[0], motion.head_translation[0])
    position = head.apply(shape.position, renderer.mesh).astype(np.float64)
    rim = renderer.mesh.mouth
    covered = np.empty((renderer.size, renderer.size))
    cover(np.concatenate([position[rim.upper], position[rim.lower][::-1]]), covered)
    return covered


def test_parts_are_small_and_whole() -> None:
    parts = load_parts()
    assert 500 < len(parts.triangles) < 2000
    assert parts.triangles.max() < len(parts.vertices)
    assert set(parts.kind) == {TOOTH, GUM, TONGUE, CAVITY}
    assert parts.shade.min() > 0 and parts.shade.max() <= 1
    for kind in (TOOTH, GUM, TONGUE):  # both sides alike, within what hand-made meshes are
        x = parts.vertices[parts.kind == kind, 0]
        assert abs(x.min() + x.max()) < 0.01
    first, count = parts.tongue_triangles
    assert (parts.kind[parts.triangles[first : first + count]] == TONGUE).all()


def test_upper_teeth_stay_and_lower_teeth_follow_the_jaw(renderer: Renderer, space: LatentSpace) -> None:
    mouth, parts = renderer.mouth, load_parts()
    upper, lower = (parts.kind == TOOTH) & (parts.jaw == 0), (parts.kind == TOOTH) & (parts.jaw == 1)
    places = [mouth.place(_shape(renderer, space, {"jawOpen": jaw})).copy() for jaw in (0.0, 0.3, 0.6)]
    drops = [float((place - places[0])[lower, 1].max()) for place in places]
    assert all(np.array_equal(place[upper], places[0][upper]) for place in places)
    assert 0.05 < drops[1] < drops[2] < 0.5
    middle = mouth.place(_shape(renderer, space, {"jawOpen": 0.2})).copy()
    aside = mouth.place(_shape(renderer, space, {"jawOpen": 0.2, "jawLeft": 1.0}))
    assert np.abs((aside - middle)[lower, 0]).min() > 0.02


def test_the_tongue_moves_by_itself(renderer: Renderer, space: LatentSpace) -> None:
    mouth, parts = renderer.mouth, load_parts()
    tongue = parts.kind == TONGUE
    tip = tongue & (parts.tip > 0.9)
    rest = mouth.place(_shape(renderer, space, {"jawOpen": 0.2})).copy()
    out = mouth.place(_shape(renderer, space, {"jawOpen": 0.2}, (1, 0, 0))).copy()
    up = mouth.place(_shape(renderer, space, {"jawOpen": 0.2}, (0, 1, 0))).copy()
    back = mouth.place(_shape(renderer, space, {"jawOpen": 0.2}, (0, 0, 1))).copy()
    for moved in (out, up, back):
        assert np.array_equal(moved[~tongue], rest[~tongue])
    assert (rest - out)[tip, 2].mean() > 0.1
    assert (rest - up)[tip, 1].mean() > 0.03
    assert (rest - back)[tongue, 1].max() > 0.05
    teeth = parts.vertices[(parts.kind == TOOTH) & (parts.jaw == 0) & (np.abs(parts.vertices[:, 0]) < 0.05)]
    assert up[tip, 1].min() < teeth[:, 1].max() < up[tip, 1].max(), "the raised tip shows below the upper incisors"
    assert up[tip, 2].min() > teeth[:, 2].min(), "and lies behind them"


def test_the_tongue_shows_in_the_picture(renderer: Renderer, space: LatentSpace) -> None:
    frames = [renderer.render(_motion(space, {"jawOpen": 0.3}, tongue=t), 0) for t in ((0, 0, 0), (1, 0, 0), (0, 1, 0))]
    for frame in frames[1:]:
        assert (np.abs(frame.astype(int) - frames[0]).max(-1) > 12).sum() > 60


@pytest.mark.parametrize("turn_deg", [(0, 0, 0), (0, 20, 0), (0, -20, 0), (15, 0, 0), (-15, 0, 0)])
def test_nothing_is_drawn_outside_the_lips(drawn: Renderer, space: LatentSpace, turn_deg: tuple[float, ...]) -> None:
    motion = _motion(space, {"jawOpen": 0.5}, head_rotation=np.radians(turn_deg))
    with_mouth = drawn.render(motion, 0).astype(int)
    palette = drawn.mouth.palette
    kinds, seam = palette.kinds.copy(), palette.seam.copy()
    palette.kinds[:], palette.seam[:] = 0, 0
    dark = drawn.render(motion, 0).astype(int)
    palette.kinds[:], palette.seam[:] = kinds, seam
    changed = np.abs(with_mouth - dark).max(-1) > 0
    soft = 2 * drawn.mouth.blur.reach + 1
    inside = cv2.dilate(_between_lips(drawn, motion), np.ones((soft, soft)))
    assert changed.sum() > 300
    assert not (changed & (inside <= 0)).any()


@pytest.mark.parametrize("name", list(VISEMES))
def test_neither_black_nor_glowing(drawn: Renderer, space: LatentSpace, name: str) -> None:
    motion = _motion(space, VISEMES[name])
    frame = drawn.render(motion, 0)[..., :3] @ LUMA
    inside = _between_lips(drawn, motion) > 0.99
    if inside.sum() < 20:
        return
    landmarks = drawn.asset.scaled(drawn.size).landmarks
    lips = np.median([frame[int(y), int(x)] for x, y, _ in landmarks[[0, 17, 37, 267, 84, 314]]])
    skin = np.percentile(drawn.asset.scaled(drawn.size).image @ LUMA, 95)
    assert frame[inside].min() > DARKEST * lips
    assert frame[inside].max() < BRIGHTEST * skin


def test_teeth_are_seen_when_smiling(drawn: Renderer, space: LatentSpace) -> None:
    motion = _motion(space, VISEMES["smile open"])
    frame = drawn.render(motion, 0)[..., :3].astype(float)
    inside = _between_lips(drawn, motion) > 0.99
    tooth = drawn.mouth.palette.kinds[TOOTH]
    bright = frame[inside] @ LUMA > 0.55 * float(tooth @ LUMA)
    pale = np.ptp(frame[inside], axis=1) < 0.4 * frame[inside].max(1)
    assert (bright & pale).mean() > 0.25


@pytest.mark.parametrize("name", SPEECH)
def test_no_triangle_around_the_lips_turns_over(drawn: Renderer, space: LatentSpace, name: str) -> None:
    mesh = drawn.mesh
    near = np.zeros(len(mesh.rest), bool)
    reach = 0.12 * mesh.frame.unit
    rim = mesh.rest[np.concatenate([mesh.mouth.upper, mesh.mouth.lower]), :2]
    near[np.linalg.norm(mesh.rest[:, None, :2] - rim[None], axis=2).min(1) < reach] = True
    triangles = mesh.triangles[near[mesh.triangles].any(1)]
    areas = doubled_areas(_shape(drawn, space, VISEMES[name]).position, triangles) / 2
    assert -areas[areas < 0].sum() < FOLDED_AT_MOST


@pytest.mark.parametrize("name", list(VISEMES))
def test_lips_do_not_cross(drawn: Renderer, space: LatentSpace, name: str) -> None:
    rim, down = drawn.mesh.mouth, drawn.mesh.frame.down
    position = _shape(drawn, space, VISEMES[name]).position
    assert ((position[rim.lower, :2] - position[rim.upper, :2]) @ down).min() > -0.01


def test_every_pixel_of_parted_lips_is_opaque(smiling_renderer: Renderer, space: LatentSpace) -> None:
    for weights in VISEMES.values():
        motion = _motion(space, weights)
        alpha = smiling_renderer.render(motion, 0)[..., 3]
        assert (alpha[_between_lips(smiling_renderer, motion) > 0] == 255).all()


def test_same_frame_twice(drawn: Renderer, space: LatentSpace) -> None:
    talk = _motion(space, {"jawOpen": 0.4}, tongue=[0.5, 0.2, 0.1], head_rotation=[0.05, 0.2, 0.02])
    first = drawn.render(talk, 0)
    drawn.render(_motion(space, {"jawOpen": 0.9}), 0)
    assert np.array_equal(first, drawn.render(talk, 0))


@pytest.mark.parametrize("size", [256, 1024])
def test_the_mouth_scales_with_the_frame(renderer: Renderer, space: LatentSpace, size: int) -> None:
    motion = _motion(space, {"jawOpen": 0.5})
    usual = renderer.render(motion, 0)[..., :3].astype(float)
    other = Renderer(renderer.asset, space, size).render(motion, 0)[..., :3].astype(float)
    inside = _between_lips(renderer, motion) > 0.99
    if size < 512:
        usual = usual.reshape(size, 512 // size, size, 512 // size, 3).mean((1, 3))
        inside = np.asarray(inside.reshape(size, 512 // size, size, 512 // size).all((1, 3)))
    else:
        other = other.reshape(512, size // 512, 512, size // 512, 3).mean((1, 3))
    assert np.abs(usual - other)[inside].mean() < 12


class TestCoverage:
    """Exact coverage of pixels by an outline."""

    def test_a_rectangle(self) -> None:
        covered = np.empty((6, 8))
        cover(np.array([[1.25, 1.5], [5.5, 1.5], [5.5, 4.0], [1.25, 4.0]]), covered)
        expected = np.outer([0, 0.5, 1, 1, 0, 0], [0, 0.75, 1, 1, 1, 0.5, 0, 0])
        np.testing.assert_allclose(covered, expected, atol=1e-12)

    def test_area_of_a_circle(self) -> None:
        angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
        covered = np.empty((40, 40))
        cover(np.column_stack([20.3 + 13.7 * np.cos(angle), 19.6 + 13.7 * np.sin(angle)]), covered)
        assert covered.sum() == pytest.approx(np.pi * 13.7**2, rel=1e-3)

    def test_an_outline_that_runs_backwards_covers_nothing(self) -> None:
        covered = np.empty((6, 8))
        cover(np.array([[1.25, 4.0], [5.5, 4.0], [5.5, 1.5], [1.25, 1.5]]), covered)
        assert not covered.any()
