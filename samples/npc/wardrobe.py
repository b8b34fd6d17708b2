"""Clothes modelled by script: garments wrapped around the body, cords, beads and stones."""

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from stage import add_mesh


def tree_of(vertices, quads) -> BVHTree:
    """For casting rays at a mesh."""
    return BVHTree.FromPolygons([tuple(v) for v in vertices], [tuple(q) for q in quads])


def cast(tree, origin, directions, far=4.0, miss=1.5):
    """Distance [N] from `origin` along each direction to the outermost surface."""
    out = np.full(len(directions), miss)
    origin = Vector(origin)
    for i, d in enumerate(directions):
        d = Vector(d)
        hit = tree.ray_cast(origin + d * far, -d, far)
        if hit[0] is not None:
            out[i] = (hit[0] - origin).length
    return out


def grid_quads(rows, columns, closed):
    """Quads of a grid, `closed` in the second direction."""
    index = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(index, -1, axis=1) if closed else index[:, 1:]
    left = index if closed else index[:, :-1]
    return np.stack([left[:-1], right[:-1], right[1:], left[1:]], axis=-1).reshape(-1, 4)


def thicken(thing, thickness, subdivide=1, bevel=0.0):
    """Cloth with two sides and soft edges."""
    solid = thing.modifiers.new("solidify", "SOLIDIFY")
    solid.thickness, solid.offset = thickness, 1.0
    if bevel:
        edge = thing.modifiers.new("bevel", "BEVEL")
        edge.width, edge.segments, edge.limit_method = bevel, 2, "ANGLE"
    if subdivide:
        smoother = thing.modifiers.new("subsurf", "SUBSURF")
        smoother.levels = smoother.render_levels = subdivide
    return thing


def soften(field, times, closed=True):
    """Blur a grid of values [rows, columns]."""
    for _ in range(times):
        around = np.roll(field, 1, axis=1) + np.roll(field, -1, axis=1) if closed else 2 * field
        padded = np.pad(field, ((1, 1), (0, 0)), mode="edge")
        field = 0.5 * field + 0.125 * around + 0.125 * (padded[:-2] + padded[2:])
    return field


def waves(shape, random, along, strength, drift=1.5):
    """Folds: sums of waves over the second direction of a grid, wandering along the first."""
    rows, columns = shape
    u = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None]
    v = np.linspace(0, 1, rows)[:, None]
    total = np.zeros(shape)
    for count in along:
        phase, sway = random.uniform(0, 6.28, 2)
        bend = drift * np.sin(2.0 * v + sway) + random.uniform(-1, 1) * v
        total += np.sin(count * u + phase + bend) * random.uniform(0.4, 1) / len(along) ** 0.5
    return strength * total


class Wrap:
    """A sheet around neck and shoulders, seen from a point inside the chest: azimuth by elevation.

    Azimuth 0 is the front (towards the camera), a quarter turn is the viewer's right.
    """

    def __init__(self, tree, centre=(0.0, -0.55, 4.3), columns=256, rows=90, steepest=1.50, lowest=-0.35) -> None:
        self.tree, self.centre = tree, np.asarray(centre, float)
        self.azimuth = np.arange(columns) / columns * 2 * np.pi
        self.columns, self.rows = columns, rows
        self.lowest, self.steepest = lowest, steepest

    def direction(self, azimuth, elevation):
        """Unit vectors [..., 3]."""
        return np.stack([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation),
                         np.sin(elevation) + 0 * azimuth], axis=-1)  # fmt: skip

    def sheet(self, upper, offset, lower=None, smoothing=6, folds=None):
        """Points [rows, columns, 3] from the lower edge to `upper` (elevations [columns], rad), `offset` over it."""
        share = np.linspace(0, 1, self.rows)[:, None]
        low = self.lowest if lower is None else lower
        elevation = low + (upper - low) * share
        azimuth = np.broadcast_to(self.azimuth, elevation.shape)
        d = self.direction(azimuth, elevation)
        r = cast(self.tree, self.centre, d.reshape(-1, 3)).reshape(elevation.shape)
        r = np.minimum(r, 1.55 / np.maximum(np.sin(elevation), 0.3))
        r = soften(np.maximum(r, soften(r, smoothing)), smoothing) + offset
        if folds is not None:
            r = r + folds
        return self.centre + d * r[..., None]


def on_sheet(sheet, centre, azimuth, share, lift):
    """Points lying `lift` dm above a sheet of `Wrap`, at azimuths (rad) and shares 0..1 of its height (same shape)."""
    rows, columns = sheet.shape[:2]
    column = (azimuth / (2 * np.pi) * columns) % columns
    row = np.clip(share, 0, 1) * (rows - 1)
    c0, r0 = np.floor(column).astype(int), np.minimum(np.floor(row).astype(int), rows - 2)
    u, v = (column - c0)[..., None], (row - r0)[..., None]
    c0, c1 = c0 % columns, (c0 + 1) % columns
    low = sheet[r0, c0] * (1 - u) + sheet[r0, c1] * u
    high = sheet[r0 + 1, c0] * (1 - u) + sheet[r0 + 1, c1] * u
    point = low * (1 - v) + high * v
    off = point - centre
    return point + lift * off / np.linalg.norm(off, axis=-1, keepdims=True)


def garment(name, points, material, thickness=0.03, closed=True, subdivide=1, attributes=None):
    """A sheet of points [rows, columns, 3] as cloth."""
    rows, columns = points.shape[:2]
    thing = add_mesh(name, points.reshape(-1, 3), grid_quads(rows, columns, closed), material, attributes)
    return thicken(thing, thickness, subdivide)


def tube(name, line, radius, material, closed=False, sides=14):
    """A round cord along points [K, 3]; `radius` a number or [K]."""
    line = np.asarray(line, float)
    count = len(line)
    ahead = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0) if closed else np.gradient(line, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    up = np.cross(ahead, [0.31, 0.2, 0.93])
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-9)
    other = np.cross(ahead, up)
    turn = np.arange(sides) / sides * 2 * np.pi
    r = np.broadcast_to(radius, count)[:, None, None]
    ring = line[:, None] + r * (
        np.cos(turn)[None, :, None] * up[:, None] + np.sin(turn)[None, :, None] * other[:, None]
    )
    quads = grid_quads(count, sides, True)
    if closed:
        last = np.arange(sides) + (count - 1) * sides
        first = np.arange(sides)
        quads = np.vstack([quads, np.stack([last, np.roll(last, -1), np.roll(first, -1), first], axis=-1)])
    return add_mesh(name, ring.reshape(-1, 3), quads, material)


def bead(name, place, radius, material, stretch=(1, 1, 1), turn=None):
    """A ball or a stretched one."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=32, ring_count=20, radius=1.0, location=place)
    thing = bpy.context.object
    thing.name = name
    thing.scale = tuple(radius * s for s in stretch)
    if turn is not None:
        thing.rotation_euler = turn
    for face in thing.data.polygons:
        face.use_smooth = True
    thing.data.materials.append(material)
    return thing


def cut_gem(name, place, size, material, outward, stretch=(1, 1, 0.6), polished=False):
    """A stone looking `outward` [3], faceted or polished round."""
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=4 if polished else 2, radius=1.0, location=place)
    thing = bpy.context.object
    thing.name = name
    thing.scale = tuple(size * s for s in stretch)
    thing.rotation_euler = Vector(outward).to_track_quat("Z", "Y").to_euler()
    for face in thing.data.polygons:
        face.use_smooth = polished
    thing.data.materials.append(material)
    return thing
