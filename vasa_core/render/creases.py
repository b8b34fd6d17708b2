"""`Creases`: folds that skin throws where it is compressed, finer than the mesh: soft dark lines laid over the sheet.

Where a fold runs is anatomy, the same on everybody; how deep it is follows from the mesh alone: skin that is pushed
together across a fold's line throws one there.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from vasa_core.face import topology
from vasa_core.render.folds import FOLDS, Fold
from vasa_core.render.layers import blur
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.raster import first_centre
from vasa_core.render.skin import shadedness

ACROSS = np.array([0.0, 0.08, 0.32, 0.72, 1.0, 0.82, 0.5, 0.22, 0.06, 0.0])
"""Depth of a fold across its line, from the side that bulges over it to the side in its shadow."""
PLACES = np.array([-1.3, -0.9, -0.5, -0.2, 0.05, 0.35, 0.7, 1.15, 1.6, 2.1])
"""Where across, in widths of the fold."""
STEPS = 14
"""Columns along a fold."""
TAPER = 0.3
"""Share of a fold's length over which each end fades."""
SHADOW = np.array([0.55, 0.3, 0.25])
"""What is left of red, green and blue at the bottom of a fold of depth 1: light comes through skin reddened."""
CHEEKS = (50, 280, 205, 425, 101, 330, 36, 266)
"""Landmarks on the cheeks: what colour the skin has."""
SKIN_BLUR = 0.02
"""Inter-ocular distances over which colours are averaged."""
SKIN_TINT, SKIN_DARK = 0.16, 0.45
"""Difference in tint, and in darkness, from the cheeks (natural logarithm of the picture's values) from which a fold
fades; at twice that it is gone: hair, glasses, beards, deep shadow."""
LEAST = 1 / 256
"""Fainter folds are not drawn."""
CANDIDATES = 24
"""Triangles around a point among which the one that holds it is looked for."""


class Creases:
    """The folds of one portrait."""

    def __init__(self, image: NDArray[np.uint8], mesh: HeadMesh) -> None:
        """`image` [S, S, 3] RGB, the frame the mesh lies on."""
        rest = mesh.rest.astype(np.float64)
        partner = _partners()
        pairs: list[tuple[int, int]] = []
        limits, places, shares, triangles = [], [], [], []
        whole = [(fold, side) for fold in FOLDS for side in ((False, True) if fold.mirrored else (False,))]
        total = sum(len(fold.pairs) for fold, _ in whole)
        for number, (fold, left) in enumerate(whole):
            path = [{int(partner[k]) if left else k: share for k, share in point.items()} for point in fold.path]
            line = np.array([sum(share * rest[k, :2] for k, share in point.items()) for point in path])
            places.append(_strip(line, fold.width * mesh.frame.unit * (-1 if left else 1)))
            shares.append(_depths(fold, len(pairs), total))
            triangles.append(_grid() + number * STEPS * len(PLACES))
            pairs += [(int(partner[a]), int(partner[b])) if left else (a, b) for a, b in fold.pairs]
            limits += [(fold.begin, fold.full)] * len(fold.pairs)
        self._pairs, self._limits = np.array(pairs), np.array(limits)
        self._lengths = self._distances(mesh.rest)
        where = np.concatenate(places)
        bare = shadedness(image, mesh) * _bare(image, where, rest, mesh.frame.unit)
        self._shares = np.concatenate(shares) * bare[:, None]
        self._triangles = np.concatenate(triangles).astype(np.int32)
        self._corners, self._weights = embed(where, rest[:, :2], mesh.triangles)

    def settle(self, neutral: NDArray[np.float32]) -> None:
        """Take the face at rest, `neutral` [V, 3] px: what is pressed there anyway, as a smile comes off, folds not."""
        self._lengths = np.minimum(self._lengths, self._distances(neutral))

    def depth(self, position: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n] how deep each vertex of the folds lies in shadow, 0 to 1, on a face [V, 3] px before its head moves."""
        pressed = 1 - self._distances(position) / self._lengths
        begin, full = self._limits.T
        signal = np.clip((pressed - begin) / (full - begin), 0, 1)
        if not signal.any():
            return np.zeros(len(self._shares), np.float32)
        return (self._shares @ (signal * signal * (3 - 2 * signal))).astype(np.float32)

    def draw(self, frame: NDArray[np.uint8], shape: NDArray[np.float32], position: NDArray[np.float32]) -> None:
        """Darken the folds in `frame` [H, W, 4]: the face `shape` [V, 3] px, drawn at `position` [V, 2] px."""
        depth = self.depth(shape)
        if depth.max() < LEAST:
            return
        places = np.einsum("nk,nkd->nd", self._weights, position[self._corners, :2])
        darken(frame, places.astype(np.float32), depth, self._triangles)

    def _distances(self, position: NDArray[np.float32]) -> NDArray[np.float64]:
        across = position[self._pairs[:, 0]] - position[self._pairs[:, 1]]
        return np.asarray(np.sqrt((across.astype(np.float64) ** 2).sum(1)))


def _partners() -> NDArray[np.int64]:
    """[468] each landmark's partner on the other side of the face."""
    flipped = topology.CANONICAL[: topology.MESH_POINTS] * [-1, 1, 1]
    gaps = np.linalg.norm(flipped[:, None] - topology.CANONICAL[None, : topology.MESH_POINTS], axis=2)
    return np.asarray(gaps.argmin(axis=1))


def _strip(line: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """[STEPS * len(PLACES), 2] px: columns evenly along a polyline [k, 2], each laid across it."""
    at = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    curve = CubicSpline(at, line)
    even = np.linspace(0, at[-1], STEPS)
    along = curve(even, 1)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.linalg.norm(along, axis=1, keepdims=True)
    return (curve(even)[:, None] + width * PLACES[:, None] * across[:, None]).reshape(-1, 2)


def _depths(fold: Fold, first: int, total: int) -> NDArray[np.float64]:
    """[STEPS * len(PLACES), total] depth of each vertex for a full signal of each pair; `first` is the fold's own."""
    along = np.linspace(0, 1, STEPS)
    ends = np.clip(np.minimum(along, 1 - along) / TAPER, 0, 1)
    profile = fold.depth * (ends * ends * (3 - 2 * ends))[:, None] * ACROSS
    between = np.zeros((STEPS, total))
    stations = np.linspace(0, 1, len(fold.pairs))
    for k in range(len(fold.pairs)):
        between[:, first + k] = np.interp(along, stations, np.arange(len(fold.pairs)) == k)
    return (profile[:, :, None] * between[:, None]).reshape(-1, total)


def _bare(
    image: NDArray[np.uint8], points: NDArray[np.float64], rest: NDArray[np.float64], unit: float
) -> NDArray[np.float64]:
    """[n] in [0, 1]: how surely `points` [n, 2] px are bare skin, not hair or glasses: by the cheeks' colour."""
    soft = blur(image / np.float32(255), max(SKIN_BLUR * unit, 0.5))

    def colour(at: NDArray[np.float64]) -> NDArray[np.float64]:
        pixel = np.clip(np.floor(at).astype(int), 0, np.array(image.shape[1::-1]) - 1)
        return soft[pixel[:, 1], pixel[:, 0]].astype(np.float64)

    skin = np.median(colour(rest[list(CHEEKS), :2]), axis=0)
    off = np.log(np.maximum(colour(points), 0.01) / np.maximum(skin, 0.01))
    dark, tint = off.mean(axis=1), np.abs(off - off.mean(axis=1, keepdims=True)).max(axis=1)
    return np.clip(2 - np.maximum(tint / SKIN_TINT, -dark / SKIN_DARK), 0, 1)


def _grid() -> NDArray[np.int64]:
    """Triangles of one strip."""
    number = np.arange(STEPS * len(PLACES)).reshape(STEPS, len(PLACES))
    a, b, c, d = (part.ravel() for part in (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]))
    return np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)])


def embed(
    points: NDArray[np.float64], flat: NDArray[np.float64], triangles: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Vertices [n, 3] and barycentric weights [n, 3] of the triangles over `flat` [V, 2] that hold `points` [n, 2]."""
    near = np.asarray(cKDTree(flat[triangles].mean(axis=1)).query(points, CANDIDATES)[1])
    a, b, c = (flat[triangles[near, k]] for k in range(3))
    u, v, w = b - a, c - a, points[:, None] - a
    area = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    one = (w[..., 0] * v[..., 1] - w[..., 1] * v[..., 0]) / area
    two = (u[..., 0] * w[..., 1] - u[..., 1] * w[..., 0]) / area
    shares = np.stack([1 - one - two, one, two], axis=-1)
    best = shares.min(axis=-1).argmax(axis=1)
    rows = np.arange(len(points))
    return triangles[near[rows, best]].astype(np.int64), shares[rows, best]


@njit("void(uint8[:, :, ::1], float32[:, ::1], float32[::1], int32[:, ::1])", cache=True, nogil=True)
def darken(frame: NDArray, position: NDArray, depth: NDArray, triangles: NDArray) -> None:
    """Darken `frame` [H, W, 4] under triangles over `position` [n, 2] px by `depth` [n], interpolated; each px once."""
    red, green, blue = 1 - SHADOW[0], 1 - SHADOW[1], 1 - SHADOW[2]
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if depth[a] + depth[b] + depth[c] < LEAST:
            continue
        if position[b, 1] < position[a, 1]:
            a, b = b, a
        if position[c, 1] < position[a, 1]:
            a, c = c, a
        if position[c, 1] < position[b, 1]:
            b, c = c, b
        ax, ay = np.float64(position[a, 0]), np.float64(position[a, 1])
        bx, by = position[b, 0] - ax, position[b, 1] - ay
        cx, cy = position[c, 0] - ax, position[c, 1] - ay
        area = bx * cy - cx * by
        if abs(area) < 1e-9:
            continue
        inverse = 1 / area
        rise_b, rise_c = depth[b] - depth[a], depth[c] - depth[a]
        slope_x = (rise_b * cy - rise_c * by) * inverse
        slope_y = (rise_c * bx - rise_b * cx) * inverse
        for y in range(max(first_centre(ay), 0), min(first_centre(ay + cy), frame.shape[0])):
            dy = y + 0.5 - ay
            one = dy * cx / cy
            two = dy * bx / by if dy < by else bx + (dy - by) * (cx - bx) / (cy - by)
            left = max(first_centre(ax + min(one, two)), 0)
            right = min(first_centre(ax + max(one, two)), frame.shape[1])
            here = depth[a] + (left + 0.5 - ax) * slope_x + dy * slope_y
            for x in range(left, right):
                share = min(max(here, 0.0), 1.0)
                frame[y, x, 0] = np.uint8(frame[y, x, 0] * (1 - share * red) + 0.5)
                frame[y, x, 1] = np.uint8(frame[y, x, 1] * (1 - share * green) + 0.5)
                frame[y, x, 2] = np.uint8(frame[y, x, 2] * (1 - share * blue) + 0.5)
                here += slope_x
