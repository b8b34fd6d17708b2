"""A rim: the paired upper and lower edges of a hole (mouth or eye), and how moving them carries the skin around."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
    """Vertices that follow an edge: vertex v moves by weight * the edge's motion at `low + share`."""

    vertices: NDArray[np.int32]
    low: NDArray[np.int32]
    share: NDArray[np.float32]
    weight: NDArray[np.float32]

    def move(self, position: NDArray[np.float32], motion: NDArray[np.float32]) -> None:
        """Add the motion [n, 2] px of the edge to `position` [V, 2 or 3] in place."""
        between = motion[self.low] * (1 - self.share)[:, None] + motion[self.low + 1] * self.share[:, None]
        position[self.vertices, :2] += between * self.weight[:, None]


def make_rim(
    rest: NDArray[np.float32],
    upper: list[int],
    lower: list[int],
    candidates: NDArray[np.int32],
    down: NDArray[np.float32],
    reach: tuple[float, float],
    plateau: tuple[float, float],
) -> Rim:
    """Build a rim.

    Parameters: `rest` [V, 3] px; `upper`, `lower` paired vertices; `candidates` vertices that may follow; `down` [2]
    unit vector from the upper to the lower edge; `reach` (above, below) px beyond which nothing follows, sideways past
    the corners too; `plateau` (above, below) share of the reach within which the skin moves as one with its edge.
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
        index = np.interp(s[take], s_edge, np.arange(n))
        low = np.clip(np.floor(index).astype(np.int32), 0, n - 2)
        follows.append(
            Follow(
                np.concatenate([edge, free[take]]).astype(np.int32),
                np.concatenate([np.minimum(np.arange(n), n - 2), low]).astype(np.int32),
                np.concatenate([(np.arange(n) == n - 1), index - low]).astype(np.float32),
                np.concatenate([np.ones(n), weight[take]]).astype(np.float32),
            )
        )
    return Rim(above_edge, below_edge, np.array(triangles, np.int32), follows[0], follows[1])
