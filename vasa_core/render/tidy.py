"""Putting a mesh in order: no triangle turned over, no depth so steep that turning the head would fold it."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import gaussian_filter, map_coordinates

SMALLEST_AREA = 0.02
"""Twice the area in px^2 of a frame of 512 that a triangle keeps when the mesh is untangled."""
THINNEST = 0.1
"""Height of a triangle as a share of its longest side below which it counts as a sliver: it would turn over soon."""
CELL = 3.0
"""px of a frame of 512 between the points of the grid on which depth is limited."""
SMOOTHING = 4.0
"""px of a frame of 512 over which limited depth is smoothed."""


def doubled_areas(position: NDArray, triangles: NDArray[np.int32]) -> NDArray:
    """[N] twice the signed area of triangles over `position` [V, 2 or 3]; positive where they face the viewer."""
    a, b, c = (position[triangles[:, k], :2] for k in range(3))
    return (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])


def untangle(
    rest: NDArray[np.float32],
    triangles: NDArray[np.int32],
    pinned: NDArray[np.int32],
    px: float = 1.0,
    rounds: int = 200,
) -> None:
    """Move vertices of `rest` [V, 3] but the `pinned` in place (x, y only) until no triangle is turned over or thin.

    Turned heads have a cheek whose landmarks fold over its outline; those vertices settle between their neighbours.
    """
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    count = len(rest)
    links = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr()
    links = ((links + links.T) > 0).astype(np.float64)
    mean = sparse.diags_array(1 / np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1)) @ links
    for turn in range(rounds):
        bad = np.zeros(count)
        areas = doubled_areas(rest, triangles)
        sides = [rest[triangles[:, k - 1], :2] - rest[triangles[:, k], :2] for k in range(3)]
        longest = np.max([(side * side).sum(1) for side in sides], axis=0)
        bad[triangles[areas <= np.maximum(SMALLEST_AREA * px * px, THINNEST * longest)]] = 1
        if not bad.any():
            return
        for _ in range(turn // 40):
            bad = np.asarray(links @ bad)
        bad[pinned] = 0
        moving = bad > 0
        rest[moving, :2] += 0.3 * ((mean @ rest[:, :2])[moving] - rest[moving, :2])


def limit_slope(rest: NDArray[np.float32], steepest: float, px: float = 1.0) -> None:
    """Bring far vertices of `rest` [V, 3] nearer in place until depth rises at most `steepest` px per px across."""
    cell = CELL * px
    low = rest[:, :2].min(0)
    columns, rows = (np.ceil((rest[:, :2].max(0) - low) / cell)).astype(int) + 1
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    surface = LinearNDInterpolator(rest[:, :2].astype(np.float64), rest[:, 2].astype(np.float64))
    high = rest[:, :2].max(0)
    depth = surface(np.minimum(x * cell + low[0], high[0]), np.minimum(y * cell + low[1], high[1]))
    depth[np.isnan(depth)] = np.inf
    every, head, tail = slice(None), slice(None, -1), slice(1, None)
    straight, diagonal = steepest * cell, steepest * cell * np.sqrt(2)
    neighbours = (
        ((every, head), (every, tail), straight),
        ((head, every), (tail, every), straight),
        ((head, head), (tail, tail), diagonal),
        ((head, tail), (tail, head), diagonal),
    )
    for _ in range(max(rows, columns)):
        before = depth.copy()
        for near, far, rise in neighbours:
            np.minimum(depth[far], depth[near] + rise, out=depth[far])
            np.minimum(depth[near], depth[far] + rise, out=depth[near])
        if np.array_equal(before, depth):
            break
    depth = gaussian_filter(depth, SMOOTHING / CELL, mode="nearest")
    at = (rest[:, :2] - low) / cell
    rest[:, 2] = map_coordinates(depth, [at[:, 1], at[:, 0]], order=1, mode="nearest")


def flatten_steep(rest: NDArray[np.float32], triangles: NDArray[np.int32], steepest: float, rounds: int = 150) -> None:
    """Change depths of `rest` [V, 3] in place until no triangle is steeper than `steepest`, px of depth per px across.

    Each steep triangle is flattened about its mean depth, again and again (position based dynamics, Mueller 2007).
    """
    corners = rest[triangles, :2].astype(np.float64)
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = one[:, 0] * two[:, 1] - two[:, 0] * one[:, 1]
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    depth = rest[:, 2].astype(np.float64)
    flat = triangles.ravel()
    for _ in range(rounds):
        z = depth[triangles]
        dz_one, dz_two = z[:, 1] - z[:, 0], z[:, 2] - z[:, 0]
        slope = np.hypot(dz_one * two[:, 1] - dz_two * one[:, 1], dz_two * one[:, 0] - dz_one * two[:, 0])
        slope /= np.abs(area)
        steep = slope > steepest
        if not steep.any():
            break
        keep = 0.98 * steepest / slope[steep]
        mean = z[steep].mean(1, keepdims=True)
        change = np.zeros_like(z)
        change[steep] = (mean - z[steep]) * (1 - keep[:, None])
        total = np.bincount(flat, change.ravel(), len(depth))
        count = np.bincount(flat, np.repeat(steep, 3).astype(float), len(depth))
        depth += total / np.maximum(count, 1)
    rest[:, 2] = depth
