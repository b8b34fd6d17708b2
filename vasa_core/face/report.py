"""One picture of everything that enrolling found: to judge by eye whether a portrait will do."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vasa_core.export.files import PartFile, explained
from vasa_core.face.asset import FaceAsset
from vasa_core.face.matting import foreground
from vasa_core.face.topology import (
    BROWS,
    FACE_OVAL,
    LEFT_IRIS,
    LIPS_INNER_LOWER,
    LIPS_INNER_UPPER,
    LIPS_OUTER,
    MESH_POINTS,
    RIGHT_IRIS,
    TRIANGLES,
)
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

SIDE = 512
"""Side of a tile, px."""
GAP, HEAD = 20, 34
"""Space between tiles and height of their titles, px."""
COLUMNS = 3
PAPER: Colour = (247, 246, 243)
INK: Colour = (38, 40, 46)
FAINT: Colour = (128, 131, 140)
ACCENT: Colour = (33, 110, 196)
WARNING: Colour = (178, 84, 12)
CHECKS: tuple[int, int, int] = (205, 236, 16)
"""Two greys and the side in px of the checkerboard behind cut-outs."""
LIGHT = np.array([-0.4, -0.5, -0.77])
"""Direction towards the light on the depth's relief."""
UNITS = 9
"""Bars of the own expression."""
LEAST_UNIT = 0.05
"""Weaker units are not shown."""
THIN: Colour = (225, 232, 240)
"""Lines of the mesh."""
RINGS: tuple[tuple[Sequence[int], Colour, bool], ...] = (
    (FACE_OVAL.tolist(), (255, 196, 60), True),
    (LIPS_OUTER.tolist(), (255, 92, 110), True),
    ([*LIPS_INNER_UPPER.tolist(), *LIPS_INNER_LOWER.tolist()[::-1]], (255, 150, 160), True),
    (RIGHT_IRIS.tolist()[1:], (90, 220, 255), True),
    (LEFT_IRIS.tolist()[1:], (90, 220, 255), True),
)
"""Landmarks that are joined by lines, their colour, and whether the line closes."""


def make_report(asset: FaceAsset) -> Picture:
    """[H, W, 3] RGB: landmarks, matte, layers, depth, neutral face, own expression, limits and warnings."""
    asset = asset.scaled(SIDE)
    frame = slice(asset.margin, asset.margin + SIDE)
    behind = asset.background[frame, frame]
    matte = asset.matte[frame, frame]
    tiles = [
        ("Portrait and landmarks", _landmarks(asset)),
        ("Neutral, as it is drawn", _neutral(asset)),
        ("Depth", _depth(asset)),
        ("Matte", np.repeat(matte[..., None], 3, axis=2)),
        ("Person", _person(asset)[frame, frame]),
        ("Background, filled in", np.ascontiguousarray(behind)),
    ]
    rows = (len(tiles) + COLUMNS - 1) // COLUMNS
    width = GAP + COLUMNS * (SIDE + GAP)
    facts = _facts(asset, width - 2 * GAP)
    height = GAP + HEAD + rows * (SIDE + HEAD + GAP) + facts.height + GAP
    page = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(page)
    name = asset.note.get("source", "")
    draw.text((GAP, GAP - 4), f"Enrolled: {name}" if name else "Enrolled portrait", INK, _font(24))
    for i, (title, tile) in enumerate(tiles):
        x = GAP + (i % COLUMNS) * (SIDE + GAP)
        y = GAP + HEAD + (i // COLUMNS) * (SIDE + HEAD + GAP)
        draw.text((x, y + 8), title, FAINT, _font(17))
        page.paste(Image.fromarray(np.ascontiguousarray(tile)), (x, y + HEAD))
    page.paste(facts, (GAP, height - GAP - facts.height))
    return np.array(page)


def save_report(asset: FaceAsset, path: Path) -> None:
    """Write the report as a PNG. Raises `ExportError` if that fails."""
    part = PartFile(path)
    try:
        with explained(path):
            Image.fromarray(make_report(asset)).save(part.path, "png")
        part.commit()
    finally:
        part.discard()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _landmarks(asset: FaceAsset) -> Picture:
    picture = np.ascontiguousarray(asset.image)
    points = asset.landmarks[:, :2]

    def place(index: int) -> tuple[int, int]:
        x, y = np.round((points[index] - 0.5) * 16)
        return int(x), int(y)

    for triangle in TRIANGLES:
        cv2.polylines(picture, [np.array([place(int(i)) for i in triangle], np.int32)], True, THIN, 1, cv2.LINE_AA, 4)
    picture = cv2.addWeighted(picture, 0.45, asset.image, 0.55, 0).astype(np.uint8)
    for ring, colour, closed in RINGS:
        cv2.polylines(picture, [np.array([place(i) for i in ring], np.int32)], closed, colour, 1, cv2.LINE_AA, 4)
    for index in BROWS:
        cv2.circle(picture, place(int(index)), 24, (150, 235, 140), -1, cv2.LINE_AA, 4)
    return picture


def _neutral(asset: FaceAsset) -> Picture:
    """The face at rest, as the renderer draws it."""
    from vasa_core.render.renderer import Renderer

    space = LatentSpace.load()
    return Renderer(asset, space, SIDE).render(Motion.still(1, space.size), 0)[..., :3]


def _depth(asset: FaceAsset) -> Picture:
    """Depth of the face's mesh over the darkened portrait: near parts light."""
    points = asset.landmarks[:MESH_POINTS].astype(np.float64)
    near, far = float(points[:, 2].min()), float(points[:, 2].max())
    picture = (asset.image * 0.35).astype(np.uint8)
    normals = _normals(points)
    middles = points[TRIANGLES, 2].mean(axis=1)
    heights = (255 * (far - middles) / max(far - near, 1e-6)).astype(np.uint8)
    heat = cv2.applyColorMap(heights[:, None], cv2.COLORMAP_VIRIDIS)[:, 0, ::-1]
    colours = heat * (0.6 + 0.5 * normals @ LIGHT)[:, None]
    for index in np.argsort(-middles):
        flat = np.round((points[TRIANGLES[index], :2] - 0.5) * 16).astype(np.int32)
        cv2.fillConvexPoly(picture, flat, np.clip(colours[index], 0, 255).tolist(), cv2.LINE_AA, 4)
    return picture


def _normals(points: NDArray[np.float64]) -> NDArray[np.float64]:
    first = points[TRIANGLES[:, 0]]
    normals = np.cross(points[TRIANGLES[:, 1]] - first, points[TRIANGLES[:, 2]] - first)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return np.asarray(np.where(normals[:, 2:] > 0, -normals, normals), np.float64)


def _person(asset: FaceAsset) -> Picture:
    """The person cut out over a checkerboard, the margin included."""
    side = len(asset.picture)
    light, lighter, step = CHECKS
    rows, columns = np.mgrid[:side, :side] // step
    board = np.where((rows + columns) % 2, light, lighter).astype(np.float32)[..., None]
    own = foreground(asset.picture, asset.matte, asset.background).astype(np.float32)
    share = asset.matte[..., None].astype(np.float32) / 255
    return np.clip(board + share * (own - board), 0, 255).round().astype(np.uint8)


def _facts(asset: FaceAsset, width: int) -> Image.Image:
    """Own expression as bars on the left, what the portrait allows on the right, warnings below."""
    half = (width - GAP) // 2
    bars, texts = _bars(asset, half), _lines(asset)
    notes = [line for warning in asset.warnings for line in _wrapped(f"Note: {warning}", width)]
    top = max(bars.height, HEAD + 24 * len(texts))
    panel = Image.new("RGB", (width, top + 26 * len(notes) + (GAP if notes else 0)), PAPER)
    panel.paste(bars, (0, 0))
    draw = ImageDraw.Draw(panel)
    draw.text((half + GAP, 4), "What the portrait allows", FAINT, _font(17))
    for i, line in enumerate(texts):
        draw.text((half + GAP, HEAD + 24 * i), line, INK, _font(16))
    for i, line in enumerate(notes):
        draw.text((0, top + GAP + 26 * i), line, WARNING, _font(17))
    return panel


def _bars(asset: FaceAsset, width: int) -> Image.Image:
    weights = LatentSpace.load().to_arkit(asset.expression)
    shown = [int(i) for i in np.argsort(-weights)[:UNITS] if weights[i] >= LEAST_UNIT]
    panel = Image.new("RGB", (width, HEAD + 24 * max(len(shown), 1)), PAPER)
    draw = ImageDraw.Draw(panel)
    draw.text((0, 4), "Own expression, mostly taken off (ARKit units)", FAINT, _font(17))
    if not shown:
        draw.text((0, HEAD), "none: the portrait looks neutral", INK, _font(16))
    start, end = 190, width - 60
    for row, index in enumerate(shown):
        y, weight = HEAD + 24 * row, float(weights[index])
        draw.text((0, y), ARKIT_NAMES[index], INK, _font(16))
        draw.rectangle((start, y + 4, end, y + 16), fill=(228, 227, 222))
        draw.rectangle((start, y + 4, start + round((end - start) * min(weight, 1)), y + 16), fill=ACCENT)
        draw.text((end + 10, y), f"{weight:.2f}", INK, _font(16))
    return panel


def _lines(asset: FaceAsset) -> list[str]:
    """What the source gave and what it allows, line by line."""
    limits, note = asset.limits, asset.note
    yaw, pitch, roll = np.degrees(asset.pose.angles)
    lines = []
    if "eyes" in note:
        lines.append(f"Source: {note['eyes']} px between the outer eye corners")
        lines.append(f"Enlarged {note['enlarged']} times, detail of the source {float(note['detail']):.0%}")
    return [
        *lines,
        f"Face in the picture: yaw {yaw:+.0f}, pitch {pitch:+.0f}, roll {roll:+.0f} degrees",
        f"Turn: {np.degrees(-limits.yaw_low):.0f} degrees to the viewer's left, "
        f"{np.degrees(limits.yaw_high):.0f} to the right",
        f"Nod: {np.degrees(-limits.pitch_low):.0f} degrees down, {np.degrees(limits.pitch_high):.0f} up; "
        f"tilt: {np.degrees(limits.roll):.0f}",
        f"Size of the head: {limits.far:.2f} to {limits.near:.2f} times",
        f"Mouth shows: {limits.mouth:.0%}",
        f"Rights: {note.get('rights') or 'nothing said'}",
    ]


def _wrapped(text: str, width: int) -> list[str]:
    font, lines, line = _font(17), [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]
