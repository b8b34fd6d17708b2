"""Where the portrait's lids end: the upper edge refined to the lash line, so that lashes go with the lid."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import grey
from vasa_core.render.rims import Rim
from vasa_core.render.tracing import cheapest_path, look, offsets

SEARCH = 0.03
"""How far from the landmarks, in inter-ocular distances, the lash line is looked for."""
STIFFNESS = 6.0
"""Cost of bending the lash line, grey levels per px^2."""
PRIOR = 14.0
"""Cost of an offset of SEARCH from the landmarks, grey levels."""
LASH = 1.3
"""px of the dark lash line that belong to the lid."""
HIGHEST = 0.012
"""Inter-ocular distances by which the edge may lie above the landmarks: thick lashes stay on the lid."""


def settle_lids(image: NDArray[np.uint8], rest: NDArray[np.float32], rim: Rim, down: NDArray, unit: float) -> None:
    """Move the upper lid edge of the mesh, `rest` [V, 3] px, to the lower side of the lashes' upper border in place."""
    light = grey(image, 0.7)
    edge = rest[rim.upper, :2]
    steps = offsets(SEARCH * unit)
    gain = look(light, edge, down, steps - 1.2) - look(light, edge, down, steps + 1.2)
    cost = PRIOR * (steps / steps[-1]) ** 2 - gain
    moved = cheapest_path(cost.astype(np.float32), steps, STIFFNESS) + LASH
    moved = np.maximum(moved, -HIGHEST * unit)
    ends = np.sin(np.pi * np.linspace(0, 1, len(moved))) ** 0.5
    rim.above.move(rest, (moved * ends)[:, None] * down)
