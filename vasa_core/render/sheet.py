"""`Sheet`: the portrait's person as one textured relief, drawn over whatever lies behind it."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.mesh import HeadMesh
from vasa_core.render.outskirts import MARGIN
from vasa_core.render.painter import Painter
from vasa_core.render.raster import fill_spans, opaque, pack

STILL = 1e-3
"""A vertex that moved less, in px, counts as unmoved: its pixels are the portrait's own."""


class Sheet:
    """The texture of a portrait and the mesh it is stretched over."""

    margin = MARGIN
    """px that the texture reaches beyond the frame on each side."""

    def __init__(self, image: NDArray[np.uint8], mesh: HeadMesh) -> None:
        self.mesh = mesh
        widened = np.pad(image, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), "reflect")
        self.texture = pack(opaque(widened))
        self._source = np.ascontiguousarray(mesh.rest[:, :2] + self.margin)

    def draw(self, painter: Painter, position: NDArray[np.float32]) -> None:
        """Draw the sheet with its vertices at `position` [V, 2] px of the frame."""
        mesh = self.mesh
        moved = np.abs(position - mesh.rest[:, :2]).max(1) > STILL
        wanted = (moved[mesh.triangles].any(1) | mesh.at_hole).view(np.uint8)
        count = painter.cut(position, mesh.triangles, wanted)
        fill_spans(painter.frame, self.texture, position, self._source, mesh.triangles, painter.spans, count)
