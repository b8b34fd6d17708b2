"""The eyes behind the lids: white with the iris taken out, and the whole iris that moves over it."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render.curves import Local, height
from vasa_core.render.head import HeadMotion
from vasa_core.render.layers import blur, grey, grow, polygon, shrink, spread
from vasa_core.render.mesh import HeadMesh
from vasa_core.render.painter import Painter
from vasa_core.render.raster import pack, sample
from vasa_core.render.rims import Rim
from vasa_core.render.shape import FaceShape
from vasa_core.render.sheet import Sheet
from vasa_core.render.skirts import Skirt, make_skirt

EYEBALL_RADIUS = 12.0 / 88.0
"""Inter-ocular distances: 12 mm (Gray's Anatomy) with outer eye corners 88 mm apart."""
EYE_BEHIND = 0.02
"""Depth of the visible eye behind the lid edges, inter-ocular distances."""
ROOM = 0.14
"""Room around the enrolled eye opening, inter-ocular distances: for eyes opened wider and irises turned far."""
UPPER_LID_SHADE, LOWER_LID_SHADE = 0.5, 0.2
"""Darkening of the eye right under the upper lid with its lashes, and right over the lower lid."""
LID_SHADE_WIDTH = 0.018
"""Inter-ocular distances over which it fades."""
IRIS_EDGE = (0.96, 1.1)
"""The iris's opacity falls from 1 to 0 between these radii."""
IRIS_SIZES = (0.9, 0.95, 1.0, 1.05, 1.1, 1.15)
"""Radii that are tried when an iris is looked for, against the tracked one."""
IRIS_STEP = 1.2
"""px to either side of the iris's edge where brightness is compared."""
LIDS_CARRY = 4.0
"""The soft edge of a lid shows the lid's own colour once it has closed by one over this, the portrait's eye before."""
RESIDUE_FADE = 0.35
"""What the two layers do not explain of the portrait's eye fades out while the iris moves this many radii."""


@dataclass
class Eye:
    """One eye of one portrait, made once. Layers are [h, w], packed, in px of the portrait around `origin`."""

    origin: NDArray[np.float64]
    """[2] px of the portrait: the layers' upper left corner."""
    white: NDArray[np.uint64]
    iris: NDArray[np.uint64]
    """RGB and opacity."""
    residue: NDArray[np.float32]
    """[h, w, 3] portrait minus layers, 0 outside the enrolled opening."""
    local: Local
    """Eye coordinates."""
    enrolled: NDArray[np.float32]
    """[2, SAMPLES] heights of the enrolled lid edges."""
    radius: float
    """px of the iris."""
    depth: float
    """px, depth of the eye's plane."""
    rim: Rim
    index: int
    """0 the subject's left eye, 1 the right."""
    lower_lid: Skirt
    upper_lid: Skirt

    def draw(
        self, painter: Painter, sheet: Sheet, position: NDArray[np.float32], shape: FaceShape, head: HeadMotion
    ) -> None:
        """Draw the eye and the lower lid's edge, before the skin is drawn; `position` [V, 2] px of the frame."""
        count = painter.cut(position, self.rim.triangles)
        if count:
            x, y = shape.iris_shift
            fade = float(np.exp(-((np.hypot(x, y) / (RESIDUE_FADE * self.radius)) ** 2)))
            shade_eye(
                painter.frame,
                painter.spans,
                count,
                head.from_plane(self.depth),
                self.white,
                self.iris,
                self.residue,
                self.local.affine,
                self.local.edges(shape.position, self.rim),
                self.enrolled,
                float(self.origin[0]),
                float(self.origin[1]),
                float(x),
                float(y),
                fade,
            )
        self.lower_lid.draw(painter, sheet.texture, position, self._carried(shape))

    def draw_over(self, painter: Painter, sheet: Sheet, position: NDArray[np.float32], shape: FaceShape) -> None:
        """Draw the upper lid's edge, after the skin: it lies over the lower lid."""
        self.upper_lid.draw(painter, sheet.texture, position, self._carried(shape))

    def _carried(self, shape: FaceShape) -> float:
        moved = np.hypot(*shape.iris_shift) / self.radius
        return float(np.clip(LIDS_CARRY * shape.closure[self.index] + moved, 0, 1))


def make_eyes(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], mesh: HeadMesh, sheet: Sheet
) -> tuple[Eye, Eye]:
    """Prepare the subject's left and right eye: `image` [size, size, 3], `landmarks` [478, 3] px."""
    left = _make_eye(image, landmarks[topology.LEFT_IRIS, :2], mesh, 0, sheet.margin)
    return left, _make_eye(image, landmarks[topology.RIGHT_IRIS, :2], mesh, 1, sheet.margin)


def _make_eye(image: NDArray[np.uint8], ring: NDArray[np.float32], mesh: HeadMesh, index: int, margin: int) -> Eye:
    rest, unit, rim = mesh.rest, mesh.frame.unit, mesh.eyes[index]
    outline = np.concatenate([rest[rim.upper, :2], rest[rim.lower[::-1], :2]])
    room = ROOM * unit
    low = np.maximum(np.floor(outline.min(0) - room), 0).astype(int)
    high = np.minimum(np.ceil(outline.max(0) + room), image.shape[1::-1]).astype(int)
    patch = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    opening = polygon(outline - low, patch.shape)
    radius = float(np.linalg.norm(ring[1:] - ring[0], axis=1).mean())
    centre, radius = find_iris(patch, ring[0] - low, radius, opening)

    rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float32) + 0.5
    distance = np.hypot(columns - centre[0], rows - centre[1])
    inner = shrink(opening > 0.99, 1)
    is_white = inner & (distance > radius * 1.12 + 0.5)
    white = _fill(patch, is_white, 0.03 * unit)
    iris = _whole_iris(patch, inner, centre, radius)
    opacity = np.clip((IRIS_EDGE[1] * radius - distance) / ((IRIS_EDGE[1] - IRIS_EDGE[0]) * radius), 0, 1)[..., None]
    white, iris, opacity = np.rint(white), np.rint(iris), np.rint(opacity * 255) / 255
    layered = white + (iris - white) * opacity
    reach = grow(opening > 0, 1)[..., None]
    middle = outline.mean(0).astype(np.float64)
    local = Local(middle, np.linalg.inv(mesh.frame.axes[:2, :2].astype(np.float64)))
    eye_layers = np.concatenate([iris, opacity * 255], -1).astype(np.uint8)
    return Eye(
        origin=low.astype(np.float64),
        white=pack(white.astype(np.uint8)),
        iris=pack(eye_layers),
        residue=((patch.astype(np.float32) - layered) * reach).astype(np.float32),
        local=local,
        enrolled=local.edges(rest, rim),
        radius=radius,
        depth=float(rest[rim.upper, 2].mean() + EYE_BEHIND * unit),
        rim=rim,
        index=index,
        lower_lid=make_skirt(rest, rim.lower, rim.upper, False, margin),
        upper_lid=make_skirt(rest, rim.upper, rim.lower, True, margin),
    )


def find_iris(
    patch: NDArray[np.uint8], centre: NDArray[np.float32], radius: float, opening: NDArray[np.float32]
) -> tuple[NDArray[np.float64], float]:
    """Refine an iris by the strongest step in brightness around its visible sides (Daugman 1993).

    Parameters: `patch` [h, w, 3]; `centre` [2], `radius` px as tracked; `opening` [h, w] share of each pixel inside the
    lids. Returns centre and radius.
    """
    light = grey(patch, 1.0)
    angles = np.radians(np.concatenate([np.arange(-40, 46, 5), np.arange(140, 226, 5)]))
    ray = np.stack([np.cos(angles), np.sin(angles)], -1)
    shifts = np.arange(-4, 4.5, 0.5) * radius / 12
    dx, dy, size = (part.ravel() for part in np.meshgrid(shifts, shifts, radius * np.array(IRIS_SIZES), indexing="ij"))
    middle = np.stack([centre[0] + dx, centre[1] + dy], -1)
    outside = middle[:, None] + ray * (size + IRIS_STEP)[:, None, None]
    inside = middle[:, None] + ray * (size - IRIS_STEP)[:, None, None]
    seen = _at(opening, outside) > 0.9
    count = seen.sum(1)
    step = ((_at(light, outside) - _at(light, inside)) * seen).sum(1) / np.maximum(count, 1)
    score = step - 0.35 * np.hypot(dx, dy) - 40 * np.abs(size / radius - 1)
    score[count < 8] = -np.inf
    best = int(score.argmax())
    if not np.isfinite(score[best]):
        return centre.astype(np.float64), radius
    return middle[best].astype(np.float64), float(size[best])


def _at(layer: NDArray[np.float32], places: NDArray) -> NDArray[np.float32]:
    x = np.clip(np.round(places[..., 0] - 0.5).astype(int), 0, layer.shape[1] - 1)
    y = np.clip(np.round(places[..., 1] - 0.5).astype(int), 0, layer.shape[0] - 1)
    return layer[y, x]


def _fill(patch: NDArray[np.uint8], known: NDArray[np.bool_], softness: float) -> NDArray[np.float32]:
    """Spread the known pixels over the patch, or a light guess where too little is known."""
    if known.sum() < 12:
        flat = np.percentile(patch.reshape(-1, 3), 70, axis=0)
        return np.broadcast_to(flat, patch.shape).astype(np.float32).copy()
    filled = spread(patch, known, softness)
    soft = (blur(known, 1.0) * known)[..., None]
    return (filled + (patch - filled) * soft).astype(np.float32)


def _whole_iris(
    patch: NDArray[np.uint8], seen: NDArray[np.bool_], centre: NDArray[np.float64], radius: float
) -> NDArray[np.float32]:
    """The iris with what the lids hide, there the mean colour of its radius."""
    rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]].astype(np.float32)
    distance = np.hypot(columns + 0.5 - centre[0], rows + 0.5 - centre[1])
    index = np.minimum(distance, radius * 1.15).astype(int)
    mean = np.zeros(patch.shape, np.float32)
    for step in range(index.max() + 1):
        band = index == step
        source = band & seen
        if not source.any():
            source = seen & (distance < radius)
        mean[band] = patch[source].mean(0) if source.any() else patch[band].mean(0)
    mean = blur(mean, 1.0)
    trust = np.clip(2 * blur(seen, 1.2) * seen, 0, 1)[..., None]
    return mean + (patch - mean) * trust


@njit("float64(float64, float64)", cache=True)
def _lid_shade(below: float, above: float) -> float:
    """Light on the eye `below` the upper and `above` the lower lid edge, inter-ocular distances."""
    upper = UPPER_LID_SHADE * np.exp(-max(below, 0.0) / LID_SHADE_WIDTH)
    lower = LOWER_LID_SHADE * np.exp(-max(above, 0.0) / LID_SHADE_WIDTH)
    return (1 - upper) * (1 - lower)


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float64[:, ::1], uint64[:, ::1], uint64[:, ::1], "
    "float32[:, :, ::1], float64[:, ::1], float32[:, ::1], float32[:, ::1], float64, float64, float64, float64, "
    "float64)",
    cache=True,
)
def shade_eye(
    frame: NDArray,
    spans: NDArray,
    count: int,
    to_portrait: NDArray,
    white: NDArray,
    iris: NDArray,
    residue: NDArray,
    to_local: NDArray,
    lids: NDArray,
    enrolled: NDArray,
    origin_x: float,
    origin_y: float,
    shift_x: float,
    shift_y: float,
    residue_share: float,
) -> None:
    """Draw an eye into the spans of its opening.

    `to_portrait` [2, 3] takes frame px to portrait px on the eye's plane, `to_local` [2, 3] those to eye coordinates;
    `lids`, `enrolled` [2, SAMPLES] lid edges now and as enrolled; the layers begin at (origin_x, origin_y) px of the
    portrait; the iris is shifted by (shift_x, shift_y) px.
    """
    rows, columns = residue.shape[0], residue.shape[1]
    for k in range(count):
        y = spans[k, 1]
        for x in range(spans[k, 2], spans[k, 3]):
            px, py = x + 0.5, y + 0.5
            qx = to_portrait[0, 0] * px + to_portrait[0, 1] * py + to_portrait[0, 2]
            qy = to_portrait[1, 0] * px + to_portrait[1, 1] * py + to_portrait[1, 2]
            s = to_local[0, 0] * qx + to_local[0, 1] * qy + to_local[0, 2]
            t = to_local[1, 0] * qx + to_local[1, 1] * qy + to_local[1, 2]
            shade = _lid_shade(t - height(lids[0], s), height(lids[1], s) - t)
            shade /= _lid_shade(t - height(enrolled[0], s), height(enrolled[1], s) - t)
            shade = min(shade, 1.0)
            u, v = qx - origin_x, qy - origin_y
            under = sample(white, u, v)
            mu, mv = u - shift_x, v - shift_y
            over = sample(iris, mu, mv)
            opacity = np.float64(over >> np.uint64(48)) / 255
            i = min(max(int(np.floor(mu - 0.5)), 0), columns - 2)
            j = min(max(int(np.floor(mv - 0.5)), 0), rows - 2)
            fx, fy = min(max(mu - 0.5 - i, 0.0), 1.0), min(max(mv - 0.5 - j, 0.0), 1.0)
            for c in range(3):
                low = np.float64((under >> np.uint64(16 * c)) & np.uint64(255))
                high = np.float64((over >> np.uint64(16 * c)) & np.uint64(255))
                top = residue[j, i, c] * (1 - fx) + residue[j, i + 1, c] * fx
                bottom = residue[j + 1, i, c] * (1 - fx) + residue[j + 1, i + 1, c] * fx
                left_over = (top * (1 - fy) + bottom * fy) * residue_share
                value = (low + (high - low) * opacity) * shade + left_over
                frame[y, x, c] = np.uint8(min(max(value, 0.0), 255.0) + 0.5)
            frame[y, x, 3] = np.uint8(255)
