"""A bearded warrior in pen and ink, and a toon character as a 3D program renders it."""

from pathlib import Path

import cv2
import numpy as np
import people
from drawing import Canvas, curve
from filters import Picture, grain
from model import Model, build
from paintings import edges, tones
from people import Palette, both_sides, mix

INK, PAPER = (0.05, 0.045, 0.06), (0.985, 0.975, 0.95)
HATCHES = ((-0.9, 4.6, 0.30), (0.75, 4.6, 0.52), (0.1, 4.2, 0.70))
"""Angle (rad), distance of the lines (px) and darkness from which each layer of hatching begins."""


def hatched(canvas: Canvas, dark: Picture, seed: int = 5) -> Picture:
    """Where ink lies [S, S] when tones are hatched by hand: lines thicken with darkness, layers cross."""
    rows, columns = canvas.grid()
    wobble = 1.3 * grain(canvas.shape, 22, seed)
    weight = 0.06 * grain(canvas.shape, 5, seed + 1)
    ink = np.clip((dark - 0.9) * 20, 0, 1)
    for angle, gap, start in HATCHES:
        across = columns * np.cos(angle) + rows * np.sin(angle) + wobble
        distance = np.abs((across / gap) % 1 - 0.5) * gap
        half = np.clip((dark - start) * 1.5 + weight, 0, 0.42) * gap
        ink = np.maximum(ink, np.clip((half - distance) * 2.2 + 0.5, 0, 1) * (half > 0.16))
    return ink


def inked(root: Path) -> Picture:
    """A bearded man with long hair, black lines on white paper."""
    model = build(
        root,
        {"caucasian-male-young": 0.8, "caucasian-male-old": 0.25, "chin-width-incr": 0.3, "l-cheek-bones-incr": 0.5},
        {"browDownLeft": 0.25, "browDownRight": 0.25},
        zoom=190,
    )
    canvas = Canvas.plain(640, PAPER, 3)
    model = _enlarged(model, canvas.shape)
    mane = _mane()
    outer = curve(
        [
            (320, 66),
            (226, 78),
            (166, 150),
            (146, 300),
            (120, 440),
            (140, 560),
            (200, 610),
            (440, 610),
            (500, 560),
            (520, 440),
            (494, 300),
            (474, 150),
            (414, 78),
        ],
        True,
    )
    canvas.paint(canvas.fill(outer), (0.30, 0.29, 0.30))
    people.hair(canvas, mane, (INK, INK, INK), 420, 2.6, 7, seed=3, opacity=1)
    people.hair(canvas, mane, (PAPER, PAPER, PAPER), 60, 1.2, 7, seed=13, opacity=1)
    inside = canvas.soft(model.inside, 0.4)
    canvas.paint(inside, PAPER)
    canvas.paint(hatched(canvas, 1.12 * tones(model, (-0.42, -0.5, -0.85)) - 0.06) * inside, INK)
    canvas.paint(edges(model, 3.5), INK)
    plain = Palette(INK, PAPER, PAPER, (0.4, 0.4, 0.4), (0.25, 0.25, 0.25), INK, PAPER)
    balls = canvas.soft(np.isin(model.part, (1, 2)).astype(np.float32), 0.3)
    canvas.paint(balls, PAPER)
    people.eyes(canvas, model, plain, 3.2)
    people.brows(canvas, model, INK, 12.0, 80)
    people.mouth_line(canvas, model, INK, 2.8)
    _armour(canvas)
    _beard(canvas, model)
    left, right = mane[:5], mane[5:]
    for part, seed in ((left, 21), (right, 22)):
        people.hair(canvas, part, (INK, INK, PAPER), 300, 2.6, 5, (0.22, 0.1), seed, 1)
        people.hair(canvas, part, (PAPER, PAPER, PAPER), 45, 1.2, 5, (0.22, 0.1), seed + 5, 1)
    level = np.clip((canvas.picture() - 0.5) * 1.5 + 0.5, 0, 1).mean(axis=2, keepdims=True)
    return np.asarray(INK) + level * (np.asarray(PAPER) - np.asarray(INK))


def _enlarged(model: Model, shape: tuple[int, ...]) -> Model:
    """The model's buffers at the canvas's own scale."""
    size = (shape[1], shape[0])
    for name in ("normal", "lips"):
        setattr(model, name, cv2.resize(getattr(model, name), size, interpolation=cv2.INTER_LINEAR))
    for name in ("depth", "part"):
        setattr(model, name, cv2.resize(getattr(model, name), size, interpolation=cv2.INTER_NEAREST))
    return model


def _mane() -> list[list[list[float]]]:
    return both_sides(
        [
            [(312, 74), (212, 96), (160, 220), (134, 400), (126, 520), (158, 600)],
            [(314, 74), (226, 102), (176, 220), (156, 400), (158, 520), (190, 606)],
            [(317, 78), (244, 116), (196, 214), (180, 360), (186, 480), (212, 590)],
            [(319, 84), (262, 116), (208, 196), (192, 300), (194, 400), (214, 520)],
            [(320, 112), (280, 134), (226, 200), (200, 300), (204, 400), (220, 470)],
        ]
    )


def _beard(canvas: Canvas, model: Model) -> None:
    """Beard and moustache: strokes from cheek, chin and upper lip; the mouth stays free."""
    line = model.lip_line()
    left, middle, right = line[0], line[len(line) // 2], line[-1]
    chin = float(middle[1]) + 62
    low = [
        [(206, 380), (212, 440), (232, 520)],
        [(222, 412), (240, 470), (262, 540)],
        [(left[0] - 14, left[1] + 8), (262, chin), (288, 560)],
        [(left[0] + 14, left[1] + 27), (296, chin), (306, 572)],
        [(middle[0], middle[1] + 26), (320, chin + 14), (322, 578)],
    ]
    guides = low + [[(640 - x, y) for x, y in guide] for guide in low[-2::-1]]
    people.hair(canvas, guides, (INK, INK, PAPER), 420, 2.3, 5, (0.35, 0.15), 41, 1)
    people.hair(canvas, guides, (PAPER, PAPER, PAPER), 80, 1.2, 5, (0.35, 0.15), 42, 1)
    for side in (1, -1):
        end = left if side == -1 else right
        lip = [
            [
                (middle[0] + side * 2, middle[1] - 31),
                (middle[0] + side * 26, middle[1] - 22),
                (end[0] + side * 16, end[1] + 24),
            ],
            [
                (middle[0] + side * 2, middle[1] - 17),
                (middle[0] + side * 24, middle[1] - 13),
                (end[0] + side * 6, end[1] + 12),
            ],
        ]
        people.hair(canvas, lip, (INK, INK, PAPER), 90, 2.0, 2, (0.3, 0.1), 44 + side, 1)


def _armour(canvas: Canvas) -> None:
    """A fur collar over a breastplate."""
    body = np.array([(60, 660), (90, 596), (190, 560), (450, 560), (550, 596), (580, 660)])
    canvas.paint(canvas.fill(body), PAPER)
    _, columns = canvas.grid()
    dark = 0.35 + 0.5 * np.abs(columns - 300) / 300
    canvas.paint(hatched(canvas, dark.astype(np.float32), 9) * canvas.fill(body), INK)
    random = np.random.default_rng(7)
    for _ in range(420):
        at = random.uniform(-1, 1)
        start = np.array([320 + 250 * at, 566 + 46 * at * at + random.uniform(-18, 34)])
        way = np.array([0.55 * at + random.normal(0, 0.2), 0.8 - 0.35 * abs(at)]) * random.uniform(18, 34)
        bend = curve([start, start + way * 0.5 + random.normal(0, 2, 2), start + way], samples=8)
        canvas.pen(bend, random.uniform(1.6, 3.4), INK if random.uniform() < 0.6 else PAPER)


TOON = Palette(
    (0.55, 0.27, 0.22),
    (0.93, 0.65, 0.50),
    (1.0, 0.83, 0.68),
    (0.86, 0.40, 0.38),
    (0.25, 0.50, 0.80),
    (0.33, 0.17, 0.08),
    (0.98, 0.45, 0.38),
)


def toon(root: Path) -> Picture:
    """A boy with very large eyes, smooth as plastic, lit from two sides."""
    model = build(
        root,
        {
            "caucasian-male-child": 0.9,
            "head-round": 0.5,
            "l-cheek-volume-incr": 0.5,
            "nose-scale-vert-decr": 0.5,
            "l-eye-scale-incr": 0.4,
        },
        {"mouthSmileLeft": 0.15, "mouthSmileRight": 0.15, "eyeWideLeft": 0.3, "eyeWideRight": 0.3},
        zoom=228,
        eyes=1.42,
    )
    canvas = Canvas.plain(640, (0.98, 0.80, 0.45), 2)
    rows, columns = canvas.grid()
    canvas.pixels = mix(canvas.pixels, (0.95, 0.52, 0.30), ((rows + 0.4 * columns) / 800).astype(np.float32))
    model_light = people.flesh(model, TOON, (-0.35, -0.5, -0.95), 0.12, 0.25)
    rim = np.clip(model.normal[..., 0] * 1.4 - 0.75, 0, 1) * (1 - np.clip(-model.normal[..., 2], 0, 1) * 0.6)
    canvas.paint(
        canvas.soft(model.inside, 0.5), np.clip(model_light + rim[..., None] * np.float32([0.5, 0.35, 0.25]), 0, 1)
    )
    people.eyes(canvas, model, TOON, 4.2, 1.12)
    people.brows(canvas, model, TOON.brow, 13.0, 200)
    people.mouth_line(canvas, model, (0.35, 0.10, 0.09), 2.4)
    shirt = people.symmetric([(212, 540), (250, 566), (320, 584)])
    body = np.vstack([shirt, [(520, 570), (620, 660), (20, 660), (120, 570)]])
    people.cloth(
        canvas,
        body,
        (0.20, 0.45, 0.62),
        [curve([(200, 566), (190, 610), (196, 650)]), curve([(440, 566), (450, 610), (440, 650)])],
    )
    canvas.line(shirt + np.array([0, 3]), 13, (0.93, 0.93, 0.90))
    _quiff(canvas, model)
    return canvas.picture()


def _quiff(canvas: Canvas, model: Model) -> None:
    """Thick clumps of hair, swept to one side, shaded as solid forms."""
    random = np.random.default_rng(3)
    cap = curve(
        [
            (160, 316),
            (146, 220),
            (176, 124),
            (250, 70),
            (340, 56),
            (430, 84),
            (484, 160),
            (492, 240),
            (480, 316),
            (462, 250),
            (430, 206),
            (360, 190),
            (270, 200),
            (200, 220),
            (176, 262),
        ],
        True,
    )
    canvas.paint(canvas.soft(canvas.fill(cap + np.array([0, 14])), 6) * model.inside, (0.5, 0.22, 0.15), 0.55)
    canvas.paint(canvas.soft(canvas.fill(cap), 0.8), (0.26, 0.12, 0.05))
    for k in range(26):
        at = (k * 11 % 26) / 25
        root = np.array([440 - 230 * at, 62 + 130 * abs(at - 0.45) ** 1.6])
        tip = np.array([470 - 330 * at + random.normal(0, 6), 268 - 56 * np.sin(np.pi * at) + random.normal(0, 7)])
        middle = (root + tip) / 2 + [14 - 44 * at, -18]
        spine = curve([root, middle, tip], samples=20)
        wide = 46 * np.sin(np.pi * np.linspace(0.12, 1, len(spine))) ** 0.8 + 1
        for shift, share, colour in (
            (0, 1, (0.30, 0.14, 0.06)),
            (-2, 0.82, (0.47, 0.25, 0.11)),
            (-6, 0.34, (0.72, 0.45, 0.22)),
        ):
            mask = canvas.trace(spine + np.array([shift, shift]), wide * share)
            canvas.paint(canvas.soft(mask, 0.7 if share > 0.5 else 3), colour, 1 if share > 0.5 else 0.75)
