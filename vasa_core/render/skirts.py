"""Soft edges, about one pixel wide, that lips and lids reach into their hole: no stairs along the edge."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.painter import Painter

WIDTH = 1.3
"""px over which an edge fades: about what a sharp photograph shows."""

OUTSIDE = 0.8
"""px outside the edge where its own colour is read: right on it, pixels mix lid and eye."""


@dataclass
class Skirt:
    """The fading strip along one edge of a hole: first the edge's own vertices, then the fringe inside the hole."""

    edge: NDArray[np.int32]
    """[n] vertices of the mesh."""
    other: NDArray[np.int32]
    """[n] paired vertices of the opposite edge."""
    hangs: bool
    """Lies over the opposite edge where they overlap, as upper lids do; others end before it."""
    triangles: NDArray[np.int32]
    """[N, 3] into the strip's 2n vertices."""
    inside: NDArray[np.float32]
    """[2n, 2] texture positions px: what the portrait shows there."""
    edge_only: NDArray[np.float32]
    """[2n, 2] texture positions px: the colour of the edge carried into the hole."""
    opacity: NDArray[np.float32]
    """[2n]"""

    def draw(
        self, painter: Painter, texture: NDArray[np.uint64], position: NDArray[np.float32], carried: float
    ) -> None:
        """Draw the strip for vertices at `position` [V, 2] px of the frame; `carried` as in `source`."""
        painter.blend(texture, self.place(position), self.source(carried), self.opacity, self.triangles)

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
    outside = flat[edge] - OUTSIDE / WIDTH * (inside[n:] - inside[:n])
    edge_only = np.concatenate([outside, outside]).astype(np.float32) + np.float32(margin)
    opacity = np.concatenate([np.ones(n), np.zeros(n)]).astype(np.float32)
    return Skirt(edge, other, hangs, triangles, inside, edge_only, opacity)


def _strip(edge: NDArray[np.float32], other: NDArray[np.float32], hangs: bool) -> NDArray[np.float32]:
    tangent = np.empty_like(edge)
    tangent[1:-1] = edge[2:] - edge[:-2]
    tangent[0], tangent[-1] = edge[1] - edge[0], edge[-1] - edge[-2]
    normal = np.empty_like(edge)
    normal[:, 0], normal[:, 1] = -tangent[:, 1], tangent[:, 0]
    normal *= (WIDTH / np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6))[:, None]
    if hangs:
        normal *= np.sign(normal[:, 1].sum()) * _bell(len(edge))
    else:
        across = other - edge
        facing = np.sign((normal * across).sum(1))
        normal *= (facing * np.minimum(1, np.hypot(across[:, 0], across[:, 1]) / WIDTH))[:, None]
    return np.concatenate([edge, edge + normal])


@cache
def _bell(count: int) -> NDArray[np.float32]:
    """[count, 1] from 0 at the corners to 1 in the middle."""
    return (np.sin(np.pi * np.linspace(0, 1, count)) ** 0.5).astype(np.float32)[:, None]
