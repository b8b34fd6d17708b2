"""Clothes and ornaments modelled by script: garments wrapped around the body, a hood, a crown, jewels."""

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from skin import smooth
from stage import Nodes, add_mesh, principled


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
        """Points [rows, columns, 3] from the lower edge to the upper (elevations [columns], rad), `offset` over the body."""
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
    ring = line[:, None] + r * (np.cos(turn)[None, :, None] * up[:, None] + np.sin(turn)[None, :, None] * other[:, None])
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


def cut_gem(name, place, size, material, outward, stretch=(1, 1, 0.6)):
    """A faceted stone looking `outward` [3]."""
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=2, radius=1.0, location=place)
    thing = bpy.context.object
    thing.name = name
    thing.scale = tuple(size * s for s in stretch)
    thing.rotation_euler = Vector(outward).to_track_quat("Z", "Y").to_euler()
    thing.data.materials.append(material)
    return thing


def gold(rough=0.24, colour=(0.95, 0.62, 0.24)):
    """Old, hammered gold."""
    n = Nodes("gold")
    place = n.add("ShaderNodeTexCoord").outputs["Object"]
    dents = n.noise(place, 14.0, 3.0)
    worn = n.math("ADD", rough - 0.08, n.math("MULTIPLY", n.noise(place, 35.0, 4.0), 0.2))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=colour, Metallic=1.0, Roughness=worn,
                   Normal=n.bump(dents, 0.25, 0.03))  # fmt: skip
    return n.finish(shader.outputs[0])


def jewel(colour):
    """A clear coloured stone: a deep gloss rather than refraction, which is noisy at this size."""
    return principled("jewel", Base_Color=colour, Roughness=0.08, Metallic=0.35, Coat_Weight=1.0, Coat_Roughness=0.03,
                      Specular_IOR_Level=0.9)  # fmt: skip


def pearl():
    """Pearls."""
    return principled("pearl", Base_Color=(0.78, 0.70, 0.62), Roughness=0.22, Coat_Weight=0.6, Coat_Roughness=0.08,
                      Subsurface_Weight=0.3, Subsurface_Scale=0.05)  # fmt: skip


def cloth(name, colour, rough=0.85, weave=26.0, sheen=0.35, dirt=0.25, bump=0.5):
    """Woven cloth."""
    n = Nodes(name)
    place = n.add("ShaderNodeTexCoord").outputs["Object"]
    thread = n.math("MULTIPLY", n.add("ShaderNodeTexWave", {"bands_direction": "Z"}, Vector=place, Scale=weave,
                    Distortion=1.5, Detail=1.0).outputs["Fac"], n.add("ShaderNodeTexWave", {"bands_direction": "X"},
                    Vector=place, Scale=weave, Distortion=1.5, Detail=1.0).outputs["Fac"])  # fmt: skip
    patch = n.noise(place, 3.0, 5.0, 0.6)
    tone = n.mix(n.math("MULTIPLY", patch, dirt * 2), colour, tuple(0.45 * c for c in colour))
    tone = n.mix(n.math("MULTIPLY", thread, 0.35), tone, tuple(0.6 * c for c in colour))
    relief = n.math("ADD", n.math("MULTIPLY", thread, 0.6), n.math("MULTIPLY", n.noise(place, 9.0, 3.0), 0.6))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=tone, Roughness=rough, Sheen_Weight=sheen,
                   Sheen_Roughness=0.5, Normal=n.bump(relief, bump, 0.02), Specular_IOR_Level=0.25)  # fmt: skip
    return n.finish(shader.outputs[0])


def leather(name, colour=(0.13, 0.055, 0.025), rough=0.48):
    """Worn leather."""
    n = Nodes(name)
    place = n.add("ShaderNodeTexCoord").outputs["Object"]
    cells = n.add("ShaderNodeTexVoronoi", {"feature": "DISTANCE_TO_EDGE"}, Vector=place, Scale=26.0).outputs["Distance"]
    stains = n.noise(place, 2.6, 6.0, 0.65)
    tone = n.mix(stains, tuple(0.35 * c for c in colour), tuple(min(1.5 * c, 1) for c in colour))
    worn = n.math("ADD", rough - 0.12, n.math("MULTIPLY", n.noise(place, 7.0, 4.0), 0.3))
    relief = n.math("ADD", n.math("MINIMUM", cells, 0.12), n.math("MULTIPLY", n.noise(place, 5.0, 5.0), 0.35))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=tone, Roughness=worn, Normal=n.bump(relief, 0.6, 0.04),
                   Specular_IOR_Level=0.45)  # fmt: skip
    return n.finish(shader.outputs[0])


def hood(head_top, eyes, random, material, width=1.06, front=-0.05, back=2.05, peak=0.10):
    """A hood: arches from shoulder to shoulder, one behind the other, closed at the back of the head.

    `head_top` height of the crown, `eyes` [3] their middle; `front` and `back` are measured from the eyes, dm.
    """
    columns, rows = 161, 56
    face_z = eyes[2]
    s = np.linspace(-1, 1, columns)[None]
    t = np.linspace(0, 1, rows)[:, None]
    # Towards the back the arch keeps its size and then closes like the end of an egg.
    close = np.sqrt(np.clip(1 - (np.clip(t - 0.30, 0, 1) / 0.70) ** 2.4, 0, 1))
    roof = head_top + 0.22 - 0.20 * smooth(0.32, 0.0, t)
    top = face_z + (roof - face_z) * (0.35 + 0.65 * close)
    bottom = face_z - 1.95 + 0.12 * t
    angle = s * np.pi / 2
    lift = np.clip(np.cos(angle), 0, 1) ** 0.54
    z = bottom + (top - bottom) * lift + peak * np.exp(-((s / 0.16) ** 2)) * (1 - 0.6 * t)
    bulge = np.sin(np.abs(angle)) ** 0.62 * np.sign(s)
    level = (z - bottom) / (top - bottom)
    waist = 1 + 0.42 * smooth(0.42, 0.0, level) - 0.10 * np.exp(-(((level - 0.33) / 0.12) ** 2))
    x = width * bulge * waist * (0.12 + 0.88 * close)
    y = eyes[1] + front + (back - front) * t + 0.30 * smooth(0.62, 0.05, level) * (1 - t) + 0.16 * smooth(0.5, 1.0, level) * (1 - t) ** 2
    fold = waves((rows, columns), random, (5, 9, 14), 0.028, 3.0) * (0.35 + 0.65 * smooth(0.7, 0.2, level))
    x = x * (1 + fold)
    z = z + 0.4 * fold * lift
    y = y + 0.5 * fold
    points = np.stack([x, np.broadcast_to(y, x.shape), z], axis=-1)
    garment("hood", points, material, 0.045, closed=False)
    tube("hem", points[0] + [0, -0.005, 0.01], 0.034, material, sides=12)
    return points


def crown(tree, middle, height, material, random, tilt=0.10, gap=0.07, band=0.17, points=10, rise=0.34):
    """A crown around the head at `height` (dm): band, fleurons with beads, stones; returns its height at the front."""
    columns, rows = 480, 14
    azimuth = np.arange(columns) / columns * 2 * np.pi
    d = np.stack([np.sin(azimuth), -np.cos(azimuth), 0 * azimuth], axis=-1)
    centre = np.array([0, middle, height])
    r = cast(tree, centre, d)
    spectrum = np.fft.rfft(r)
    spectrum[7:] = 0
    r = np.fft.irfft(spectrum, columns) + gap
    phase = (azimuth / (2 * np.pi) * points + 0.5) % 1 - 0.5
    big = np.abs(phase)
    spike = np.clip(1 - big / 0.30, 0, 1) ** 1.4 * rise + 0.10 * np.clip(1 - np.abs(big - 0.5) / 0.16, 0, 1) ** 1.5
    share = np.linspace(0, 1, rows)[:, None]
    tall = share * (band + spike[None])
    flare = 1 + 0.10 * tall
    lean = tilt * (-d[:, 1])[None] * 0
    sheet = np.stack([r * d[:, 0] * flare, middle + r * d[:, 1] * flare, height + tall + lean], axis=-1)
    sheet[..., 2] += tilt * (sheet[..., 1] - middle) * -1.0
    thing = garment("crown", sheet, material, 0.03, subdivide=1)
    for level, radius in ((0, 0.026), (None, 0.02)):
        at = sheet[0] if level == 0 else sheet[0] + [0, 0, band]
        grown = at.copy()
        grown[:, 0] *= 1.02
        grown[:, 1] = middle + (grown[:, 1] - middle) * 1.02
        tube("band", grown, radius, material, closed=True)
    tips = [int(round((k + 0.0) / points * columns)) % columns for k in range(points)]
    return thing, sheet, d, tips
