"""Putting a mesh in order: no triangle turned over, no depth so steep that turning the head would fold it."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

SMALLEST_AREA = 0.02
"""Twice the area in px^2 that a triangle keeps when the mesh is untangled."""


def doubled_areas(position: NDArray, triangles: NDArray[np.int32]) -> NDArray:
    """[N] twice the signed area of triangles over `position` [V, 2 or 3]; positive where they face the viewer."""
    a, b, c = (position[triangles[:, k], :2] for k in range(3))
    return (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])


def untangle(
    rest: NDArray[np.float32], triangles: NDArray[np.int32], pinned: NDArray[np.int32], rounds: int = 200
) -> None:
    """Move vertices of `rest` [V, 3] but the `pinned` in place (x, y only) until no triangle is turned over.

    Turned heads have a cheek whose landmarks fold over its outline; those vertices settle between their neighbours.
    """
    edges = _edges(triangles)
    count = len(rest)
    links = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    links = ((links + links.T) > 0).astype(np.float64)
    mean = sparse.diags_array(1 / np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1)) @ links
    for turn in range(rounds):
        bad = np.zeros(count)
        bad[triangles[doubled_areas(rest, triangles) <= SMALLEST_AREA]] = 1
        if not bad.any():
            return
        for _ in range(turn // 40):
            bad = np.asarray(links @ bad)
        bad[pinned] = 0
        moving = bad > 0
        rest[moving, :2] += 0.3 * ((mean @ rest[:, :2])[moving] - rest[moving, :2])


def limit_slope(rest: NDArray[np.float32], triangles: NDArray[np.int32], steepest: float, rounds: int = 60) -> None:
    """Bring far vertices nearer in place until no edge rises more than `steepest` px of depth per px across."""
    edges = np.unique(np.sort(_edges(triangles), axis=1), axis=0)
    rise = steepest * np.linalg.norm(rest[edges[:, 0], :2] - rest[edges[:, 1], :2], axis=1)
    for _ in range(rounds):
        before = rest[:, 2].copy()
        np.minimum.at(rest[:, 2], edges[:, 1], before[edges[:, 0]] + rise)
        np.minimum.at(rest[:, 2], edges[:, 0], before[edges[:, 1]] + rise)
        if np.abs(before - rest[:, 2]).max() < 1e-3:
            return


def _edges(triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
