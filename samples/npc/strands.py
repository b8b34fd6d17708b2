"""Hair made strand by strand: roots on the skin, growth along a field of directions, clumps, stray hairs."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Roots:
    """Places on the skin: `corners` [S, 4] vertices and `weights` [S, 4], so that they follow any shape of it."""

    corners: np.ndarray
    weights: np.ndarray

    def __call__(self, values):
        """Values [N, ...] of the skin's vertices at the roots, [S, ...]."""
        return np.einsum("sk...,sk->s...", values[self.corners], self.weights)


def scatter(vertices, quads, density, count, random) -> Roots:
    """`count` roots, as many per area as `density` [N] says."""
    corner = vertices[quads]
    area = np.linalg.norm(np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1]), axis=1)
    chance = area * density[quads].mean(axis=1)
    picked = random.choice(len(quads), count, p=chance / chance.sum())
    u, v = random.uniform(size=(2, count))
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    return Roots(quads[picked], weights)


def grow(start, normal, field, length, steps=12, lift=0.0, surface=None, clearance=0.0, weight=0.0):
    """Strands [S, steps, 3].

    Parameters
    ----------
    start, normal : [S, 3] roots and outward normals
    field : function (points [S, 3], share 0..1) to directions [S, 3]
    length : [S] dm
    lift : how much of the first direction is the normal, falling to none along the strand; a number or [S]
    surface : (vertices, normals) that strands stay outside of by `clearance` dm
    weight : pull downwards, growing along the strand
    """
    tree = cKDTree(surface[0]) if surface is not None else None
    points = np.empty((len(start), steps, 3))
    points[:, 0] = start
    here = start.copy()
    lift = np.broadcast_to(lift, len(start))
    for k in range(1, steps):
        share = k / (steps - 1)
        ahead = field(here, share)
        ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
        ahead = ahead + normal * (lift * (1 - share) ** 1.5)[:, None]
        ahead[:, 2] -= weight * share
        ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
        here = here + ahead * (length / (steps - 1))[:, None]
        if tree is not None:
            _, nearest = tree.query(here)
            out = ((here - surface[0][nearest]) * surface[1][nearest]).sum(axis=1)
            least = clearance * min(1.0, 2 * share)
            here = here + np.maximum(least - out, 0)[:, None] * surface[1][nearest]
        points[:, k] = here
    return points


def locks(points, count, random, group=None):
    """[S] index of the strand that leads each strand's lock; `count` locks.

    `group` [S] keeps strands of different groups apart (the two sides of a part).
    """
    chosen = random.choice(len(points), count, replace=False)
    apart = np.zeros(len(points)) if group is None else 100.0 * np.asarray(group)
    place = np.column_stack([points[:, 0], apart])
    _, nearest = cKDTree(place[chosen]).query(place)
    return chosen[nearest]


def clump(points, leader, strength, power=1.0):
    """Draw strands towards their leaders (`locks`): `strength` (number or [S]) at the tips."""
    share = np.linspace(0, 1, points.shape[1])[None, :, None] ** power
    strength = np.broadcast_to(strength, len(points))[:, None, None]
    return points + (points[leader] - points) * share * strength


def wave(points, leader, amount, random, turns=3.0, begin=0.2):
    """Waves of about `amount` dm that all strands of a lock share."""
    count, steps = points.shape[:2]
    share = np.linspace(0, 1, steps)[None, :]
    phase = random.uniform(0, 6.28, (2, count))[:, leader, None]
    rate = random.uniform(0.75, 1.3, count)[leader, None] * turns * 6.28
    grown = np.clip((share - begin) / 0.3, 0, 1) * amount
    bend = np.zeros_like(points)
    bend[..., 0] = np.sin(phase[0] + rate * share) * grown
    bend[..., 1] = np.sin(phase[1] + rate * share * 0.9) * grown
    return points + bend


def stray(points, amount, random, waves=2.0):
    """Bend each strand its own way by about `amount` dm at its tip."""
    count, steps = points.shape[:2]
    share = np.linspace(0, 1, steps)[None, :, None]
    straight = random.normal(size=(count, 1, 3)) * share**1.5
    phase, rate = random.uniform(0, 6.28, (count, 1, 3)), random.uniform(0.5, 1.5, (count, 1, 3)) * waves
    curl = (np.sin(phase + rate * share * 6.28) - np.sin(phase)) * share**0.7
    return points + amount * (0.7 * straight + 0.5 * curl * random.normal(size=(count, 1, 3)))


def taper(count, steps, radius, tip=0.15, root=1.0, random=None):
    """Radii [S, K], dm."""
    share = np.linspace(0, 1, steps)
    shape = np.interp(share, [0, 0.5, 1], [root, 1, tip])
    each = random.uniform(0.7, 1.3, count) if random is not None else np.ones(count)
    return radius * each[:, None] * shape[None]


def shades(count, colour, spread, random, grey=0.0, grey_colour=(0.30, 0.28, 0.26)):
    """[S, 3] colours around one; a share `grey` of them grey."""
    tint = np.asarray(colour) * np.exp(random.normal(0, spread, (count, 1)))
    mask = random.uniform(size=count) < grey
    tint[mask] = np.asarray(grey_colour) * np.exp(random.normal(0, 0.15, (mask.sum(), 1)))
    return tint
