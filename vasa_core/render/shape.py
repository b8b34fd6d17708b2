"""`FaceShape`: the deformed face of one instant, what the painters of mouth, eyes and skin draw from."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass
class FaceShape:
    """The face before its head moves."""

    position: NDArray[np.float32]
    """[V, 3] px of the portrait."""
    gap: NDArray[np.float32]
    """[n] px between the lip edges."""
    lids: NDArray[np.float32]
    """[2, 2, n] px that the expression moves the lid edges down, left eye first, upper lid first; not in `position`."""
    gaze: NDArray[np.float32]
    """[2] yaw, pitch of both eyes against the portrait's, rad."""
    closure: NDArray[np.float32]
    """[2] closure of the subject's left and right eye in [0, 1]."""
    jaw: float
    """How far the jaw has dropped against a shut mouth, inter-ocular distances."""
    jaw_side: float = 0.0
    """How far the chin has moved to the viewer's right, inter-ocular distances."""
    tongue: NDArray[np.float32] = field(default_factory=lambda: np.zeros(3, np.float32))
    """[3] in [0, 1]: out, tip up, back up, as in `Motion.tongue`."""
