"""The head's own motion: turning, nodding, tilting, coming nearer."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.render.mesh import HeadMesh

CAMERA_DISTANCE = 7.0
"""Inter-ocular distances from camera to head: about 62 cm, how near people stand to talk."""


@dataclass
class HeadMotion:
    """The head's rigid motion: `p -> pivot + size * (rotation @ (p - pivot)) + shift`, px."""

    rotation: NDArray[np.float64]
    size: float
    shift: NDArray[np.float64]
    pivot: NDArray[np.float64]

    def apply(self, position: NDArray[np.float32], mesh: HeadMesh) -> NDArray[np.float32]:
        """Where vertices [V, 3] go in the picture [V, 2], each with its share of the motion.

        Motion inwards from a border fades near it, for there are no pixels beyond; motion outwards does not.
        """
        linear = (self.size * self.rotation[:2] - np.eye(3)[:2]).astype(np.float32)
        move = (position - self.pivot.astype(np.float32)) @ linear.T + self.shift.astype(np.float32)
        move *= mesh.head_share[:, None]
        np.multiply(move, mesh.inward_share, out=move, where=move * mesh.inward > 0)
        return np.ascontiguousarray(position[:, :2] + move)

    def from_plane(self, depth: float) -> NDArray[np.float64]:
        """[2, 3] affine map from picture px back to portrait px of the plane at `depth` px, for a share of 1."""
        offset = self.pivot[:2] + self.shift + self.size * self.rotation[:2, 2] * (depth - self.pivot[2])
        back = self._back
        return np.column_stack([back, self.pivot[:2] - back @ offset])

    @cached_property
    def _back(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.inv(self.size * self.rotation[:2, :2]), np.float64)


def head_motion(mesh: HeadMesh, rotation: NDArray, translation: NDArray) -> HeadMotion:
    """Head motion of a rotation vector [3] rad and a translation [3] in inter-ocular distances."""
    size = CAMERA_DISTANCE / max(CAMERA_DISTANCE + float(translation[2]), 1.0)
    matrix = Rotation.from_rotvec(np.asarray(rotation, np.float64)).as_matrix()
    shift = np.asarray(translation[:2], np.float64) * mesh.frame.unit
    return HeadMotion(matrix, size, shift, mesh.pivot.astype(np.float64))
