"""`Renderer`: one portrait, made to move; motion in, pictures out."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import AssetError, PortraitError, VasaError
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import ARRAY_FIELDS, Motion
from vasa_core.render.backdrop import make_background
from vasa_core.render.brows import lift_brows
from vasa_core.render.creases import Creases
from vasa_core.render.deform import deform
from vasa_core.render.eyes import make_eyes
from vasa_core.render.frame import USUAL_SIZE
from vasa_core.render.head import HeadMotion, head_motion
from vasa_core.render.light import Light
from vasa_core.render.limits import allowed_rotation, allowed_translation
from vasa_core.render.mesh import build_mesh
from vasa_core.render.mouth import make_mouth
from vasa_core.render.own_expression import OwnExpression
from vasa_core.render.painter import Painter
from vasa_core.render.shape import FaceShape
from vasa_core.render.sheet import Sheet

SIZES = (256, 1024)
"""Smallest and largest side of a frame, px."""
OWN_KEPT = 0.4
"""Share of the portrait's own expression that stays while it talks: a smiling person speaks smiling."""
WIDEST_GAZE = (0.49, 0.31)
"""Furthest yaw and pitch of the eyes, rad (28 and 18 degrees): beyond, the iris would leave the opening."""
COVERED = (0.3, 0.5)
"""Surety that the mouth shows up to which it does not open at all, and from which it opens fully."""


class Renderer:
    """Draws a face asset in motion. Not for use from two threads at once: it works in buffers of its own."""

    def __init__(
        self,
        asset: FaceAsset,
        space: LatentSpace,
        size: int = USUAL_SIZE,
        background: str = "keep",
        own_kept: float = OWN_KEPT,
    ) -> None:
        """Prepare a face.

        Parameters
        ----------
        size : side of the frames, px, 256 to 1024
        background : see `make_background`
        own_kept : share of the portrait's own expression that stays under the motion's
        """
        if not SIZES[0] <= size <= SIZES[1]:
            raise PortraitError(f"Frames of {size} px cannot be drawn. Choose a size from {SIZES[0]} to {SIZES[1]}.")
        self.asset = asset
        asset = asset.scaled(size)
        image = np.ascontiguousarray(asset.image)
        self.size = size
        self.space = space
        self.mesh = build_mesh(asset)
        self.sheet = Sheet(asset, self.mesh)
        self.light = Light(image, self.mesh)
        self.creases = Creases(image, self.mesh)
        self.mouth = make_mouth(image, asset.landmarks, self.mesh, self.sheet)
        self.eyes = make_eyes(image, asset.landmarks, self.mesh)
        if len(asset.expression) != space.size:
            raise AssetError(
                f"The face's own expression has {len(asset.expression)} numbers, the latent space {space.size}. "
                "Enrol the portrait again."
            )
        self._own = OwnExpression(space.decode(asset.expression), own_kept)
        covered = np.clip((asset.limits.mouth - COVERED[0]) / (COVERED[1] - COVERED[0]), 0, 1)
        self._mouth_shows = np.float32(covered)
        still = np.zeros(2, np.float32)
        at_rest = self.shape(np.zeros(space.size, np.float32), still, still).position
        self.mouth.settle(at_rest)
        self.creases.settle(at_rest)
        self._background = make_background(asset, background)
        self._painter = Painter(self.size)

    def render(self, motion: Motion, i: int) -> NDArray[np.uint8]:
        """Frame i of the motion: [size, size, 4] RGBA, colours premultiplied by opacity.

        Raises `VasaError` if the motion holds numbers that are not finite.
        """
        if not np.isfinite(np.concatenate([getattr(motion, name)[i] for name in ARRAY_FIELDS])).all():
            raise VasaError(f"Frame {i} of the motion holds numbers that are not finite. Make the motion again.")
        shape = self.shape(motion.latent[i], motion.gaze[i], motion.blink[i])
        shape.tongue = motion.tongue[i]
        head = self.head(motion.head_rotation[i], motion.head_translation[i])
        return self.draw(shape, head)

    def shape(self, latent: NDArray[np.float32], gaze: NDArray[np.float32], blink: NDArray[np.float32]) -> FaceShape:
        """The face of one instant before its head moves."""
        displacement = lift_brows(self.space.decode(latent))
        opening = displacement * self._mouth_shows
        gaze = np.clip(gaze, -np.array(WIDEST_GAZE), WIDEST_GAZE)
        return deform(self.mesh, self._own.take_off(displacement), opening, gaze, blink)

    def head(self, rotation: NDArray[np.float32], translation: NDArray[np.float32]) -> HeadMotion:
        """The motion of the head that the portrait allows, of a rotation vector and a translation [3] each."""
        limits = self.asset.limits
        return head_motion(self.mesh, allowed_rotation(rotation, limits), allowed_translation(translation, limits))

    def draw(self, shape: FaceShape, head: HeadMotion) -> NDArray[np.uint8]:
        """Draw a face, from the back to the front: [size, size, 4] RGBA, premultiplied."""
        painter = self._painter
        position = head.apply(shape.position, self.mesh)
        painter.begin()
        self.mouth.seam.slip(self.sheet, shape.gap)
        self.sheet.draw(painter, position, self.light.gain(shape.position, head.rotation))
        self.creases.draw(painter.frame, shape.position, position)
        painter.lay_over(self._background)
        self.mouth.draw(painter, position, shape, head)
        for eye in self.eyes:
            eye.draw(painter, position, shape, head)
        return painter.frame
