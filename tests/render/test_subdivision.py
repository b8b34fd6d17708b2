import numpy as np

from vasa_core.face import topology
from vasa_core.render.subdivision import Subdivided, boundary_edges
from vasa_core.render.tidy import doubled_areas, limit_slope, untangle


def test_weights_are_affine() -> None:
    fine = Subdivided(topology.TRIANGLES, topology.MESH_POINTS)
    fine.refine(corners=(78, 308, 33, 133, 263, 362))
    assert np.allclose(np.asarray(fine.weights.sum(axis=1)).ravel(), 1)
    points = topology.CANONICAL[: topology.MESH_POINTS].astype(float)
    assert np.allclose(fine.weights @ (points @ np.diag([2.0, 3.0, 4.0]) + 5), (fine.weights @ points) * [2, 3, 4] + 5)


def test_coarse_vertices_stay_and_edges_match() -> None:
    fine = Subdivided(topology.TRIANGLES, topology.MESH_POINTS)
    fine.refine()
    near = np.isin(fine.triangles, topology.LIPS_INNER_UPPER).any(1)
    fine.refine(near)
    points = topology.CANONICAL[: topology.MESH_POINTS]
    assert np.array_equal((fine.weights @ points)[: len(points)], points)
    coarse_rings = len(boundary_edges(topology.TRIANGLES))
    assert coarse_rings < len(boundary_edges(fine.triangles)) <= 4 * coarse_rings
    assert (doubled_areas(fine.weights @ points, fine.triangles) != 0).all()


def test_straight_boundary_stays_straight() -> None:
    square = np.array([[0, 0], [1, 0], [2, 0], [3, 0], [0, 1], [1, 1], [2, 1], [3, 1]], float)
    triangles = np.array([[i, i + 1, i + 4] for i in range(3)] + [[i + 1, i + 5, i + 4] for i in range(3)], np.int32)
    fine = Subdivided(triangles, 8)
    fine.refine(corners=(0, 3, 4, 7))
    moved = fine.weights @ square
    assert np.isclose(moved[:, 1].min(), 0) and np.isclose(moved[:, 1].max(), 1)


def test_untangling_turns_triangles_back() -> None:
    steps = np.arange(6.0) * 10
    rest = np.array([[x, y, 0] for y in steps for x in steps], np.float32)
    quads = [(r * 6 + c, r * 6 + c + 1, r * 6 + c + 6, r * 6 + c + 7) for r in range(5) for c in range(5)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, d), (a, d, c))], np.int32)
    rest[14, 0] += 13
    assert (doubled_areas(rest, triangles) < 0).any()
    border = np.flatnonzero((rest[:, 0] % 50 == 0) | (rest[:, 1] % 50 == 0)).astype(np.int32)
    untangle(rest, triangles, border)
    assert (doubled_areas(rest, triangles) > 0).all()


def test_depth_is_no_steeper_than_asked() -> None:
    x, y = np.meshgrid(np.arange(0, 100, 5.0), np.arange(0, 100, 5.0))
    rest = np.stack([x.ravel(), y.ravel(), np.where(x.ravel() > 50, 200.0, 0.0)], -1).astype(np.float32)
    limit_slope(rest, 2.0)
    depth = rest[:, 2].reshape(x.shape)
    assert np.abs(np.diff(depth, axis=1)).max() <= 2.0 * 5 * 1.05
    assert depth[:, 0].max() < 1
