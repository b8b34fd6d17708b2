"""The dark line between a portrait's closed lips: it belongs to neither lip, and slips inside when they part.

Parted lips show their texture from a little outside that line, so that the lower lip keeps its lit, wet edge.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from vasa_core.render.carry import carried
from vasa_core.render.layers import grey
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.rims import Follow
from vasa_core.render.sheet import Sheet

LOOKED_AT = 0.045
"""Inter-ocular distances from the line across each lip in which its darkness is measured."""
LIP_FROM = 0.4
"""Share of that way from which there is only lip."""
BRIGHT = 0.75
"""Where a lip has risen to this share from the line's darkness to its own brightness, the line ends."""
FAINTEST = 6.0
"""Difference of luminance, of 255, below which there is no line."""
WIDEST = 0.016
"""Inter-ocular distances: half a line is no wider."""
OPEN_LINE = 0.009
"""The same of the line that is painted where a portrait's open mouth has been taken off."""
SLACK = 2.0
"""The shift fades over so many times its size: the texture is drawn together there, never folded."""
WINDOW = 4
"""Points of the lip edge, of 41, to either side over which the line is measured: it may be wider at its ends."""
CARRIED = 5
"""Points of the lip edge by which the line goes inside ahead of the gap, towards the corners."""
PARTED = 0.05
"""Gap between the lips, inter-ocular distances, at which the line has gone inside."""


@dataclass
class Seam:
    """How the texture of both lips is shifted when they part."""

    vertices: NDArray[np.int32]
    """[m] that are shifted."""
    source: NDArray[np.float32]
    """[m, 2] px of the portrait that they show with the lips shut."""
    shift: NDArray[np.float32]
    """[m, 2] px further that they show with the lips parted."""
    follows: tuple[Follow, Follow]
    widest: float
    """px of gap at which the shift is complete."""

    def slip(self, sheet: Sheet, gap: NDArray[np.float32]) -> None:
        """Let the lips of `sheet` show what they do with a `gap` [n] px between them, corner to corner."""
        widest = ndimage.maximum_filter1d(gap, 2 * CARRIED + 1, mode="nearest")
        x = np.clip(widest / self.widest, 0, 1)
        opened = (x * x * (3 - 2 * x)).astype(np.float32)
        parts = [carried(follow.carried, opened[:, None]) for follow in self.follows]
        share: NDArray[np.float32] = np.concatenate(parts)
        sheet.show(self.vertices, self.source + share * self.shift)


def find_seam(image: NDArray[np.uint8], mesh: HeadMesh) -> Seam:
    """Measure the line between the lips in `image` [H, W, 3]."""
    rim, frame = mesh.mouth, mesh.frame
    light = grey(image, 0.5)
    vertices, shifts = [], []
    for edge, follow, sign in ((rim.upper, rim.above, -1.0), (rim.lower, rim.below, 1.0)):
        outwards = sign * frame.down.astype(np.float64)
        own_half = np.full(len(edge), OPEN_LINE)
        if mesh.lips.closed:
            own_half = _half_widths(light, mesh.rest[edge, :2], outwards, frame.unit)
        own = follow.vertices[: len(edge)]
        along = np.array([frame.down[1], -frame.down[0]])
        places = mesh.rest[own, :2]
        order = np.argsort(places @ along)
        line = np.interp(mesh.rest[follow.vertices, :2] @ along, (places @ along)[order], (places @ frame.down)[order])
        half = np.interp(mesh.rest[follow.vertices, :2] @ along, (places @ along)[order], own_half[order])
        away = np.maximum(sign * (mesh.rest[follow.vertices, :2] @ frame.down - line), 0)
        size = np.maximum(half, 1e-6) * frame.unit
        amount = np.where(half > 0, size * np.exp(-away / (SLACK * size)), 0)
        vertices.append(follow.vertices)
        shifts.append(amount[:, None] * outwards)
    moved = np.concatenate(vertices)
    return Seam(
        vertices=moved,
        source=mesh.rest[moved, :2].copy(),
        shift=np.concatenate(shifts).astype(np.float32),
        follows=(rim.above, rim.below),
        widest=PARTED * frame.unit,
    )


def _half_widths(
    light: NDArray[np.float32], edge: NDArray[np.float32], outwards: NDArray[np.float64], unit: float
) -> NDArray[np.float64]:
    """[n] inter-ocular distances from a closed lip line [n, 2] px to where the lip has its own brightness."""
    away = np.linspace(0, LOOKED_AT, 24)
    at = edge[:, None] + (away * unit)[:, None] * outwards
    x = np.clip(at[..., 0] - 0.5, 0, light.shape[1] - 1.001)
    y = np.clip(at[..., 1] - 0.5, 0, light.shape[0] - 1.001)
    i, j, fx, fy = x.astype(int), y.astype(int), x % 1, y % 1
    top = light[j, i] * (1 - fx) + light[j, i + 1] * fx
    bottom = light[j + 1, i] * (1 - fx) + light[j + 1, i + 1] * fx
    profiles = top * (1 - fy) + bottom * fy
    margin = len(edge) // 5
    general = _half_width(np.median(profiles[margin:-margin], axis=0), away)
    near = [
        _half_width(np.median(profiles[max(k - WINDOW, 0) : k + WINDOW + 1], axis=0), away) for k in range(len(edge))
    ]
    return np.maximum(general, ndimage.gaussian_filter1d(np.array(near), WINDOW / 2, mode="nearest"))


def _half_width(profile: NDArray[np.float64], away: NDArray[np.float64]) -> float:
    """Where a profile of brightness over the distance `away` from the line has risen to that of the lip."""
    lip = float(np.median(profile[away > LIP_FROM * LOOKED_AT]))
    if lip - profile[0] < FAINTEST:
        return 0.0
    reached = np.flatnonzero(profile > profile[0] + BRIGHT * (lip - profile[0]))
    return float(min(away[reached[0]] if len(reached) else WIDEST, WIDEST))
