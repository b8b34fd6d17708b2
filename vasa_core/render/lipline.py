"""Where the portrait's lips meet or part: the cut through the mesh, refined to below one pixel on the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import blur, grey, grow, polygon, shrink
from vasa_core.render.rims import Rim
from vasa_core.render.tracing import cheapest_path, look, offsets

CLOSED_BELOW = 0.03
"""Inner-lip gap in inter-ocular distances below which the portrait's lips count as closed (about 2.5 mm)."""
SEARCH = 0.028
"""How far from the landmarks, in inter-ocular distances, the dark seam between closed lips is looked for."""
SHARP_CORNER = 1.2
"""An open mouth ends where it is less than so many px high."""
LOWEST_GUM = 0.008
"""Inter-ocular distances by which an edge may lie below the landmarks: gums look like lips."""
EDGE_SMOOTHING = 0.04
"""Inter-ocular distances over which edges of an open mouth are smoothed: gums and gaps between teeth are no lips."""
TAPER = 0.06
"""The edges run together over this many inter-ocular distances at the corners."""
MISSED_CORNER = 0.03
"""Inter-ocular distances by which a corner found may lie inside of its landmark: beyond, shadow was taken for skin, as
in light from one side, and the landmarks are nearer to the truth than what colours say."""
FINE = 3
"""Open mouths are traced on a crop enlarged so many times."""
SMOOTHNESS = 0.35
"""Cost of a sideways step of the seam against the darkness it gains, per px^2."""


@dataclass
class LipLine:
    """The lip edges as found in the picture."""

    closed: bool
    upper: NDArray[np.float32]
    """[n, 2] px, the upper edge from the subject's right corner to the left."""
    lower: NDArray[np.float32]
    """[n, 2] px; equals `upper` where the lips are closed."""

    def settle(self, rest: NDArray[np.float32], rim: Rim) -> None:
        """Move the mesh's lip edges, and the skin around them, to the edges found."""
        rim.above.move(rest, self.upper - rest[rim.upper, :2])
        rim.below.move(rest, self.lower - rest[rim.lower, :2])
        rest[rim.upper, :2], rest[rim.lower, :2] = self.upper, self.lower
        if self.closed:
            rest[rim.lower] = rest[rim.upper] = (rest[rim.lower] + rest[rim.upper]) / 2


def find_lip_line(
    image: NDArray[np.uint8],
    rest: NDArray[np.float32],
    upper: list[int],
    lower: list[int],
    right: NDArray[np.float32],
    down: NDArray[np.float32],
    unit: float,
) -> LipLine:
    """Find the lip edges.

    Parameters: `image` [H, W, 3]; `rest` [V, 3] px; `upper`, `lower` paired vertices of the mouth's hole; `right`,
    `down` [2] unit vectors of the face; `unit` inter-ocular distance in px.
    """
    top, bottom = rest[upper, :2], rest[lower, :2]
    gap = float(((bottom - top) @ down).mean())
    if gap > CLOSED_BELOW * unit:
        return LipLine(False, *_parted(image, top, bottom, right, down, unit))
    seam = _seam(image, np.asarray((top + bottom) / 2, np.float32), down, unit)
    return LipLine(True, seam, seam.copy())


def _parted(
    image: NDArray[np.uint8],
    top: NDArray[np.float32],
    bottom: NDArray[np.float32],
    right: NDArray[np.float32],
    down: NDArray[np.float32],
    unit: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Edges of an open mouth [n, 2] each: what differs in colour from lips and skin (GrabCut, Rother 2004)."""
    half = np.array(
        [np.ptp(top @ right) / 2 + 0.12 * unit, np.ptp(np.concatenate([top, bottom]) @ down) / 2 + 0.12 * unit]
    )
    middle = (top.mean(0) + bottom.mean(0)) / 2
    scale = FINE
    columns, rows = (np.ceil(2 * half * scale)).astype(int)
    to_image = np.column_stack([right / scale, down / scale, middle - half[0] * right - half[1] * down])
    crop = cv2.warpAffine(
        image, to_image - [[0, 0, 0.5], [0, 0, 0.5]], (columns, rows), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    )
    back = cv2.invertAffineTransform(to_image)
    upper, lower = (edge @ back[:, :2].T + back[:, 2] for edge in (top, bottom))
    inside = polygon(np.concatenate([upper, lower[::-1]]), (rows, columns)) > 0.5
    if not inside.any():
        return top.copy(), bottom.copy()
    room = max(round(SEARCH * unit * scale), 3)
    mask = np.full(inside.shape, cv2.GC_BGD, np.uint8)
    mask[grow(inside, room)] = cv2.GC_PR_BGD
    mask[inside] = cv2.GC_PR_FGD
    mask[shrink(inside, room)] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    cv2.grabCut(crop, mask, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    found = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    _, labels = cv2.connectedComponents(found)
    inner = labels[inside & (found > 0)]
    if not len(inner):
        return top.copy(), bottom.copy()
    found = (labels == np.bincount(inner).argmax()) & (found > 0)
    soft = blur(found, 0.35 * scale)
    filled = np.flatnonzero((soft > 0.5).sum(0) >= SHARP_CORNER * scale)
    if len(filled) < columns // 3:
        return top.copy(), bottom.copy()
    missed = max(filled[0] - upper[0, 0], upper[-1, 0] - filled[-1])
    if missed > MISSED_CORNER * unit * scale:
        return top.copy(), bottom.copy()
    place = np.clip((upper[:, 0] - upper[0, 0]) / np.ptp(upper[:, 0]), 0, 1)
    x = filled[0] + place * (filled[-1] - filled[0])
    heights = np.array([_crossings(soft[:, i]) for i in filled]).T
    ends = heights[:, [0, -1]].mean(0)
    edges = []
    for height, guess in zip(heights, (upper, lower), strict=True):
        prior = np.interp(filled, np.linspace(filled[0], filled[-1], len(x)), np.interp(x, x, guess[:, 1]))
        offset = blur((height - prior)[None], EDGE_SMOOTHING * unit * scale)[0]
        y = np.interp(x, filled, prior + np.minimum(offset, LOWEST_GUM * unit * scale))
        taper = np.clip(np.minimum(x - x[0], x[-1] - x) / (TAPER * unit * scale), 0, 1) ** 0.5
        chord = ends[0] + (ends[1] - ends[0]) * place
        y = chord + (y - chord) * taper
        edges.append((np.column_stack([x, y]) @ to_image[:, :2].T + to_image[:, 2]).astype(np.float32))
    return edges[0], edges[1]


def _crossings(column: NDArray[np.float32]) -> tuple[float, float]:
    """First and last place where a column of the mask passes one half, px."""
    above = np.flatnonzero(column > 0.5)
    first, last = int(above[0]), int(above[-1])
    begin = first - (column[first] - 0.5) / max(column[first] - column[first - 1], 1e-6) if first else 0.0
    rest = len(column) - 1
    end = last + (column[last] - 0.5) / max(column[last] - column[last + 1], 1e-6) if last < rest else float(rest)
    return float(begin) + 0.5, float(end) + 0.5


def _seam(
    image: NDArray[np.uint8], line: NDArray[np.float32], down: NDArray[np.float32], unit: float
) -> NDArray[np.float32]:
    """The dark seam near a polyline [n, 2], by dynamic programming over quarter pixels along `down`."""
    luminance = grey(image, 0.8)
    steps = offsets(SEARCH * unit)
    dark = look(luminance, line, down, steps)
    dark = dark - dark.min(1, keepdims=True)
    dark /= max(float(np.percentile(dark, 90)), 1.0)
    cost = dark + 0.3 * (steps / steps[-1]) ** 2
    return (line + cheapest_path(cost, steps, SMOOTHNESS)[:, None] * down).astype(np.float32)
