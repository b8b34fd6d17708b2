"""The head's own motion: turning, nodding, tilting, coming nearer."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.motion.track import CAMERA_DISTANCE
from vasa_core.render.mesh import HeadMesh


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
        placed = np.empty((len(position), 2), np.float32)
        linear = self.size * self.rotation[:2] - np.eye(3)[:2]
        _place(position, linear, self.shift, self.pivot, mesh.head_share, mesh.inward, mesh.inward_share, placed)
        return placed

    def from_plane(self, depth: float) -> NDArray[np.float64]:
        """[2, 3] affine map from picture px back to portrait px of the plane at `depth` px, for a share of 1."""
        offset = self.pivot[:2] + self.shift + self.size * self.rotation[:2, 2] * (depth - self.pivot[2])
        back = self._back
        return np.column_stack([back, self.pivot[:2] - back @ offset])

    @cached_property
    def _back(self) -> NDArray[np.float64]:
        (a, b), (c, d) = (self.size * self.rotation[:2, :2]).tolist()
        return np.array([[d, -b], [-c, a]]) / (a * d - b * c)


@njit(
    "void(float32[:, ::1], float64[:, ::1], float64[::1], float64[::1], float32[::1], float32[:, ::1], "
    "float32[:, ::1], float32[:, ::1])",
    cache=True,
    nogil=True,
)
def _place(
    position: NDArray,
    linear: NDArray,
    shift: NDArray,
    pivot: NDArray,
    share: NDArray,
    inward: NDArray,
    inward_share: NDArray,
    placed: NDArray,
) -> None:
    for v in range(position.shape[0]):
        x, y, z = position[v, 0] - pivot[0], position[v, 1] - pivot[1], position[v, 2] - pivot[2]
        for k in range(2):
            move = (linear[k, 0] * x + linear[k, 1] * y + linear[k, 2] * z + shift[k]) * share[v]
            if move * inward[v, k] > 0:
                move *= inward_share[v, k]
            placed[v, k] = position[v, k] + move


def head_motion(mesh: HeadMesh, rotation: NDArray, translation: NDArray) -> HeadMotion:
    """Head motion of a rotation vector [3] rad and a translation [3] in inter-ocular distances."""
    size = CAMERA_DISTANCE / max(CAMERA_DISTANCE + float(translation[2]), 1.0)
    matrix = np.asarray(cv2.Rodrigues(np.asarray(rotation, np.float64))[0], np.float64)
    shift = np.asarray(translation[:2], np.float64) * mesh.frame.unit
    return HeadMotion(matrix, size, shift, mesh.pivot.astype(np.float64))
