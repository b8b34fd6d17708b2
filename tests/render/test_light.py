"""Relighting: exact at rest, right on surfaces whose light is known, silent where light explains nothing."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.face import topology
from vasa_core.latent.space import named_weights
from vasa_core.render.light import STRONGEST, Light
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.renderer import Renderer
from vasa_core.render.shading import Shading, fit_shading, harmonics
from vasa_core.render.skin import shadedness

LAMP = np.array([-0.7, -0.3, -0.65])
AMBIENT, STRAIGHT = 0.3, np.eye(3)


def lambert(normals: NDArray, lamp: NDArray = LAMP) -> NDArray:
    return AMBIENT + (1 - AMBIENT) * np.maximum(normals @ (lamp / np.linalg.norm(lamp)), 0)


def vertex_normals(position: NDArray) -> NDArray:
    corner = position[topology.TRIANGLES]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    total = np.zeros((topology.MESH_POINTS, 3))
    for k in range(3):
        np.add.at(total, topology.TRIANGLES[:, k], faces)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)


def paint(mesh: HeadMesh, brightness: NDArray, size: int) -> NDArray[np.uint8]:
    """A picture of a face of one colour whose landmarks are so bright (linear light)."""
    image = np.full((size, size, 3), 90, np.uint8)
    for t in topology.TRIANGLES:
        colour = 255 * (brightness[t].mean() * np.array([0.75, 0.5, 0.4])) ** (1 / 2.2)
        cv2.fillConvexPoly(image, np.round(mesh.rest[t, :2]).astype(np.int32), colour.tolist())
    return cv2.GaussianBlur(image, (0, 0), 4)


def grainy(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As a camera sees it: noise of 4 levels."""
    return np.clip(image + np.random.default_rng(0).normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def turned(degrees: float) -> NDArray:
    return Rotation.from_rotvec([0, np.radians(degrees), 0]).as_matrix()


def face(renderer: Renderer, **units: float) -> NDArray[np.float32]:
    latent = renderer.space.from_arkit(named_weights(**units))
    return renderer.shape(latent, np.zeros(2, np.float32), np.zeros(2, np.float32)).position


@pytest.fixture(scope="module")
def lit(renderer: Renderer) -> Light:
    """A matt face lit from the viewer's left."""
    brightness = lambert(vertex_normals(renderer.mesh.rest))
    return Light(grainy(paint(renderer.mesh, brightness, renderer.size)), renderer.mesh)


def test_exactly_one_at_rest(renderer: Renderer, lit: Light):
    assert lit.strength > 0.9
    assert (lit.gain(renderer.mesh.rest, STRAIGHT) == 1).all()
    assert (lit.gain(renderer.mesh.rest.copy(), STRAIGHT.astype(np.float32)) == 1).all()


def test_exactly_one_where_nothing_moved(renderer: Renderer, lit: Light):
    position = renderer.mesh.rest.copy()
    position[:468, 2] += 8 * np.maximum(topology.CANONICAL[:468, 1] - 0.3, 0)
    gain = lit.gain(position, STRAIGHT)
    above = np.flatnonzero(topology.CANONICAL[:468, 1] < -0.25)
    assert (gain[above] == 1).all() and (gain != 1).any()


@pytest.mark.parametrize("degrees", [-12.0, 12.0])
def test_a_turned_face_is_lit_as_it_should_be(renderer: Renderer, lit: Light, degrees: float):
    normals = vertex_normals(renderer.mesh.rest)
    truth = (lambert(normals @ turned(degrees).T) / lambert(normals)) ** (1 / 2.2)
    gain = lit.gain(renderer.mesh.rest, turned(degrees))[:468]
    inner = np.setdiff1d(np.flatnonzero(normals[:, 2] < -0.4), topology.FACE_OVAL)
    assert np.corrcoef(np.log(gain[inner]), np.log(truth[inner]))[0, 1] > 0.6
    assert np.abs(gain - truth)[inner].mean() < 0.65 * np.abs(1 - truth)[inner].mean()
    # Positive rotation about y (down) turns the face to the viewer's left, into the light.
    assert (gain[inner].mean() > 1) == (degrees > 0)


def test_a_flat_drawing_keeps_its_colours(renderer: Renderer):
    mesh = renderer.mesh
    image = paint(mesh, np.full(topology.MESH_POINTS, 0.7), renderer.size)
    for line in (topology.LIPS_OUTER, topology.RIGHT_BROW, topology.LEFT_BROW, topology.FACE_OVAL):
        cv2.polylines(image, [np.round(mesh.rest[line, :2]).astype(np.int32)], False, (20, 20, 20), 3)
    light = Light(image, mesh)
    for position, rotation in (
        (face(renderer, mouthSmileLeft=1, mouthSmileRight=1), STRAIGHT),
        (mesh.rest, turned(15)),
    ):
        assert np.abs(light.gain(position, rotation) - 1).max() < 0.03


def test_noise_is_no_light(renderer: Renderer):
    image = np.random.default_rng(0).integers(60, 200, (renderer.size, renderer.size, 3)).astype(np.uint8)
    light = Light(cv2.GaussianBlur(image, (0, 0), 6), renderer.mesh)
    assert light.strength < 0.3


def test_bounds(renderer: Renderer, lit: Light):
    wild = face(renderer, jawOpen=1, cheekPuff=1, mouthSmileLeft=1, noseSneerRight=1, browDownLeft=1)
    for degrees in (-40.0, 0.0, 40.0):
        gain = lit.gain(wild, turned(degrees))
        assert gain.dtype == np.float32 and gain.shape == (len(wild),)
        assert gain.min() >= STRONGEST[0] and gain.max() <= STRONGEST[1] and np.isfinite(gain).all()


def test_smooth_in_time(renderer: Renderer, lit: Light):
    before = None
    for k in range(40):
        position = face(renderer, jawOpen=0.4 + 0.4 * np.sin(k / 8), mouthSmileLeft=k / 40, mouthSmileRight=k / 40)
        gain = lit.gain(position, turned(10 * np.sin(k / 12)))
        if before is not None:
            assert np.abs(gain - before).max() < 0.04
        before = gain


def test_deterministic(renderer: Renderer):
    picture = paint(renderer.mesh, lambert(vertex_normals(renderer.mesh.rest)), renderer.size)
    position = face(renderer, mouthPucker=0.7)
    first, second = (Light(picture, renderer.mesh).gain(position, turned(7)) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_the_fit_finds_a_lamp():
    random = np.random.default_rng(3)
    normals = random.normal(size=(800, 3))
    normals[:, 2] = -np.abs(normals[:, 2]) - 0.5
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    brightness = lambert(normals) * random.normal(1, 0.03, len(normals))
    brightness[:80] *= 0.3  # a moustache
    shading = fit_shading(normals, brightness, np.ones(len(normals)))
    lamp = shading.coefficients[1:4] / np.linalg.norm(shading.coefficients[1:4])
    assert lamp @ (LAMP / np.linalg.norm(LAMP)) > 0.9
    ratio = shading(normals[80:]) / lambert(normals[80:])
    assert np.abs(ratio / np.median(ratio) - 1).mean() < 0.1
    assert shading.trust > 0.8


def test_harmonics_are_orthogonal():
    points = np.random.default_rng(1).normal(size=(200_000, 3))
    basis = harmonics(points / np.linalg.norm(points, axis=1, keepdims=True))
    products = basis.T @ basis / len(basis)
    assert np.abs(products - np.diag(np.diag(products))).max() < 0.01


def test_shading_never_reaches_zero():
    dark = Shading(np.array([0.1, 0.9, 0, 0, 0, 0, 0, 0, 0]), 1.0)
    assert dark(np.array([[-1.0, 0, 0], [1.0, 0, 0]])).min() > 0.1


def test_ink_is_not_shaded(renderer: Renderer, lit: Light):
    brightness = lambert(vertex_normals(renderer.mesh.rest))
    painted = grainy(paint(renderer.mesh, brightness, renderer.size))
    rows, columns = np.mgrid[: renderer.size, : renderer.size]
    hatching = 128 + 110 * np.sin((rows + columns) * 0.9)
    ink = np.where(painted.max(-1) > hatching, 250, 15).astype(np.uint8)
    assert shadedness(painted, renderer.mesh) == 1
    assert shadedness(np.dstack([ink] * 3), renderer.mesh) == 0
