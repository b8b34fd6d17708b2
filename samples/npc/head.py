"""A person's head in the scene: skin, eyes, lashes, brows, teeth and tongue, in any expression and turn."""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

import skin as skin_look
from anny_body import Body, Fine, normals, subdivide
from eyes import EyeLook, add_eye
from stage import Nodes, add_mesh, add_strands, principled
from strands import Roots, grow, scatter, shades, stray, taper

NECK_STILL, NECK_TURNING = 5.45, 6.15
"""Below the first height (dm) the body stays when the head turns, above the second it turns fully."""
LASH_UPPER, LASH_LOWER = 0.075, 0.04
"""Length, dm."""


LIPS_MEET = 1.25
"""How far the lips' edges are moved together; more than 1 presses them a little."""


@dataclass(frozen=True)
class Person:
    """Who it is.

    Attributes
    ----------
    identity : targets of shape, `folder/name` to weight
    skin, eyes : looks
    brow : colour (linear), count of hairs of one brow, length (dm)
    """

    identity: dict[str, float]
    skin: skin_look.Complexion = field(default_factory=skin_look.Complexion)
    eyes: EyeLook = field(default_factory=EyeLook)
    brow_colour: tuple[float, float, float] = (0.055, 0.032, 0.02)
    brow_count: int = 750
    brow_length: float = 0.075
    brow_width: float = 1.0
    brow_grey: float = 0.0
    lash_colour: tuple[float, float, float] = (0.012, 0.009, 0.008)
    lash_length: float = 1.0


@dataclass(frozen=True)
class Turn:
    """The head's movement about `pivot` [3] by `rotation` [3, 3] (Blender's axes)."""

    pivot: np.ndarray
    rotation: np.ndarray

    def rigid(self, points):
        """Points that belong to the head."""
        return (points - self.pivot) @ self.rotation.T + self.pivot

    def body(self, points, rest):
        """Points of the body: those below the neck stay; `rest` are their undeformed places."""
        share = skin_look.smooth(NECK_STILL, NECK_TURNING, rest[:, 2] + 0.25 * np.clip(rest[:, 1] + 0.9, -0.6, 0.6))
        return points + share[:, None] * (self.rigid(points) - points)


class Head:
    """Geometry of one person: everything that grows on it is made once, in the neutral shape."""

    def __init__(self, body: Body, person: Person, levels: int = 3) -> None:
        self.body, self.person = body, person
        self.fine: Fine = subdivide(body.quads["skin"], len(body.vertices), levels)
        self.regions = skin_look.Regions(body, self.fine, person.brow_width)
        self.neutral = close_lips(body, body.vertices + body.identity(person.identity))
        self.surface = self.fine(self.neutral)
        self.normals = normals(self.surface, self.fine.quads)
        self.random = np.random.default_rng(person.skin.seed)
        self._groups: list[tuple] = []

    def eye(self, side: int):
        """Centre [3] and radius of an eye ball in the neutral shape; side 1: the viewer's right."""
        part = "left_eye" if side > 0 else "right_eye"
        points = self.neutral[np.unique(self.body.quads[part])]
        centre = points.mean(axis=0)
        return centre, float(np.linalg.norm(points - centre, axis=1).mean())

    @property
    def eyes_middle(self):
        """[3] between the eye balls."""
        return (self.eye(1)[0] + self.eye(-1)[0]) / 2

    def corner(self, side: int):
        """[3] outer corner of an eye in the neutral shape."""
        rim = self.neutral[self._rim(side)]
        return rim[np.abs(rim[:, 0]).argmax()]

    def _rim(self, side: int):
        """Vertices of the edge of the lids on one side."""
        left = self.body.left_lid_rim
        if side > 0:
            return left
        flipped = self.body.vertices[left] * [-1, 1, 1]
        return np.array([((self.body.vertices - point) ** 2).sum(axis=1).argmin() for point in flipped])

    @property
    def chin(self):
        """[3] lowest point of the chin."""
        at = self.regions.at
        chosen = (np.abs(at[:, 0]) < 0.1) & (at[:, 1] < -1.22) & (at[:, 2] > 6.0)
        places = self.surface[chosen]
        return places[places[:, 2].argmin()]

    @property
    def skull(self):
        """Vertices and normals of head and neck, for hair that hangs over the shoulders' clothes."""
        chosen = self.regions.at[:, 2] > NECK_STILL + 0.4
        return self.surface[chosen], self.normals[chosen]

    def place(self, rest):
        """[3] where the skin's vertex nearest to `rest` [3] of the undeformed head is on this person."""
        return self.surface[((self.regions.at - np.asarray(rest)) ** 2).sum(axis=1).argmin()]

    def roots(self, density, count) -> Roots:
        """Roots on the skin."""
        return scatter(self.surface, self.fine.quads, density, count, self.random)

    def add_hair(self, name, roots, points, radii, material, colours=None):
        """Strands that will follow their roots."""
        self._groups.append((name, roots, points, radii, material, colours))

    def build(self, units=None, turn: Turn | None = None, gaze=None):
        """Put the head into the scene; `gaze` [3] is the point looked at (before the turn)."""
        shape = self.neutral + self.body.units(units or {})
        surface = self.fine(shape)
        rest = self.regions.at
        moved = turn.body(surface, rest) if turn else surface
        rigid = turn.rigid if turn else (lambda points: points)
        look = self.person.skin
        attributes = {
            "tone": skin_look.colour(self.regions, look),
            "rest": rest,
            "rough": skin_look.roughness(self.regions, look),
            "lips": self.regions.lips,
            "flecks": np.clip(self.regions.cheeks + self.regions.nose + 0.4 * self.regions.forehead, 0, 1),
            "grime": np.zeros(len(rest)),
        }
        if look.lines:
            attributes["lines"] = skin_look.lines(self.regions)
        if look.soot:
            attributes["grime"] = skin_look.grime(self.regions)
        skin = add_mesh("skin", moved, self.fine.quads, skin_look.material(look), attributes)
        for side in (1, -1):
            centre, radius = self.eye(side)
            target = np.asarray(gaze) if gaze is not None else centre + [0, -20, 0]
            add_eye(f"eye {side}", centre, radius, target - centre, self.person.eyes, seed=3, turn=rigid)
        self._teeth(shape, rigid)
        for name, roots, points, radii, material, colours in self._groups:
            follow = roots(surface) - roots(self.surface)
            if name.startswith("lashes"):
                points = _droop(points, follow)
            points = points + follow[:, None]
            flat = points.reshape(-1, 3)
            if turn:
                anchor = roots(rest).repeat(points.shape[1], axis=0)
                flat = turn.body(flat, anchor)
            add_strands(name, flat.reshape(points.shape), radii, material(), colours)
        return skin

    def _teeth(self, shape, rigid):
        enamel = principled("enamel", Base_Color=(0.72, 0.64, 0.52), Roughness=0.25, Subsurface_Weight=0.4,
                            Subsurface_Scale=0.02, Subsurface_Radius=(1, 0.8, 0.6))  # fmt: skip
        tongue = principled("tongue", Base_Color=(0.42, 0.13, 0.12), Roughness=0.35)
        for part, material in (("upper_teeth", enamel), ("lower_teeth", enamel), ("tongue", tongue)):
            fine = subdivide(self.body.quads[part], len(shape), 2)
            add_mesh(part, rigid(fine(shape)), fine.quads, material)

    def add_brows(self):
        """Two brows of single hairs."""
        person, random = self.person, self.random
        count = person.brow_count * 2
        roots = self.roots(self.regions.brows**1.2 + 1e-9, count)
        start, normal, rest = roots(self.surface), roots(self.normals), roots(self.regions.at)
        x, side = np.abs(rest[:, 0]), np.sign(rest[:, 0])
        line = skin_look.BROW_LINE
        middle = np.interp(x, line[:, 0], line[:, 1])
        across = np.clip((rest[:, 2] - middle) / 0.04, -1, 1)
        inner = np.clip((0.20 - x) / 0.13, 0, 1)
        climb = np.interp(x, [0.08, 0.2, 0.4, 0.58], [0.9, 0.45, 0.0, -0.4]) - 0.45 * across * (1 - inner)
        toward = np.stack([side * (1 - 0.35 * inner), 0.25 * x, climb], axis=1)
        toward += random.normal(0, 0.12, toward.shape)
        length = person.brow_length * random.uniform(0.6, 1.1, count) * np.interp(x, [0.07, 0.2, 0.6], [0.75, 1, 0.7])
        points = grow(start, normal, lambda p, t: toward, length, 7, 0.45, (self.surface, self.normals), 0.006)
        points = stray(points, 0.003, random)
        radii = taper(count, 7, 0.0021, 0.1, 0.8, random)
        tint = shades(count, person.brow_colour, 0.25, random, person.brow_grey)
        self.add_hair("brows", roots, points, radii, lambda: hair_material("brow hair"), tint)

    def add_lashes(self):
        """Upper and lower lashes along the lids."""
        random = self.random
        coarse = self.body.vertices

        tree = cKDTree(self.regions.at)
        for side in (1, -1):
            loop = coarse[self.body.left_lid_rim] * [side, 1, 1]
            centre = self.body.centre("left_eye", coarse) * [side, 1, 1]
            for upper in (True, False):
                chain = _lid_chain(loop, upper)
                count = 110 if upper else 60
                along = np.sort(random.uniform(0.06 if upper else 0.25, 0.99, count))
                knots = np.linspace(0, 1, len(chain))
                place = np.stack([np.interp(along, knots, chain[:, k]) for k in range(3)], axis=1)
                _, vertex = tree.query(place)
                roots = Roots(vertex[:, None].repeat(4, 1), np.full((count, 4), 0.25))
                start = roots(self.surface) + [0, -0.002, 0]
                outward = (place[:, 0] - centre[0]) * side
                fan = np.interp(outward, [-0.13, 0, 0.13], [-0.35, 0.05, 0.75]) * side
                bundle = np.sin(along * (46 if upper else 30) * np.pi)
                fan = fan + 0.16 * bundle + random.normal(0, 0.05, count)
                rise = 1.0 if upper else -0.8
                length = (LASH_UPPER if upper else LASH_LOWER) * self.person.lash_length
                length = (
                    length
                    * random.uniform(0.7, 1.05, count)
                    * np.interp(along, [0, 0.25, 0.7, 1], [0.45, 0.8, 1.1, 0.9])
                )

                def field(p, t, fan=fan, rise=rise):
                    curl = rise * (0.05 + 1.1 * t) if rise > 0 else rise * (0.75 - 0.2 * t)
                    return np.stack([fan, np.full(len(p), -1.0), np.full(len(p), curl)], axis=1)

                points = grow(start, np.zeros_like(start), field, length, 8)
                radii = taper(count, 8, 0.0022 if upper else 0.0012, 0.1, 0.9, random)
                self.add_hair(f"lashes {side} {upper}", roots, points, radii, lambda: hair_material("lash"),
                              shades(count, self.person.lash_colour, 0.1, random))  # fmt: skip


def close_lips(body: Body, shape):
    """The shape [N, 3] with its lips touching: at rest the head holds them a little apart."""
    rim = body.lip_rim
    place = shape[rim]
    ends = sorted((place[:, 0].argmin(), place[:, 0].argmax()))
    half = np.arange(len(rim)) <= ends[0]
    half |= np.arange(len(rim)) >= ends[1]
    shift = np.zeros_like(shape)
    for own, other in ((half, ~half), (~half, half)):
        line = place[other][np.argsort(place[other][:, 0])]
        across = np.stack([np.interp(place[own][:, 0], line[:, 0], line[:, k]) for k in (1, 2)], axis=1)
        shift[rim[own], 1:] = (across - place[own][:, 1:]) * [[LIPS_MEET * 0.5, LIPS_MEET]] * 0.5
    skin = body.quads["skin"]
    done = np.zeros(len(shape), bool)
    done[rim] = True
    for share in (0.75, 0.5, 0.25):
        ring = np.unique(skin[np.isin(skin, np.nonzero(done)[0]).any(axis=1)])
        ring = ring[~done[ring]]
        _, nearest = cKDTree(shape[rim]).query(shape[ring])
        shift[ring] = shift[rim[nearest]] * share
        done[ring] = True
    return shape + shift


def _lid_chain(loop, upper):
    """Half of the lid's edge from the inner to the outer corner."""
    x = np.abs(loop[:, 0])
    turned = np.roll(loop, -int(x.argmin()), axis=0)
    half = int(np.abs(turned[:, 0]).argmax())
    chains = [turned[: half + 1], np.vstack([turned[half:], turned[:1]])[::-1]]
    chains.sort(key=lambda chain: chain[:, 2].mean())
    return chains[1] if upper else chains[0]


def _droop(points, follow):
    """Lashes swing down as their lid comes down: half a turn of the wrist for a full blink."""
    angle = np.clip(-follow[:, 2] / 0.08, -0.3, 1.0) * 0.95
    off = points - points[:, :1]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    y, z = off[..., 1], off[..., 2]
    return points[:, :1] + np.stack([off[..., 0], cos * y - sin * z, sin * y + cos * z], axis=-1)


def hair_material(name, rough=0.35, gloss=0.25, through=0.15):
    """Hair by its strand colour: soft enough to denoise well, with a highlight along the strand."""
    n = Nodes(name)
    tint = n.attribute("tint").outputs["Color"]
    shader = n.add("ShaderNodeBsdfHairPrincipled", {"model": "CHIANG", "parametrization": "COLOR"}, Color=tint,
                   Roughness=rough, Radial_Roughness=0.55, Coat=0.0, IOR=1.5, Random_Roughness=0.2)  # fmt: skip
    return n.finish(shader.outputs[0])
