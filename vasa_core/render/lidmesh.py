"""The mesh around an eye, without the motion of its lids: they are drawn sliding over the ball, nothing is stretched.

The skin between lids and brow, and below to the cheek, hangs between the eye's corners and the skin around like a
cloth: expressions give it no folds of its own.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from vasa_core.render.rims import Rim

LEAST_WEIGHT = 0.004
"""Smaller weights move nothing that is seen."""


@dataclass
class LidMesh:
    """The skin around one eye, and what holds it."""

    upper: NDArray[np.int32]
    """[n] vertices of the upper lid's edge, corner to corner."""
    lower: NDArray[np.int32]
    """[n] vertices of the lower lid's edge."""
    skin: NDArray[np.int32]
    """[S] vertices of the skin that hangs."""
    held: NDArray[np.int32]
    """[H] vertices that hold it: the edges of the lids and the skin around."""
    hangs: sparse.csr_matrix
    """[S, H] displacement of the skin from that of what holds it; rows sum to 1."""

    def take_off(
        self, rest: NDArray[np.float32], position: NDArray[np.float32], down: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Take the lids' own motion out of `position` [V, 3] px in place and return it: [2, n] px along `down` [2].

        What is left to the edges is the motion of the corners.
        """
        motion = np.empty((2, len(self.upper)), np.float32)
        hangs = self.hangs
        _take_off(
            self.upper, self.lower, self.skin, self.held, hangs.indptr, hangs.indices, hangs.data, rest, position, down,
            motion,
        )  # fmt: skip
        return motion


@njit(
    "void(int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], float32[::1], float32[:, ::1], "
    "float32[:, ::1], float32[::1], float32[:, ::1])",
    cache=True,
    nogil=True,
)
def _take_off(
    upper: NDArray,
    lower: NDArray,
    skin: NDArray,
    held: NDArray,
    begins: NDArray,
    columns: NDArray,
    weights: NDArray,
    rest: NDArray,
    position: NDArray,
    down: NDArray,
    motion: NDArray,
) -> None:
    """`LidMesh.take_off` with `hangs` as the arrays of a CSR matrix; fills `motion` [2, n]."""
    n = len(upper)
    first, last = upper[0], upper[n - 1]
    start, end = position[first] - rest[first], position[last] - rest[last]
    for row, edge in enumerate((upper, lower)):
        for k in range(n):
            v, along = edge[k], np.float32(k / (n - 1))
            own = np.float32(0)
            for axis in range(3):
                carried = rest[v, axis] + start[axis] + along * (end[axis] - start[axis])
                if axis < 2:
                    own += (position[v, axis] - carried) * down[axis]
                position[v, axis] = carried
            motion[row, k] = own
    for k in range(len(skin)):
        x, y, z = np.float32(0), np.float32(0), np.float32(0)
        for i in range(begins[k], begins[k + 1]):
            v, weight = held[columns[i]], weights[i]
            x += weight * (position[v, 0] - rest[v, 0])
            y += weight * (position[v, 1] - rest[v, 1])
            z += weight * (position[v, 2] - rest[v, 2])
        v = skin[k]
        position[v, 0], position[v, 1], position[v, 2] = rest[v, 0] + x, rest[v, 1] + y, rest[v, 2] + z


def make_lid_mesh(rest: NDArray[np.float32], triangles: NDArray[np.int32], rim: Rim) -> LidMesh:
    """The skin that follows the edges of `rim`, in a mesh `rest` [V, 3] px, `triangles` [N, 3]."""
    near = np.concatenate([rim.above.vertices, rim.below.vertices])
    skin = np.setdiff1d(near, np.concatenate([rim.upper, rim.lower]))
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = edges[np.isin(edges, skin).any(1)]
    length = np.linalg.norm(rest[edges[:, 0], :2] - rest[edges[:, 1], :2], axis=1)
    weight = 1 / np.maximum(length, 0.1)
    count = len(rest)
    links = sparse.coo_array((weight, (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    links = (links + links.T)[skin]
    held = np.setdiff1d(np.unique(edges), skin)
    inner = sparse.diags_array(np.asarray(links.sum(axis=1)).ravel()) - links[:, skin]
    hangs = splu(inner.tocsc()).solve(links[:, held].toarray())
    hangs[hangs < LEAST_WEIGHT] = 0
    hangs /= hangs.sum(1, keepdims=True)
    return LidMesh(
        rim.upper,
        rim.lower,
        skin.astype(np.int32),
        held.astype(np.int32),
        sparse.csr_matrix(hangs.astype(np.float32)),
    )
