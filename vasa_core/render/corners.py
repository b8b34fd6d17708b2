"""Skin around the mouth moves as one soft piece, most of all at the corners, so that tiny triangles stay face up.

Landmarks of closed lips lie within a pixel of each other, and what the latent space does to them differs by more.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from vasa_core.render.frame import FaceFrame
from vasa_core.render.rims import Rim

CORNER_LENGTH = 0.06
"""Inter-ocular distances over which motion is smoothed along the skin at the corners."""
LIP_LENGTH = 0.035
"""The same along the lips and the hollow below them."""
CORNER_REACH, LIP_REACH = (0.08, 0.24), (0.2, 0.36)
"""Inter-ocular distances from the corners, and from the lips' edge, where smoothing fades, and where it ends."""
FLATTEST = 0.05
"""Least cotangent of an angle: keeps thin triangles from pulling the wrong way."""
SMALLEST = 1e-5
"""Weights below this are dropped."""


def soften_motion(
    weights: sparse.csr_matrix,
    rest: NDArray[np.float32],
    triangles: NDArray[np.int32],
    rim: Rim,
    frame: FaceFrame,
) -> sparse.csr_matrix:
    """Vertex weights [V, 468] smoothed along the mesh around the mouth; `rest` [V, 3] px.

    Solves (M + S) w' = M w with the mesh's mass M and stiffness S times the squared length of smoothing (a screened
    Poisson equation, cotangent weights by Pinkall and Polthier 1993): it does not cross the cut between the lips.
    """
    places = rest[:, :2].astype(np.float64) / frame.unit
    length = _lengths(places, rim)
    inside = (length[triangles] > 0).any(1)
    chosen = triangles[inside]
    rows, local = np.unique(chosen, return_inverse=True)
    local = local.reshape(chosen.shape)
    corner = places[chosen]
    squared = (length[chosen] ** 2).mean(1)
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    area = np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / 2
    area = np.maximum(area, 1e-9)
    count = len(rows)
    mass = np.bincount(local.ravel(), np.repeat(area / 3, 3), count)
    stiffness = sparse.csr_matrix((count, count))
    for k in range(3):
        i, j, far = local[:, (k + 1) % 3], local[:, (k + 2) % 3], corner[:, k]
        one, two = corner[:, (k + 1) % 3] - far, corner[:, (k + 2) % 3] - far
        pull = np.maximum((one * two).sum(1) / (2 * area), FLATTEST) / 2 * squared
        entries = np.concatenate([pull, pull, -pull, -pull])
        at = (np.concatenate([i, j, i, j]), np.concatenate([i, j, j, i]))
        stiffness = stiffness + sparse.coo_matrix((entries, at), (count, count)).tocsr()
    free = length[rows] > 0
    system = sparse.csr_matrix(sparse.diags_array(mass) + stiffness)
    before = np.asarray(weights.tocsr()[rows].todense(), np.float64)
    known = (mass[:, None] * before)[free] - system[free][:, ~free] @ before[~free]
    after = splu(system[free][:, free].tocsc()).solve(np.ascontiguousarray(known))
    after[np.abs(after) < SMALLEST] = 0
    result = weights.tolil()
    result[rows[free]] = after
    return result.tocsr()


def _lengths(places: NDArray[np.float64], rim: Rim) -> NDArray[np.float64]:
    """[V] length of smoothing at each vertex, inter-ocular distances."""
    ends = places[[rim.upper[0], rim.upper[-1]]]
    edge = places[np.concatenate([rim.upper, rim.lower])]
    to_corner = np.linalg.norm(places[:, None] - ends[None], axis=2).min(1)
    to_edge = np.linalg.norm(places[:, None] - edge[None], axis=2).min(1)
    return np.maximum(CORNER_LENGTH * _fade(to_corner, CORNER_REACH), LIP_LENGTH * _fade(to_edge, LIP_REACH))


def _fade(away: NDArray[np.float64], reach: tuple[float, float]) -> NDArray[np.float64]:
    x = np.clip((away - reach[0]) / (reach[1] - reach[0]), 0, 1)
    return 1 - x * x * (3 - 2 * x)
