"""Head pose: the similarity that takes a face of the canonical frame to the landmarks of a picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.face.topology import CANONICAL, STABLE


@dataclass(frozen=True)
class Pose:
    """`points = scale * rotation(reference) + translation`, in pixels; leading axes, if any, are frames."""

    rotation: NDArray[np.float32]
    """[..., 3] rotation vector, rad; x right, y down, z away from the viewer."""
    translation: NDArray[np.float32]
    """[..., 3] px: where the middle between the outer eye corners lies."""
    scale: NDArray[np.float32]
    """[...] px per unit of the reference, so for `CANONICAL` per outer inter-ocular distance."""

    @property
    def matrix(self) -> NDArray[np.float32]:
        """[..., 3, 3] rotation matrix."""
        flat = Rotation.from_rotvec(self.rotation.reshape(-1, 3)).as_matrix()
        return flat.reshape(*self.rotation.shape[:-1], 3, 3).astype(np.float32)

    @property
    def angles(self) -> NDArray[np.float32]:
        """[..., 3] yaw (positive: the face looks to the viewer's right), pitch (up), roll (clockwise), rad."""
        matrix = self.matrix
        x, y, z = (-matrix[..., i, 2] for i in range(3))
        roll = np.arctan2(matrix[..., 1, 0], matrix[..., 0, 0])
        return np.stack([np.arctan2(x, -z), np.arcsin(np.clip(-y, -1, 1)), roll], axis=-1)


def fit_pose(
    points: NDArray,
    reference: NDArray = CANONICAL,
    indices: NDArray[np.int32] | None = STABLE,
) -> Pose:
    """The similarity that brings `reference` nearest to `points` in the least-squares sense (Umeyama 1991).

    Parameters
    ----------
    points : [..., 478, 3] landmarks in px; leading axes are fitted one by one
    reference : [478, 3] the face in the canonical frame
    indices : points that count; None for all
    """
    chosen = np.asarray(points, np.float64)
    base = np.asarray(reference, np.float64)
    if indices is not None:
        chosen, base = chosen[..., indices, :], base[indices]
    centre, base_centre = chosen.mean(axis=-2), base.mean(axis=0)
    moved, base = chosen - centre[..., None, :], base - base_centre
    covariance = np.swapaxes(moved, -1, -2) @ base
    left, strength, right = np.linalg.svd(covariance)
    sign = np.ones_like(strength)
    sign[..., 2] = np.sign(np.linalg.det(left @ right))
    matrix = (left * sign[..., None, :]) @ right
    scale = (strength * sign).sum(axis=-1) / (base**2).sum()
    translation = centre - scale[..., None] * (matrix @ base_centre)
    rotation = Rotation.from_matrix(matrix.reshape(-1, 3, 3)).as_rotvec().reshape(centre.shape)
    return Pose(rotation.astype(np.float32), translation.astype(np.float32), np.asarray(scale, np.float32))


def to_canonical(points: NDArray, pose: Pose) -> NDArray[np.float32]:
    """Take the pose off: px [..., N, 3] to the canonical frame, in outer inter-ocular distances."""
    return ((points - pose.translation[..., None, :]) / pose.scale[..., None, None] @ pose.matrix).astype(np.float32)


def from_canonical(points: NDArray, pose: Pose) -> NDArray[np.float32]:
    """Put the pose on: canonical frame [..., N, 3] to px."""
    turned = points @ np.swapaxes(pose.matrix, -1, -2)
    return (turned * pose.scale[..., None, None] + pose.translation[..., None, :]).astype(np.float32)
