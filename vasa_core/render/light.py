"""`Light`: how the portrait's own light changes on a face that moves.

The picture holds the light of the enrolled moment. Where skin turns, it is made brighter or darker by the ratio of
shading after and before, estimated from the light's spherical harmonics and the directions of the mesh.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from vasa_core.face import topology
from vasa_core.render.layers import blur
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.shading import DARKEST, Shading, fit_shading
from vasa_core.render.skin import SURE, bare_skin, neighbours, shadedness

GAMMA = 2.2
"""Exponent from the picture's values to light (about that of sRGB)."""
STRONGEST = (0.7, 1.35)
"""Bounds of the gain: beyond, errors of the landmarks' depth would show as flicker."""
SMOOTHING = 2
"""Rounds in which each landmark's normal is averaged with its neighbours': the landmarks' depth is noisy."""
SAMPLE_BLUR = 0.02
"""Inter-ocular distances over which the picture is blurred before the skin is read: pores and hairs."""
ROOM_BLUR = 0.08
"""Inter-ocular distances over which the picture is blurred before its highlights are found: their rims fade softly."""
EXPLAINED = (0.15, 0.55)
"""Share of the skin's variance explained by the shape below which there is no relighting, and above which all of it."""
GRAZING = 0.35
"""Cosine between a skin's normal and the viewer below which its brightness is not read."""
SKIN_COLOUR = 0.035
"""Difference of chromaticity (r, g of r + g + b = 1, linear) from the skin's median that halves a sample's weight."""
HAIR_RADII = (1.0, 1.3, 1.1)
"""Half axes of the head with hair around its middle, inter-ocular distances: the directions of hair and ears."""
HAIR_SHARE = 0.5
"""Share of the relighting that hair shows when the head turns: it shines and shades itself."""
WHITE = (0.8, 0.98)
"""Brightest channel (share of full white) above which skin is relit ever less, and above which not at all: burnt out,
it has no colour left, and would turn grey."""
LEAST_SIDE = (0.03, 0.06)
"""Sides of triangles, inter-ocular distances, below which their directions are noise, and above which they count."""
SLIDING = 2
"""Rounds of neighbours over which light begins to follow the shape around lids and lips, which slide more than turn."""


class Light:
    """The light on one portrait, and what becomes of it on a deformed and turned face."""

    def __init__(self, image: NDArray[np.uint8], mesh: HeadMesh) -> None:
        """`image` [S, S, 3] RGB, the frame the mesh lies on."""
        count = topology.MESH_POINTS
        self._triangles = np.array(topology.TRIANGLES, np.int32)
        spreading = neighbours(self._triangles, count) ** SMOOTHING
        self._spread = _parts(spreading.tocsr())
        self._carry = _parts(mesh.weights.tocsr())
        normals = np.zeros((count, 3), np.float32)
        self._normals = normals
        _smooth_normals(np.ascontiguousarray(mesh.rest), self._triangles, *self._spread, normals)
        self.shading = _fit(image, mesh, normals)
        low, high = EXPLAINED
        explained = float(np.clip((self.shading.trust - low) / (high - low), 0, 1))
        self.strength = explained * shadedness(image, mesh)
        self._coefficients = self.shading.coefficients
        self._rest_normals = normals.copy()
        self._turn_share = self.strength / GAMMA
        self._shape_share = (self.strength / GAMMA * _reliable(mesh)).astype(np.float32)
        held = np.clip(np.asarray(mesh.weights.sum(1)).ravel(), 0, 1)
        outer = (1 - held) * mesh.head_share * HAIR_SHARE * self.strength / GAMMA
        self._room = _headroom(image, mesh)
        self._outer = np.flatnonzero(outer > 1e-3).astype(np.int32)
        self._outer_share = outer[self._outer].astype(np.float32)
        self._outer_normals = _hair_normals(mesh, self._outer)
        self._before = np.zeros(count, np.float32)
        self._outer_before = np.zeros(len(self._outer), np.float32)
        straight = np.eye(3, dtype=np.float32)
        _shade(normals, straight, self._coefficients, self._before)
        _shade(self._outer_normals, straight, self._coefficients, self._outer_before)

    def gain(self, position: NDArray[np.float32], rotation: NDArray[np.floating]) -> NDArray[np.float32]:
        """[V] what to multiply the texture's values by.

        Parameters: `position` [V, 3] px, the deformed face before its head moves; `rotation` [3, 3] of the head. At
        rest, unturned, every gain is exactly 1.
        """
        result = np.empty(len(position), np.float32)
        turn = np.ascontiguousarray(rotation, np.float32)
        position = np.ascontiguousarray(position, np.float32)
        _smooth_normals(position, self._triangles, *self._spread, self._normals)
        _gain(
            self._normals,
            self._rest_normals,
            turn,
            self._coefficients,
            self._before,
            self._shape_share,
            self._turn_share,
            *self._carry,
            self._outer,
            self._outer_normals,
            self._outer_before,
            self._outer_share,
            self._room,
            result,
        )
        return result


def _parts(matrix: sparse.csr_matrix) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    matrix.sort_indices()
    return matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data.astype(np.float32)


def _reliable(mesh: HeadMesh) -> NDArray[np.float64]:
    """[468] in [0, 1]: how far the light follows the shape: not at lids and lips, which slide, nor at the border."""
    share = np.ones(topology.MESH_POINTS)
    rims = [
        topology.FACE_OVAL,
        topology.LIPS_INNER_UPPER,
        topology.LIPS_INNER_LOWER,
        topology.LEFT_EYE_UPPER,
        topology.LEFT_EYE_LOWER,
        topology.RIGHT_EYE_UPPER,
        topology.RIGHT_EYE_LOWER,
    ]
    share[np.concatenate(rims)] = 0
    average = neighbours(topology.TRIANGLES, topology.MESH_POINTS)
    share = np.where(np.asarray(average @ share) < 1 - 1e-9, 0, share)
    for _ in range(SLIDING):
        share = np.asarray(average @ share)
    share[np.concatenate(rims)] = 0
    corners = mesh.rest[topology.TRIANGLES]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).mean(axis=1)
    size = np.full(topology.MESH_POINTS, np.inf)
    np.minimum.at(size, topology.TRIANGLES.ravel(), np.repeat(sides, 3) / mesh.frame.unit)
    low, high = LEAST_SIDE
    steady = np.clip((np.asarray(average @ np.minimum(size, high)) - low) / (high - low), 0, 1)
    return share * steady


def _fit(image: NDArray[np.uint8], mesh: HeadMesh, normals: NDArray[np.float32]) -> Shading:
    """The light of the portrait, read at the face's vertices."""
    weight = bare_skin(mesh)
    chosen = np.flatnonzero(weight > SURE)
    soft = blur((image / np.float32(255)) ** np.float32(GAMMA), max(SAMPLE_BLUR * mesh.frame.unit, 0.5))
    at = np.clip(np.floor(mesh.rest[chosen, :2]).astype(int), 0, np.array(image.shape[1::-1]) - 1)
    colour = soft[at[:, 1], at[:, 0]].astype(np.float64)
    direction = np.asarray(mesh.weights[chosen] @ normals, np.float64)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    facing = np.clip((-direction[:, 2] - GRAZING) / (1 - GRAZING), 0, 1)
    sure = weight[chosen] * facing
    brightness = colour @ np.array([0.2126, 0.7152, 0.0722])
    tint = colour[:, :2] / np.maximum(colour.sum(1, keepdims=True), 1e-4)
    off = np.linalg.norm(tint - np.median(tint[sure > 0.3], axis=0), axis=1)
    return fit_shading(direction, brightness, sure / (1 + (off / SKIN_COLOUR) ** 2))


def _headroom(image: NDArray[np.uint8], mesh: HeadMesh) -> NDArray[np.float32]:
    """[V] in [0, 1]: how far the picture's values tell of light: not where they are burnt out."""
    soft = blur(image.max(axis=2) / np.float32(255), max(ROOM_BLUR * mesh.frame.unit, 0.5))
    at = np.clip(np.floor(mesh.rest[:, :2]).astype(int), 0, np.array(image.shape[1::-1]) - 1)
    low, high = WHITE
    return np.clip((high - soft[at[:, 1], at[:, 0]]) / (high - low), 0, 1).astype(np.float32)


def _hair_normals(mesh: HeadMesh, chosen: NDArray[np.int32]) -> NDArray[np.float32]:
    """[n, 3] directions of vertices outside of the face: those of an ellipsoid around the head."""
    unit = mesh.frame.unit
    middle = np.array([*mesh.frame.eyes[:2], 0])
    across = ((mesh.rest[chosen] - middle) / unit / HAIR_RADII)[:, :2]
    away = np.linalg.norm(across, axis=1, keepdims=True)
    across = across / np.maximum(away / 0.98, 1)
    outward = np.column_stack([across, -np.sqrt(1 - (across**2).sum(1))]) / HAIR_RADII
    return (outward / np.linalg.norm(outward, axis=1, keepdims=True)).astype(np.float32)


@njit(
    "void(float32[:, ::1], int32[:, ::1], int32[::1], int32[::1], float32[::1], float32[:, ::1])",
    cache=True,
    nogil=True,
)
def _smooth_normals(
    position: NDArray, triangles: NDArray, starts: NDArray, columns: NDArray, weights: NDArray, normals: NDArray
) -> None:
    """Unit `normals` [n, 3] of the first n vertices, averaged by the sparse matrix (starts, columns, weights)."""
    count = normals.shape[0]
    raw = np.zeros((count, 3), np.float32)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = position[b, 0] - position[a, 0], position[b, 1] - position[a, 1], position[b, 2] - position[a, 2]
        vx, vy, vz = position[c, 0] - position[a, 0], position[c, 1] - position[a, 1], position[c, 2] - position[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in (a, b, c):
            raw[k, 0] += nx
            raw[k, 1] += ny
            raw[k, 2] += nz
    for i in range(count):
        size = np.sqrt(raw[i, 0] ** 2 + raw[i, 1] ** 2 + raw[i, 2] ** 2) + np.float32(1e-9)
        raw[i, 0] /= size
        raw[i, 1] /= size
        raw[i, 2] /= size
    for i in range(count):
        x = y = z = np.float32(0)
        for k in range(starts[i], starts[i + 1]):
            j = columns[k]
            x += weights[k] * raw[j, 0]
            y += weights[k] * raw[j, 1]
            z += weights[k] * raw[j, 2]
        size = np.sqrt(x * x + y * y + z * z) + np.float32(1e-9)
        normals[i, 0] = x / size
        normals[i, 1] = y / size
        normals[i, 2] = z / size


@njit("void(float32[:, ::1], float32[:, ::1], float64[::1], float32[::1])", cache=True, nogil=True)
def _shade(normals: NDArray, turn: NDArray, light: NDArray, result: NDArray) -> None:
    """Logarithm of the brightness [n] of unit `normals` [n, 3] turned by `turn` [3, 3]."""
    for i in range(normals.shape[0]):
        a, b, c = np.float64(normals[i, 0]), np.float64(normals[i, 1]), np.float64(normals[i, 2])
        x = turn[0, 0] * a + turn[0, 1] * b + turn[0, 2] * c
        y = turn[1, 0] * a + turn[1, 1] * b + turn[1, 2] * c
        z = turn[2, 0] * a + turn[2, 1] * b + turn[2, 2] * c
        value = (
            light[0]
            + light[1] * x
            + light[2] * y
            + light[3] * z
            + light[4] * x * y
            + light[5] * y * z
            + light[6] * x * z
            + light[7] * (x * x - y * y)
            + light[8] * (3 * z * z - 1)
        )
        over = value - DARKEST
        result[i] = np.log(DARKEST + 0.5 * (over + np.sqrt(over * over + DARKEST * DARKEST)))


@njit(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[::1], float32[::1], float32[::1], float64, "
    "int32[::1], int32[::1], float32[::1], int32[::1], float32[:, ::1], float32[::1], float32[::1], float32[::1], "
    "float32[::1])",
    cache=True,
    nogil=True,
)
def _gain(
    normals: NDArray,
    rest_normals: NDArray,
    turn: NDArray,
    light: NDArray,
    before: NDArray,
    shape_share: NDArray,
    turn_share: float,
    starts: NDArray,
    columns: NDArray,
    weights: NDArray,
    outer: NDArray,
    outer_normals: NDArray,
    outer_before: NDArray,
    outer_share: NDArray,
    room: NDArray,
    result: NDArray,
) -> None:
    """Gain [V] from the logarithms of shading before and after, landmarks carried to vertices by sparse weights."""
    low, high = np.log(STRONGEST[0]), np.log(STRONGEST[1])
    turned, after = np.empty(before.shape[0], np.float32), np.empty(before.shape[0], np.float32)
    _shade(rest_normals, turn, light, turned)
    _shade(normals, turn, light, after)
    for i in range(after.shape[0]):
        after[i] = (after[i] - turned[i]) * shape_share[i] + (turned[i] - before[i]) * turn_share
    for v in range(result.shape[0]):
        total = np.float32(0)
        for k in range(starts[v], starts[v + 1]):
            total += weights[k] * after[columns[k]]
        result[v] = total
    if len(outer) > 0 and (turn[0, 0] != 1 or turn[1, 1] != 1 or turn[2, 2] != 1):
        around = np.empty(outer.shape[0], np.float32)
        _shade(outer_normals, turn, light, around)
        for i in range(outer.shape[0]):
            result[outer[i]] += (around[i] - outer_before[i]) * outer_share[i]
    for v in range(result.shape[0]):
        change = np.float64(result[v])
        change *= room[v]
        bound = high if change > 0 else -low
        result[v] = np.exp(bound * np.tanh(change / bound))
