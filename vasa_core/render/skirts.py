"""A soft edge, one pixel wide, that lips and lids reach into their hole: no stairs along the edge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.rims import Rim

WIDTH = 1.3
"""px over which an edge fades: about what a sharp photograph shows."""


@dataclass
class Skirt:
    """The fading strips along both edges of one hole."""

    rim: Rim
    triangles: NDArray[np.int32]
    """[N, 3] into the strip's own vertices: edge and fringe of the upper, then of the lower edge."""
    source: NDArray[np.float32]
    """[4n, 2] texture positions, px."""
    opacity: NDArray[np.float32]

    def place(self, position: NDArray[np.float32]) -> NDArray[np.float32]:
        """[4n, 2] where the strips lie for vertices at `position` [V, 2] px."""
        return _strips(position[self.rim.upper], position[self.rim.lower])


def make_skirt(rest: NDArray[np.float32], rim: Rim) -> Skirt:
    """The strips of a rim whose vertices rest at `rest` [V, 2 or 3] px."""
    n = len(rim.upper)
    base = np.arange(n - 1)
    quads = [base, base + 1, base + n], [base + 1, base + n + 1, base + n]
    one = np.concatenate([np.stack(quad, -1) for quad in quads])
    opacity = np.concatenate([np.ones(n), np.zeros(n)] * 2).astype(np.float32)
    source = _strips(rest[rim.upper, :2], rest[rim.lower, :2])
    return Skirt(rim, np.concatenate([one, one + 2 * n]).astype(np.int32), source, opacity)


def _strips(upper: NDArray[np.float32], lower: NDArray[np.float32]) -> NDArray[np.float32]:
    inward = WIDTH * _normals(upper, lower - upper), WIDTH * _normals(lower, upper - lower)
    return np.concatenate([upper, upper + inward[0], lower, lower + inward[1]]).astype(np.float32)


def _normals(edge: NDArray[np.float32], across: NDArray[np.float32]) -> NDArray[np.float32]:
    """[n, 2] unit normals of a polyline towards `across` [n, 2], shrinking to 0 where the other edge is near."""
    tangent = np.gradient(edge, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], -1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    normal *= np.sign((normal * across).sum(1, keepdims=True))
    far = np.linalg.norm(across, axis=1, keepdims=True)
    return normal * np.minimum(1, far / (2 * WIDTH))
