"""Edges of a hole as heights over its width: what shaders ask how far a pixel lies from lip or lid."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.rims import Rim

SAMPLES = 96
HALF_WIDTH = 0.5
"""Edges are given as SAMPLES heights over s in [-HALF_WIDTH, HALF_WIDTH] inter-ocular distances."""
COLUMNS = np.linspace(-HALF_WIDTH, HALF_WIDTH, SAMPLES)


@dataclass
class Local:
    """Face coordinates (s, t) around a point of the portrait: inter-ocular distances, s to the right, t down."""

    centre: NDArray[np.float64]
    """[2] px"""
    linear: NDArray[np.float64]
    """[2, 2] px to inter-ocular distances."""

    @property
    def affine(self) -> NDArray[np.float64]:
        """[2, 3] the same as one matrix."""
        return np.column_stack([self.linear, -self.linear @ self.centre])

    def edges(self, position: NDArray[np.float32], rim: Rim) -> NDArray[np.float32]:
        """[2, SAMPLES] heights t of the upper and lower edge of a rim, vertices at `position` [V, 2 or 3] px."""
        result = np.empty((2, SAMPLES), np.float32)
        for row, edge in enumerate((rim.upper, rim.lower)):
            local = (position[edge, :2] - self.centre) @ self.linear.T
            if local[0, 0] > local[-1, 0]:
                local = local[::-1]
            result[row] = np.interp(COLUMNS, np.maximum.accumulate(local[:, 0]), local[:, 1])
        return result


@njit("float64(float32[::1], float64)", cache=True)
def height(edge: NDArray, s: float) -> float:
    """Height t of an edge [SAMPLES] at s."""
    at = (s + HALF_WIDTH) / (2 * HALF_WIDTH) * (SAMPLES - 1)
    at = min(max(at, 0.0), SAMPLES - 1.001)
    low = int(at)
    return edge[low] + (edge[low + 1] - edge[low]) * (at - low)


@njit("float64(float64)", cache=True)
def smooth(x: float) -> float:
    """0 below 0, 1 above 1, smooth between."""
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)
