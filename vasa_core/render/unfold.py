"""Unfolding a small part of a mesh: vertices move as little as needed until every triangle has some area.

Where closed lips are cut open, landmarks lie on both sides of the cut within a fraction of a pixel; a triangle turned
over there would tear when the lips part.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.frame import FaceFrame
from vasa_core.render.rims import Rim

ROOM = (0.2, 0.3)
"""Inter-ocular distances around the mouth, sideways past the corners and up and down, in which the mesh is unfolded."""
AJAR = 0.12
"""px of a frame of 512 by which the lips are parted next to their corners while the mesh is unfolded."""
SHARES = (1.0, 0.4, 0.1)
"""Where there is no room for triangles of the least size, smaller ones must do: shares of it, tried one by one."""
LEAST_AREA = 0.05
"""Twice the area in px^2 of a frame of 512 that a triangle has at least."""
THINNEST = 0.04
"""Height of a triangle as a share of its longest side."""
ROUNDS = 400
STEPS = 24
"""Steps of one vertex towards the best place inside the triangles around it."""


def unfold(
    rest: NDArray[np.float32], triangles: NDArray[np.int32], free: NDArray[np.int32], least: float, sharpest: float
) -> int:
    """Move the `free` vertices of `rest` [V, 3] in place (x, y) until triangles [N, 3] around them are sound.

    A triangle is sound if twice its area is at least `least` px^2 and its height at least `sharpest` of its longest
    side. Returns how many are not.
    """
    wanted = np.zeros(len(rest), bool)
    wanted[free] = True
    star = triangles[wanted[triangles].any(1)]
    corner, around = np.nonzero(wanted[star])
    vertices = star[corner, around]
    order = np.argsort(vertices, kind="stable")
    vertices, corner, around = vertices[order], corner[order], around[order]
    movable, first = np.unique(vertices, return_index=True)
    fans = np.stack([star[corner, (around + 1) % 3], star[corner, (around + 2) % 3]], 1).astype(np.int64)
    place = rest[:, :2].astype(np.float64)
    left = _unfold(
        place, movable.astype(np.int64), np.append(first, len(vertices)).astype(np.int64), fans, least, sharpest
    )
    rest[movable, :2] = place[movable]
    return int(left)


def unfold_mouth(
    rest: NDArray[np.float32], triangles: NDArray[np.int32], rim: Rim, pinned: NDArray[np.int32], frame: FaceFrame
) -> NDArray[np.int32]:
    """Unfold the mesh around the mouth in `rest` [V, 3]; the `pinned` vertices stay. Returns the vertices around it."""
    corners = rest[[rim.upper[0], rim.upper[-1]], :2]
    offset = rest[:, :2] - corners.mean(0)
    along = frame.right
    half = abs(float((corners[1] - corners[0]) @ along)) / 2 + ROOM[0] * frame.unit
    near = (np.abs(offset @ along) < half) & (np.abs(offset @ frame.down) < ROOM[1] * frame.unit)
    near[pinned] = False
    free = np.flatnonzero(near).astype(np.int32)
    # Shut lips leave the triangles at the very corners no area. They are told apart as if the lips parted a little.
    ajar = np.array([rim.upper[1], rim.upper[-2], rim.lower[1], rim.lower[-2]])
    parted = np.array([-1, -1, 1, 1])[:, None] * (AJAR * frame.px * frame.down)
    shut = rest[ajar, :2].copy()
    rest[ajar, :2] += parted
    for share in SHARES:
        if not unfold(rest, triangles, free, share * LEAST_AREA * frame.px**2, share * THINNEST):
            break
    rest[ajar, :2] = shut
    return free


@njit("float64(float64[:, ::1], float64, float64, int64, int64, float64, float64)", cache=True, nogil=True)
def _lack(place: NDArray, x: float, y: float, a: int, b: int, least: float, sharpest: float) -> float:
    """Doubled area of the triangle (x, y), a, b less what it should have."""
    ax, ay, bx, by = place[a, 0] - x, place[a, 1] - y, place[b, 0] - x, place[b, 1] - y
    cx, cy = bx - ax, by - ay
    longest = max(ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy)
    return ax * by - ay * bx - max(least, sharpest * longest)


@njit("int64(float64[:, ::1], int64[::1], int64[::1], int64[:, ::1], float64, float64)", cache=True, nogil=True)
def _unfold(place: NDArray, movable: NDArray, first: NDArray, fans: NDArray, least: float, sharpest: float) -> int:
    left = 0
    for _ in range(ROUNDS):
        left = 0
        for m in range(len(movable)):
            v = movable[m]
            x, y = place[v, 0], place[v, 1]
            worst = 0.0
            reach = 0.0
            for k in range(first[m], first[m + 1]):
                a, b = fans[k, 0], fans[k, 1]
                worst = min(worst, _lack(place, x, y, a, b, least, sharpest))
                reach = max(reach, np.hypot(place[a, 0] - x, place[a, 1] - y))
            if worst >= 0.0:
                continue
            left += 1
            step = 0.25 * reach
            best_x, best_y, best = x, y, worst
            for _ in range(STEPS):
                # Uphill of the worst triangle: at right angles to its far side.
                lowest, gx, gy = 1e18, 0.0, 0.0
                for k in range(first[m], first[m + 1]):
                    a, b = fans[k, 0], fans[k, 1]
                    lack = _lack(place, x, y, a, b, least, sharpest)
                    if lack < lowest:
                        lowest = lack
                        gx, gy = place[a, 1] - place[b, 1], place[b, 0] - place[a, 0]
                if lowest > best:
                    best_x, best_y, best = x, y, lowest
                if lowest >= 0.0:
                    break
                length = np.hypot(gx, gy)
                if length < 1e-9:
                    break
                x += step * gx / length
                y += step * gy / length
                step *= 0.8
            place[v, 0], place[v, 1] = best_x, best_y
        if left == 0:
            break
    return left
