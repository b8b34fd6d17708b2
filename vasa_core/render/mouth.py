"""The inside of the mouth: teeth, gums, tongue and cavity as geometry behind the lips, fitted to each portrait."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vasa_core.render.head import HeadMotion
from vasa_core.render.layers import polygon
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.mouthblend import cover, lay, mark
from vasa_core.render.mouthparts import MouthParts, load_parts
from vasa_core.render.mouthpose import CHANNEL_BITS, LIGHT_BITS, find_normals, move_parts, project_parts
from vasa_core.render.mouthraster import OVER, rasterise
from vasa_core.render.painter import Painter
from vasa_core.render.palette import read_palette
from vasa_core.render.retouch import clear_lips
from vasa_core.render.rims import Rim
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
LOWER_EDGE = 0.034
"""y of the lower incisors' edge with the jaw shut, in the parts."""
LOW_JAW = 0.3
"""Drop of the jaw at which the tongue lies fully sunk, inter-ocular distances."""
OPENING_SHARE = 0.35
"""Share of the width of an opening that counts besides its height for the light that comes in."""
SHUT = 1e-4
"""Widest gap in inter-ocular distances below which the lips are shut."""


@dataclass
class Mouth:
    """What the mouth of one portrait needs, made once."""

    parts: MouthParts
    axes: NDArray[np.float64]
    """[3, 3] from the parts' frame to portrait px."""
    anchor: NDArray[np.float64]
    """[3] px of the portrait: the middle of the closed lips."""
    size: float
    """Size of the parts against an adult's."""
    colours: NDArray[np.float32]
    """[4, 3] RGB of tooth, gum, tongue, cavity."""
    gloss: NDArray[np.float32]
    """[4] wetness of each."""
    seam: NDArray[np.float64]
    """[3] RGB of a lip line."""
    highest: float
    """No channel of a tooth is brighter."""
    light: NDArray[np.float64]
    """[3] unit vector towards the lamp, picture axes."""
    normals: NDArray[np.float32]
    soft: tuple[int, int]
    """First triangle and number of triangles of the tongue, whose normals change."""
    rim: Rim
    down: NDArray[np.float32]
    unit: float
    _placed: NDArray[np.float32] = field(init=False)
    _position: NDArray[np.float32] = field(init=False)
    _packed: NDArray[np.int64] = field(init=False)
    _depth: NDArray[np.float32] = field(init=False)
    _colour: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.parts.vertices)
        self._placed = np.zeros((count, 3), np.float32)
        self._position = np.zeros((count, 3), np.float32)
        self._packed = np.zeros(count, np.int64)
        self._depth = np.zeros((2, 2), np.float32)
        self._colour = np.zeros((2, 2), np.int64)

    def settle(self, neutral: NDArray[np.float32]) -> None:
        """Fit to the lips of the neutral, closed mouth: vertices at `neutral` [V, 3] px of the portrait."""
        upper, lower = neutral[self.rim.upper], neutral[self.rim.lower]
        lips = (upper + lower).astype(np.float64) / 2
        self.anchor = lips[len(lips) // 2]
        width = float(np.linalg.norm(lips[-1] - lips[0])) / self.unit
        self.size = float(np.clip((width / USUAL_WIDTH) ** WIDTH_SHARE, *SIZES))

    def draw(self, painter: Painter, position: NDArray[np.float32], shape: FaceShape, head: HeadMotion) -> None:
        """Draw what lies between the lips, after the skin; `position` [V, 2] px of the frame."""
        upper, lower = _rightwards(position[self.rim.upper]), _rightwards(position[self.rim.lower])
        count = painter.cut(position, self.rim.triangles)
        if not count and float(((lower - upper) @ self.down).max()) < SHUT * self.unit:
            return
        outline = np.concatenate([upper, lower[::-1]]).astype(np.float64)
        low = np.maximum(np.floor(outline.min(0)).astype(int) - 1, 0)
        high = np.minimum(np.ceil(outline.max(0)).astype(int) + 1, painter.size)
        if (low >= high).any():
            return
        (left, top), (columns, rows) = low.tolist(), (high - low).tolist()
        self._draw_samples(left, top, columns, rows, shape, head)
        covered = np.empty((rows, columns))
        cover(outline - low, covered)
        bare = np.zeros((rows, columns), np.uint8)
        mark(painter.spans, count, left, top, bare)
        across = np.arange(left, left + columns) + 0.5
        lay(
            painter.frame,
            self._colour,
            covered,
            bare,
            left,
            top,
            np.interp(across, np.maximum.accumulate(upper[:, 0]), upper[:, 1]) - top,
            np.interp(across, np.maximum.accumulate(lower[:, 0]), lower[:, 1]) - top,
            self.unit * head.size,
            self.seam,
        )

    def _draw_samples(self, left: int, top: int, columns: int, rows: int, shape: FaceShape, head: HeadMotion) -> None:
        """Draw the parts into the samples of a box of the frame."""
        self._make_room(rows * OVER, columns * OVER)
        opening = self._move(shape)
        linear = head.size * self.size * head.rotation @ self.axes
        back = linear.T / np.linalg.norm(linear[:, 0])
        linear[:2, 2] *= RELIEF
        to_frame = np.empty((3, 4))
        to_frame[:, :3] = linear
        to_frame[:, 3] = head.pivot + head.size * (head.rotation @ (self.anchor - head.pivot))
        to_frame[:, 3] += (head.shift[0], head.shift[1], 0.0)
        project_parts(
            self._placed,
            self.normals,
            self.parts.shade,
            self.parts.kind,
            self.colours,
            self.gloss,
            _unit(back @ self.light),
            _unit(back @ TOWARDS_VIEWER),
            opening,
            to_frame,
            self.highest,
            self._position,
            self._packed,
        )
        empty = sum(int(value * 0.3 * (1 << LIGHT_BITS)) << (CHANNEL_BITS * c) for c, value in enumerate(self.seam))
        rasterise(
            self._position,
            self._packed,
            self.parts.triangles,
            left,
            top,
            columns,
            rows,
            empty,
            self._depth,
            self._colour,
        )

    def _move(self, shape: FaceShape) -> float:
        """Bring the parts to where jaw and tongue are; returns how far the lips are open, inter-ocular distances."""
        parts, size = self.parts, self.size
        upper, lower = shape.position[self.rim.upper, :2], shape.position[self.rim.lower, :2]
        angle = min(shape.jaw / TO_CHIN, WIDEST_JAW)
        lip = float((lower[len(lower) // 2] - self.anchor[:2]) @ self.down) / self.unit / size
        edge = LOWER_EDGE + angle * (float(parts.hinge[1]) - 0.1)
        shown = lip - edge
        lowered = shown - LOWER_SHOWN * np.tanh(shown / LOWER_SHOWN) if shown > 0 else 0.0
        out, tip_up, back_up = (float(value) for value in shape.tongue)
        low = min(shape.jaw / LOW_JAW, 1.0) * (1 - max(tip_up, back_up))
        amounts = np.array([out, tip_up, back_up, low])
        move_parts(
            parts.vertices,
            parts.jaw,
            parts.tip,
            parts.targets,
            amounts,
            parts.hinge.astype(np.float64),
            angle,
            shape.jaw_side / size,
            lowered,
            tip_up,
            self._placed,
        )
        find_normals(self._placed, parts.triangles, *self.soft, self.normals)
        tall = float(((lower - upper) @ self.down).max()) / self.unit
        wide = float(np.linalg.norm(upper[-1] - upper[0])) / self.unit
        return max(tall, 0.0) ** (1 - OPENING_SHARE) * wide**OPENING_SHARE

    def _make_room(self, rows: int, columns: int) -> None:
        have = self._depth.shape
        if rows > have[0] or columns > have[1]:
            shape = (max(rows, have[0]), max(columns, have[1]))
            self._depth, self._colour = np.zeros(shape, np.float32), np.zeros(shape, np.int64)


TOWARDS_VIEWER = np.array([0.0, 0.0, -1.0])


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(vector / np.linalg.norm(vector))


def _rightwards(edge: NDArray[np.float32]) -> NDArray[np.float32]:
    """An edge [n, 2] px from left to right."""
    return edge if edge[0, 0] < edge[-1, 0] else edge[::-1]


def make_mouth(image: NDArray[np.uint8], landmarks: NDArray[np.float32], mesh: HeadMesh, sheet: Sheet) -> Mouth:
    """Prepare the mouth of a portrait: `image` [size, size, 3], `landmarks` [478, 3] px, `sheet` the skin around it."""
    parts = load_parts()
    unit = mesh.frame.unit
    upper, lower = mesh.rest[mesh.mouth.upper], mesh.rest[mesh.mouth.lower]
    outline = np.concatenate([upper[:, :2], lower[::-1, :2]])
    inside = None if mesh.lips.closed else polygon(outline, image.shape) > 0.99
    palette = read_palette(image, landmarks, inside)
    if not mesh.lips.closed:
        clear_lips(sheet, image, outline, unit)
    normals = np.zeros_like(parts.vertices)
    find_normals(parts.vertices, parts.triangles, 0, len(parts.triangles), normals)
    mouth = Mouth(
        parts=parts,
        axes=mesh.frame.axes.astype(np.float64),
        anchor=np.zeros(3),
        size=1.0,
        colours=np.stack([palette.tooth, palette.gum, palette.tongue, palette.dark]),
        gloss=palette.gloss,
        seam=palette.seam.astype(np.float64),
        highest=palette.highest,
        light=palette.light,
        normals=normals,
        soft=parts.tongue_triangles,
        rim=mesh.mouth,
        down=mesh.frame.down,
        unit=unit,
    )
    mouth.settle(mesh.rest)
    return mouth
