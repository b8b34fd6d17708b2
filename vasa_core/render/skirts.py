"""Soft edges, about one pixel wide, that lips and lids reach into their hole: no stairs along the edge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH = 1.3
"""px over which an edge fades: about what a sharp photograph shows."""


@dataclass
class Skirt:
    """The fading strip along one edge of a hole: first the edge's own vertices, then the fringe inside the hole."""

    edge: NDArray[np.int32]
    """[n] vertices of the mesh."""
    other: NDArray[np.int32]
    """[n] paired vertices of the opposite edge."""
    hangs: bool
    """Lies over the opposite edge where they overlap, as upper lids do; others end halfway to it."""
    triangles: NDArray[np.int32]
    """[N, 3] into the strip's 2n vertices."""
    inside: NDArray[np.float32]
    """[2n, 2] texture positions px: what the portrait shows there."""
    edge_only: NDArray[np.float32]
    """[2n, 2] texture positions px: the colour of the edge carried into the hole."""
    opacity: NDArray[np.float32]
    """[2n]"""

    def place(self, position: NDArray[np.float32]) -> NDArray[np.float32]:
        """[2n, 2] where the strip lies for vertices at `position` [V, 2] px."""
        return _strip(position[self.edge], position[self.other], self.hangs)

    def source(self, carried: float) -> NDArray[np.float32]:
        """[2n, 2] texture positions: `carried` 0 what the portrait shows, 1 the edge's colour."""
        return self.inside + np.float32(carried) * (self.edge_only - self.inside)


def make_skirt(
    rest: NDArray[np.float32], edge: NDArray[np.int32], other: NDArray[np.int32], hangs: bool, margin: float
) -> Skirt:
    """The strip of an edge whose vertices rest at `rest` [V, 2 or 3] px, on a texture with a border of `margin` px."""
    n = len(edge)
    base = np.arange(n - 1)
    quads = [base, base + 1, base + n], [base + 1, base + n + 1, base + n]
    triangles = np.concatenate([np.stack(quad, -1) for quad in quads]).astype(np.int32)
    flat = np.ascontiguousarray(rest[:, :2])
    inside = _strip(flat[edge], flat[other], hangs) + np.float32(margin)
    edge_only = np.concatenate([flat[edge], flat[edge]]) + np.float32(margin)
    opacity = np.concatenate([np.ones(n), np.zeros(n)]).astype(np.float32)
    return Skirt(edge, other, hangs, triangles, inside, edge_only, opacity)


def _strip(edge: NDArray[np.float32], other: NDArray[np.float32], hangs: bool) -> NDArray[np.float32]:
    tangent = np.gradient(edge, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], -1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    across = other - edge
    if hangs:
        outward = np.sign(normal[:, 1].sum())
        normal *= outward * np.sin(np.pi * np.linspace(0, 1, len(edge)))[:, None] ** 0.5
    else:
        normal *= np.sign((normal * across).sum(1, keepdims=True))
        normal *= np.minimum(1, np.linalg.norm(across, axis=1, keepdims=True) / (2 * WIDTH))
    return np.concatenate([edge, edge + WIDTH * normal]).astype(np.float32)
