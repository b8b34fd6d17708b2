"""Hair styles and beards, grown on a `Head`."""

import numpy as np

from head import Head, hair_material
from skin import smooth
from strands import clump, grow, locks, shades, stray, taper, wave

MOUSTACHE = 0.085
"""Longest hair above the lips, dm: the lips must stay in sight to speak."""


def _down_the_skin(normal, direction):
    """The part of `direction` along the surface."""
    return direction - (direction * normal).sum(axis=1, keepdims=True) * normal


def cropped(head: Head, colour, length=0.18, count=26000, grey=0.1, receding=0.0, density=None):
    """Short hair, combed forwards and to the side, a little unruly."""
    r, random = head.regions, head.random
    thin = smooth(0.0, 0.12, r.scalp - receding) if density is None else density
    roots = head.roots(thin + 1e-9, count)
    start, normal, rest = roots(head.surface), roots(head.normals), roots(r.at)
    crown = rest - [0, -0.1, 8.45]
    away = crown / np.linalg.norm(crown, axis=1, keepdims=True)
    comb = away * [0.5, 0.9, 0.8] + np.array([0.35, -0.45, 0.25]) * smooth(7.6, 8.1, rest[:, 2])[:, None]
    comb = _down_the_skin(normal, comb + [0, 0, -0.25])
    comb /= np.maximum(np.linalg.norm(comb, axis=1, keepdims=True), 1e-6)
    comb += random.normal(0, 0.22, comb.shape)
    top = smooth(7.3, 8.2, rest[:, 2])
    each = length * (0.30 + 0.70 * top) * random.uniform(0.65, 1.1, count)
    points = grow(start, normal, lambda p, t: comb, each, 8, 0.5 + 0.5 * top, (head.surface, head.normals), 0.012)
    points = clump(points, locks(points, count // 45, random), random.uniform(0.2, 0.75, count), 1.3)
    points = stray(points, 0.014, random)
    radii = taper(count, 8, 0.0032, 0.25, 1.0, random)
    head.add_hair("hair", roots, points, radii, lambda: hair_material("hair"),
                  shades(count, colour, 0.25, random, grey))  # fmt: skip


def beard(head: Head, colour, length=0.20, cheek=0.07, count=24000, grey=0.15, steps=9, curl=0.0):
    """A full beard with a moustache, longest at the chin; `curl` dm of waves for a long one."""
    r, random = head.regions, head.random
    at = r.at
    lip = smooth(6.63, 6.67, at[:, 2]) * smooth(0.30, 0.24, np.abs(at[:, 0]))
    roots = head.roots(r.beard**0.8 * (1 + 2.5 * lip) + 1e-9, count)
    start, normal, rest = roots(head.surface), roots(head.normals), roots(r.at)
    x, z = np.abs(rest[:, 0]), rest[:, 2]
    side = np.sign(rest[:, 0])
    upper = smooth(6.63, 6.67, z) * smooth(0.30, 0.24, x)
    jaw = smooth(6.62, 6.40, z)
    out = np.stack([side * (0.25 + 0.65 * upper), -0.15 - 0.1 * jaw, -1.0 + 0.45 * upper], axis=1)
    under = smooth(6.2, 6.0, z)
    out[:, 1] -= 0.9 * under
    out += random.normal(0, 0.20, out.shape)
    chin = np.exp(-((x / 0.28) ** 2)) * jaw
    lip = min(MOUSTACHE, 0.03 + 0.5 * length)
    each = (cheek + (length - cheek) * (0.35 * jaw + 0.65 * chin)) * (1 - upper) + lip * upper
    each *= smooth(0.0, 0.55, roots(r.beard)) * 0.6 + 0.4
    each *= random.uniform(0.55, 1.1, count)

    def field(p, t):
        pull = np.zeros_like(p)
        pull[:, 0] = -p[:, 0] * 0.9 * t * chin
        return out + pull

    points = grow(start, normal, field, each, steps, 0.55 - 0.25 * upper, (head.surface, head.normals), 0.012, 0.35)
    leader = locks(points, count // (120 if curl else 40), random)
    points = clump(points, leader, random.uniform(0.1, 0.7, count), 1.2)
    if curl:
        points = wave(points, leader, curl * (each / length)[:, None], random, 2.0, 0.1)
    points = stray(points, 0.02 * (each / length)[:, None, None], random, 2.0)
    radii = taper(count, steps, 0.0036, 0.3, 1.0, random)
    head.add_hair("beard", roots, points, radii, lambda: hair_material("beard hair"),
                  shades(count, colour, 0.28, random, grey))  # fmt: skip


def swept_back(head: Head, colour, count=30000, volume=0.12, length=2.9, spread=0.78, grey=0.0):
    """Long hair parted in the middle, drawn back over the ears, falling behind them onto the shoulders."""
    r, random = head.regions, head.random
    roots = head.roots(smooth(0.2, 0.6, r.scalp) * smooth(6.7, 7.1, r.at[:, 2]) + 1e-9, count)
    start, normal, rest = roots(head.surface), roots(head.normals), roots(r.at)
    side = np.sign(rest[:, 0] + random.normal(0, 0.004, count))
    eyes = head.eyes_middle
    behind = np.stack([side * (spread + random.normal(0, 0.05, count)), np.full(count, eyes[1] + 1.05),
                       np.full(count, eyes[2] - 0.25)], axis=1)  # fmt: skip
    behind[:, 0] *= random.uniform(0.25, 1.0, count) ** 0.5
    each = length * random.uniform(0.8, 1.1, count)
    near_part = np.exp(-((rest[:, 0] / 0.35) ** 2))

    def field(p, t):
        toward = behind - p
        gap = np.linalg.norm(toward, axis=1, keepdims=True)
        toward /= np.maximum(gap, 1e-6)
        first = np.clip(1 - 3.0 * t, 0, 1)
        sideways = np.stack([side * (1.0 * near_part + 0.15), 0 * side, -0.35 * near_part], axis=1)
        passed = smooth(0.45, 0.15, gap[:, 0])[:, None] * (t > 0.2) + (t > 0.55)
        passed = np.clip(passed, 0, 1)
        down = np.stack([side * 0.04, np.full(len(p), -0.02), np.full(len(p), -1.0)], axis=1)
        return (toward + first * sideways * 1.3) * (1 - passed) + down * passed

    points = grow(start, normal, field, each, 30, 0.35, head.skull, volume)
    leader = locks(points, 260, random, side)
    points = clump(points, leader, random.uniform(0.3, 0.8, count), 0.7)
    points = wave(points, leader, 0.035, random, 3.5, 0.45)
    points = stray(points, 0.02, random, 1.5)
    radii = taper(count, 30, 0.0036, 0.5, 1.0, random)
    head.add_hair("hair", roots, points, radii, lambda: hair_material("hair", 0.28),
                  shades(count, colour, 0.18, random, grey))  # fmt: skip


def falling(head: Head, colour, count=16000, length=2.2, volume=0.06, curl=0.085, grey=0.0):
    """Loose wavy hair from a middle part, hugging the skull and falling beside the face."""
    r, random = head.regions, head.random
    roots = head.roots(
        smooth(0.2, 0.6, r.scalp) * smooth(0.2, -0.2, r.at[:, 1]) * smooth(7.2, 7.5, r.at[:, 2]) + 1e-9, count
    )
    start, normal, rest = roots(head.surface), roots(head.normals), roots(r.at)
    side = np.sign(rest[:, 0] + random.normal(0, 0.01, count))
    each = length * random.uniform(0.55, 1.1, count)
    reach = 0.66 + random.normal(0, 0.03, count) + 0.08 * smooth(-0.9, -0.2, rest[:, 1])
    eyes = head.eyes_middle

    def field(p, t):
        x = p[:, 0] * side
        beside = smooth(0.70, 1.0, x / reach)
        out = (1 - beside) * 1.0 + beside * np.clip((reach - x) * 3, -0.3, 0.3)
        low = smooth(-0.2, -1.0, p[:, 2] - eyes[2])
        ahead = 0.35 * (1 - beside) * smooth(-0.9, -1.2, p[:, 1]) + 0.05 * beside - 0.10 * low
        return np.stack([side * out, ahead, -(0.45 + 0.7 * beside)], axis=1)

    points = grow(start, normal, field, each, 34, 0.35, head.skull, volume)
    leader = locks(points, 110, random, side)
    points = clump(points, leader, random.uniform(0.35, 0.85, count), 0.7)
    points = wave(points, leader, curl, random, 2.2, 0.3)
    points = stray(points, 0.014, random, 2.0)
    radii = taper(count, 34, 0.0036, 0.3, 1.0, random)
    head.add_hair("locks", roots, points, radii, lambda: hair_material("locks", 0.3),
                  shades(count, colour, 0.2, random, grey))  # fmt: skip
