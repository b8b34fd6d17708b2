from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion
from vasa_core.render.drawneye import find_drawn_eye
from vasa_core.render.eyechart import COLUMNS
from vasa_core.render.eyes import Eye, make_eyes
from vasa_core.render.head import head_motion
from vasa_core.render.layers import polygon
from vasa_core.render.lids import LOWER, TABLE, UPPER, place_lids
from vasa_core.render.raster import pack
from vasa_core.render.renderer import Renderer
from vasa_core.render.tidy import doubled_areas

BLINKS = (0.0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
GAZES_DEG = [(yaw, pitch) for yaw in (-25, 0, 25) for pitch in (-15, 0, 15)]
LID_UNITS = ("eyeWideLeft", "eyeSquintLeft", "browDownLeft", "browOuterUpLeft", "cheekSquintLeft", "eyeLookDownLeft")
GREEN = (0, 255, 0)


def _frame(renderer: Renderer, face: dict[str, float] | None = None, **changes: Any) -> NDArray[np.int64]:
    """One frame [size, size, 3] of gaze [yaw, pitch] in degrees, blink and other changes."""
    space = renderer.space
    motion = Motion.still(1, space.size)
    motion.latent[0] = space.from_arkit(named_weights(**(face or {})))
    for name, value in changes.items():
        getattr(motion, name)[0] = np.radians(value) if name == "gaze" else value
    return renderer.render(motion, 0)[..., :3].astype(np.int64)


def _centre(weight: NDArray) -> NDArray[np.float64]:
    """[2] px of the centre of mass of [h, w]."""
    rows, columns = np.mgrid[: weight.shape[0], : weight.shape[1]] + 0.5
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


def _painted(renderer: Renderer, layer: str, colour: tuple[int, ...], **changes: Any) -> NDArray[np.bool_]:
    """[size, size] where a layer of the eyes shows, found by painting it; other layers of the eye are black."""
    kept = [(eye.white, eye.iris, eye.glint, eye.residue) for eye in renderer.eyes]
    for eye in renderer.eyes:
        shape = (*eye.white.shape, 3)
        opacity = ((eye.iris if layer != "glint" else eye.glint) >> np.uint64(48)).astype(np.uint8)
        plain = pack(np.full(shape, colour, np.uint8))
        eye.white = plain if layer == "white" else pack(np.zeros(shape, np.uint8))
        eye.residue = pack(np.full(shape, 128, np.uint8))
        over = np.dstack([np.full(shape, colour if layer in ("white", "iris") else (0, 0, 0), np.uint8), opacity])
        if layer == "glint":
            eye.iris = eye.iris & np.uint64(0xFFFF000000000000)
            eye.glint = pack(np.dstack([np.full(shape, colour, np.uint8), opacity]))
        else:
            eye.iris, eye.glint = pack(over), np.zeros_like(eye.glint)
    frame = _frame(renderer, **changes)
    for eye, layers in zip(renderer.eyes, kept, strict=True):
        eye.white, eye.iris, eye.glint, eye.residue = layers
    return np.asarray((frame[..., 1] - frame[..., 0] > 50) & (frame[..., 1] - frame[..., 2] > 50))


def _of_eye(mask: NDArray[np.bool_], eye: Eye) -> NDArray[np.bool_]:
    """The part of [size, size] around one eye, the rest empty."""
    low, size = eye.origin.astype(int), eye.white.shape
    kept = np.zeros_like(mask)
    box = np.s_[low[1] : low[1] + size[0], low[0] : low[0] + size[1]]
    kept[box] = mask[box]
    return kept


def test_gaze_turns_the_iris_as_on_a_ball(renderer: Renderer) -> None:
    for eye in renderer.eyes:
        places = {}
        for yaw in (-20, 0.5, 20):
            seen = _of_eye(_painted(renderer, "iris", GREEN, gaze=[yaw, 0]), eye)
            places[yaw] = _centre(seen)
        sight = eye.ball.radius * 0.86
        expected = sight * np.sin(np.radians(20))
        assert places[20][0] - places[0.5][0] == pytest.approx(expected, rel=0.3)
        assert places[0.5][0] - places[-20][0] == pytest.approx(expected, rel=0.3)


def test_gaze_up_raises_iris_and_lid(renderer: Renderer) -> None:
    rows = [np.nonzero(_painted(renderer, "white", GREEN, gaze=[0, pitch]))[0] for pitch in (-14, 0.5, 14)]
    assert rows[0].min() > rows[1].min() > rows[2].min()


def test_catch_lights_move_less_than_the_iris(renderer: Renderer) -> None:
    for eye in renderer.eyes:
        if not (eye.glint >> np.uint64(48)).any():
            continue
        iris = [eye.turned(np.radians([yaw, 0]).astype(np.float32))[0][0] for yaw in (-10, 10)]
        glint = [_of_eye(_painted(renderer, "glint", GREEN, gaze=[yaw, 0]), eye) for yaw in (-10, 10)]
        if min(part.sum() for part in glint) < 3:
            continue
        moved = _centre(glint[1])[0] - _centre(glint[0])[0]
        assert 0 < moved < 0.8 * (iris[1] - iris[0])


def test_the_sample_has_catch_lights(renderer: Renderer) -> None:
    assert any((eye.glint >> np.uint64(48)).any() for eye in renderer.eyes)


def test_lids_close_monotonically_and_fully(renderer: Renderer) -> None:
    seen = [int(_painted(renderer, "white", GREEN, blink=max(blink, 1e-3)).sum()) for blink in BLINKS]
    assert seen[0] > 500
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == 0


@pytest.mark.parametrize("gaze", GAZES_DEG)
def test_nothing_glimpses_between_shut_lids(renderer: Renderer, gaze: tuple[int, int]) -> None:
    for face in ({}, {"eyeWideLeft": 1.0, "eyeWideRight": 1.0}, {"eyeSquintLeft": 1.0, "eyeSquintRight": 1.0}):
        assert not _painted(renderer, "white", GREEN, face=face, gaze=gaze, blink=1.0).any()


def test_small_motions_change_little(renderer: Renderer) -> None:
    """Between the portrait's own eye and the drawn one nothing jumps."""
    still = _frame(renderer)
    for change in ({"blink": 0.004}, {"gaze": [0.15, 0.0]}, {"gaze": [0.0, 0.15]}):
        assert np.abs(_frame(renderer, **change) - still).max() < 26, change


def test_blinks_reach_no_further_than_the_socket(renderer: Renderer) -> None:
    """Glasses, brows and cheeks stay where they are."""
    changed = np.abs(_frame(renderer, blink=1.0) - _frame(renderer)).max(-1) > 0
    unit, down = renderer.mesh.frame.unit, renderer.mesh.frame.down
    brows = renderer.mesh.rest[[52, 53, 65, 282, 283, 295], :2]
    rows, columns = np.nonzero(changed)
    for rim in renderer.mesh.eyes:
        outline = renderer.mesh.rest[np.concatenate([rim.upper, rim.lower[::-1]]), :2]
        mask = polygon(outline, changed.shape) > 0
        away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        near = away < 0.4 * unit
        assert away[changed & near].max() < 0.17 * unit
    assert (np.stack([columns, rows], -1) @ down).min() > (brows @ down).min()


def test_expressions_turn_no_triangle_over(renderer: Renderer, space: LatentSpace) -> None:
    still = np.zeros(2, np.float32)
    mesh = renderer.mesh
    near = np.concatenate([lids.skin for lids in mesh.lids])
    around = mesh.triangles[np.isin(mesh.triangles, near).any(1)]
    rest = doubled_areas(mesh.rest, around)
    for name in LID_UNITS:
        latent = space.from_arkit(named_weights(**{name: 1.0, name.replace("Left", "Right"): 1.0}))
        areas = doubled_areas(renderer.shape(latent, still, np.ones(2, np.float32)).position, around)
        assert -areas[(areas < 0) & (rest > 0)].sum() / 2 < 2.0, name


def test_lid_edges_never_cross_and_corners_stay(renderer: Renderer) -> None:
    random = np.random.default_rng(3)
    for eye in renderer.eyes:
        chart = eye.chart
        for _ in range(60):
            table = np.empty((COLUMNS, TABLE))
            motion = (random.normal(0, 3, (2, 1)) * chart.inside).astype(np.float32)
            blink, gaze = float(random.uniform()), float(random.normal(0, 4))
            reach = np.array([6.0, 12.0, 4.0])
            place_lids(eye.fixed, motion[0], motion[1], gaze, blink, eye.px, reach, chart.step, chart.down, table)
            assert (table[:, UPPER] - table[:, LOWER]).max() <= 0.35 * np.ptp(eye.fixed[:, :2]) + 2 * eye.px
            outer = (chart.share <= 0) | (chart.share >= 1)
            assert np.abs(table[outer, UPPER] - chart.upper[outer]).max() < 0.05


def test_frames_repeat(renderer: Renderer) -> None:
    first = _frame(renderer, gaze=[12, -7], blink=0.45)
    _frame(renderer, blink=1.0)
    for _ in range(300):
        renderer.eyes[0].turns += 1
        if renderer.eyes[0].turns == 255:
            break
    assert np.array_equal(first, _frame(renderer, gaze=[12, -7], blink=0.45))


@pytest.mark.parametrize("size", [256, 1024])
def test_other_sizes_blink_and_look_alike(renderer: Renderer, closed: FaceAsset, space: LatentSpace, size: int) -> None:
    other = Renderer(closed, space, size=size)
    for change in ({"blink": 0.5}, {"gaze": [15, 8]}, {"blink": 1.0}):
        here = cv2.resize(_frame(renderer, **change).astype(np.uint8), (256, 256), interpolation=cv2.INTER_AREA)
        there = cv2.resize(_frame(other, **change).astype(np.uint8), (256, 256), interpolation=cv2.INTER_AREA)
        eye = renderer.eyes[0]
        low = (eye.origin / 2).astype(int)
        box = np.s_[low[1] : low[1] + eye.white.shape[0] // 2, low[0] : low[0] + eye.white.shape[1] // 2]
        assert np.abs(here[box].astype(int) - there[box]).mean() < 9, change


def test_a_turned_head_keeps_its_eyes_whole(renderer: Renderer, space: LatentSpace) -> None:
    """Every pixel of the opening is drawn, whatever the head's turn."""
    for turn in ((0, 18, 0), (0, -18, 0), (12, 0, 8)):
        motion = Motion.still(1, space.size)
        motion.gaze[0], motion.head_rotation[0] = np.radians((10, 5)), np.radians(turn)
        frame = renderer.render(motion, 0)
        shape = renderer.shape(motion.latent[0], motion.gaze[0], motion.blink[0])
        place = head_motion(renderer.mesh, motion.head_rotation[0], motion.head_translation[0]).apply(
            shape.position, renderer.mesh
        )
        for rim in renderer.mesh.eyes:
            inside = polygon(place[np.concatenate([rim.upper, rim.lower[::-1]])], frame.shape) > 0.99
            assert (frame[inside][:, 3] == 255).all()


def test_closed_eyes_in_the_portrait_do_not_break(renderer: Renderer, closed: FaceAsset, space: LatentSpace) -> None:
    asleep = closed.picture.copy()
    margin = closed.margin
    for rim in renderer.mesh.eyes:
        outline = renderer.mesh.rest[np.concatenate([rim.upper, rim.lower[::-1]]), :2] + margin
        skin = renderer.mesh.rest[rim.lower, :2].mean(0) + margin + 12 * renderer.mesh.frame.down
        cv2.fillPoly(asleep, [np.round(outline).astype(np.int32)], asleep[int(skin[1]), int(skin[0])].tolist())
    landmarks = closed.landmarks.copy()
    for rim in renderer.mesh.eyes:
        coarse = [edge[edge < 468] for edge in (rim.upper, rim.lower)]
        landmarks[coarse[0]] = landmarks[coarse[1]] * [1, 1, 1] - [0, 0.3, 0]
    drawn = Renderer(replace(closed, picture=asleep, landmarks=landmarks), space)
    for change in ({"blink": 0.5}, {"blink": 1.0}, {"gaze": [20, 10]}):
        assert _frame(drawn, **change).shape == (512, 512, 3)


def _drawing(skin: tuple[int, int, int], half: tuple[int, int]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A huge eye of flat colours [200, 240, 3] and the small outline that a tracker might see in it."""
    image = np.full((320, 360, 3), skin, np.uint8)
    cv2.ellipse(image, (180, 120), half, 0, 0, 360, (40, 25, 25), 7, cv2.LINE_AA)
    cv2.ellipse(image, (180, 120), half, 0, 0, 360, (245, 245, 246), -1, cv2.LINE_AA)
    cv2.ellipse(image, (184, 124), (20, 28), 0, 0, 360, (60, 110, 80), -1, cv2.LINE_AA)
    cv2.circle(image, (176, 112), 6, (255, 255, 255), -1, cv2.LINE_AA)
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return image, np.stack([180 + 28 * np.cos(angle), 112 + 10 * np.sin(angle)], -1)


@pytest.mark.parametrize("skin", [(238, 200, 170), (120, 78, 58)])
def test_a_drawn_eye_is_found_by_its_white(skin: tuple[int, int, int]) -> None:
    image, outline = _drawing(skin, (55, 48))
    found = find_drawn_eye(image, outline, 165.0, 1.0)
    assert found is not None
    assert found.corners[:, 0] == pytest.approx([125, 235], abs=6)
    assert found.top.min() == pytest.approx(72, abs=6)
    assert found.centre == pytest.approx([184, 124], abs=2)
    assert found.radii == pytest.approx([20, 28], abs=2)


def test_no_drawn_eye_in_a_photograph(closed: FaceAsset, renderer: Renderer) -> None:
    for rim in renderer.mesh.eyes:
        outline = renderer.mesh.rest[np.concatenate([rim.upper, rim.lower[::-1]]), :2].astype(np.float64)
        assert find_drawn_eye(closed.image, outline, renderer.mesh.frame.unit, 1.0) is None


def test_flat_pictures_make_eyes(closed: FaceAsset, renderer: Renderer) -> None:
    for level in (0, 128, 255):
        eyes = make_eyes(np.full((512, 512, 3), level, np.uint8), closed.landmarks, renderer.mesh)
        assert all(np.isfinite(eye.ball.white).all() and np.isfinite(eye.fixed).all() for eye in eyes)
