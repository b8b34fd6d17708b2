"""Where lids lie, as heights over the eye: what lid motion and the eyes' shader share.

An eye's chart measures points of the portrait along the line through its corners (a column number) and down from that
line (px). Lid edges are one height per column, so that a pixel's distance from a lid is one look-up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.rims import Rim

COLUMNS = 64
"""Columns of a chart."""
BEYOND = 0.12
"""Share of the eye's width that the chart reaches beyond each corner."""


@dataclass
class EyeChart:
    """Columns and heights around one eye of one portrait."""

    affine: NDArray[np.float64]
    """[2, 3] px of the portrait to (column, height in px)."""
    down: NDArray[np.float64]
    """[2] px of the portrait per px of height."""
    step: NDArray[np.float64]
    """[2] px of the portrait per column."""
    weights: NDArray[np.float32]
    """[COLUMNS, n] heights at the columns from those at the edges' vertices."""
    upper: NDArray[np.float32]
    """[COLUMNS] heights of the portrait's own upper lid edge."""
    lower: NDArray[np.float32]
    """[COLUMNS] heights of the portrait's own lower lid edge."""
    along: NDArray[np.float32]
    """[n] places of the edges' vertices between the corners, 0 to 1."""

    @property
    def share(self) -> NDArray[np.float32]:
        """[COLUMNS] places of the columns: 0 and 1 at the corners."""
        return np.linspace(-BEYOND, 1 + BEYOND, COLUMNS).astype(np.float32)

    @property
    def inside(self) -> NDArray[np.float32]:
        """[COLUMNS] 0 at and beyond the corners, 1 in the middle."""
        return (np.maximum(np.sin(np.pi * np.clip(self.share, 0, 1)), 0) ** 0.7).astype(np.float32)

    def place(self, points: NDArray) -> NDArray[np.float64]:
        """[..., 2] column and height of points [..., 2] px of the portrait."""
        return np.asarray(np.asarray(points, np.float64) @ self.affine[:, :2].T + self.affine[:, 2])

    @property
    def corners(self) -> NDArray[np.float64]:
        """[2, 2] px of the portrait: where the edges begin and end."""
        columns = np.array([BEYOND, 1 + BEYOND]) / (1 + 2 * BEYOND) * (COLUMNS - 1)
        origin = -np.column_stack([self.step, self.down]) @ self.affine[:, 2]
        return np.asarray(origin + columns[:, None] * self.step)

    def at(self, heights: NDArray, column: NDArray) -> NDArray:
        """A table [COLUMNS] of heights at columns, interpolated."""
        return np.interp(column, np.arange(COLUMNS), heights)


def make_chart(rest: NDArray[np.float32], rim: Rim, down: NDArray[np.float32]) -> EyeChart:
    """The chart of an eye: `rest` [V, 3] px, `down` [2] unit vector from brow to chin."""
    upper, lower = (
        rest[rim.upper, :2].astype(np.float64),
        rest[rim.lower, :2].astype(np.float64),
    )
    first, last = upper[0], upper[-1]
    step = (last - first) * (1 + 2 * BEYOND) / (COLUMNS - 1)
    origin = first - BEYOND * (last - first)
    linear = np.linalg.inv(np.column_stack([step, down.astype(np.float64)]))
    affine = np.column_stack([linear, -linear @ origin])
    columns = np.clip(np.arange(COLUMNS), BEYOND / (1 + 2 * BEYOND) * (COLUMNS - 1), None)
    places = [edge @ affine[:, :2].T + affine[:, 2] for edge in (upper, lower)]
    heights = []
    for place in places:
        order = np.maximum.accumulate(place[:, 0] + np.arange(len(place)) * 1e-6)
        heights.append(np.interp(columns, order, place[:, 1]).astype(np.float32))
    middle = (places[0][:, 0] + places[1][:, 0]) / 2
    order = np.maximum.accumulate(middle + np.arange(len(middle)) * 1e-6)
    unit = np.eye(len(order))
    weights = np.stack([np.interp(columns, order, row) for row in unit], -1)
    along = (middle / (COLUMNS - 1) * (1 + 2 * BEYOND) - BEYOND).astype(np.float32)
    # The two edges never cross, not even by the rounding of their landmarks.
    return EyeChart(
        affine=affine,
        down=down.astype(np.float64),
        step=step,
        weights=weights.astype(np.float32),
        upper=np.minimum(heights[0], heights[1]),
        lower=heights[1],
        along=np.clip(along, 0, 1),
    )
