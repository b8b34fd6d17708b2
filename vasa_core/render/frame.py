"""`FaceFrame`: the portrait's own axes and scale in its picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.face import topology
from vasa_core.face.asset import FaceAsset

USUAL_SIZE = 512
"""px of the frame that lengths in px are written for."""


@dataclass
class FaceFrame:
    """The portrait's own axes in its picture."""

    unit: float
    """Inter-ocular distance in px."""
    axes: NDArray[np.float32]
    """[3, 3] scale * rotation: canonical displacement (inter-ocular units) to px."""
    right: NDArray[np.float32]
    """[2] unit vector towards the face's right side in the picture (viewer's right)."""
    down: NDArray[np.float32]
    """[2] unit vector from brow to chin in the picture."""
    eyes: NDArray[np.float32]
    """[3] midpoint of the outer eye corners, px."""
    px: float
    """Pixels of the output frame per pixel of a frame of 512: what lengths given for 512 are multiplied with."""


def face_frame(asset: FaceAsset) -> FaceFrame:
    """Axes of the portrait's face."""
    axes = (Rotation.from_rotvec(asset.pose.rotation).as_matrix() * asset.pose.scale).astype(np.float32)
    points = asset.landmarks
    corners = points[list(topology.OUTER_EYE_CORNERS)]
    right = axes[:2, 0] / np.linalg.norm(axes[:2, 0])
    down = axes[:2, 1] / np.linalg.norm(axes[:2, 1])
    eyes = corners.mean(0).astype(np.float32)
    return FaceFrame(float(asset.pose.scale), axes, right, down, eyes, asset.size / USUAL_SIZE)
