"""The inside of the mouth: throat, tongue, lower and upper teeth, shaded pixel by pixel between the lips.

Mouth coordinates (s, t) are in inter-ocular distances from the middle of the portrait's lip line: s to the viewer's
right along the face, t down. Upper teeth stay at their place; tongue and lower teeth go with the jaw.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.mesh import HeadMesh
from vasa_core.render.palette import Palette, read_palette
from vasa_core.render.raster import pack, sample
from vasa_core.render.teeth import EDGE_ROOM, HALF_WIDTH, HEIGHT, MILLIMETRE, PIXELS, paint_row

UPPER_EDGE = 2.2 * MILLIMETRE
"""Edge of the upper teeth below the closed lip line (t): adults show 1 to 4 mm at rest (Vig and Brundo 1978)."""
LOWER_EDGE = 2.4 * MILLIMETRE
"""Edge of the lower teeth below the closed lip line with the jaw shut (t)."""
TEETH_BEHIND = 5 * MILLIMETRE
"""Depth of the teeth behind the lip edges, inter-ocular distances."""
CURVE_SAMPLES = 96
CURVE_HALF = 0.5
"""Lip edges are handed to the shader as CURVE_SAMPLES heights over s in [-CURVE_HALF, CURVE_HALF]."""
OWN_FADE = 0.02
"""Mean change of the lip gap, inter-ocular distances, over which the portrait's own open mouth gives way to ours."""
OWN_TEETH_BRIGHTNESS = 0.62
"""An enrolled mouth counts as showing teeth if its inside is at least this bright against the lit skin."""

COLOURS = 4
TOOTH, GUM, TONGUE, DARK = range(COLOURS)


@dataclass
class Mouth:
    """What the mouth of one portrait needs, made once."""

    centre: NDArray[np.float64]
    """[2] px, middle of the lip line."""
    to_mouth: NDArray[np.float64]
    """[2, 2] px to mouth coordinates."""
    depth: float
    """px, depth of the teeth's plane in the portrait."""
    colours: NDArray[np.float32]
    """[4, 3] RGB of tooth, gum, tongue, dark."""
    upper_row: NDArray[np.float32]
    lower_row: NDArray[np.float32]
    own: NDArray[np.uint64]
    """[512, 512] packed RGB and opacity: the teeth the portrait shows, opacity 0 where it shows none."""
    enrolled_upper: NDArray[np.float32]
    """[CURVE_SAMPLES] t of the enrolled upper lip edge."""
    enrolled_gap: NDArray[np.float32]
    """[n] px between the enrolled lip edges."""

    def curves(self, position: NDArray[np.float32], mesh: HeadMesh) -> NDArray[np.float32]:
        """[2, CURVE_SAMPLES] t of the upper and lower lip edge, from vertex positions before the head moves, px."""
        columns = np.linspace(-CURVE_HALF, CURVE_HALF, CURVE_SAMPLES)
        result = np.empty((2, CURVE_SAMPLES), np.float32)
        for row, edge in enumerate((mesh.mouth.upper, mesh.mouth.lower)):
            local = (position[edge, :2] - self.centre) @ self.to_mouth.T
            result[row] = np.interp(columns, np.maximum.accumulate(local[:, 0]), local[:, 1])
        return result

    def likeness(self, gap: NDArray[np.float32], unit: float) -> float:
        """How near [0, 1] the lips are to where the portrait has them, for portraits with an open mouth."""
        if self.enrolled_gap.max() <= 0:
            return 0.0
        change = float(np.abs(gap - self.enrolled_gap).mean()) / unit
        return float(np.exp(-((change / OWN_FADE) ** 2)))


def make_mouth(image: NDArray[np.uint8], landmarks: NDArray[np.float32], mesh: HeadMesh) -> Mouth:
    """Prepare the mouth of a portrait: `image` [512, 512, 3], `landmarks` [478, 3] px."""
    palette = read_palette(image, landmarks)
    unit = mesh.frame.unit
    upper, lower = mesh.rest[mesh.mouth.upper], mesh.rest[mesh.mouth.lower]
    centre = ((upper[0] + upper[-1]) / 4 + (upper[len(upper) // 2] + lower[len(lower) // 2]) / 4)[:2].astype(np.float64)
    to_mouth = np.linalg.inv(mesh.frame.axes[:2, :2].astype(np.float64))
    mouth = Mouth(
        centre=centre,
        to_mouth=to_mouth,
        depth=float((upper[:, 2].mean() + lower[:, 2].mean()) / 2 + TEETH_BEHIND * unit),
        colours=np.stack([palette.tooth, palette.gum, palette.tongue, palette.dark]),
        upper_row=paint_row(True),
        lower_row=paint_row(False),
        own=_own_teeth(image, upper[:, :2], lower[:, :2], mesh, palette),
        enrolled_upper=np.zeros(CURVE_SAMPLES, np.float32),
        enrolled_gap=((lower - upper)[:, :2] @ mesh.frame.down).astype(np.float32),
    )
    mouth.enrolled_upper = mouth.curves(mesh.rest, mesh)[0]
    return mouth


def _own_teeth(
    image: NDArray[np.uint8],
    upper: NDArray[np.float32],
    lower: NDArray[np.float32],
    mesh: HeadMesh,
    palette: Palette,
) -> NDArray[np.uint64]:
    layer = np.zeros((*image.shape[:2], 4), np.uint8)
    layer[..., :3] = image
    if mesh.lips.closed:
        return pack(layer)
    ring = np.concatenate([upper, lower[::-1]])
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.int32(np.round((ring - 0.5) * 16))], 255, cv2.LINE_8, 4)
    if image[inside > 0].mean() < OWN_TEETH_BRIGHTNESS * palette.tooth.mean():
        return pack(layer)
    unit = mesh.frame.unit
    rise = round(0.07 * unit)
    sure = cv2.erode(inside, np.ones((3, 3), np.uint8))
    grown = cv2.dilate(sure, np.ones((rise, 3), np.uint8), anchor=(1, 0)) | sure
    grown = cv2.dilate(grown, np.ones((3, 3), np.uint8))
    layer[..., :3] = cv2.inpaint(image, (grown & ~sure), 3, cv2.INPAINT_TELEA)
    layer[sure > 0, :3] = image[sure > 0]
    feather = cv2.GaussianBlur(cv2.erode(grown, np.ones((3, 3), np.uint8)), (0, 0), 1.0)
    layer[..., 3] = feather
    return pack(layer)


@njit("float64(float64)", cache=True)
def _smooth(x: float) -> float:
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)


@njit("float64(float32[::1], float64)", cache=True)
def _curve(heights: NDArray, s: float) -> float:
    at = (s + CURVE_HALF) / (2 * CURVE_HALF) * (CURVE_SAMPLES - 1)
    at = min(max(at, 0.0), CURVE_SAMPLES - 1.001)
    low = int(at)
    return heights[low] + (heights[low + 1] - heights[low]) * (at - low)


@njit("void(float32[:, :, ::1], float64, float64, float64[::1])", cache=True)
def _look_up(row: NDArray, s: float, t: float, found: NDArray) -> None:
    """Brightness, gum and opacity of a row of teeth at texture position (s, t); zeros outside."""
    x = (s + HALF_WIDTH) * PIXELS - 0.5
    y = t * PIXELS - 0.5
    height, width = row.shape[0], row.shape[1]
    found[:] = 0.0
    if x < 0 or x >= width - 1 or y >= height - 1 or y < 0:
        return
    i, j = int(x), int(y)
    fx, fy = x - i, y - j
    for k in range(3):
        top = row[j, i, k] * (1 - fx) + row[j, i + 1, k] * fx
        bottom = row[j + 1, i, k] * (1 - fx) + row[j + 1, i + 1, k] * fx
        found[k] = top * (1 - fy) + bottom * fy


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float64[:, ::1], float64[:, ::1], float32[:, ::1], float32[::1], "
    "float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1], uint64[:, ::1], float64, float64)",
    cache=True,
)
def shade_mouth(
    frame: NDArray,
    spans: NDArray,
    count: int,
    to_portrait: NDArray,
    to_mouth: NDArray,
    curves: NDArray,
    enrolled_upper: NDArray,
    upper_row: NDArray,
    lower_row: NDArray,
    colours: NDArray,
    own: NDArray,
    jaw: float,
    likeness: float,
) -> None:
    """Draw the inside of the mouth into the spans of its hole.

    `to_portrait` [2, 3] takes frame px to portrait px on the teeth's plane, `to_mouth` [2, 3] those to mouth
    coordinates; `curves` [2, CURVE_SAMPLES] lip edges; `jaw` drop in inter-ocular distances.
    """
    widest = 0.0
    for i in range(CURVE_SAMPLES):
        widest = max(widest, np.float64(curves[1, i] - curves[0, i]))
    light = 0.5 + 0.5 * _smooth(widest / 0.16)
    tooth = np.zeros(3)
    colour = np.zeros(3)
    for k in range(count):
        y = spans[k, 1]
        for x in range(spans[k, 2], spans[k, 3]):
            px, py = x + 0.5, y + 0.5
            qx = to_portrait[0, 0] * px + to_portrait[0, 1] * py + to_portrait[0, 2]
            qy = to_portrait[1, 0] * px + to_portrait[1, 1] * py + to_portrait[1, 2]
            s = to_mouth[0, 0] * qx + to_mouth[0, 1] * qy + to_mouth[0, 2]
            t = to_mouth[1, 0] * qx + to_mouth[1, 1] * qy + to_mouth[1, 2]
            upper, lower = _curve(curves[0], s), _curve(curves[1], s)
            below = max(t - upper, 0.0)
            above = max(lower - t, 0.0)
            gap = max(lower - upper, 0.0)
            shadow = 1 - 0.5 * np.exp(-below / 0.028) - 0.22 * np.exp(-above / 0.02)
            shadow *= 0.5 + 0.5 * _smooth(gap / 0.07)
            share = _smooth((t - (0.01 + 0.5 * jaw + 0.6 * s * s)) / (0.07 + 0.35 * jaw))
            for c in range(3):
                colour[c] = colours[DARK, c] + (colours[TONGUE, c] - colours[DARK, c]) * share
                colour[c] *= 0.55 + 0.45 * shadow * light
            _look_up(lower_row, s, t - (LOWER_EDGE + jaw) + EDGE_ROOM, tooth)
            for c in range(3):
                hue = colours[TOOTH, c] + (colours[GUM, c] - colours[TOOTH, c]) * tooth[1]
                colour[c] += (hue * tooth[0] * 0.8 * shadow * light - colour[c]) * tooth[2]
            _look_up(upper_row, s, t - UPPER_EDGE + HEIGHT - EDGE_ROOM, tooth)
            for c in range(3):
                hue = colours[TOOTH, c] + (colours[GUM, c] - colours[TOOTH, c]) * tooth[1]
                colour[c] += (hue * tooth[0] * shadow * light - colour[c]) * tooth[2]
            packed = sample(own, int(np.rint((qx - 0.5) * 65536)), int(np.rint((qy - 0.5) * 65536)))
            opacity = np.float64(packed >> np.uint64(48)) / 255
            if opacity > 0 or likeness > 0:
                before = max(t - _curve(enrolled_upper, s), 0.0)
                fresh = (1 - 0.4 * np.exp(-below / 0.02)) / (1 - 0.4 * np.exp(-before / 0.02))
                fresh = min(fresh, 1.0) * (1 - likeness) + likeness
                opacity = opacity * (1 - likeness) + likeness
                for c in range(3):
                    mine = np.float64((packed >> np.uint64(16 * c)) & np.uint64(255))
                    colour[c] += (mine * fresh - colour[c]) * opacity
            for c in range(3):
                frame[y, x, c] = np.uint8(min(max(colour[c], 0.0), 255.0) + 0.5)
