"""A rim: the paired upper and lower edges of a hole (mouth or eye), and how moving them carries the skin around."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vasa_core.render.carry import carried

SPREAD_STEPS = np.linspace(-2, 2, 9)
"""Places, in SD, where the edge's motion is read for a vertex that averages it."""


@dataclass
class Rim:
    """Edges of a hole, corner to corner, and the vertices that follow them."""

    upper: NDArray[np.int32]
    """[n] vertices of the upper edge; the corners are shared with `lower`."""
    lower: NDArray[np.int32]
    """[n] vertices of the lower edge, paired."""
    triangles: NDArray[np.int32]
    """[2n - 2, 3] the hole itself."""
    above: "Follow"
    below: "Follow"


@dataclass
class Follow:
    """Vertices that follow an edge, the edge's own first."""

    vertices: NDArray[np.int32]
    carried: sparse.csr_matrix
    """[vertices, n] each vertex's motion from the edge's."""

    def move(self, position: NDArray[np.float32], motion: NDArray[np.float32]) -> None:
        """Add the motion [n, 2] px of the edge to `position` [V, 2 or 3] in place."""
        position[self.vertices, :2] += carried(self.carried, motion.astype(np.float32))


def make_rim(
    rest: NDArray[np.float32],
    upper: list[int],
    lower: list[int],
    candidates: NDArray[np.int32],
    down: NDArray[np.float32],
    reach: tuple[float, float],
    plateau: tuple[float, float],
    spread: float = 0.0,
) -> Rim:
    """Build a rim.

    Parameters: `rest` [V, 3] px; `upper`, `lower` paired vertices; `candidates` vertices that may follow; `down` [2]
    unit vector from the upper to the lower edge; `reach` (above, below) px beyond which nothing follows, sideways past
    the corners too; `plateau` (above, below) share of the reach within which the skin moves as one with its edge;
    `spread` how far along the edge, against its distance from it, a vertex averages the edge's motion (SD).
    """
    above_edge, below_edge = np.array(upper, np.int32), np.array(lower, np.int32)
    n = len(upper)
    triangles = [(upper[i], upper[i + 1], lower[i + 1]) for i in range(n - 1)]
    triangles += [(upper[i], lower[i + 1], lower[i]) for i in range(n - 1)]
    along = np.array([down[1], -down[0]], np.float32)
    if (rest[upper[-1], :2] - rest[upper[0], :2]) @ along < 0:
        along = -along
    middle = (rest[above_edge, :2] + rest[below_edge, :2]) / 2
    follows = []
    on_edge = np.isin(candidates, np.concatenate([above_edge, below_edge]))
    free = candidates[~on_edge]
    s_middle, t_middle = middle @ along, middle @ down
    s, t = rest[free, :2] @ along, rest[free, :2] @ down
    side = t - np.interp(s, s_middle, t_middle)
    for sign, edge, far, flat in ((-1, above_edge, reach[0], plateau[0]), (1, below_edge, reach[1], plateau[1])):
        s_edge, t_edge = rest[edge, :2] @ along, rest[edge, :2] @ down
        s_edge = np.maximum.accumulate(s_edge + np.arange(n) * 1e-4)
        beyond = np.maximum(0, np.maximum(s_edge[0] - s, s - s_edge[-1]))
        depth = np.maximum(sign * (t - np.interp(s, s_edge, t_edge)), 0)
        distance = np.hypot(depth, beyond) / far
        weight = 0.5 + 0.5 * np.cos(np.pi * np.clip((distance - flat) / (1 - flat), 0, 1))
        take = (sign * side > 0) & (weight > 1e-3)
        aside = spread * np.concatenate([np.zeros(n), distance[take] * far])
        along_edge = np.concatenate([s_edge, s[take]])
        strength = np.concatenate([np.ones(n), weight[take]])
        follows.append(
            Follow(
                np.concatenate([edge, free[take]]).astype(np.int32),
                _carried(s_edge, along_edge, aside, strength),
            )
        )
    return Rim(above_edge, below_edge, np.array(triangles, np.int32), follows[0], follows[1])


def _carried(s_edge: NDArray, s: NDArray, aside: NDArray, strength: NDArray) -> sparse.csr_matrix:
    """[V, n] weights by which vertices at places `s` [V] along an edge [n] follow it, averaged over SDs `aside` [V]."""
    n, count = len(s_edge), len(s)
    share = np.exp(-0.5 * SPREAD_STEPS**2)
    share /= share.sum()
    index = np.interp(s[:, None] + aside[:, None] * SPREAD_STEPS, s_edge, np.arange(n))
    low = np.clip(np.floor(index).astype(np.int64), 0, n - 2)
    part = index - low
    amount = strength[:, None] * share
    rows = np.tile(np.repeat(np.arange(count), len(SPREAD_STEPS)), 2)
    columns = np.concatenate([low.ravel(), low.ravel() + 1])
    values = np.concatenate([(amount * (1 - part)).ravel(), (amount * part).ravel()])
    return sparse.coo_matrix((values, (rows, columns)), (count, n)).tocsr().astype(np.float32)
