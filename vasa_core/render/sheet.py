"""`Sheet`: the portrait's person as one textured relief, drawn over whatever lies behind it."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import FaceAsset
from vasa_core.face.matting import foreground
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.painter import Painter, as_pixels
from vasa_core.render.raster import pack
from vasa_core.render.relief import draw_relief


class Sheet:
    """The texture of a portrait's person and the mesh it is stretched over."""

    def __init__(self, asset: FaceAsset, mesh: HeadMesh) -> None:
        self.margin = asset.margin
        """px that the texture reaches beyond the frame on each side."""
        colours = foreground(asset.picture, asset.matte, asset.background)
        opacity = asset.matte[..., None]
        premultiplied = np.rint(colours * (opacity / np.float32(255))).astype(np.uint8)
        self.texture = pack(np.concatenate([premultiplied, opacity], -1))
        """[P, P] packed RGBA, premultiplied."""
        self._source = np.ascontiguousarray(mesh.rest[:, :2] + self.margin, np.float32)
        self._triangles = mesh.triangles

    def show(self, vertices: NDArray[np.int32], places: NDArray[np.float32]) -> None:
        """Let `vertices` [n] show what the portrait has at `places` [n, 2] px."""
        self._source[vertices] = places + np.float32(self.margin)

    def draw(self, painter: Painter, position: NDArray[np.float32], gain: NDArray[np.float32]) -> None:
        """Draw the sheet with its vertices at `position` [V, 2] px of the frame, colours times `gain` [V]."""
        layer = as_pixels(painter.frame)
        draw_relief(layer, painter.gains, self.texture, position, self._source, gain, self._triangles)
