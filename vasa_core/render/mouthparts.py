"""The parts inside the mouth: teeth, gums, tongue and cavity as one small mesh, the same for every portrait."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.models import model_path

MODEL = "mouth_parts"
FILE = f"{MODEL}.npz"
TOOTH, GUM, TONGUE, CAVITY = range(4)
"""Kinds of vertices."""
TONGUE_TARGETS = ("out", "tip_up", "back_up", "low")
"""What the tongue does: between the teeth (th), tip behind the upper ones (l, n, d), body up (k, g, ee), sunk (ah)."""


@dataclass(frozen=True)
class MouthParts:
    """Mesh of the mouth's inside for lips of usual width.

    Places in inter-ocular distances from the middle of the closed lips: x right, y down, z away from the viewer.
    """

    vertices: NDArray[np.float32]
    """[N, 3]"""
    triangles: NDArray[np.int32]
    """[M, 3]: cross(b - a, c - a) points towards whoever may see it."""
    kind: NDArray[np.int32]
    """[N] `TOOTH`, `GUM`, `TONGUE` or `CAVITY`."""
    jaw: NDArray[np.float32]
    """[N] in [0, 1]: how far the vertex goes along with the jaw."""
    shade: NDArray[np.float32]
    """[N] in [0, 1]: baked occlusion and the surface's own brightness."""
    targets: NDArray[np.float32]
    """[4, N, 3] displacements of `TONGUE_TARGETS` at 1."""
    tip: NDArray[np.float32]
    """[N] in [0, 1]: the tip of the tongue, which leaves the jaw when it is raised."""
    hinge: NDArray[np.float32]
    """[2] y and z of the axis the jaw turns about."""

    @property
    def tongue_triangles(self) -> tuple[int, int]:
        """First and number of the triangles of the tongue, which lie together."""
        found = np.flatnonzero((self.kind[self.triangles] == TONGUE).all(1))
        return int(found[0]), len(found)


@cache
def load_parts() -> MouthParts:
    """The shipped parts."""
    with np.load(model_path(MODEL)) as file:
        return MouthParts(**{name: file[name] for name in file.files})
