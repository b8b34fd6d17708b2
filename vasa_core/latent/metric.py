"""How much each landmark counts when faces are compared: lips and lids are what people look at."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology

# Weights of squared displacements. The outline is a guess of the net; irises are gaze.
LIP_WEIGHT, LID_WEIGHT, BROW_WEIGHT, OVAL_WEIGHT, IRIS_WEIGHT = 4.0, 3.0, 2.0, 0.2, 0.5


@cache
def landmark_weights() -> NDArray[np.float64]:
    """[478] weights; 1 where nothing is special."""
    weights = np.ones(topology.POINTS)
    lips = [topology.LIPS_INNER_UPPER, topology.LIPS_INNER_LOWER, topology.LIPS_OUTER]
    lids = [topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER, topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER]
    for indices, weight in (
        (topology.FACE_OVAL, OVAL_WEIGHT),
        (topology.BROWS, BROW_WEIGHT),
        (np.concatenate(lids), LID_WEIGHT),
        (np.concatenate(lips), LIP_WEIGHT),
        (np.arange(topology.MESH_POINTS, topology.POINTS), IRIS_WEIGHT),
    ):
        weights[indices] = weight
    weights.flags.writeable = False
    return weights
