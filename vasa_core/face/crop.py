"""Frame head and shoulders as VASA-1's own videos do, and invent what lies outside of the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import margin_of, picture_side
from vasa_core.face.filters import Layer
from vasa_core.face.topology import OUTER_EYE_CORNERS
from vasa_core.face.upscale import enlarge

FACE_WIDTH, FACE_HEIGHT = 0.50, 0.63
"""Sides of the landmarks' box as shares of the frame: means of VASA-1's demo videos."""
FACE_CENTRE = (0.50, 0.53)
"""Middle of that box, as shares of the frame from the left and the top."""
MAX_ROLL = np.radians(12.0)
"""A head tilted further is turned back to this: a slight tilt belongs to the portrait, a strong one leaves no room."""
MIRROR_REACH = 0.012
"""Distance over which the mirrored picture fades into soft colours, in frames: too short to show a second face."""
SPREAD = 0.22
"""Blur of the invented part (sigma) against the distance from the picture: outlines run on, ever softer."""
SPREADS = (1.0, 2.5, 6.0, 14.0)
"""Blurs that are made and mixed, px of a frame of 512 (sigma); the last is the softest."""
GRAIN = 1.5 / 512
"""Coarsest structure that is mirrored outwards as grain, frames (sigma): larger ones would show a second face."""
GRAIN_LIMIT = 3.0
"""Mirrored grain is cut off at so many times its median: noise and brushwork pass, outlines do not."""


@dataclass(frozen=True)
class Framing:
    """Where the frame lies in the source picture."""

    matrix: NDArray[np.float64]
    """[2, 3] affine map from px of the source to px of the frame, pixel centres at whole numbers in both."""
    size: int
    """Side of the frame, px."""

    @property
    def scale(self) -> float:
        """Px of the frame per px of the source."""
        return float(np.linalg.norm(self.matrix[:, 0]))

    def apply(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Landmarks [478, 3] of the source in px of the frame, pixel centres at whole numbers in both."""
        flat = points[:, :2] @ self.matrix[:, :2].T + self.matrix[:, 2]
        return np.column_stack([flat, points[:, 2] * self.scale]).astype(np.float32)


def frame_face(points: NDArray[np.float32], size: int) -> Framing:
    """The frame of `size` px for a face with landmarks `points` [478, 3] in px of the source."""
    flat = points[:, :2].astype(np.float64)
    right, left = flat[list(OUTER_EYE_CORNERS)]
    roll = float(np.arctan2(*(left - right)[::-1]))
    excess = roll - np.clip(roll, -MAX_ROLL, MAX_ROLL)
    cos, sin = np.cos(excess), np.sin(excess)
    turn = np.array([[cos, sin], [-sin, cos]])
    upright = flat @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    width, height = high - low
    scale = size / np.sqrt(width / FACE_WIDTH * height / FACE_HEIGHT)
    middle = (low + high) / 2
    shift = np.array(FACE_CENTRE) * size - 0.5 - scale * middle
    return Framing(np.column_stack([scale * turn, shift]), size)


def cut_picture(source: NDArray[np.uint8], framing: Framing) -> NDArray[np.uint8]:
    """The frame and its margin [P, P, 3]: resampled, its edges sharpened where enlarged, extended at its borders."""
    source, matrix, side = _reduced(source, framing)
    if framing.scale > 1:
        picture = enlarge(source, matrix, side, framing.scale)
    else:
        warped = cv2.warpAffine(source, matrix, side, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        picture = np.asarray(warped, np.uint8)
    known = cv2.warpAffine(np.ones(source.shape[:2], np.uint8), matrix, side, flags=cv2.INTER_NEAREST)
    return extend(picture, np.asarray(known, bool), framing.size)


def cut_opacity(opacity: NDArray[np.uint8], framing: Framing) -> NDArray[np.uint8]:
    """The frame and its margin [P, P] of a source's opacity [H, W]; its border goes on outside."""
    opacity, matrix, side = _reduced(opacity, framing)
    warped = cv2.warpAffine(opacity, matrix, side, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _reduced(
    source: NDArray[np.uint8], framing: Framing
) -> tuple[NDArray[np.uint8], NDArray[np.float64], tuple[int, int]]:
    """The source, halved in size as far as it has pixels to spare, the map [2, 3] from it to the picture, its sides."""
    matrix, scale = framing.matrix.copy(), framing.scale
    matrix[:, 2] += margin_of(framing.size)
    if scale < 0.5:
        reduced = (max(round(source.shape[1] * scale * 2), 1), max(round(source.shape[0] * scale * 2), 1))
        ratio = np.array([reduced[0] / source.shape[1], reduced[1] / source.shape[0]])
        source = np.asarray(cv2.resize(source, reduced, interpolation=cv2.INTER_AREA), np.uint8)
        # Pixel centres sit at integers, so their corners move by half a pixel.
        linear = matrix[:, :2] / ratio
        matrix = np.column_stack([linear, matrix[:, 2] + linear @ (0.5 - ratio / 2)])
    return source, matrix, (picture_side(framing.size),) * 2


def widen(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A bare frame [size, size, 3] with an invented margin around it [P, P, 3]."""
    size = len(frame)
    margin = margin_of(size)
    sides = ((margin, margin), (margin, margin))
    known = np.pad(np.ones((size, size), np.bool_), sides)
    return extend(np.pad(frame, (*sides, (0, 0)), "reflect"), known, size)


def extend(picture: NDArray[np.uint8], known: NDArray[np.bool_], size: int) -> NDArray[np.uint8]:
    """Fill the pixels that are not `known`: the border's colours run on outwards, ever softer, under mirrored grain.

    Parameters
    ----------
    picture : [H, W, 3]; where not known it holds the mirrored picture
    known : [H, W]
    size : side of the frame, px: the unit of all reaches
    """
    if known.all() or not known.any():
        return picture
    distance, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(labels.max()) + 1, 3), np.float32)
    colours[labels[known]] = picture[known]
    filled = _blur_by(colours[labels], SPREAD * distance, size / 512)
    distance = np.asarray(distance) / size
    grain = picture - cv2.GaussianBlur(picture, (0, 0), GRAIN * size).astype(np.float32)
    usual = GRAIN_LIMIT * float(np.median(np.abs(grain[known])))
    filled += np.clip(grain, -usual, usual)
    filled += np.exp(-((distance / MIRROR_REACH) ** 2))[..., None] * (picture - filled)
    return np.where(known[..., None], picture, np.clip(filled, 0, 255).round().astype(np.uint8))


def _blur_by(layer: Layer, sigma: Layer, unit: float) -> Layer:
    """Blur `layer` [H, W, 3] by another sigma [H, W] px at every pixel, mixed from a few blurs."""
    result, last = layer.copy(), 0.0
    for step in SPREADS:
        blurred = cv2.GaussianBlur(layer, (0, 0), step * unit)
        share = np.clip((sigma / unit - last) / (step - last), 0, 1)[..., None]
        result += share * (blurred - result)
        last = step
    return np.asarray(result, np.float32)
