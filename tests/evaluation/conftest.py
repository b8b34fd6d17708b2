"""A made-up face for the metrics: 478 points with those that are read in their places."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation


@pytest.fixture
def still_face() -> np.ndarray:
    """[478, 3] px: a rough ellipsoid."""
    random = np.random.default_rng(0)
    shape = random.standard_normal((478, 3))
    shape *= [60, 80, 30] / np.linalg.norm(shape, axis=1, keepdims=True)
    places = {
        33: (-45, -20, 0), 133: (-15, -20, -5), 362: (15, -20, -5), 263: (45, -20, 0),
        159: (-30, -25, -8), 145: (-30, -15, -8), 386: (30, -25, -8), 374: (30, -15, -8),
        468: (-30, -20, -8), 473: (30, -20, -8), 105: (-32, -40, -5), 334: (32, -40, -5),
        10: (0, -85, 0), 152: (0, 85, 0), 13: (0, 38, -15), 14: (0, 42, -15), 61: (-25, 40, 0), 291: (25, 40, 0),
    }  # fmt: skip
    for index, place in places.items():
        shape[index] = place
    return shape


@pytest.fixture
def moved(still_face: np.ndarray) -> Callable[..., np.ndarray]:
    """Turns the face, or shapes [T, 478, 3] of it, by rotation vectors [T, 3] in degrees."""

    def move(angles: np.ndarray, shape: np.ndarray = still_face) -> np.ndarray:
        turns = Rotation.from_rotvec(np.radians(angles)).as_matrix()
        return np.einsum("tij,tnj->tni", turns, np.broadcast_to(shape, (len(angles), 478, 3)))

    return move
