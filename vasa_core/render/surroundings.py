"""What lies around the face and moves with it: depth of hair, neck and shoulders, and how far they follow."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from vasa_core.render.frame import FaceFrame

BACK_DEPTH = 0.7
"""Depth of hair, ears and neck in inter-ocular distances behind the eye corners' plane, as the tracker sees ears."""
BACK_REACH = 0.25
"""Inter-ocular distances over which the surroundings fall from the face's edge towards BACK_DEPTH."""
FOLLOW_REACH = {"jaw": 0.85, "side": 0.35}
"""Inter-ocular distances over which the surroundings follow the face's own motion: below the chin and elsewhere."""
SIDE_REACH = (1.9, 3.0)
"""Inter-ocular distances to the side of the eyes between which things stop belonging to the head."""
CHIN_TO_SHOULDER = 1.35
"""Inter-ocular distances from the chin down to where the shoulders keep SHOULDER_SHARE of the head's motion."""
BESIDE, BESIDE_FROM, BESIDE_SLOPE = (-1.2, 0.4), 0.6, 0.3
"""Inter-ocular distances below the chin over which things beside the neck count as shoulders, the further from the
middle than BESIDE_FROM the more."""
SHOULDER_SHARE = 0.1
"""Share of the head's motion that shoulders go along with."""
BORDER_FADE = 0.4
"""Inter-ocular distances from the picture's border over which motion inwards fades: pixels beyond do not exist."""


def surroundings(
    around: NDArray[np.float32],
    oval: NDArray[np.float32],
    oval_weights: sparse.csr_matrix,
    frame: FaceFrame,
    landmarks: NDArray[np.float64],
) -> tuple[NDArray[np.float64], sparse.csr_matrix]:
    """Depth [N] px of the outer points and how they follow the landmarks [N, 468]."""
    distance, _ = cKDTree(oval[:, :2]).query(around)
    gaps = np.linalg.norm(around[:, None] - oval[None, :, :2], axis=-1)
    near = np.exp(-0.5 * ((gaps - gaps.min(1, keepdims=True)) / (0.12 * frame.unit)) ** 2)
    near /= near.sum(1, keepdims=True)
    start = near @ oval[:, 2]
    depth = start + (BACK_DEPTH * frame.unit - start) * (1 - np.exp(-distance / (BACK_REACH * frame.unit)))
    jaw_line = landmarks[[58, 288], :2].mean(0) @ frame.down
    below = np.clip((around @ frame.down - jaw_line) / (0.4 * frame.unit), 0, 1)
    reach = (FOLLOW_REACH["side"] + (FOLLOW_REACH["jaw"] - FOLLOW_REACH["side"]) * below) * frame.unit
    hold = 0.5 + 0.5 * np.cos(np.pi * np.clip(distance / reach, 0, 1))
    near[near < 1e-3] = 0
    return depth, (sparse.csr_matrix(near * hold[:, None]) @ oval_weights).tocsr()


def head_share(points: NDArray[np.float32], frame: FaceFrame, chin: NDArray) -> NDArray[np.float32]:
    """[N] in [0, 1]: how far points [N, 2 or 3] px go along with the head whose `chin` [2 or 3] px is given."""
    below = (points[:, :2] - chin[:2]) @ frame.down / frame.unit
    aside = np.abs((points[:, :2] - chin[:2]) @ frame.right) / frame.unit
    low = 1 - fade((below - BESIDE[0]) / (BESIDE[1] - BESIDE[0]))
    away = below + low * BESIDE_SLOPE * np.maximum(aside - BESIDE_FROM, 0)
    share = SHOULDER_SHARE + (1 - SHOULDER_SHARE) * fade(away / CHIN_TO_SHOULDER)
    share *= fade((aside - SIDE_REACH[0]) / (SIDE_REACH[1] - SIDE_REACH[0]))
    return np.asarray(share, np.float32)


def inward_share(points: NDArray[np.float32], low: float, high: float, frame: FaceFrame) -> NDArray[np.float32]:
    """[N, 2] in [0, 1]: what is left of motion inwards of points [N, 2 or 3] px in a picture from low to high px.

    The upper border holds nothing back: heads are rounded off there.
    """
    away = np.minimum(points[:, :2] - low, high - points[:, :2])
    share = 1 - fade(away / (BORDER_FADE * frame.unit))
    share[points[:, 1] < (low + high) / 2, 1] = 1
    return np.asarray(share, np.float32)


def fade(x: NDArray) -> NDArray:
    """1 before 0, 0 after 1, smooth between."""
    x = np.clip(x, 0, 1)
    return 1 - x * x * (3 - 2 * x)
