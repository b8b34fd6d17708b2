"""The public-domain photograph in other lights and clothes: lit from the side, with glasses, with a hat."""

import cv2
import numpy as np
from drawing import Canvas, curve
from filters import Picture, grain
from numpy.typing import NDArray

from vasa_core.face.topology import TRIANGLES
from vasa_core.training.anny_render import rasterise

Points = NDArray[np.floating]


def normals(landmarks: Points, size: int) -> tuple[Picture, Picture]:
    """Normals [S, S, 3] of the head as a relief through the landmarks [478, 3] px, and where the face is [S, S]."""
    corners = landmarks[TRIANGLES]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    at = np.zeros_like(landmarks)
    for k in range(3):
        np.add.at(at, TRIANGLES[:, k], faces)
    at /= np.maximum(np.linalg.norm(at, axis=1, keepdims=True), 1e-9)
    at *= -np.sign(at[1, 2])
    drawn, _, nearest = rasterise(landmarks.astype(np.float64), TRIANGLES.astype(np.int64), at.astype(np.float64), size)
    inside = (nearest >= 0).astype(np.float32)
    centre, half = landmarks[:, :2].mean(0), np.ptp(landmarks[:, 0]) * 0.62
    rows, columns = np.indices((size, size), np.float32)
    x, y = (columns - centre[0]) / half, (rows - centre[1]) / (1.35 * half)
    beyond = np.maximum(np.sqrt(x * x + y * y), 1)
    ball = np.stack([x / beyond**3, y / beyond**3, -np.sqrt(np.maximum(1 - x * x - y * y, 0.02))], axis=-1)
    ball[..., 2] -= 1 - 1 / beyond**2
    ball /= np.linalg.norm(ball, axis=-1, keepdims=True)
    soft = cv2.GaussianBlur(inside, (0, 0), 0.05 * half)[..., None] ** 2 * inside[..., None]
    mixed = cv2.GaussianBlur(ball * (1 - soft) + drawn * soft, (0, 0), 0.02 * half)
    return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True), inside


def side_lit(picture: Picture, landmarks: Points) -> Picture:
    """A warm lamp from the left and a little blue sky from the right: half of the face lies in shadow."""
    normal, _ = normals(landmarks, len(picture))
    lamp, sky = np.float32([-0.86, -0.28, -0.42]), np.float32([0.8, -0.2, -0.5])
    warm = np.clip(normal @ (lamp / np.linalg.norm(lamp)), 0, 1)[..., None] * np.float32([1.25, 1.08, 0.86])
    cold = np.clip(normal @ (sky / np.linalg.norm(sky)), 0, 1)[..., None] * np.float32([0.1, 0.14, 0.22])
    return np.clip((0.16 + warm + cold) * picture**1.1, 0, 1)


def glasses(picture: Picture, landmarks: Points) -> Picture:
    """Dark round frames with a reflection, on the nose and over the ears."""
    canvas = Canvas(picture)
    x, y = landmarks[:, 0], landmarks[:, 1]
    unit = float(np.linalg.norm(landmarks[33, :2] - landmarks[263, :2]))
    across = (landmarks[263, :2] - landmarks[33, :2]) / unit
    down = np.array([-across[1], across[0]])
    rims = []
    for outer, inner in ((33, 133), (263, 362)):
        middle = (landmarks[outer, :2] + landmarks[inner, :2]) / 2 + 0.05 * unit * down
        angle = np.linspace(0, 2 * np.pi, 49)[:-1]
        swing = 0.27 * unit * np.cos(angle)[:, None] * across + 0.235 * unit * np.sin(angle)[:, None] * down
        rims.append(middle + swing)
    bridge = [rims[0][0] + 0.0 * down, landmarks[168, :2] + 0.09 * unit * down, rims[1][24]]
    temples = [
        [rims[0][25], (x[127] + 0.02 * unit, y[127] - 0.02 * unit)],
        [rims[1][47], (x[356] - 0.02 * unit, y[356] - 0.02 * unit)],
    ]
    frame = np.float32([0.12, 0.08, 0.07])
    shadow = canvas.blank()
    for rim in rims:
        shadow = np.maximum(shadow, canvas.outline(rim + 0.035 * unit * down, 0.035 * unit))
    canvas.paint(canvas.soft(shadow, 0.02 * unit), (0.25, 0.12, 0.08), 0.35)
    for rim in rims:
        glass = canvas.fill(rim)
        canvas.paint(glass, (0.9, 0.96, 1.0), 0.07)
        low, high = rim.min(axis=0), rim.max(axis=0)
        at = low + (high - low) * np.array([[0.18, 0.62], [0.52, 0.08], [0.68, 0.1], [0.3, 0.8]])
        canvas.paint(canvas.soft(canvas.fill(at), 0.01 * unit) * glass, (1, 1, 1), 0.22)
        canvas.paint(canvas.outline(rim, 0.034 * unit), frame)
        canvas.paint(canvas.outline(rim - 0.008 * unit * down, 0.006 * unit), (0.55, 0.45, 0.42), 0.6)
    canvas.line(curve(bridge), 0.034 * unit, frame)
    for temple in temples:
        canvas.line(np.array(temple), 0.03 * unit, frame)
    return canvas.picture()


def hat(picture: Picture, landmarks: Points) -> Picture:
    """A ribbed woollen hat pulled down to the forehead, with its shadow."""
    canvas = Canvas(picture)
    unit = float(np.linalg.norm(landmarks[33, :2] - landmarks[263, :2]))
    middle, brow = landmarks[9, 0], landmarks[[105, 334], 1].mean()
    place = lambda shape: np.array(shape) * unit + [middle, brow]  # noqa: E731
    rim = curve(place([(-1.16, -0.42), (-0.7, -0.27), (0, -0.22), (0.7, -0.27), (1.16, -0.42)]))
    turn = curve(place([(1.2, -0.98), (0.7, -0.84), (0, -0.79), (-0.7, -0.84), (-1.2, -0.98)]))
    top = curve(
        place([(-1.17, -0.9), (-1.08, -1.5), (-0.72, -2.05), (0, -2.3), (0.72, -2.05), (1.08, -1.5), (1.17, -0.9)])
    )
    canvas.paint(
        canvas.soft(canvas.fill(np.vstack([rim + np.array([0, 0.16 * unit]), turn])), 0.07 * unit),
        (0.16, 0.08, 0.05),
        0.6,
    )
    _, columns = canvas.grid()
    u = (columns - middle) / unit
    wool = np.float32([0.62, 0.17, 0.15])
    knit = 0.06 * grain(canvas.shape, 1.5, 11)
    for shape, rib, lift in (
        (np.vstack([top, turn]), 15.0, 0.0),
        (np.vstack([rim, turn]), 11.0, 0.08),
    ):
        bend = np.sqrt(np.clip(1.02 - (u / 1.25) ** 2, 0.02, 1))
        ribs = np.sin(rib * np.arcsin(np.clip(u / 1.28, -1, 1)) * 2.2) * 0.16
        light = (0.55 + 0.5 * bend + ribs + lift + knit - 0.12 * u)[..., None]
        inside = canvas.fill(shape)
        canvas.paint(inside, np.clip(light * wool, 0, 1))
        canvas.paint(canvas.outline(shape, 0.02 * unit) * inside, (0.2, 0.04, 0.05), 0.5)
    edge = canvas.soft(canvas.outline(turn + np.array([0, -0.03 * unit]), 0.08 * unit), 0.03 * unit)
    canvas.paint(edge * canvas.fill(np.vstack([top, turn])), (0.15, 0.03, 0.04), 0.55)
    return canvas.picture()
