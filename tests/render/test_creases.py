"""Folds of the skin: none at rest, where they belong when the face moves, each pixel darkened once."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vasa_core.latent.space import named_weights
from vasa_core.render.creases import SHADOW, Creases, darken, embed
from vasa_core.render.folds import FOLDS
from vasa_core.render.renderer import Renderer


def skin(renderer: Renderer) -> NDArray[np.uint8]:
    """A picture of nothing but shaded skin."""
    shade = np.linspace(0.5, 1.1, renderer.size)[:, None] * np.linspace(0.8, 1.0, renderer.size)
    shade += np.random.default_rng(0).normal(0, 0.05, shade.shape)
    return np.clip(shade[..., None] * (200, 150, 120), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def creases(renderer: Renderer) -> Creases:
    return Creases(skin(renderer), renderer.mesh)


def face(renderer: Renderer, **units: float) -> NDArray[np.float32]:
    latent = renderer.space.from_arkit(named_weights(**units))
    return renderer.shape(latent, np.zeros(2, np.float32), np.zeros(2, np.float32)).position


def drawn(renderer: Renderer, creases: Creases, **units: float) -> NDArray[np.uint8]:
    """A grey frame with the folds of a face."""
    frame = np.full((renderer.size, renderer.size, 4), 200, np.uint8)
    shape = face(renderer, **units)
    creases.draw(frame, shape, np.ascontiguousarray(shape[:, :2]))
    return frame


def test_no_folds_at_rest(renderer: Renderer, creases: Creases):
    assert creases.depth(renderer.mesh.rest).max() == 0
    assert (drawn(renderer, creases) == 200).all()


def test_no_folds_where_a_smile_came_off(smiling_renderer: Renderer):
    assert smiling_renderer.creases.depth(face(smiling_renderer)).max() == 0


@pytest.mark.parametrize(
    ("units", "landmarks"),
    [
        ({"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9}, (216, 436)),
        ({"browDownLeft": 1, "browDownRight": 1}, (8, 8)),
        ({"browInnerUp": 1}, (151, 151)),
        ({"noseSneerLeft": 1, "noseSneerRight": 1}, (6, 197)),
        ({"mouthFrownLeft": 1, "mouthFrownRight": 1}, (43, 273)),
        ({"eyeSquintLeft": 1, "eyeSquintRight": 1}, (230, 450)),
    ],
)
def test_folds_lie_where_they_belong(renderer: Renderer, creases: Creases, units: dict, landmarks: tuple[int, int]):
    frame = drawn(renderer, creases, **units)
    dark = 200 - frame[..., :3].astype(int).min(-1)
    shape = face(renderer, **units)
    assert 8 < dark.max() < 60
    rows, columns = np.nonzero(dark > dark.max() / 2)
    for landmark in landmarks:
        away = np.hypot(columns - shape[landmark, 0], rows - shape[landmark, 1]).min()
        assert away < 0.15 * renderer.mesh.frame.unit
    assert (frame[..., 3] == 200).all()


def test_no_folds_in_hair(renderer: Renderer):
    picture = skin(renderer)
    picture[: int(renderer.mesh.rest[168, 1])] //= 4
    creases = Creases(picture, renderer.mesh)
    assert (drawn(renderer, creases, browInnerUp=1) == 200).all()
    assert (drawn(renderer, creases, mouthSmileLeft=1, mouthSmileRight=1) != 200).any()


def test_no_folds_in_flat_drawings(renderer: Renderer):
    flat = np.full((renderer.size, renderer.size, 3), (250, 220, 200), np.uint8)
    assert (drawn(renderer, Creases(flat, renderer.mesh), mouthSmileLeft=1, mouthSmileRight=1) == 200).all()


def test_speech_throws_hardly_any(renderer: Renderer, creases: Creases):
    for units in ({"jawOpen": 0.4}, {"mouthPucker": 0.7}, {"mouthFunnel": 0.5, "jawOpen": 0.2}):
        assert creases.depth(face(renderer, **units)).max() < 0.03


def test_folds_grow_steadily(renderer: Renderer, creases: Creases):
    depths = [creases.depth(face(renderer, mouthSmileLeft=k / 20, mouthSmileRight=k / 20)).max() for k in range(21)]
    assert (np.diff(depths) > -1e-6).all() and np.diff(depths).max() < 0.06
    assert depths[-1] <= max(fold.depth for fold in FOLDS)


def test_every_pixel_is_darkened_once():
    frame = np.full((40, 40, 4), 200, np.uint8)
    corners = np.array([[5.3, 4.1], [33.7, 6.2], [4.4, 35.9], [36.1, 33.3]], np.float32)
    darken(frame, corners, np.full(4, 0.5, np.float32), np.array([[0, 1, 2], [1, 3, 2]], np.int32))
    expected = np.floor(200 * (1 - 0.5 * (1 - SHADOW)) + 0.5)
    inside = (frame[..., :3] != 200).any(-1)
    assert (frame[inside][:, :3] == expected).all() and inside[10:30, 10:30].all()


def test_points_are_held_by_their_triangles():
    flat = np.array([[0, 0], [10, 0], [0, 10], [10, 10]], float)
    points = np.array([[2.0, 3.0], [8.0, 7.0]])
    corners, weights = embed(points, flat, np.array([[0, 1, 2], [1, 3, 2]] * 15, np.int32))
    assert np.allclose(np.einsum("nk,nkd->nd", weights, flat[corners]), points) and weights.min() >= 0
