"""Facial dynamics of tracked landmarks: head pose off, the person's own neutral face off."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.face.pose import Pose, fit_pose, to_canonical
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import LatentSpace
from vasa_core.latent.turns import turn_bias

Floats = NDArray[np.float32]

EYE_UNITS = [index for index, name in enumerate(ARKIT_NAMES) if name.startswith("eye")]


@dataclass(frozen=True)
class Dynamics:
    """What a face did: displacements from its neutral face, and how the head moved.

    `displacement` [T, 478, 3] canonical frame, inter-ocular distances; `pose` of each frame; `opening` [T] distance of
    the inner lips (13, 14), inter-ocular distances.
    """

    displacement: Floats
    pose: Pose
    opening: Floats


def lip_opening(points: NDArray) -> Floats:
    """[...] distance of the inner lips of points [..., 478, 3] over that of the outer eye corners."""
    right, left = topology.OUTER_EYE_CORNERS
    width = np.linalg.norm(points[..., left, :] - points[..., right, :], axis=-1)
    return (np.linalg.norm(points[..., 13, :] - points[..., 14, :], axis=-1) / width).astype(np.float32)


def lid_gap(points: NDArray) -> Floats:
    """[..., 2] vertical gap between the lids of the subject's left and right eye, canonical frame [..., 478, 3]."""
    y = points[..., 1]
    return np.stack([y[..., 374] - y[..., 386], y[..., 145] - y[..., 159]], axis=-1)


def take_dynamics(points: NDArray, neutral: Floats, turn_field: Floats) -> Dynamics:
    """Pose, neutral and what the turn of the head adds off `points` [..., 478, 3] px."""
    pose = fit_pose(points, neutral)
    displacement = to_canonical(points, pose) - neutral - turn_bias(turn_field, pose.rotation)
    return Dynamics(displacement, pose, lip_opening(points))


def still_eyes(latent: Floats, space: LatentSpace) -> Floats:
    """Latents [T, D] without anything that lids do: blinks and gaze have tracks of their own.

    What is left is orthogonal (in displacement) to the eye units of ARKit.
    """
    flat = space.basis.reshape(space.size, -1)[:, : topology.MESH_POINTS * 3].astype(np.float64)
    gram = flat @ flat.T
    eyes = space.arkit_latents[EYE_UNITS].astype(np.float64)
    amounts = np.linalg.solve(eyes @ gram @ eyes.T, eyes @ gram)
    return (latent - (latent @ amounts.T) @ eyes).astype(np.float32)
