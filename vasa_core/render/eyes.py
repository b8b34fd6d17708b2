"""The eyes: a ball with white, iris and catch-light, and the lids that slide over it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render import eyeshade
from vasa_core.render.drawneye import find_drawn_eye
from vasa_core.render.eyeball import SHADE_REACH, SHADE_SAMPLES, Eyeball, make_eyeball
from vasa_core.render.eyechart import COLUMNS, EyeChart, make_chart
from vasa_core.render.eyedraw import draw_socket, fill_hole
from vasa_core.render.head import HeadMotion
from vasa_core.render.layers import polygon
from vasa_core.render.lidline import tracked_outline
from vasa_core.render.lids import CREASE, OPEN_REACH, TABLE, fixed_table, place_lids
from vasa_core.render.lidskin import BAND, clean_lashes, find_crease, missing_line, paint_closed_lid
from vasa_core.render.mesh import LEFT_BROW_LOWER, RIGHT_BROW_LOWER, HeadMesh
from vasa_core.render.painter import Painter
from vasa_core.render.raster import pack
from vasa_core.render.shape import FaceShape
from vasa_core.render.tidy import doubled_areas

EYE_BEHIND = 0.02
"""Depth of the visible eye behind the lid edges, inter-ocular distances."""
ROOM = (0.14, 0.22)
"""Room around the enrolled eye opening, sideways and upwards or downwards, inter-ocular distances: for eyes opened
wider and irises turned far."""
GLINT_SLIDES = 0.55
"""A catch-light goes along with this share of the iris's motion: the cornea's centre lies half-way between
its own and the ball's."""
RESIDUE_FADE = 0.14
"""What the layers do not explain of the portrait's eye fades out while the iris moves this many radii."""
LOWER_REACH = 0.075
"""Inter-ocular distances below the lower lid that follow it."""
FRINGE = 0.024
"""Inter-ocular distances that the lashes of a shut lid hang down."""
STILL = 0.02
"""px: lids and irises that moved less show the portrait's own eye."""
LINE_ENDS = 1.3
"""A drawn lid line has ended at so many of its widths."""
ALIKE = 1.15
"""Irises whose radii differ more are not both found: the one less like the tracked one is looked for again."""
LEAST_STEP = 7.0
"""Grey levels between iris and white: where there are fewer, no eye shows, and none is moved."""
IRIS_DEPTH = 0.86
"""Distance of the iris from the ball's centre, in its radii."""


@dataclass
class Eye:
    """One eye of one portrait, made once. Layers are [h, w], packed, in px of the portrait from `origin` on."""

    origin: NDArray[np.float64]
    """[2] px of the portrait: the layers' upper left corner."""
    portrait: NDArray[np.uint64]
    lashes: NDArray[np.uint64]
    """The portrait with lashes that hold nothing of the iris: what moves with the lid."""
    skin: NDArray[np.uint64]
    """The shut lid."""
    white: NDArray[np.uint64]
    iris: NDArray[np.uint64]
    """RGB and opacity."""
    glint: NDArray[np.uint64]
    """Catch-lights, RGB and opacity."""
    residue: NDArray[np.uint64]
    """Half of portrait minus the layers, plus 128."""
    ball: Eyeball
    chart: EyeChart
    fixed: NDArray[np.float64]
    """[COLUMNS, 8] table of `lids.fixed_table`."""
    rest: NDArray[np.float32]
    """[V, 2] px of the portrait."""
    triangles: NDArray[np.int32]
    """[N, 3] the opening and the skin that its lids move over."""
    hole: NDArray[np.int32]
    """[M, 3] the opening alone, the first of `triangles`."""
    axes: NDArray[np.float64]
    """[3, 3] rotation from canonical directions to the portrait's."""
    depth: float
    """px, depth of the eye's plane."""
    index: int
    """0 the subject's left eye, 1 the right."""
    line: float
    """How much darker the edge of the shut lid is drawn: the more, the fainter the portrait's lashes are."""
    size: int
    """Side of the frame, px."""
    px: float
    """Size of the picture against 512."""
    unit: float
    """Inter-ocular distance in px."""
    band: float
    """px above the lid's edge where its lashes may hide the iris."""
    hidden: bool
    """Covered, by hair for instance: stays as it is."""
    turns: int = 0
    """How often lids were drawn; starts again after 255."""

    def draw(
        self,
        painter: Painter,
        position: NDArray[np.float32],
        shape: FaceShape,
        head: HeadMotion,
    ) -> None:
        """Draw the eye and its lids over the sheet; `position` [V, 2] px of the frame."""
        motion = shape.lids[self.index] @ self.chart.weights.T
        closure = float(shape.closure[self.index])
        shift, turn = self.turned(shape.gaze)
        travel = float(np.hypot(*shift))
        if self.hidden or max(travel, closure * self.unit, float(np.abs(motion).max())) < STILL:
            count = painter.cut(position, self.hole)
            fill_hole(
                painter.frame,
                painter.spans,
                count,
                position,
                self.rest,
                self.hole,
                self.portrait,
                self.origin,
            )
            return
        lids = np.empty((COLUMNS, TABLE))
        reach = np.array([self.band, LOWER_REACH * self.unit, FRINGE * self.unit])
        down = self.chart.down
        place_lids(
            self.fixed,
            motion[0],
            motion[1],
            float(shift @ down),
            closure,
            self.px,
            reach,
            self.chart.step,
            down,
            lids,
        )
        numbers = np.empty(eyeshade.NUMBERS)
        numbers[eyeshade.ORIGIN_X], numbers[eyeshade.ORIGIN_Y] = self.origin
        numbers[eyeshade.BALL_X], numbers[eyeshade.BALL_Y] = self.ball.centre
        numbers[eyeshade.BALL_RADIUS] = self.ball.radius
        numbers[eyeshade.GLINT_X], numbers[eyeshade.GLINT_Y] = GLINT_SLIDES * shift
        numbers[eyeshade.RESIDUE] = np.exp(-((travel / (RESIDUE_FADE * self.ball.iris_radius)) ** 2))
        numbers[eyeshade.PIXEL] = self.px
        numbers[eyeshade.PER_PIXEL] = 1 / self.px
        numbers[eyeshade.SHADE_SCALE] = (SHADE_SAMPLES - 1) / (SHADE_REACH * self.unit)
        numbers[eyeshade.LINE] = self.line * min(1.0, 2 * closure)
        numbers[eyeshade.BAND] = self.band
        numbers[eyeshade.CLOSURE] = closure
        numbers[eyeshade.CARRIED] = min(1.0, 4 * closure + travel / self.ball.iris_radius)
        numbers[eyeshade.LOOKED] = min(1.0, travel / self.px)
        numbers[eyeshade.PER_FRINGE] = 1 / (FRINGE * self.unit)
        numbers[eyeshade.IRIS_X], numbers[eyeshade.IRIS_Y] = self.ball.iris_centre
        numbers[eyeshade.PER_IRIS_RADIUS] = 1 / self.ball.iris_radius
        numbers[eyeshade.PER_IRIS_HEIGHT] = 1 / (self.ball.iris_radius * self.ball.iris_height)
        numbers[eyeshade.LASH_RED : eyeshade.LASH_BLUE + 1] = self.ball.lash
        count = painter.cut(position, self.triangles)
        draw_socket(
            painter.frame,
            painter.spans,
            count,
            position,
            self.rest,
            self.triangles,
            len(self.hole),
            head.from_plane(self.depth),
            self.chart.affine,
            down,
            lids,
            turn,
            self.ball.shade,
            self.portrait,
            self.lashes,
            self.skin,
            self.white,
            self.iris,
            self.glint,
            self.residue,
            numbers,
            self._drawn,
            self._next_turn(),
        )

    def turned(self, gaze: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far the iris's centre moves, [2] px of the portrait, and [2, 3] the ball turned back, for a gaze [2]."""
        sine, cosine = np.sin(gaze.astype(np.float64)), np.cos(gaze.astype(np.float64))
        yaw = np.array([[cosine[0], 0, -sine[0]], [0, 1, 0], [sine[0], 0, cosine[0]]])
        pitch = np.array([[1, 0, 0], [0, cosine[1], sine[1]], [0, -sine[1], cosine[1]]])
        turn = self.axes @ yaw @ pitch @ self.axes.T
        return (turn @ self._sight - self._sight)[:2], np.ascontiguousarray(turn.T[:2])

    def _next_turn(self) -> int:
        self.turns += 1
        if self.turns > np.iinfo(np.uint8).max:
            self._drawn[:] = 0
            self.turns = 1
        return self.turns

    def __post_init__(self) -> None:
        self._drawn = np.zeros((self.size, self.size), np.uint8)
        aside = self.ball.iris_centre - self.ball.centre
        most = 0.7 * IRIS_DEPTH * self.ball.radius
        aside = aside * min(1.0, most / max(float(np.hypot(*aside)), 1e-6))
        depth = np.sqrt((IRIS_DEPTH * self.ball.radius) ** 2 - float(aside @ aside))
        self._sight = np.array([aside[0], aside[1], -depth])


def make_eyes(image: NDArray[np.uint8], landmarks: NDArray[np.float32], mesh: HeadMesh) -> tuple[Eye, Eye]:
    """Prepare the subject's left and right eye: `image` [size, size, 3], `landmarks` [478, 3] px."""
    sides = ((topology.LEFT_IRIS, LEFT_BROW_LOWER), (topology.RIGHT_IRIS, RIGHT_BROW_LOWER))
    eyes = [_make_eye(image, landmarks, iris, mesh, index, brow) for index, (iris, brow) in enumerate(sides)]
    radii = [eye.ball.iris_radius for eye in eyes]
    if max(radii) > ALIKE * min(radii) and not any(eye.hidden for eye in eyes):
        rings = [landmarks[iris, :2] for iris, _ in sides]
        tracked = [float(np.linalg.norm(ring[1:] - ring[0], axis=1).mean()) for ring in rings]
        unsure = int(abs(radii[1] / tracked[1] - 1) > abs(radii[0] / tracked[0] - 1))
        iris, brow = sides[unsure]
        eyes[unsure] = _make_eye(image, landmarks, iris, mesh, unsure, brow, radii[1 - unsure])
    return eyes[0], eyes[1]


def _make_eye(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    iris: NDArray[np.int32],
    mesh: HeadMesh,
    index: int,
    brow_points: tuple[int, ...],
    other: float | None = None,
) -> Eye:
    rest, unit, rim = mesh.rest, mesh.frame.unit, mesh.eyes[index]
    px = mesh.frame.px
    chart = make_chart(rest, rim, mesh.frame.down)
    outline = np.concatenate([rest[rim.upper, :2], rest[rim.lower[::-1], :2]]).astype(np.float64)
    room = np.array(ROOM) * unit
    low = np.maximum(np.floor(outline.min(0) - room), 0).astype(int)
    high = np.minimum(np.ceil(outline.max(0) + room), image.shape[1::-1]).astype(int)
    patch = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    origin = low.astype(np.float64)
    opening = polygon(outline - low, patch.shape)
    axes = mesh.frame.axes.astype(np.float64)
    drawn = find_drawn_eye(image, tracked_outline(landmarks, rim), unit, px)
    ring = landmarks[iris, :2].astype(np.float64) - low
    ball = make_eyeball(patch, opening, ring, chart, origin, axes, drawn, px, other)
    lid = rest[rim.upper, :2].mean(0)
    brow = float((lid - rest[list(brow_points), :2].mean(0)) @ mesh.frame.down)
    crease, lash_height = find_crease(image, chart, brow, drawn is not None, unit, px)
    fixed = fixed_table(chart, crease, lash_height, drawn is not None)
    skin = paint_closed_lid(patch, origin, chart, crease, fixed[:, 2], lash_height, brow, drawn is not None, unit)
    band = (BAND[0] * unit, BAND[1] * unit) if drawn is None else (lash_height, LINE_ENDS * lash_height)
    lashes = clean_lashes(patch, origin, chart, ball.iris_centre, ball.iris_radius, band, px)
    return Eye(
        origin=origin,
        portrait=pack(patch),
        lashes=pack(np.rint(lashes).astype(np.uint8)),
        skin=pack(np.rint(skin).astype(np.uint8)),
        white=pack(np.clip(ball.white, 0, 255).astype(np.uint8)),
        iris=pack(np.clip(ball.iris, 0, 255).astype(np.uint8)),
        glint=pack(np.clip(ball.glint, 0, 255).astype(np.uint8)),
        residue=_pack_signed(ball.residue),
        ball=ball,
        chart=chart,
        fixed=fixed,
        rest=np.ascontiguousarray(rest[:, :2]),
        triangles=np.concatenate([rim.triangles, _socket(mesh, chart, fixed)]).astype(np.int32),
        hole=rim.triangles,
        axes=axes / np.linalg.norm(axes[:, 0]),
        depth=float(rest[rim.upper, 2].mean() + EYE_BEHIND * unit),
        index=index,
        line=missing_line(lashes, skin, origin, chart, fixed[:, 2], px),
        size=image.shape[0],
        px=px,
        unit=unit,
        band=band[1],
        hidden=ball.step < LEAST_STEP,
    )


def _socket(mesh: HeadMesh, chart: EyeChart, fixed: NDArray[np.float64]) -> NDArray[np.int32]:
    """Triangles [N, 3] of the skin that the lids' motion reaches."""
    place = chart.place(mesh.rest[:, :2])
    column = np.clip(place[:, 0], 0, COLUMNS - 1)
    top = chart.at(chart.upper - OPEN_REACH * fixed[:, CREASE], column)
    bottom = chart.at(np.maximum(chart.lower, fixed[:, 2]), column) + LOWER_REACH * mesh.frame.unit
    left, right = place[:, 0] <= 0, place[:, 0] >= COLUMNS - 1
    above, below = place[:, 1] < top, place[:, 1] > bottom
    corners = mesh.triangles
    out = (left[corners].all(1)) | (right[corners].all(1)) | (above[corners].all(1)) | (below[corners].all(1))
    facing = doubled_areas(mesh.rest, corners) > 0
    return np.asarray(corners[~out & facing], np.int32)


def _pack_signed(layer: NDArray[np.float32]) -> NDArray[np.uint64]:
    """[h, w] packed from [h, w, 3] of -255 to 255: half of it plus 128."""
    return pack(np.clip(np.rint(layer / 2 + 128), 0, 255).astype(np.uint8))
