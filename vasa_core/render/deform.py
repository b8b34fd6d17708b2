"""From motion to vertex positions: facial dynamics, lips that meet, lids that close, then the head's own motion."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.face import topology
from vasa_core.render.eyes import EYEBALL_RADIUS
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.rims import Rim

UPPER_LIP_SHARE = 0.4
"""Share of a correction of the lip gap that the upper lip takes; the lower lip, on the jaw, takes the rest."""
MEETING = 0.02
"""Lip gap in inter-ocular distances below which paired lip points also line up sideways."""
LID_MEETS = 0.12
"""Closed lids meet at this share of the opening above the lower lid: the upper lid does nearly all of the way."""
LID_OVERLAP = 1.6
"""px by which a shut upper lid lies over the lower one: no light line is left between them."""
LID_FOLLOWS_GAZE = (0.55, 0.3)
"""Share of the iris's vertical travel that the upper and lower lid go along with."""
ROUNDING = 13
"""Points of the lip edge, of 41, over which its opening is smoothed: tense lips form no corner in the middle."""
MOST_WIDENED = 1.25
"""Smoothing may widen the opening beside the middle by this factor to keep the middle's."""
JAW = (152, 148, 377, 175, 199, 171, 396)
"""Landmarks on the chin: how far the jaw has dropped."""
CAMERA_DISTANCE = 7.0
"""Inter-ocular distances from camera to head: about 62 cm, how near people stand to talk."""


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


def deform(
    mesh: HeadMesh,
    displacement: NDArray[np.float32],
    lip_displacement: NDArray[np.float32],
    gaze: NDArray[np.float32],
    blink: NDArray[np.float32],
) -> FaceShape:
    """Deform the face.

    Parameters
    ----------
    displacement : [478, 3] canonical displacement against the portrait, inter-ocular distances
    lip_displacement : [478, 3] the same against closed, neutral lips: how far the lips are to open
    gaze : [2] yaw, pitch of the eyes, rad
    blink : [2] closure of the subject's left and right eye in [0, 1]
    """
    moved = displacement[: topology.MESH_POINTS] @ mesh.frame.axes.T
    position = mesh.rest + mesh.weights @ moved
    gap = _meet_lips(mesh, position, lip_displacement)
    eye = EYEBALL_RADIUS * np.array([np.sin(gaze[0]), -np.sin(gaze[1]), 1 - np.cos(gaze[0]) * np.cos(gaze[1])])
    shift = (mesh.frame.axes @ eye.astype(np.float32))[:2]
    sight_down = float(shift @ mesh.frame.down)
    closure = np.clip(blink, 0, 1).astype(np.float32)
    for rim, shut in zip(mesh.eyes, closure, strict=True):
        _move_lids(rim, position, mesh.frame.down, sight_down, float(shut))
    jaw = max(float(lip_displacement[list(JAW), 1].mean()), 0.0)
    return FaceShape(position, gap, shift, closure, jaw)


def _meet_lips(
    mesh: HeadMesh, position: NDArray[np.float32], lip_displacement: NDArray[np.float32]
) -> NDArray[np.float32]:
    rim, down = mesh.mouth, mesh.frame.down
    wanted = mesh.lip_weights @ (lip_displacement[: topology.MESH_POINTS] @ (mesh.frame.axes.T[:, :2] @ down))
    gap = np.maximum(_rounded(wanted), 0)
    apart = position[rim.lower, :2] - position[rim.upper, :2]
    along = apart @ down
    closing = (gap - along)[:, None] * down
    sideways = apart - along[:, None] * down
    sideways *= (1 - np.clip(gap / (MEETING * mesh.frame.unit), 0, 1))[:, None]
    change = (closing - sideways).astype(np.float32)
    rim.above.move(position, -UPPER_LIP_SHARE * change)
    rim.below.move(position, (1 - UPPER_LIP_SHARE) * change)
    return gap


def _rounded(gap: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lip gaps [n] along the mouth, corner to corner, without a kink: smoothed, in the middle as wide as before."""
    window = np.hanning(ROUNDING + 2)[1:-1]
    half = ROUNDING // 2
    mirrored = np.concatenate([-gap[half:0:-1], gap, -gap[-2 : -half - 2 : -1]])
    smooth = np.convolve(mirrored, window / window.sum(), "valid")
    middle = len(gap) // 2
    if gap[middle] > 0 and smooth[middle] > 0:
        smooth *= np.clip(gap[middle] / smooth[middle], 1, MOST_WIDENED)
    return smooth.astype(np.float32)


def _move_lids(rim: Rim, position: NDArray[np.float32], down: NDArray[np.float32], gaze: float, closure: float) -> None:
    upper, lower = position[rim.upper, :2], position[rim.lower, :2]
    opening = lower - upper
    widest = np.abs(opening @ down).max()
    bell = (opening @ down / max(widest, 1e-6))[:, None]
    follow = np.clip(gaze, -0.3 * widest, 0.8 * widest) * (1 - closure) * bell * down
    follow_upper, follow_lower = LID_FOLLOWS_GAZE[0] * follow, LID_FOLLOWS_GAZE[1] * follow
    meeting = lower - LID_MEETS * opening
    overlap = LID_OVERLAP * max(2 * closure - 1, 0) * bell * down
    rim.above.move(position, follow_upper + closure * (meeting - upper) + overlap)
    rim.below.move(position, follow_lower + closure * (meeting - lower))
