"""The actor's own neutral face, told from a recording in which nobody was asked to be neutral."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.face.expression import ExpressionSplitter
from vasa_core.face.pose import Pose, fit_pose, from_canonical, to_canonical
from vasa_core.latent.turns import turn_bias
from vasa_core.performance.dynamics import lid_gap, lip_opening

Floats = NDArray[np.float32]

CLOSED_QUANTILE = 0.05
"""Share of the frames that close the lips in any speech: p, b, m and pauses."""
CLOSED_ROOM = 0.012
"""Lips count as closed up to this much above that level, inter-ocular distances: the tracker's noise, and lips at rest
that touch without pressing."""
AWAKE_SHARE = 0.7
"""Of all frames, those with the widest eyes: the others may blink or look down."""
LEAST_FRAMES = 3
"""Fewer frames are no median."""
MOST_FRAMES = 2000
"""So many frames of a long film, spread over it, are enough."""
PLAIN = 0.015
"""An expression at rest that moves nothing further than this is the net's noise, inter-ocular distances."""
FRONT = Pose(np.zeros(3, np.float32), np.array([256, 200, 0], np.float32), np.asarray(200, np.float32))
"""A head that faces the camera, px: as the net that scores expressions knows faces."""
PASSES = 2
"""The second fits the head pose to the person's own shape instead of the canonical face."""


def actor_neutral(points: NDArray, turn_field: Floats) -> Floats:
    """[478, 3] the actor's neutral face in the canonical frame: lips closed, eyes open, as if seen from the front.

    Parameters
    ----------
    points : [T, 478, 3] px, all frames of one person
    turn_field : [9, 478, 3] of the latent space
    """
    points = points[:: -(-len(points) // MOST_FRAMES)]
    reference: Floats = topology.CANONICAL
    for _ in range(PASSES):
        pose = fit_pose(points, reference)
        faces = to_canonical(points, pose) - turn_bias(turn_field, pose.rotation)
        reference = np.median(faces[resting(faces)], axis=0).astype(np.float32)
    # The mean pose of the neutral against the canonical face is no part of the person.
    return without_expression(to_canonical(reference, fit_pose(reference)))


def without_expression(face: Floats) -> Floats:
    """A face [478, 3], canonical frame, less what shows plainly in it: an actor may smile, or never shut the lips."""
    plain, _ = ExpressionSplitter().split(from_canonical(face, FRONT), FRONT)
    return plain if np.abs(plain - face).max() > PLAIN else face


def resting(faces: NDArray) -> NDArray[np.bool_]:
    """[T] the frames with lips closed and eyes open, at least one, of `faces` [T, 478, 3] in the canonical frame."""
    opening, eyes = lip_opening(faces), lid_gap(faces).min(axis=1)
    closed = opening <= np.quantile(opening, CLOSED_QUANTILE) + CLOSED_ROOM
    awake = eyes >= np.quantile(eyes, 1 - AWAKE_SHARE)
    return closed & awake if (closed & awake).sum() >= LEAST_FRAMES else closed
