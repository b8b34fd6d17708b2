from collections import Counter

import numpy as np
import pytest

from vasa_core.face import topology as t


def edges(triangles: np.ndarray) -> Counter:
    """Directed edges of a mesh."""
    return Counter((int(a), int(b)) for face in triangles for a, b in zip(face, np.roll(face, -1), strict=True))


def boundary_loops() -> list[set[int]]:
    directed = edges(t.TRIANGLES)
    border = {edge for edge in directed if edge[::-1] not in directed}
    follow = dict(border)
    assert len(follow) == len(border)
    loops = []
    while follow:
        start = next(iter(follow))
        loop, at = {start}, follow.pop(start)
        while at != start:
            loop.add(at)
            at = follow.pop(at)
        loops.append(loop)
    return loops


def test_unit_and_axes():
    right, left = t.CANONICAL[[33, 263]]
    np.testing.assert_allclose(right, [-0.5, 0, 0], atol=1e-6)
    np.testing.assert_allclose(left, [0.5, 0, 0], atol=1e-6)
    assert t.CANONICAL[152, 1] > t.CANONICAL[10, 1], "y points down: the chin is below the forehead"
    assert t.CANONICAL[1, 2] < t.CANONICAL[234, 2], "z points away: the nose is nearer than the ears"
    assert t.inter_ocular(t.CANONICAL) == pytest.approx(1)


def test_mesh_is_consistently_wound_and_open_at_mouth_and_eyes():
    assert max(edges(t.TRIANGLES).values()) == 1
    assert set(np.unique(t.TRIANGLES)) == set(range(t.MESH_POINTS))
    holes = [
        set(t.LIPS_INNER_UPPER) | set(t.LIPS_INNER_LOWER),
        set(t.RIGHT_EYE_UPPER) | set(t.RIGHT_EYE_LOWER),
        set(t.LEFT_EYE_UPPER) | set(t.LEFT_EYE_LOWER),
        set(t.FACE_OVAL),
    ]
    assert sorted(map(sorted, boundary_loops())) == sorted(map(sorted, holes))


def test_triangles_face_the_viewer():
    a, b, c = (t.CANONICAL[t.TRIANGLES[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    assert np.mean(normals[:, 2] < 0) > 0.97


def test_paired_edges_share_corners_and_face_each_other():
    for upper, lower in (
        (t.LIPS_INNER_UPPER, t.LIPS_INNER_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
    ):
        assert upper[0] == lower[0] and upper[-1] == lower[-1]
        above, below = t.CANONICAL[upper[1:-1]], t.CANONICAL[lower[1:-1]]
        assert (above[:, 1] < below[:, 1]).all()
        assert np.abs(above[:, 0] - below[:, 0]).max() < 0.03


def test_irises_sit_in_their_eyes():
    for iris, upper in ((t.RIGHT_IRIS, t.RIGHT_EYE_UPPER), (t.LEFT_IRIS, t.LEFT_EYE_UPPER)):
        centre = t.CANONICAL[iris[0]]
        assert np.linalg.norm(centre - t.CANONICAL[upper].mean(axis=0)) < 0.1
        np.testing.assert_allclose(t.CANONICAL[iris[1:]].mean(axis=0), centre, atol=1e-6)


def test_shared_arrays_cannot_be_written():
    with pytest.raises(ValueError):
        t.CANONICAL[0] = 0
