"""Measures on rendered heads how the landmark net misreads a turned face: a field to take off, and what is left."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.face.pose import fit_pose, to_canonical
from vasa_core.latent.turns import TERMS, turn_terms
from vasa_core.training.anny_anchors import Finder, mirror_map
from vasa_core.training.anny_head import AnnyHead
from vasa_core.training.anny_render import paint, photograph

Array = NDArray[np.float64]

IDENTITIES = range(200, 230)  # seeds of the heads; the report measures on others
TURNS_EACH = 12
LARGEST_TURN = np.radians([18.0, 28.0, 12.0])  # pitch, yaw, roll
SEED = 5
RIDGE = 1e-3


@dataclass(frozen=True)
class TurnErrors:
    """`field` [9, 478, 3] as `vasa_core.latent.turns` reads it; `rest` [N, 478, 3] what it leaves of each picture."""

    field: Array
    rest: Array


def measure_turns(head: AnnyHead, find: Finder) -> TurnErrors:
    """Photograph neutral heads from the front and turned, and fit the field; about 400 pictures."""
    random = np.random.default_rng(SEED)
    colours = paint(head)
    errors, terms = [], []
    for seed in IDENTITIES:
        shape = head.centred(head.random_identity(seed))
        turns = random.uniform(-LARGEST_TURN, LARGEST_TURN, (TURNS_EACH, 3))
        front = find(photograph(head, shape, colours).image)
        turned = np.array([find(photograph(head, shape, colours, tuple(turn)).image) for turn in turns])
        pose = fit_pose(front)
        neutral = to_canonical(front, pose)
        poses = fit_pose(turned, neutral)
        errors.append(to_canonical(turned, poses) - neutral)
        terms.append(turn_terms(poses.rotation) - turn_terms(pose.rotation))
    seen = np.concatenate(errors).astype(np.float64)
    causes = np.concatenate(terms).astype(np.float64)
    # The mirror image of every head counts as well: pitch stays, yaw and roll change sides.
    seen = np.concatenate([seen, seen[:, mirror_map()] * np.array([-1.0, 1.0, 1.0])])
    causes = np.concatenate([causes, causes * [1, -1, -1, 1, 1, 1, -1, -1, 1]])
    flat = seen.reshape(len(seen), -1)
    field = np.linalg.solve(causes.T @ causes + RIDGE * np.eye(TERMS), causes.T @ flat)
    rest: Array = flat - causes @ field
    return TurnErrors(field.astype(np.float64).reshape(TERMS, topology.POINTS, 3), rest.reshape(-1, topology.POINTS, 3))
