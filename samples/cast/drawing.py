"""A canvas for drawings by code: filled shapes, soft shadows and tapered pen strokes, supersampled for clean lines."""

from collections.abc import Sequence

import cv2
import numpy as np
from filters import Picture
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Points = NDArray[np.floating]
Colour = Sequence[float] | NDArray[np.floating]

SUPERSAMPLING = 3
"""Canvas px per px of the picture."""
SHIFT = 4
"""Binary places of fractional px in OpenCV's polygons."""


def curve(points: Sequence[Sequence[float]] | Points, closed: bool = False, samples: int = 24) -> Points:
    """A smooth curve [N, 2] through points, by a spline over the length of the chords."""
    through = np.asarray(points, np.float64)
    if closed:
        through = np.vstack([through, through[:1]])
    step = np.sqrt(np.maximum(np.linalg.norm(np.diff(through, axis=0), axis=1), 1e-6))
    at = np.concatenate([[0], np.cumsum(step)])
    spline = CubicSpline(at, through, bc_type="periodic" if closed else "natural")
    return np.asarray(spline(np.linspace(0, at[-1], samples * (len(through) - 1) + 1)))


def mirror(points: Sequence[Sequence[float]] | Points, middle: float) -> Points:
    """Points on the other side of x = `middle`, in the opposite order."""
    return np.asarray(points, np.float64)[::-1] * [-1, 1] + [2 * middle, 0]


class Canvas:
    """A picture under work. Coordinates are px of the picture; masks [H * s, W * s] are float32 in [0, 1]."""

    def __init__(self, picture: Picture, scale: int = SUPERSAMPLING) -> None:
        self.scale = scale
        size = (picture.shape[1] * scale, picture.shape[0] * scale)
        self.pixels = np.clip(cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_CUBIC), 0, 1)
        self.shape = self.pixels.shape[:2]

    @staticmethod
    def plain(size: int, colour: Colour, scale: int = SUPERSAMPLING) -> "Canvas":
        """A square sheet of one colour."""
        return Canvas(np.full((size, size, 3), colour, np.float32), scale)

    def picture(self) -> Picture:
        """The finished picture at its own size."""
        size = (self.shape[1] // self.scale, self.shape[0] // self.scale)
        return cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)

    def blank(self) -> Picture:
        """An empty mask."""
        return np.zeros(self.shape, np.float32)

    def grid(self) -> tuple[Picture, Picture]:
        """Rows and columns of the canvas in px of the picture."""
        rows, columns = np.indices(self.shape, np.float32)
        return (rows + 0.5) / self.scale, (columns + 0.5) / self.scale

    def fill(self, points: Points) -> Picture:
        """Mask of a closed shape."""
        mask = np.zeros(self.shape, np.uint8)
        fixed = np.round((np.asarray(points) * self.scale - 0.5) * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SHIFT)
        return mask.astype(np.float32) / 255

    def outline(self, points: Points, width: float) -> Picture:
        """Mask of the line around a closed shape."""
        return self.trace(np.vstack([points, points[:1]]), width)

    def trace(self, points: Points, width: float | Points) -> Picture:
        """Mask of an open line; `width` may be given at every point."""
        points = np.asarray(points, np.float64)
        wide = np.broadcast_to(np.asarray(width, np.float64), len(points))
        along = np.gradient(points, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        left, right = points + across * wide[:, None] / 2, points - across * wide[:, None] / 2
        mask = np.zeros(self.shape, np.uint8)
        quads = np.stack([left[:-1], left[1:], right[1:], right[:-1]], axis=1)
        fixed = np.round((quads * self.scale - 0.5) * (1 << SHIFT)).astype(np.int32)
        for quad in fixed:
            cv2.fillConvexPoly(mask, quad, 255, cv2.LINE_AA, SHIFT)
        for point, radius in zip(points, wide / 2 * self.scale, strict=True):
            centre = np.round((point * self.scale - 0.5) * (1 << SHIFT)).astype(int)
            cv2.circle(mask, tuple(map(int, centre)), int(radius * (1 << SHIFT)), 255, -1, cv2.LINE_AA, SHIFT)
        return mask.astype(np.float32) / 255

    def soft(self, mask: Picture, sigma: float) -> Picture:
        """The mask blurred by `sigma` px."""
        return cv2.GaussianBlur(mask, (0, 0), max(sigma * self.scale, 0.3))

    def paint(self, mask: Picture, colour: Colour | Picture, opacity: float = 1.0) -> None:
        """Lay a colour, or a picture of the canvas's size, over the canvas."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if len(rows) == 0:
            return
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        paint = np.asarray(colour, np.float32)
        paint = paint[box] if paint.ndim == 3 else paint
        self.pixels[box] += opacity * mask[box][..., None] * (paint - self.pixels[box])

    def line(self, points: Points, width: float | Points, colour: Colour, opacity: float = 1.0) -> None:
        """Draw a line of even width."""
        self.paint(self.trace(points, width), colour, opacity)

    def pen(self, points: Points, width: float, colour: Colour, ends: tuple[float, float] = (0.15, 0.15)) -> None:
        """Draw a pen stroke that swells in its middle; `ends`: its width there, as a share."""
        at = np.linspace(0, 1, len(points))
        swell = np.sin(np.pi * at) ** 0.7
        share = np.maximum(swell, np.where(at < 0.5, ends[0], ends[1]) * (1 - swell) + swell)
        self.line(points, width * share, colour)
