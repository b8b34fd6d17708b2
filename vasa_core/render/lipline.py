"""Where the portrait's lips meet or part: the cut through the mesh, refined to below one pixel on the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from vasa_core.render.rims import Rim

CLOSED_BELOW = 0.03
"""Inner-lip gap in inter-ocular distances below which the portrait's lips count as closed (about 2.5 mm)."""
SEARCH = 0.028
"""How far from the landmarks, in inter-ocular distances, the dark seam between closed lips is looked for."""
SMOOTHNESS = 0.35
"""Cost of a sideways step of the seam against the darkness it gains, per quarter pixel."""


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
        return LipLine(False, top.copy(), bottom.copy())
    seam = _seam(image, (top + bottom) / 2, down, unit)
    return LipLine(True, seam, seam.copy())


def _seam(
    image: NDArray[np.uint8], line: NDArray[np.float32], down: NDArray[np.float32], unit: float
) -> NDArray[np.float32]:
    """The dark seam near a polyline [n, 2], by dynamic programming over quarter pixels along `down`."""
    luminance = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 0.8).astype(np.float32)
    half = max(round(SEARCH * unit * 4), 4)
    offsets = np.arange(-half, half + 1, dtype=np.float32) / 4
    places = line[:, None] + offsets[None, :, None] * down
    dark = map_coordinates(luminance, [places[..., 1] - 0.5, places[..., 0] - 0.5], order=1, mode="nearest")
    dark = dark - dark.min(1, keepdims=True)
    dark /= max(float(np.percentile(dark, 90)), 1.0)
    cost = dark + 0.3 * (offsets / offsets[-1]) ** 2
    steps = np.abs(np.arange(2 * half + 1)[:, None] - np.arange(2 * half + 1)[None]) ** 2 * (SMOOTHNESS / 16)
    total = cost[0].copy()
    choices = []
    for row in cost[1:]:
        reach = total[None, :] + steps
        choices.append(reach.argmin(1))
        total = reach.min(1) + row
    path = [int(total.argmin())]
    for choice in reversed(choices):
        path.append(int(choice[path[-1]]))
    found = offsets[np.array(path[::-1])]
    padded = np.pad(found, 3, mode="edge")
    smooth = np.convolve(padded, np.hanning(9)[1:-1] / np.hanning(9)[1:-1].sum(), "valid").astype(np.float32)
    return (line + smooth[:, None] * down).astype(np.float32)
