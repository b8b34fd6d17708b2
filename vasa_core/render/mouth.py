"""The inside of the mouth: teeth, gums, tongue and cavity as geometry behind the lips, fitted to each portrait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.head import HeadMotion
from vasa_core.render.layers import polygon
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.mouthblend import cover, fill_bare, lay, mark, seal, shade
from vasa_core.render.mouthblur import Blur, blur_of
from vasa_core.render.mouthparts import load_parts
from vasa_core.render.mouthpose import CHANNEL_BITS, LIGHT_BITS, find_normals, move_parts, project_parts
from vasa_core.render.mouthraster import Room, rasterise
from vasa_core.render.painter import Painter
from vasa_core.render.palette import Palette, read_palette
from vasa_core.render.retouch import clear_lips
from vasa_core.render.rims import Rim
from vasa_core.render.seam import Seam, find_seam
from vasa_core.render.shape import FaceShape
from vasa_core.render.sheet import Sheet

USUAL_WIDTH = 0.5
"""Inter-ocular distances between the inner lip corners of an adult, for which the parts are made."""
SIZES = (0.86, 1.1)
"""Parts are made no smaller or larger than this: teeth differ less between people than lips do."""
WIDTH_SHARE = 0.6
"""Exponent of the lips' width that the size follows."""
TO_CHIN = 1.0
"""Inter-ocular distances from the jaw's hinge forward to the chin: what turns its drop into an angle."""
RELIEF = 0.6
"""Share of the depth of the mouth's inside that turning the head shows: beyond, tongue and throat would wander off to a
side of lips that are themselves flatter in a portrait than in life."""
WIDEST_JAW = 0.6
"""rad"""
LOWER_SHOWN = 0.019
"""Inter-ocular distances of lower teeth seen above the lower lip at most: it rides on them."""
LOWER_EDGE = (0.034, 0.1)
"""y and z of the lower incisors' edge with the jaw shut, in the parts."""
LOW_JAW = 0.3
"""Drop of the jaw at which the tongue lies fully sunk, inter-ocular distances."""
OPENING_SHARE = 0.35
"""Share of the width of an opening that counts besides its height for the light that comes in."""
SHUT = 1e-4
"""Widest gap in inter-ocular distances below which the lips are shut."""
EMPTY = 0.3
"""Brightness against a lip line of what the parts do not reach."""
TOWARDS_VIEWER = np.array([0.0, 0.0, -1.0])


@dataclass
class Mouth:
    """What the mouth of one portrait needs, made once; with buffers, so not for two threads at once."""

    palette: Palette
    axes: NDArray[np.float64]
    """[3, 3] from the parts' frame to portrait px."""
    rim: Rim
    down: NDArray[np.float32]
    """[2] unit vector from the upper to the lower lip."""
    unit: float
    """Inter-ocular distance in px."""
    blur: Blur
    """How soft the portrait is."""
    seam: Seam
    """The line between the lips, which the skin's texture loses as they part."""

    def __post_init__(self) -> None:
        self.parts = load_parts()
        self.anchor = np.zeros(3)
        """[3] px of the portrait: the middle of the closed lips."""
        self.size = 1.0
        """Size of the parts against an adult's."""
        count = len(self.parts.vertices)
        self._normals = np.zeros((count, 3), np.float32)
        find_normals(self.parts.vertices, self.parts.triangles, 0, len(self.parts.triangles), self._normals)
        self._soft = self.parts.tongue_triangles
        self._hinge = self.parts.hinge.astype(np.float64)
        self._placed = np.zeros((count, 3), np.float32)
        self._position = np.zeros((count, 3), np.float32)
        self._packed = np.zeros(count, np.int64)
        self._room = Room()

    def settle(self, neutral: NDArray[np.float32]) -> None:
        """Fit to the lips of the neutral, closed mouth: vertices at `neutral` [V, 3] px of the portrait."""
        upper, lower = neutral[self.rim.upper], neutral[self.rim.lower]
        lips = (upper + lower).astype(np.float64) / 2
        self.anchor = lips[len(lips) // 2]
        width = float(np.linalg.norm(lips[-1] - lips[0])) / self.unit
        self.size = float(np.clip((width / USUAL_WIDTH) ** WIDTH_SHARE, *SIZES))

    def draw(self, painter: Painter, position: NDArray[np.float32], shape: FaceShape, head: HeadMotion) -> None:
        """Draw what lies between the lips, after the skin; `position` [V, 2] px of the frame."""
        count = painter.cut(position, self.rim.triangles)
        if float(shape.gap.max()) < SHUT * self.unit:
            seal(painter.frame, painter.spans, count)
            return
        upper, lower = _rightwards(position[self.rim.upper]), _rightwards(position[self.rim.lower])
        outline = np.concatenate([upper, lower[::-1]]).astype(np.float64)
        margin = 1 + self.blur.reach
        low = np.maximum(np.floor(outline.min(0)).astype(int) - margin, 0)
        high = np.minimum(np.ceil(outline.max(0)).astype(int) + margin, painter.size)
        if (low >= high).any():
            return
        (left, top), (columns, rows) = low.tolist(), (high - low).tolist()
        self._draw_samples(left, top, columns, rows, shape, head)
        covered, inside, bare = self._room.boxes(rows, columns)
        cover(outline - low, covered)
        across = np.arange(left, left + columns) + 0.5
        shade(
            self._room.colour,
            covered,
            self.blur.reach,
            np.interp(across, np.maximum.accumulate(upper[:, 0]), upper[:, 1]) - top,
            np.interp(across, np.maximum.accumulate(lower[:, 0]), lower[:, 1]) - top,
            margin,
            self.unit * head.size,
            self.palette.seam,
            self.palette.warmth,
            self.palette.flat,
            inside,
        )
        self.blur.apply(covered, inside)
        bare[:] = 0
        mark(painter.spans, count, left, top, bare)
        fill_bare(painter.frame, covered, bare, left, top, margin)
        lay(painter.frame, inside, covered, left, top)

    def place(self, shape: FaceShape) -> NDArray[np.float32]:
        """[N, 3] where the parts' vertices are in the mouth's own frame, with the face in `shape`."""
        parts, size = self.parts, self.size
        angle = min(shape.jaw / TO_CHIN, WIDEST_JAW)
        lower = shape.position[self.rim.lower[len(self.rim.lower) // 2], :2]
        lip = float((lower - self.anchor[:2]) @ self.down) / self.unit / size
        shown = lip - LOWER_EDGE[0] - angle * (self._hinge[1] - LOWER_EDGE[1])
        lowered = shown - LOWER_SHOWN * np.tanh(shown / LOWER_SHOWN) if shown > 0 else 0.0
        out, tip_up, back_up = np.clip(shape.tongue, 0, 1).tolist()
        low = min(shape.jaw / LOW_JAW, 1.0) * (1 - max(tip_up, back_up))
        move_parts(
            parts.vertices,
            parts.jaw,
            parts.tip,
            parts.targets,
            np.array([out, tip_up, back_up, low]),
            self._hinge,
            angle,
            shape.jaw_side / size,
            lowered,
            tip_up,
            self._placed,
        )
        find_normals(self._placed, parts.triangles, *self._soft, self._normals)
        return self._placed

    def to_frame(self, head: HeadMotion) -> NDArray[np.float64]:
        """[3, 4] affine map from the mouth's own frame to px of the picture, its depth flattened by `RELIEF`."""
        result = np.empty((3, 4))
        result[:, :3] = head.size * self.size * head.rotation @ self.axes
        result[:2, 2] *= RELIEF
        result[:, 3] = head.pivot + head.size * (head.rotation @ (self.anchor - head.pivot))
        result[:2, 3] += head.shift[:2]
        return result

    def _draw_samples(self, left: int, top: int, columns: int, rows: int, shape: FaceShape, head: HeadMotion) -> None:
        """Draw the parts into the samples of a box of the frame."""
        palette = self.palette
        self._room.grow(rows, columns)
        back = (head.rotation @ self.axes).T
        project_parts(
            self.place(shape),
            self._normals,
            self.parts.shade,
            self.parts.kind,
            palette.kinds,
            palette.gloss,
            _unit(back @ palette.light),
            _unit(back @ TOWARDS_VIEWER),
            palette.sides,
            palette.warmth,
            self._opening(shape),
            self.to_frame(head),
            palette.highest,
            self._position,
            self._packed,
        )
        empty = sum(
            int(value * EMPTY * (1 << LIGHT_BITS)) << (CHANNEL_BITS * c) for c, value in enumerate(palette.seam)
        )
        rasterise(
            self._position,
            self._packed,
            self.parts.triangles,
            left,
            top,
            columns,
            rows,
            empty,
            self._room.depth,
            self._room.colour,
        )

    def _opening(self, shape: FaceShape) -> float:
        """How far the lips are open for light to come in, inter-ocular distances."""
        upper, lower = shape.position[self.rim.upper, :2], shape.position[self.rim.lower, :2]
        tall = float(((lower - upper) @ self.down).max()) / self.unit
        wide = float(np.linalg.norm(upper[-1] - upper[0])) / self.unit
        return max(tall, 0.0) ** (1 - OPENING_SHARE) * wide**OPENING_SHARE


def make_mouth(image: NDArray[np.uint8], landmarks: NDArray[np.float32], mesh: HeadMesh, sheet: Sheet) -> Mouth:
    """Prepare the mouth of a portrait: `image` [size, size, 3], `landmarks` [478, 3] px, `sheet` the skin around it.

    Where the portrait has its mouth open, its inside is taken off the sheet: only lips stay there.
    """
    outline = np.concatenate([mesh.rest[mesh.mouth.upper, :2], mesh.rest[mesh.mouth.lower[::-1], :2]])
    inside = None if mesh.lips.closed else polygon(outline, image.shape) > 0.99
    palette = read_palette(image, landmarks, inside)
    if inside is not None:
        clear_lips(sheet, image, outline, mesh.frame.unit)
    axes = mesh.frame.axes.astype(np.float64)
    frame, seam = mesh.frame, find_seam(image, mesh)
    mouth = Mouth(palette, axes, mesh.mouth, frame.down, frame.unit, blur_of(image, landmarks), seam)
    mouth.settle(mesh.rest)
    return mouth


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(vector / np.linalg.norm(vector))


def _rightwards(edge: NDArray[np.float32]) -> NDArray[np.float32]:
    """An edge [n, 2] px from left to right."""
    return edge if edge[0, 0] < edge[-1, 0] else edge[::-1]
