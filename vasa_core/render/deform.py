"""From motion to vertex positions: facial dynamics, lips that meet, lids that close."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render.carry import carried
from vasa_core.render.lips import meet_lips
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.shape import FaceShape

JAW = (152, 148, 377, 175, 199, 171, 396)
"""Landmarks on the chin: how far the jaw has dropped."""


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
    position = mesh.rest + carried(mesh.weights, moved)
    gap = meet_lips(mesh, position, lip_displacement)
    lids = [eye.take_off(mesh.rest, position, mesh.frame.down) for eye in mesh.lids]
    closure = np.clip(blink, 0, 1).astype(np.float32)
    side, drop, _ = lip_displacement[list(JAW)].mean(0).tolist()
    return FaceShape(position, gap, np.stack(lids), gaze, closure, max(drop, 0.0), side)
