"""`Renderer`: one portrait, made to move; motion in, 512x512 pictures out."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import AssetError
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.render.deform import FaceShape, HeadMotion, deform, head_motion
from vasa_core.render.eyes import RESIDUE_FADE, make_eyes, shade_eye
from vasa_core.render.mesh import build_mesh
from vasa_core.render.mouth import make_mouth, shade_mouth
from vasa_core.render.outskirts import MARGIN
from vasa_core.render.raster import blend_spans, fill_spans, find_spans, pack
from vasa_core.render.retouch import LipTexture
from vasa_core.render.skirts import Skirt, make_skirt

SPANS_PER_ROW = 160
"""Room for spans: no row of the frame is cut by more triangles than this."""
OWN_KEPT = 0.4
"""Share of the portrait's own expression that stays while it talks: a smiling person speaks smiling."""
OWN_NOISE = (0.008, 0.03)
"""Inter-ocular distances: an own expression that moves nothing further is noise and counts as none; above, fully."""
LIDS_CARRY = 4.0
"""The soft edge of a lid shows the lid's own colour once it has closed by one over this, the portrait's eye before."""
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
        if len(asset.expression) != space.size:
            raise AssetError(
                f"The face's own expression has {len(asset.expression)} numbers, the latent space {space.size}. "
                "Enrol the portrait again."
            )
        own = space.decode(asset.expression)
        share = np.clip((np.abs(own).max() - OWN_NOISE[0]) / (OWN_NOISE[1] - OWN_NOISE[0]), 0, 1)
        self._own = (1 - OWN_KEPT) * np.float32(share) * own
        widened = np.pad(self.image, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), "reflect")
        self._texture = pack(widened)
        mouth = self.mesh.mouth
        outline = np.concatenate([self.mesh.rest[mouth.upper, :2], self.mesh.rest[mouth.lower[::-1], :2]])
        is_open = not self.mesh.lips.closed
        self._lips = LipTexture(self._texture, self.image, outline, self.mesh.frame.unit) if is_open else None
        self._source = np.ascontiguousarray(self.mesh.rest[:, :2] + MARGIN)
        rest = self.mesh.rest
        self._lip_skirts = [
            make_skirt(rest, mouth.upper, mouth.lower, False, MARGIN),
            make_skirt(rest, mouth.lower, mouth.upper, False, MARGIN),
        ]
        self._upper_lids = [make_skirt(rest, rim.upper, rim.lower, True, MARGIN) for rim in self.mesh.eyes]
        self._lower_lids = [make_skirt(rest, rim.lower, rim.upper, False, MARGIN) for rim in self.mesh.eyes]
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
        position = head.apply(shape.position, mesh)
        frame = self.image.copy()
        likeness = self.mouth.likeness(shape.position, mesh)
        if self._lips:
            self._lips.show(likeness)
        self._draw_mouth(frame, position, shape, head, likeness)
        for index in range(2):
            self._draw_eye(frame, position, shape, head, index)
        for skirt in self._lip_skirts:
            self._draw_skirt(frame, position, skirt, 0.0)
        carried = np.clip(LIDS_CARRY * shape.closure + np.hypot(*shape.iris_shift) / self.eyes[0].radius, 0, 1)
        for skirt, share in zip(self._lower_lids, carried, strict=True):
            self._draw_skirt(frame, position, skirt, share)
        moved = np.abs(position - mesh.rest[:, :2]).max(1) > STILL
        wanted = (moved[mesh.triangles].any(1) | mesh.at_hole).view(np.uint8)
        count = find_spans(position, mesh.triangles, wanted, self.size, self.size, self._spans)
        fill_spans(frame, self._texture, position, self._source, mesh.triangles, self._spans, count)
        for skirt, share in zip(self._upper_lids, carried, strict=True):
            self._draw_skirt(frame, position, skirt, share)
        return frame

    def _draw_mouth(
        self,
        frame: NDArray[np.uint8],
        position: NDArray[np.float32],
        shape: FaceShape,
        head: HeadMotion,
        likeness: float,
    ) -> None:
        mesh, mouth = self.mesh, self.mouth
        count = self._find(position, mesh.mouth.triangles)
        if not count:
            return
        shade_mouth(
            frame,
            self._spans,
            count,
            head.from_plane(mouth.depth),
            mouth.local.affine,
            mouth.local.edges(shape.position, mesh.mouth),
            mouth.enrolled_upper,
            mouth.upper_row,
            mouth.lower_row,
            mouth.colours,
            mouth.own,
            shape.jaw,
            mouth.size,
            likeness,
        )

    def _draw_eye(
        self, frame: NDArray[np.uint8], position: NDArray[np.float32], shape: FaceShape, head: HeadMotion, index: int
    ) -> None:
        eye, rim = self.eyes[index], self.mesh.eyes[index]
        count = self._find(position, rim.triangles)
        if not count:
            return
        x, y = shape.iris_shift
        fade = float(np.exp(-((np.hypot(x, y) / (RESIDUE_FADE * eye.radius)) ** 2)))
        shade_eye(
            frame,
            self._spans,
            count,
            head.from_plane(eye.depth),
            eye.white,
            eye.iris,
            eye.residue,
            eye.local.affine,
            eye.local.edges(shape.position, rim),
            eye.enrolled,
            float(eye.origin[0]),
            float(eye.origin[1]),
            float(x),
            float(y),
            fade,
        )

    def _draw_skirt(
        self, frame: NDArray[np.uint8], position: NDArray[np.float32], skirt: Skirt, carried: float
    ) -> None:
        placed = skirt.place(position)
        count = self._find(placed, skirt.triangles)
        source = skirt.source(carried)
        blend_spans(frame, self._texture, placed, source, skirt.opacity, skirt.triangles, self._spans, count)

    def _find(self, position: NDArray[np.float32], triangles: NDArray[np.int32]) -> int:
        return int(find_spans(position, triangles, self._all, self.size, self.size, self._spans))
