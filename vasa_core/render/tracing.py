"""Following an edge of the picture near a polyline: the cheapest smooth path over small offsets."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

STEPS_PER_PIXEL = 4


def offsets(reach: float) -> NDArray[np.float32]:
    """[K] candidate offsets in px, from -reach to reach in quarter pixels."""
    half = max(round(reach * STEPS_PER_PIXEL), STEPS_PER_PIXEL)
    return (np.arange(-half, half + 1) / STEPS_PER_PIXEL).astype(np.float32)


def look(layer: NDArray[np.float32], line: NDArray[np.float32], along: NDArray, steps: NDArray) -> NDArray[np.float32]:
    """[n, K] values of `layer` [H, W] at points of `line` [n, 2] moved by `steps` [K] px `along` a unit vector [2]."""
    places = line[:, None] + steps[None, :, None] * along
    found = map_coordinates(layer, [places[..., 1] - 0.5, places[..., 0] - 0.5], order=1, mode="nearest")
    return found.astype(np.float32)


def cheapest_path(cost: NDArray[np.float32], steps: NDArray[np.float32], stiffness: float) -> NDArray[np.float32]:
    """[n] offsets of the path through `cost` [n, K] that is cheapest, a jump of d px costing stiffness * d * d."""
    jumps = stiffness * (steps[:, None] - steps[None]) ** 2
    total = cost[0].copy()
    choices = []
    for row in cost[1:]:
        reach = total[None, :] + jumps
        choices.append(reach.argmin(1))
        total = reach.min(1) + row
    path = [int(total.argmin())]
    for choice in reversed(choices):
        path.append(int(choice[path[-1]]))
    found = steps[np.array(path[::-1])]
    window = np.hanning(9)[1:-1]
    return np.convolve(np.pad(found, 3, mode="edge"), window / window.sum(), "valid").astype(np.float32)
