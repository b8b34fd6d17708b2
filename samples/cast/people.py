"""What is drawn over the model alike in every technique: flesh, eyes, brows, lips, hair, and clothes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from drawing import Canvas, Colour, Points, curve, mirror
from filters import Picture, grain
from model import Model

BROW_LINE = np.array([[0.10, -7.44], [0.24, -7.48], [0.38, -7.50], [0.52, -7.45]])
"""Middle of the left brow on the plain head, dm."""
MIDDLE = 320.0


@dataclass(frozen=True)
class Palette:
    """Colours of a person, RGB in [0, 1]."""

    shadow: Colour
    skin: Colour
    light: Colour
    lips: Colour
    iris: Colour
    brow: Colour
    blush: Colour


def mix(a: Colour | Picture, b: Colour | Picture, share: Picture) -> Picture:
    """`a` where the share [S, S] is 0, `b` where it is 1."""
    first, second = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return first + np.clip(share, 0, 1)[..., None] * (second - first)


def flesh(
    model: Model, palette: Palette, lamp: tuple[float, float, float], gloss: float = 0.25, folds: float = 0.9
) -> Picture:
    """The lit head [S, S, 3]: shadow, half-tone and light; red in the blood-rich places; `folds`: how dark they are."""
    light = model.light(lamp, 0.25)
    dark = np.clip(0.75 * model.hollow(7) + folds * model.hollow(2.5), 0, 0.8)
    tone = np.clip(light * 1.05 - 0.1, 0, 1) * (1 - dark)
    colour = mix(palette.shadow, palette.skin, np.clip(tone * 2, 0, 1) ** 0.9)
    colour = mix(colour, palette.light, np.clip(tone * 2 - 1, 0, 1))
    red = 0.5 * model.spot(0.5, -7.1, 0.22) + 0.5 * model.spot(-0.5, -7.1, 0.22) + 0.5 * model.spot(0, -7.02, 0.13)
    colour = mix(colour, np.asarray(palette.blush) * (0.35 + 0.65 * tone[..., None]), 0.55 * red)
    lips = np.asarray(palette.lips) * (0.3 + 0.8 * tone[..., None])
    colour = mix(colour, lips, 0.85 * model.lips)
    half = np.array(lamp) / np.linalg.norm(lamp) + [0, 0, -1]
    shine = model.light(tuple(half)) ** 38
    colour += (gloss * shine * (1 + 0.8 * model.lips))[..., None]
    balls = np.isin(model.part, (1, 2))
    return np.where(balls[..., None], np.float32([0.93, 0.92, 0.91]) * (0.45 + 0.55 * light[..., None]), colour)


def paint_head(canvas: Canvas, model: Model, skin: Picture, palette: Palette, brow: float) -> None:
    """Lay the flesh on the canvas, then eyes, brows `brow` px thick, and the line of the mouth."""
    canvas.paint(canvas.soft(model.inside, 0.5), np.clip(skin, 0, 1).astype(np.float32))
    eyes(canvas, model, palette, 2.2)
    brows(canvas, model, palette.brow, brow)
    mouth_line(canvas, model, np.asarray(palette.lips) * 0.3)


def eyes(canvas: Canvas, model: Model, palette: Palette, lash: float = 2.6, growth: float = 1.0) -> None:
    """Irises with pupil and catch-light, the lid's shadow on the ball, lashes, the fold of the lid."""
    rows, columns = canvas.grid()
    opening = canvas.soft(np.isin(model.part, (1, 2)).astype(np.float32), 0.35)
    for side in (1, -1):
        centre, radius = model.eye(side)
        radius *= growth
        away = np.hypot(columns - centre[0], rows - centre[1]) / radius
        iris = np.clip((1 - away) * radius * 0.8 + 0.5, 0, 1) * opening
        angle = np.arctan2(rows - centre[1], columns - centre[0])
        rays = 0.85 + 0.12 * np.sin(31 * angle) + 0.08 * np.sin(17 * angle + 2)
        below = np.clip((rows - centre[1]) / radius, -1, 1)
        inner = (
            np.asarray(palette.iris) * (rays * (0.8 + 0.45 * below) * np.clip(1.5 - 0.5 * away**6, 0.2, 1.5))[..., None]
        )
        canvas.paint(iris, np.clip(inner * np.where(away > 0.86, 0.45, 1.0)[..., None], 0, 1).astype(np.float32))
        canvas.paint(np.clip((0.42 - away) * radius + 0.5, 0, 1) * opening, (0.03, 0.02, 0.02))
        upper, lower = curve(model.lid(side, True)), curve(model.lid(side, False))
        shade = canvas.soft(canvas.trace(upper + np.array([0, 0.25 * radius]), 0.75 * radius), 0.18 * radius) * opening
        canvas.paint(shade, (0.12, 0.07, 0.06), 0.55)
        spark = np.hypot(columns - centre[0] + 0.32 * radius, rows - centre[1] + 0.34 * radius)
        canvas.paint(np.clip(0.2 * radius - spark + 0.5, 0, 1) * opening, (1, 1, 1))
        at = np.linspace(0, 1, len(upper))
        canvas.line(upper, lash * (0.45 + 0.9 * at * (1.15 - at) * 2), palette.brow)
        low = np.linspace(0, 1, len(lower))
        canvas.line(
            lower,
            0.35 * lash * (0.6 + 0.6 * low),
            np.asarray(palette.brow) * 0.5 + np.asarray(palette.shadow) * 0.5,
            0.7,
        )


def brows(canvas: Canvas, model: Model, colour: Colour, thick: float, hairs: int = 110, seed: int = 2) -> None:
    """Short hairs along the bone above the eyes, slanting outwards."""
    random = np.random.default_rng(seed)
    for side in (1, -1):
        spine = curve(model.on_face(BROW_LINE * [side, 1]))
        for _ in range(hairs):
            at = random.uniform(0, 0.97)
            base = spine[int(at * (len(spine) - 1))]
            ahead = spine[min(int(at * (len(spine) - 1)) + 9, len(spine) - 1)] - base
            ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6) if at < 0.9 else np.array([side * 0.9, 0.4])
            room = thick * (1.0 - 0.55 * at) * min(1, 0.55 + 3 * at)
            start = base + np.array([0, random.normal(0, 0.28) * room])
            lift = (0.9 - 1.2 * at) * thick * 0.55
            tip = start + ahead * thick * random.uniform(0.7, 1.1) - [0, lift]
            hair = np.linspace(start, tip, 8)
            canvas.line(hair, np.linspace(1.5, 0.5, 8) * thick / 10, colour, 0.75)


def mouth_line(canvas: Canvas, model: Model, colour: Colour, width: float = 2.0) -> None:
    """The dark line between the lips, strongest at the corners and in the middle."""
    line = curve(model.lip_line()[::6])
    at = np.linspace(-1, 1, len(line))
    canvas.line(line, width * (0.55 + 0.5 * np.cos(3 * np.pi * at / 2) ** 2), colour, 0.85)


def hair(
    canvas: Canvas,
    guides: Sequence[Sequence[Sequence[float]]],
    colours: tuple[Colour, Colour, Colour],
    count: int,
    width: float = 1.6,
    stray: float = 5.0,
    shine: tuple[float, float] = (0.3, 0.13),
    seed: int = 1,
    opacity: float = 0.85,
) -> None:
    """Strands between neighbouring guides (root to tip): dark ones first; `shine`: where along them light falls."""
    random = np.random.default_rng(seed)
    lines = np.array(
        [curve(guide, samples=60)[np.linspace(0, 60 * (len(guide) - 1), 60).astype(int)] for guide in guides]
    )
    dark, plain, bright = (np.asarray(colour, np.float64) for colour in colours)
    order = np.argsort(np.linspace(0, 1, count) + random.normal(0, 0.25, count))
    for rank, k in enumerate(order):
        at = (k + random.uniform(0, 1)) / count * (len(lines) - 1)
        low = min(int(at), len(lines) - 2)
        line = lines[low] + (at - low) * (lines[low + 1] - lines[low])
        begin, end = int(random.uniform(0, 14)), int(random.uniform(44, 60))
        line = line[begin:end]
        along = np.linspace(0, 1, len(line))
        wave = np.sin(along * random.uniform(2, 6) + random.uniform(0, 6)) * stray * along
        line = line + wave[:, None] * [1.0, 0.25] + random.normal(0, stray * 0.35, 2)
        height = random.uniform(0, 1) ** 1.3 * min(1, 0.35 + rank / count)
        tone = dark + (plain - dark) * height
        lit = np.exp(-(((along.mean() + begin / 60 - shine[0]) / shine[1]) ** 2))
        swell = width * random.uniform(0.6, 1.5) * (np.sin(np.pi * along) ** 0.6 * 0.9 + 0.15)
        canvas.line(line, swell, tone, opacity)
        if lit > 0 and random.uniform() < 0.45:
            middle = int(shine[0] * len(line))
            part = line[max(middle - int(shine[1] * 60), 0) : middle + int(shine[1] * 60)]
            if len(part) > 4:
                canvas.line(
                    part,
                    0.7 * width * np.sin(np.pi * np.linspace(0, 1, len(part))),
                    tone + (bright - tone) * 0.75,
                    opacity,
                )


def both_sides(guides: Sequence[Sequence[Sequence[float]]]) -> list[list[list[float]]]:
    """Guides of the left side and their mirror images, from the left to the right."""
    left = [np.asarray(guide, np.float64) for guide in guides]
    right = [guide * [-1, 1] + [2 * MIDDLE, 0] for guide in left[::-1]]
    return [guide.tolist() for guide in left + right]


def cloth(canvas: Canvas, shape: Points, colour: Colour, folds: Sequence[Points], seed: int = 4) -> None:
    """A garment with soft folds and a shaded left-to-right fall of light."""
    mask = canvas.fill(shape)
    _, columns = canvas.grid()
    light = (1.12 - 0.5 * columns / 640 + 0.03 * grain(canvas.shape, 2.0, seed))[..., None]
    canvas.paint(mask, np.clip(np.asarray(colour, np.float32) * light, 0, 1).astype(np.float32))
    for fold in folds:
        dark = canvas.soft(canvas.trace(fold, np.linspace(13, 3, len(fold))), 3.5) * mask
        canvas.paint(dark, np.asarray(colour) * 0.35, 0.7)
        lit = canvas.soft(canvas.trace(fold - [8, 3], np.linspace(7, 2, len(fold))), 3) * mask
        canvas.paint(lit, np.clip(np.asarray(colour) * 1.5, 0, 1), 0.45)
    edge = canvas.soft(canvas.outline(shape, 5), 1.5) * mask
    canvas.paint(edge, np.asarray(colour) * 0.3, 0.5)


def symmetric(left: Sequence[Sequence[float]]) -> Points:
    """A closed shape from its left half, top to bottom."""
    half = curve(left)
    return np.vstack([half, mirror(half, MIDDLE)])
