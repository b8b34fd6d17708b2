"""Skin: where on the face is what (masks on the undeformed mesh), its colours, and the material."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from anny_body import Body, Fine
from stage import Nodes

EYE = np.array([0.308, -1.38, 7.285])
"""Middle between the lids of the eye on the viewer's right, on the undeformed head (dm)."""
LIP_RINGS = 5
"""Rings of vertices from the lips' inner edge to the border of the red."""
BROW_LINE = np.array([[0.085, 7.425], [0.22, 7.475], [0.36, 7.500], [0.46, 7.480], [0.56, 7.415]])
"""Middle of a brow: x, z (dm)."""
HAIRLINE = np.array([[0.0, 8.03], [0.25, 8.01], [0.42, 7.92], [0.52, 7.75], [0.60, 7.55], [0.66, 7.30]])
"""Front edge of the scalp's hair: |x|, z (dm)."""


def smooth(low, high, value):
    """0 below `low`, 1 above `high`."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def blob(points, centre, size):
    """A soft spot around `centre` [3] and its mirror image; `size` is sigma, a number or [3]."""
    total = np.zeros(len(points))
    for side in (1, -1) if abs(centre[0]) > 1e-6 else (1,):
        off = (points - np.asarray(centre) * [side, 1, 1]) / np.asarray(size)
        total += np.exp(-0.5 * (off**2).sum(axis=1))
    return total


def smear(points, centre, size, tilt=0.0):
    """A soft spot on one side only, its length turned by `tilt` rad in the plane of the face."""
    off = points - np.asarray(centre)
    x, z = off[:, 0] * np.cos(tilt) + off[:, 2] * np.sin(tilt), off[:, 2] * np.cos(tilt) - off[:, 0] * np.sin(tilt)
    return np.exp(-0.5 * ((x / size[0]) ** 2 + (off[:, 1] / 0.3) ** 2 + (z / size[1]) ** 2))


class Regions:
    """Masks [N] in 0..1 on the fine, undeformed skin."""

    def __init__(self, body: Body, fine: Fine, brow_width: float = 1.0) -> None:
        self.at = at = fine(body.vertices)
        coarse = body.quads["skin"]
        flags = np.zeros(len(body.vertices))
        lips = body.lip_rim
        for _ in range(LIP_RINGS):
            lips = np.unique(coarse[np.isin(coarse, lips).any(axis=1)])
        rim = body.vertices[body.lip_rim]
        flags[lips] = 1.0
        self.lips = smooth(0.25, 0.8, fine(flags))
        inside = np.zeros(len(body.vertices))
        inside[body.mouth_inside] = 1.0
        self.cavity = smooth(0.5, 1.0, fine(inside)) * (at[:, 1] > rim[:, 1].min() + 0.06)
        lids = body.vertices[body.left_lid_rim]
        both = np.concatenate([lids, lids * [-1, 1, 1]])
        dense = np.concatenate([both + (np.roll(both, -1, axis=0) - both) * k for k in (0, 0.5)])
        self.lid_edge = np.exp(-((cKDTree(dense).query(at)[0] / 0.016) ** 2))
        front = smooth(-0.75, -1.05, at[:, 1])
        self.cheeks = blob(at, (0.44, -1.25, 6.98), (0.17, 0.3, 0.15))
        self.nose = blob(at, (0, -1.65, 6.93), (0.13, 0.25, 0.11))
        self.nostrils = blob(at, (0.11, -1.52, 6.88), (0.05, 0.1, 0.04))
        self.ears = smooth(0.69, 0.74, np.abs(at[:, 0])) * smooth(6.6, 6.8, at[:, 2])
        self.chin = blob(at, (0, -1.5, 6.32), (0.14, 0.2, 0.09))
        self.sockets = blob(at, (0.29, -1.35, 7.30), (0.16, 0.15, 0.10))
        self.bags = blob(at, (0.27, -1.38, 7.16), (0.10, 0.1, 0.028))
        self.inner_corner = blob(at, (0.155, -1.36, 7.27), (0.035, 0.08, 0.05))
        self.forehead = blob(at, (0, -1.4, 7.75), (0.4, 0.4, 0.2)) * front
        x, z = np.abs(at[:, 0]), at[:, 2]
        self.brows = self._brows(at, brow_width) * front
        line = np.interp(x, HAIRLINE[:, 0], HAIRLINE[:, 1])
        behind = smooth(-0.62, -0.42, at[:, 1])
        above = smooth(-0.05, 0.06, z - line)
        nape = smooth(6.35, 6.75, z - 0.25 * smooth(0.2, -0.3, at[:, 1]))
        self.scalp = np.maximum(above, behind * nape) * (1 - self.ears)
        self.beard = self._beard(x, z, at[:, 1])

    @staticmethod
    def _brows(at, width):
        x, z = np.abs(at[:, 0]), at[:, 2]
        middle = np.interp(x, BROW_LINE[:, 0], BROW_LINE[:, 1])
        half = width * np.interp(x, [0.06, 0.12, 0.3, 0.46, 0.60], [0.016, 0.034, 0.030, 0.020, 0.005])
        ends = smooth(0.065, 0.10, x) * smooth(0.59, 0.55, x)
        return ends * smooth(1.25, 0.35, np.abs(z - middle) / half)

    def _beard(self, x, z, y):
        top = np.interp(x, [0, 0.10, 0.20, 0.30, 0.42, 0.52, 0.60, 0.66, 0.72],
                        [6.80, 6.785, 6.76, 6.58, 6.55, 6.64, 6.90, 7.20, 7.30])  # fmt: skip
        below = smooth(5.92, 6.2, z)
        ahead = smooth(-0.50, -0.66, y)
        edge = smooth(0.03, -0.10, z - top)
        return edge * below * ahead * (1 - self.lips) * (1 - 0.999 * self.ears) * (1 - self.cavity)


@dataclass(frozen=True)
class Complexion:
    """Colours are linear albedo."""

    base: tuple[float, float, float] = (0.52, 0.30, 0.205)
    blood: float = 1.0
    """How much redder cheeks, nose, ears and chin are."""
    lips: tuple[float, float, float] = (0.42, 0.145, 0.125)
    lips_share: float = 0.75
    shade: float = 1.0
    """Darkness around the eyes."""
    shadow_of_beard: float = 0.0
    beard_tint: tuple[float, float, float] = (0.20, 0.17, 0.16)
    freckles: float = 0.0
    soot: float = 0.0
    scalp_tint: tuple[float, float, float] | None = None
    brow_tint: tuple[float, float, float] = (0.10, 0.055, 0.035)
    brow_share: float = 0.32
    rough: float = 0.46
    pores: float = 1.0
    lines: float = 0.0
    """Depth of the lines of age."""
    seed: int = 0
    shirt: tuple[float, float, float] | None = None
    """A shirt painted on the body, where no cloth is modelled."""


def colour(regions: Regions, look: Complexion) -> np.ndarray:
    """[N, 4] linear colour of the skin."""
    r = regions
    tone = np.tile(np.asarray(look.base, float), (len(r.at), 1))

    def glaze(mask, factor):
        """Multiply by `factor` [3] where the mask is 1."""
        nonlocal tone
        tone = tone * (1 + np.clip(mask, 0, 1)[:, None] * (np.asarray(factor) - 1))

    def cover(mask, paint):
        nonlocal tone
        tone = tone + np.clip(mask, 0, 1)[:, None] * (np.asarray(paint) - tone)

    b = look.blood
    glaze(r.cheeks * b, (1.03, 0.74, 0.74))
    glaze(r.nose * b * 0.6, (1.02, 0.76, 0.75))
    glaze(r.nostrils * b * 0.6, (0.95, 0.62, 0.60))
    glaze(r.ears * b, (1.0, 0.66, 0.64))
    glaze(r.chin * b * 0.6, (1.02, 0.82, 0.82))
    glaze(r.forehead, (1.02, 1.03, 0.95))
    glaze(r.sockets * look.shade * 0.6, (0.92, 0.78, 0.76))
    glaze(r.bags * look.shade * 0.7, (0.84, 0.72, 0.80))
    glaze(r.inner_corner * 0.6, (0.95, 0.70, 0.70))
    glaze(r.lid_edge * 0.6, (0.85, 0.60, 0.58))
    if look.lines:
        glaze(-lines(r) * 0.5 * look.lines, (0.80, 0.66, 0.62))
    if look.shadow_of_beard:
        cover(r.beard * look.shadow_of_beard, look.beard_tint)
    if look.scalp_tint is not None:
        cover(r.scalp * 0.9, look.scalp_tint)
    cover(r.brows * look.brow_share, look.brow_tint)
    cover(r.lips * look.lips_share, look.lips)
    cover(r.cavity, (0.16, 0.03, 0.03))
    if look.shirt is not None:
        neckline = 5.62 + 0.10 * r.at[:, 1] + 0.25 * np.abs(r.at[:, 0]) ** 2
        cover(smooth(0.012, -0.012, r.at[:, 2] - neckline), look.shirt)
    return np.concatenate([np.clip(tone, 0.002, 1), np.ones((len(tone), 1))], axis=1)


def grime(regions: Regions) -> np.ndarray:
    """[N] where a hand has wiped soot over the face."""
    at = regions.at
    total = smear(at, (0.24, -1.5, 7.78), (0.22, 0.06), 0.25) + smear(at, (-0.46, -1.25, 6.98), (0.07, 0.16), 0.5)
    total += 0.9 * smear(at, (0.40, -1.3, 6.86), (0.12, 0.05), -0.5) + 0.8 * smear(
        at, (-0.02, -1.6, 7.08), (0.05, 0.12), 0.2
    )
    total += 0.7 * smear(at, (-0.35, -1.4, 7.68), (0.12, 0.10)) + 0.8 * smear(at, (0.0, -1.0, 6.0), (0.5, 0.2))
    return total * (1 - regions.lips) * (1 - 0.8 * np.clip(regions.sockets, 0, 1))


def lines(regions: Regions) -> np.ndarray:
    """[N] relief of the lines of age (0 to -1): brow, corners of the eyes, nose to mouth."""
    at = regions.at
    x, z = np.abs(at[:, 0]), at[:, 2]
    front = smooth(-0.8, -1.1, at[:, 1])
    total = np.zeros(len(at))
    for k, reach in enumerate((0.30, 0.40, 0.36)):
        line = 7.62 + 0.095 * k + 0.022 * np.cos(7 * x) + 0.008 * np.sin(23 * at[:, 0] + 2 * k)
        total += (
            np.exp(-(((z - line) / 0.013) ** 2))
            * smooth(reach, reach - 0.15, x)
            * (0.6 + 0.4 * np.sin(9 * at[:, 0] + k))
        )
    for side, tilt in ((0.07, 0.9), (0.05, 0.45), (0.055, 0.0), (0.06, -0.45)):
        off_x, off_z = x - 0.475, z - 7.275 - 0.02 * tilt
        along = off_x * np.cos(tilt) + off_z * np.sin(tilt)
        across = off_z * np.cos(tilt) - off_x * np.sin(tilt)
        total += 0.7 * np.exp(-((across / 0.009) ** 2)) * smooth(0.0, 0.02, along) * smooth(side + 0.06, side, along)
    fold = np.interp(z, [6.58, 6.70, 6.85, 6.95], [0.30, 0.275, 0.225, 0.17])
    total += 0.8 * np.exp(-(((x - fold) / 0.016) ** 2)) * smooth(6.58, 6.68, z) * smooth(6.97, 6.90, z)
    total += 0.5 * np.exp(-(((x - 0.055) / 0.010) ** 2)) * smooth(7.38, 7.43, z) * smooth(7.56, 7.48, z)
    return -total * front


def roughness(regions: Regions, look: Complexion) -> np.ndarray:
    """[N] roughness: the middle of the face and the lips shine more."""
    oil = regions.nose * 0.8 + regions.forehead * 0.5 + blob(regions.at, (0, -1.5, 7.2), (0.08, 0.3, 0.2)) * 0.3
    rough = look.rough - 0.09 * np.clip(oil, 0, 1)
    rough = rough + (0.33 - rough) * regions.lips
    return rough + (0.2 - rough) * regions.lid_edge * 0.8


def material(look: Complexion):
    """Needs the attributes tone (colour), rest (undeformed place), rough, lips, flecks, grime."""
    n = Nodes("skin")
    rest = n.attribute("rest").outputs["Vector"]
    tone = n.attribute("tone").outputs["Color"]
    lips = n.attribute("lips").outputs["Fac"]
    mottle = n.noise(rest, 9.0, 3.0, 0.6)
    tone = n.mix(n.math("MULTIPLY", n.math("SUBTRACT", mottle, 0.35), 0.55), tone, (1.0, 0.80, 0.78), "MULTIPLY")
    fine = n.noise(rest, 60.0, 1.0, 0.6)
    tone = n.mix(n.math("MULTIPLY", n.math("SUBTRACT", fine, 0.3), 0.30), tone, (0.86, 0.72, 0.66), "MULTIPLY")
    if look.freckles:
        cells = n.add("ShaderNodeTexVoronoi", Vector=rest, Scale=34.0, Randomness=1.0)
        chance = n.add("ShaderNodeSeparateColor", Color=cells.outputs["Color"]).outputs[0]
        radius = n.math("MULTIPLY", n.math("MAXIMUM", n.math("SUBTRACT", chance, 0.2), 0.0), 0.45)
        spot = n.add("ShaderNodeMapRange", Value=cells.outputs["Distance"], i1=n.math("MULTIPLY", radius, 0.4),
                     i2=radius, i3=1.0, i4=0.0)  # fmt: skip
        share = n.math("MULTIPLY", spot.outputs[0], n.attribute("flecks").outputs["Fac"])
        tone = n.mix(n.math("MULTIPLY", share, look.freckles), tone, (0.62, 0.42, 0.30), "MULTIPLY")
    if look.soot:
        smear = n.math(
            "ADD", n.math("MULTIPLY", n.noise(rest, 16.0, 4.0, 0.7), 1.5), n.attribute("grime").outputs["Fac"]
        )
        dirt = n.add("ShaderNodeMapRange", Value=smear, i1=1.05, i2=1.75, i3=0.0, i4=1.0).outputs[0]
        tone = n.mix(n.math("MULTIPLY", dirt, look.soot), tone, (0.035, 0.028, 0.024))
    pores = n.add("ShaderNodeTexVoronoi", Vector=rest, Scale=95.0).outputs["Distance"]
    grain = n.noise(rest, 150.0, 1.0, 0.6)
    relief = n.math("ADD", n.math("MULTIPLY", pores, 0.6), n.math("MULTIPLY", grain, 0.7))
    relief = n.math("ADD", relief, n.math("MULTIPLY", n.noise(rest, 30.0, 1.0), 0.5))
    creases = n.noise(n.scaled(rest, (75, 10, 9)), 1.0, 1.0, 0.5)
    relief = n.mix(lips, relief, n.math("MULTIPLY", creases, 1.6))
    normal = n.bump(relief, 0.20 * look.pores, 0.012)
    if look.lines:
        normal = n.bump(n.attribute("lines").outputs["Fac"], look.lines, 0.035, normal)
    rough = n.math("ADD", n.attribute("rough").outputs["Fac"], n.math("MULTIPLY", n.math("SUBTRACT", fine, 0.5), 0.22))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=tone, Roughness=rough, Normal=normal, Subsurface_Weight=1.0,
                   Subsurface_Radius=(1.0, 0.36, 0.18), Subsurface_Scale=0.022, Specular_IOR_Level=0.42)  # fmt: skip
    return n.finish(shader.outputs[0])
