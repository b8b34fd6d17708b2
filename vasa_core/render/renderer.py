"""`Renderer`: one portrait, made to move; motion in, 512x512 pictures out."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.render.deform import FaceShape, HeadMotion, deform, head_motion
from vasa_core.render.eyes import RESIDUE_FADE, make_eyes, shade_eye
from vasa_core.render.mesh import build_mesh
from vasa_core.render.mouth import make_mouth, shade_mouth
from vasa_core.render.outskirts import MARGIN
from vasa_core.render.raster import blend_spans, fill_spans, find_spans, pack
from vasa_core.render.skirts import make_skirt

SPANS_PER_ROW = 160
"""Room for spans: no row of the frame is cut by more triangles than this."""
STILL = 1e-3
"""A vertex that moved less, in px, counts as unmoved: its pixels are the portrait's own."""


class Renderer:
    """Draws a face asset in motion. Not for use from two threads at once: it works in buffers of its own."""

    def __init__(self, asset: FaceAsset, space: LatentSpace) -> None:
        self.image = np.ascontiguousarray(asset.image)
        self.size = self.image.shape[0]
        self.space = space
        self.mesh = build_mesh(asset)
        self.mouth = make_mouth(self.image, asset.landmarks, self.mesh)
        self.eyes = make_eyes(self.image, asset.landmarks, self.mesh)
        expression = asset.expression if len(asset.expression) == space.size else np.zeros(space.size, np.float32)
        self._own = space.decode(expression)
        widened = np.pad(self.image, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), "reflect")
        self._texture = pack(widened)
        self._source = np.ascontiguousarray(self.mesh.rest[:, :2] + MARGIN)
        self._rims = (self.mesh.mouth, *self.mesh.eyes)
        self._skirts = [make_skirt(self.mesh.rest, rim) for rim in self._rims]
        self._skirt_sources = [skirt.source + np.float32(MARGIN) for skirt in self._skirts]
        self._spans = np.zeros((SPANS_PER_ROW * self.size, 4), np.int32)
        self._all = np.ones(max(len(self.mesh.triangles), 1000), np.uint8)

    def render(self, motion: Motion, i: int) -> NDArray[np.uint8]:
        """Frame i of the motion: [512, 512, 3] RGB."""
        shape = self.shape(motion.latent[i], motion.gaze[i], motion.blink[i])
        head = head_motion(self.mesh, motion.head_rotation[i], motion.head_translation[i])
        return self.draw(shape, head)

    def shape(self, latent: NDArray[np.float32], gaze: NDArray[np.float32], blink: NDArray[np.float32]) -> FaceShape:
        """The face of one instant before its head moves."""
        displacement = self.space.decode(latent)
        return deform(self.mesh, displacement - self._own, displacement, gaze, blink)

    def draw(self, shape: FaceShape, head: HeadMotion) -> NDArray[np.uint8]:
        """Draw a face: [512, 512, 3] RGB."""
        mesh = self.mesh
        position = head.apply(shape.position, mesh.head_share)
        frame = self.image.copy()
        self._draw_mouth(frame, position, shape, head)
        for index in range(2):
            self._draw_eye(frame, position, shape, head, index)
        for skirt, source in zip(self._skirts, self._skirt_sources, strict=True):
            placed = skirt.place(position)
            count = find_spans(placed, skirt.triangles, self._all, self.size, self.size, self._spans)
            blend_spans(frame, self._texture, placed, source, skirt.opacity, skirt.triangles, self._spans, count)
        moved = np.abs(position - mesh.rest[:, :2]).max(1) > STILL
        wanted = (moved[mesh.triangles].any(1) | mesh.at_hole).view(np.uint8)
        count = find_spans(position, mesh.triangles, wanted, self.size, self.size, self._spans)
        fill_spans(frame, self._texture, position, self._source, mesh.triangles, self._spans, count)
        return frame

    def _draw_mouth(
        self, frame: NDArray[np.uint8], position: NDArray[np.float32], shape: FaceShape, head: HeadMotion
    ) -> None:
        mesh, mouth = self.mesh, self.mouth
        count = find_spans(position, mesh.mouth.triangles, self._all, self.size, self.size, self._spans)
        if not count:
            return
        to_portrait = head.from_plane(mouth.depth)
        to_mouth = np.column_stack([mouth.to_mouth, -mouth.to_mouth @ mouth.centre])
        shade_mouth(
            frame,
            self._spans,
            count,
            to_portrait,
            to_mouth,
            mouth.curves(shape.position, mesh),
            mouth.enrolled_upper,
            mouth.upper_row,
            mouth.lower_row,
            mouth.colours,
            mouth.own,
            shape.jaw,
            mouth.likeness(shape.gap, mesh.frame.unit),
        )

    def _draw_eye(
        self, frame: NDArray[np.uint8], position: NDArray[np.float32], shape: FaceShape, head: HeadMotion, index: int
    ) -> None:
        eye, rim = self.eyes[index], self.mesh.eyes[index]
        count = find_spans(position, rim.triangles, self._all, self.size, self.size, self._spans)
        if not count:
            return
        to_layer = head.from_plane(eye.depth)
        to_layer[:, 2] -= eye.origin
        shift = shape.iris_shift
        fade = float(np.exp(-((np.linalg.norm(shift) / (RESIDUE_FADE * eye.radius)) ** 2)))
        shade_eye(
            frame,
            self._spans,
            count,
            to_layer,
            eye.white,
            eye.iris,
            eye.residue,
            float(shift[0]),
            float(shift[1]),
            fade,
        )
