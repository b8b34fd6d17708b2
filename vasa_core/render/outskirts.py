"""The mesh around the face: hair, neck, shoulders and background, out to beyond the picture's border.

Its depth continues the face backwards, its weights say how far each point goes along with the head.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

GRID = 26.0
"""Spacing of the outer points in px of a frame of 512: fine enough for the weights, coarse enough to cost little."""
RING_STEPS = (9.0, 20.0)
"""Distances, likewise, of the rings of points around the face, between its small triangles and the coarse grid."""


def outer_points(
    face: NDArray[np.float32], oval: NDArray[np.float32], low: float, high: float, px: float
) -> NDArray[np.float32]:
    """Points [N, 2] px outside the face [V, 2] and its ring `oval` [n, 2], in a square from `low` to `high` px.

    `px` is the size of the frame against 512.
    """
    grid_step, near, far = GRID * px, RING_STEPS[0] * px, RING_STEPS[1] * px
    centre = oval.mean(0)
    ahead, behind = np.roll(oval, -1, 0), np.roll(oval, 1, 0)
    tangent = ahead - behind
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], -1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normal[((oval - centre) * normal).sum(1) < 0] *= -1
    rings = [oval[::2] + normal[::2] * near, oval[1::2] + normal[1::2] * far]
    steps = np.linspace(low, high, round((high - low) / grid_step) + 1)
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    points = np.concatenate([*rings, grid])
    on_border = (np.isclose(points, low) | np.isclose(points, high)).any(1)
    outside = ~inside_polygon(points, oval)
    tree = cKDTree(face)
    clear = tree.query(points)[0] > near * 0.8
    ring_tree = cKDTree(np.concatenate(rings))
    is_grid = np.arange(len(points)) >= len(oval[::2]) + len(oval[1::2])
    crowded = is_grid & (ring_tree.query(points)[0] < grid_step * 0.45)
    framed = (points >= low).all(1) & (points <= high).all(1)
    return points[(outside & clear & framed & ~crowded) | on_border].astype(np.float32)


def connect(oval: NDArray[np.float32], points: NDArray[np.float32]) -> NDArray[np.int32]:
    """Triangles [N, 3] between the ring (indices 0..n-1) and the outer points (from n on), none inside the ring."""
    both = np.concatenate([oval, points]).astype(np.float64)
    triangles = Delaunay(both).simplices.astype(np.int32)
    a, b, c = (both[triangles[:, k]] for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[area < 0] = triangles[area < 0][:, ::-1]
    centres = both[triangles].mean(1)
    return triangles[~inside_polygon(centres, oval) & (np.abs(area) > 1e-6)]


def inside_polygon(points: NDArray, polygon: NDArray) -> NDArray[np.bool_]:
    """Whether points [N, 2] lie in the closed polygon [n, 2] (even-odd rule)."""
    x, y = points[:, 0][:, None], points[:, 1][:, None]
    ax, ay = polygon[:, 0], polygon[:, 1]
    bx, by = np.roll(ax, -1), np.roll(ay, -1)
    crosses = (ay <= y) != (by <= y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = ax + (y - ay) / (by - ay) * (bx - ax)
    return ((crosses & (x < at)).sum(1) % 2).astype(bool)
