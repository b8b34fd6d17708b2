"""The inside of the mouth: throat, tongue, lower and upper teeth, shaded pixel by pixel between the lips.

Mouth coordinates (s, t) are in inter-ocular distances from the middle of the portrait's lip line, between the corners:
s to the viewer's right along the face, t down. Upper teeth stay at their place; tongue and lower teeth go with the jaw.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import SAMPLES, Local, height, smooth
from vasa_core.render.head import HeadMotion
from vasa_core.render.layers import blur, grow, polygon, shrink, spread
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.painter import Painter
from vasa_core.render.palette import Palette, read_palette
from vasa_core.render.raster import pack, sample
from vasa_core.render.retouch import LipTexture
from vasa_core.render.rims import Rim
from vasa_core.render.shape import FaceShape
from vasa_core.render.sheet import Sheet
from vasa_core.render.skirts import Skirt, make_skirt
from vasa_core.render.teeth import EDGE_ROOM, HALF_WIDTH, HEIGHT, MILLIMETRE, PIXELS, paint_row

UPPER_EDGE = 1.6 * MILLIMETRE
"""Edge of the upper teeth below the closed lip line (t): adults show 1 to 4 mm at rest (Vig and Brundo 1978)."""
LOWER_EDGE = 2.4 * MILLIMETRE
"""Edge of the lower teeth below the closed lip line with the jaw shut (t)."""
LOWER_SHOWN = (1.6 * MILLIMETRE, 6.0 * MILLIMETRE)
"""Most of the lower teeth seen above the lower lip, and how far the lip must uncover them for two thirds of that."""
TEETH_BEHIND = 5 * MILLIMETRE
"""Depth of the teeth behind the lip edges, inter-ocular distances."""
USUAL_WIDTH = 0.5
"""Inter-ocular distances between the inner lip corners of an adult: about 44 mm."""
SIZES = (0.78, 1.1)
"""Teeth are made no smaller or larger than this against an adult's."""
OWN_FADE = 0.02
"""Mean travel of the lip edges, inter-ocular distances, over which the portrait's own open mouth gives way to ours."""
OWN_TEETH_BRIGHTNESS = 0.62
"""An enrolled mouth counts as showing teeth if its inside is at least this bright against the lit skin."""

OWN_TEETH_RISE = 0.07
"""Inter-ocular distances by which the portrait's own teeth are continued upwards behind the upper lip."""
OWN_SPREAD = 1.5
"""px: softness of that continuation."""
SEAM_GAP = 0.03
"""Lip gap in inter-ocular distances below which nothing of the inside is told apart: the colour of a lip line."""
SEAM_GAIN = 0.5
"""Brightness of a lip line against the tongue."""
COLOURS = 4
TOOTH, GUM, TONGUE, DARK = range(COLOURS)


@dataclass
class Mouth:
    """What the mouth of one portrait needs, made once."""

    local: Local
    """Mouth coordinates."""
    depth: float
    """px, depth of the teeth's plane in the portrait."""
    colours: NDArray[np.float32]
    """[4, 3] RGB of tooth, gum, tongue, dark."""
    upper_row: NDArray[np.float32]
    lower_row: NDArray[np.float32]
    own: NDArray[np.uint64]
    """[512, 512] packed RGB and opacity: the teeth the portrait shows, opacity 0 where it shows none."""
    enrolled_upper: NDArray[np.float32]
    """[SAMPLES] t of the enrolled upper lip edge."""
    size: float
    """Size of the teeth against an adult's, from the width of the lips."""
    is_open: bool
    """Whether the portrait's own mouth is open."""

    rim: Rim
    lips: LipTexture | None
    """The lips of a portrait with an open mouth."""
    skirts: list[Skirt]
    rest: NDArray[np.float32]
    """[V, 2] px where the portrait has the mesh."""
    unit: float

    def draw(
        self, painter: Painter, sheet: Sheet, position: NDArray[np.float32], shape: FaceShape, head: HeadMotion
    ) -> None:
        """Draw what lies between the lips, before the skin is drawn over it; `position` [V, 2] px of the frame."""
        likeness = self._likeness(shape.position)
        if self.lips:
            self.lips.show(likeness)
        count = painter.cut(position, self.rim.triangles)
        if count:
            shade_mouth(
                painter.frame,
                painter.spans,
                count,
                head.from_plane(self.depth),
                self.local.affine,
                self.local.edges(shape.position, self.rim),
                self.enrolled_upper,
                self.upper_row,
                self.lower_row,
                self.colours,
                self.own,
                shape.jaw,
                self.size,
                likeness,
            )
        for skirt in self.skirts:
            skirt.draw(painter, sheet.texture, position, 0.0)

    def _likeness(self, position: NDArray[np.float32]) -> float:
        """How near [0, 1] the lips [V, 3] px are to where the portrait has them, for portraits with an open mouth."""
        if not self.is_open:
            return 0.0
        edges = np.concatenate([self.rim.upper, self.rim.lower])
        change = np.linalg.norm(position[edges, :2] - self.rest[edges], axis=1).mean() / self.unit
        return float(np.exp(-((change / OWN_FADE) ** 2)))


def make_mouth(image: NDArray[np.uint8], landmarks: NDArray[np.float32], mesh: HeadMesh, sheet: Sheet) -> Mouth:
    """Prepare the mouth of a portrait: `image` [size, size, 3], `landmarks` [478, 3] px, `sheet` the skin around it."""
    palette = read_palette(image, landmarks)
    unit = mesh.frame.unit
    upper, lower = mesh.rest[mesh.mouth.upper], mesh.rest[mesh.mouth.lower]
    middle = (upper[len(upper) // 2, :2] + lower[len(lower) // 2, :2]) / 2
    corners = (upper[0, :2] + upper[-1, :2]) / 2
    right = mesh.frame.right
    centre = (middle + ((corners - middle) @ right) * right).astype(np.float64)
    local = Local(centre, np.linalg.inv(mesh.frame.axes[:2, :2].astype(np.float64)))
    outline = np.concatenate([upper[:, :2], lower[::-1, :2]])
    width = float(np.ptp((upper[:, :2] - centre) @ local.linear[0]))
    return Mouth(
        local=local,
        depth=float((upper[:, 2].mean() + lower[:, 2].mean()) / 2 + TEETH_BEHIND * unit),
        colours=np.stack([palette.tooth, palette.gum, palette.tongue, palette.dark]),
        upper_row=paint_row(True),
        lower_row=paint_row(False),
        own=_own_teeth(image, upper[:, :2], lower[:, :2], mesh, palette),
        enrolled_upper=local.edges(mesh.rest, mesh.mouth)[0].copy(),
        size=float(np.clip(width / USUAL_WIDTH, *SIZES)),
        is_open=not mesh.lips.closed,
        rim=mesh.mouth,
        lips=None if mesh.lips.closed else LipTexture(sheet, image, outline, unit),
        skirts=[
            make_skirt(mesh.rest, mesh.mouth.upper, mesh.mouth.lower, False, sheet.margin),
            make_skirt(mesh.rest, mesh.mouth.lower, mesh.mouth.upper, False, sheet.margin),
        ],
        rest=mesh.rest[:, :2],
        unit=unit,
    )


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
    inside = polygon(ring, image.shape) > 0.5
    if image[inside].mean() < OWN_TEETH_BRIGHTNESS * palette.tooth.mean():
        return pack(layer)
    sure = shrink(inside, 1)
    rise = round(OWN_TEETH_RISE * mesh.frame.unit)
    upwards = np.asarray(cv2.dilate(sure.astype(np.uint8), np.ones((rise, 3), np.uint8), anchor=(1, 0))) > 0
    grown = grow(upwards | sure, 1)
    low, high = np.floor(ring.min(0)).astype(int) - 2 * rise, np.ceil(ring.max(0)).astype(int) + rise
    box = np.s_[max(low[1], 0) : high[1], max(low[0], 0) : high[0]]
    filled = spread(image[box], sure[box], OWN_SPREAD)
    layer[box][..., :3] = np.where(sure[box][..., None], image[box], np.rint(filled).astype(np.uint8))
    layer[..., 3] = np.rint(255 * blur(shrink(grown, 1), 1.0)).astype(np.uint8)
    return pack(layer)


@njit("void(float32[:, :, ::1], float64, float64, float64[::1])", cache=True)
def _look_up(row: NDArray, s: float, t: float, found: NDArray) -> None:
    """Brightness, gum and opacity of a row of teeth at texture position (s, t); zeros outside."""
    x = (s + HALF_WIDTH) * PIXELS - 0.5
    y = t * PIXELS - 0.5
    rows, columns = row.shape[0], row.shape[1]
    found[:] = 0.0
    if x < 0 or x >= columns - 1 or y >= rows - 1 or y < 0:
        return
    i, j = int(x), int(y)
    fx, fy = x - i, y - j
    for k in range(3):
        top = row[j, i, k] * (1 - fx) + row[j, i + 1, k] * fx
        bottom = row[j + 1, i, k] * (1 - fx) + row[j + 1, i + 1, k] * fx
        found[k] = top * (1 - fy) + bottom * fy


@njit("float64(float64, int64)", cache=True)
def _warm(shade: float, channel: int) -> float:
    """A shade in [0, 1] for one channel: light between lips comes off red walls, so shadows are warm."""
    return shade ** (0.8 + 0.2 * channel)


@njit("void(float64[::1], float32[:, ::1], float64[::1], float64)", cache=True)
def _lay_tooth(colour: NDArray, colours: NDArray, tooth: NDArray, shade: float) -> None:
    """Lay a sample of a row of teeth (brightness, gum, opacity) over `colour` [3]."""
    for c in range(3):
        hue = colours[TOOTH, c] + (colours[GUM, c] - colours[TOOTH, c]) * tooth[1]
        colour[c] += (hue * _warm(tooth[0] * shade, c) - colour[c]) * tooth[2]


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float64[:, ::1], float64[:, ::1], float32[:, ::1], float32[::1], "
    "float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1], uint64[:, ::1], float64, float64, float64)",
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
    size: float,
    likeness: float,
) -> None:
    """Draw the inside of the mouth into the spans of its hole.

    `to_portrait` [2, 3] takes frame px to portrait px on the teeth's plane, `to_mouth` [2, 3] those to mouth
    coordinates; `curves` [2, SAMPLES] lip edges; `jaw` drop in inter-ocular distances.
    """
    widest = 0.0
    for i in range(SAMPLES):
        widest = max(widest, np.float64(curves[1, i] - curves[0, i]))
    light = 0.5 + 0.5 * smooth(widest / 0.16)
    tooth = np.zeros(3)
    colour = np.zeros(3)
    uncovered = height(curves[1], 0.0) - (LOWER_EDGE + jaw)
    lower_edge = height(curves[1], 0.0) - LOWER_SHOWN[0] * np.tanh(uncovered / LOWER_SHOWN[1])
    for k in range(count):
        y = spans[k, 1]
        for x in range(spans[k, 2], spans[k, 3]):
            px, py = x + 0.5, y + 0.5
            qx = to_portrait[0, 0] * px + to_portrait[0, 1] * py + to_portrait[0, 2]
            qy = to_portrait[1, 0] * px + to_portrait[1, 1] * py + to_portrait[1, 2]
            s = to_mouth[0, 0] * qx + to_mouth[0, 1] * qy + to_mouth[0, 2]
            t = to_mouth[1, 0] * qx + to_mouth[1, 1] * qy + to_mouth[1, 2]
            upper, lower = height(curves[0], s), height(curves[1], s)
            below = max(t - upper, 0.0)
            above = max(lower - t, 0.0)
            gap = max(lower - upper, 0.0)
            narrow = 0.35 + 0.65 * smooth(gap / 0.09)
            side = 1 - 0.5 * smooth((abs(s) - 0.08) / 0.24)
            near_upper = 1 - 0.5 * np.exp(-below / 0.025)
            near_lower = 1 - 0.3 * np.exp(-above / 0.018)
            dim = light * narrow * side
            tongue_top = lower_edge - 0.3 * (lower_edge - UPPER_EDGE) + 0.35 * s * s
            share = smooth((t - tongue_top) / (0.05 + 0.45 * max(lower_edge - UPPER_EDGE, 0.0)) + 0.55)
            share *= 1 - 0.8 * smooth((abs(s) - 0.1) / 0.14)
            glow = 0.5 + 0.5 * dim * near_lower * near_upper
            for c in range(3):
                colour[c] = (colours[DARK, c] + (colours[TONGUE, c] - colours[DARK, c]) * share) * glow
            _look_up(lower_row, s / size, (t - lower_edge) / size + EDGE_ROOM, tooth)
            _lay_tooth(colour, colours, tooth, 0.78 * dim * near_lower)
            _look_up(upper_row, s / size, (t - UPPER_EDGE) / size + HEIGHT - EDGE_ROOM, tooth)
            _lay_tooth(colour, colours, tooth, (0.35 + 0.65 * dim) * near_upper)
            packed = sample(own, qx, qy)
            opacity = np.float64(packed >> np.uint64(48)) / 255
            if opacity > 0 or likeness > 0:
                before = max(t - height(enrolled_upper, s), 0.0)
                fresh = near_upper / (1 - 0.5 * np.exp(-before / 0.025)) * (0.6 + 0.4 * narrow)
                fresh = min(fresh, 1.0) * (1 - likeness) + likeness
                opacity = opacity * (1 - likeness) + likeness
                for c in range(3):
                    mine = np.float64((packed >> np.uint64(16 * c)) & np.uint64(255))
                    colour[c] += (mine * _warm(fresh, c) - colour[c]) * opacity
            seam = (1 - smooth(gap / SEAM_GAP)) * (1 - likeness)
            for c in range(3):
                colour[c] += (SEAM_GAIN * colours[TONGUE, c] - colour[c]) * seam
                frame[y, x, c] = np.uint8(min(max(colour[c], 0.0), 255.0) + 0.5)
            frame[y, x, 3] = np.uint8(255)
