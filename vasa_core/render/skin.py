"""Where the portrait shows bare skin, and whether it is shaded at all or drawn in flat tones."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vasa_core.face import topology
from vasa_core.render.mesh import HeadMesh

NOSTRILS = np.array(
    [
        2,
        97,
        326,
        98,
        327,
        60,
        290,
        75,
        305,
        20,
        250,
        59,
        289,
        166,
        392,
        79,
        309,
        238,
        458,
        125,
        354,
        19,
        94,
        141,
        370,
        242,
        462,
    ]
)
"""Landmarks at the nostrils and below the nose's tip, in its shadow."""

TONE, TONES = 3, 10
"""Levels of 255 that count as one tone, and as its surroundings."""
DRAWN = (0.5, 0.65)
"""Skin within its most common tone against skin within the most common surroundings: shaded pictures have 0.28 to 0.48
(photographs, paintings, renderings), flat tones and ink 0.6 to 0.9."""
SURE = 0.05
"""Share of a vertex that must be skin."""


def neighbours(triangles: NDArray[np.int32], count: int) -> sparse.csr_matrix:
    """[count, count] average of each vertex and its neighbours."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    both = np.concatenate([edges, edges[:, ::-1]])
    links = sparse.coo_matrix((np.ones(len(both)), both.T), (count, count)).tocsr()
    links.data[:] = 1
    links = links + sparse.identity(count)
    return sparse.csr_matrix(sparse.diags(1 / np.asarray(links.sum(1)).ravel()) @ links)


def bare_skin(mesh: HeadMesh) -> NDArray[np.float64]:
    """[V] in [0, 1]: which vertices lie on skin, by the landmarks around them: not on brows, eyes, lips, nostrils."""
    bare = np.ones(topology.MESH_POINTS)
    features = [
        topology.BROWS,
        topology.LIPS_OUTER,
        topology.LIPS_INNER_UPPER,
        topology.LIPS_INNER_LOWER,
        topology.LEFT_EYE_UPPER,
        topology.LEFT_EYE_LOWER,
        topology.RIGHT_EYE_UPPER,
        topology.RIGHT_EYE_LOWER,
        NOSTRILS,
    ]
    bare[np.concatenate(features)] = 0
    average = neighbours(topology.TRIANGLES, topology.MESH_POINTS)
    bare = np.where(np.asarray(average @ bare) > 0.7, bare, 0)
    held = np.asarray(mesh.weights.sum(1)).ravel()
    on_face = np.asarray(mesh.weights @ np.ones(topology.MESH_POINTS)) > 1 - 1e-4
    return np.where(on_face & (held > 0.999), np.clip(np.asarray(mesh.weights @ bare), 0, 1), 0) ** 2


def shadedness(image: NDArray[np.uint8], mesh: HeadMesh) -> float:
    """How far the face in `image` [S, S, 3] is shaded, 1, rather than drawn in flat tones or ink, 0."""
    bare = bare_skin(mesh) > SURE
    skin = np.zeros(image.shape[:2], np.uint8)
    for corners in np.rint(mesh.rest[mesh.triangles[bare[mesh.triangles].all(axis=1)], :2]).astype(np.int32):
        cv2.fillConvexPoly(skin, corners, (1,))
    levels = np.bincount(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[skin > 0], minlength=256).astype(np.float64)
    narrow, wide = (float(np.convolve(levels, np.ones(width), "valid").max()) for width in (TONE, TONES))
    low, high = DRAWN
    return float(np.clip((high - narrow / max(wide, 1)) / (high - low), 0, 1))
