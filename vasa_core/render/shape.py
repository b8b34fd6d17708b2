"""`FaceShape`: the deformed face of one instant, what the painters of mouth, eyes and skin draw from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class FaceShape:
    """The face before its head moves."""

    position: NDArray[np.float32]
    """[V, 3] px of the portrait."""
    gap: NDArray[np.float32]
    """[n] px between the lip edges."""
    iris_shift: NDArray[np.float32]
    """[2] px that both irises move in the portrait."""
    closure: NDArray[np.float32]
    """[2] closure of the subject's left and right eye in [0, 1]."""
    jaw: float
    """How far the jaw has dropped against a shut mouth, inter-ocular distances."""
