"""`FaceAsset`: what enrolling a portrait makes, and the same at another size."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vasa_core.face.limits import WIDEST, MotionLimits
from vasa_core.face.pose import Pose, to_canonical

SIZES = (512, 768, 1024)
"""Sides of the frame that portraits are enrolled at, px."""
MARGIN_SHARE = 8
"""The picture reaches size // MARGIN_SHARE px beyond the frame on each side."""


def margin_of(size: int) -> int:
    """Px that the picture of a frame of `size` px reaches beyond it on each side."""
    return size // MARGIN_SHARE


def picture_side(size: int) -> int:
    """Side of the picture, px, of a frame of `size` px."""
    return size + 2 * margin_of(size)


@dataclass
class FaceAsset:
    """What enrolling a portrait makes: everything that rendering needs.

    Px of the frame and px of the picture differ by `margin`: the frame's corner (0, 0) is (margin, margin) in the
    picture. Pixel i has its centre at i + 0.5.
    """

    picture: NDArray[np.uint8]
    """[P, P, 3] RGB: head and shoulders and a margin around the frame; invented where the source ends."""
    matte: NDArray[np.uint8]
    """[P, P] opacity of the person: 255 is person, 0 background."""
    background: NDArray[np.uint8]
    """[P, P, 3] RGB: the picture with the person taken away and filled in."""
    landmarks: NDArray[np.float32]
    """[478, 3] px of the frame; z in px, away from the viewer."""
    pose: Pose
    """Takes the canonical frame to `landmarks`."""
    identity: NDArray[np.float32]
    """[478, 3] the person's own neutral face in the canonical frame, outer inter-ocular distances."""
    expression: NDArray[np.float32]
    """[D] motion latent of the portrait's own expression: `identity` plus what it decodes to is the portrait."""
    limits: MotionLimits = WIDEST
    """What motion the picture allows."""
    note: dict[str, str] = field(default_factory=dict)
    """`source`: name of the picture; `sha256`: of its file; `rights`: what the user says about the rights; and what the
    source allowed: `eyes`, px between its outer eye corners, `detail`, px of real detail per px, `enlarged`, px of the
    frame per px."""
    warnings: tuple[str, ...] = ()
    """What may look worse than it should, in sentences for the user."""

    @property
    def size(self) -> int:
        """Side of the frame, px."""
        side = self.picture.shape[0]
        return side - 2 * (side // (MARGIN_SHARE + 2))

    @property
    def margin(self) -> int:
        """Px that the picture reaches beyond the frame on each side."""
        return margin_of(self.size)

    @property
    def image(self) -> NDArray[np.uint8]:
        """[size, size, 3] the frame: the picture without its margin."""
        inner = slice(self.margin, self.margin + self.size)
        return np.ascontiguousarray(self.picture[inner, inner])

    @property
    def own_displacement(self) -> NDArray[np.float32]:
        """[478, 3] the portrait's own expression in the canonical frame: its face less the neutral one."""
        return to_canonical(self.landmarks, self.pose) - self.identity

    def scaled(self, size: int) -> "FaceAsset":
        """The same face with a frame of `size` px."""
        if size == self.size:
            return self
        ratio = np.float32(size / self.size)
        smaller = ratio < 1
        colours = Image.Resampling.HAMMING if smaller else Image.Resampling.LANCZOS
        opacity = Image.Resampling.HAMMING if smaller else Image.Resampling.BILINEAR  # Lanczos would ring inside
        pose = Pose(self.pose.rotation, self.pose.translation * ratio, np.asarray(self.pose.scale * ratio, np.float32))
        return replace(
            self,
            picture=self._resized(self.picture, size, colours),
            matte=self._resized(self.matte, size, opacity),
            background=self._resized(self.background, size, colours),
            landmarks=self.landmarks * ratio,
            pose=pose,
        )

    def _resized(self, layer: NDArray[np.uint8], size: int, kernel: Image.Resampling) -> NDArray[np.uint8]:
        """One layer around a frame of `size` px: margins of odd sizes are cut exactly, to fractions of a pixel."""
        reach = margin_of(size) * self.size / size
        low, high = self.margin - reach, self.margin + self.size + reach
        if low < 0:  # the margin of an odd size lacks up to a pixel
            layer = np.pad(layer, [(1, 1), (1, 1), (0, 0)][: layer.ndim], "edge")
            low, high = low + 1, high + 1
        side = picture_side(size)
        return np.array(Image.fromarray(layer).resize((side, side), kernel, box=(low, low, high, high)))

    def save(self, path: str | Path) -> None:
        """Write the asset to `path`. The same asset gives the same bytes. Raises `ExportError` if that fails."""
        from vasa_core.face.asset_file import save

        save(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> "FaceAsset":
        """Read an asset. Raises `AssetError` if it is damaged, truncated, too new or no asset at all.

        An expression that was written in another latent space, or has another size, is put into the present one;
        a file of an older version is brought up to the present one.
        """
        from vasa_core.face.asset_file import load

        return load(Path(path))
