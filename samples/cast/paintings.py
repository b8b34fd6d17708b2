"""Painted, pencilled and inked people over the model."""

from pathlib import Path

import cv2
import filters
import numpy as np
import people
from drawing import Canvas, curve
from filters import Picture, grain
from model import Model, build
from people import Palette, both_sides, mix

YOUNG = Palette(
    (0.42, 0.20, 0.17),
    (0.86, 0.62, 0.50),
    (0.99, 0.86, 0.74),
    (0.80, 0.36, 0.34),
    (0.30, 0.55, 0.42),
    (0.22, 0.11, 0.07),
    (0.86, 0.42, 0.36),
)
RED_HAIR = ((0.24, 0.07, 0.03), (0.62, 0.25, 0.09), (0.96, 0.66, 0.34))

LONG = both_sides(
    [
        [(314, 92), (210, 120), (150, 250), (128, 420), (150, 560), (130, 650)],
        [(316, 92), (225, 122), (170, 250), (152, 420), (176, 560), (160, 650)],
        [(317, 94), (236, 132), (186, 240), (176, 400), (200, 540), (196, 650)],
        [(319, 118), (262, 150), (206, 226), (190, 330), (202, 430), (226, 520)],
        [(320, 150), (272, 172), (216, 240), (194, 340), (204, 440), (232, 510)],
    ]
)
"""Long hair with a parting in the middle, falling on the shoulders."""


def painted(root: Path) -> Picture:
    """A red-haired woman in a green dress before a dark wall, as in oils."""
    model = build(
        root,
        {
            "caucasian-female-young": 1.0,
            "l-eye-scale-incr": 0.9,
            "head-oval": 0.7,
            "chin-width-decr": 0.5,
            "mouth-cupidsbow-incr": 0.4,
        },
        {"mouthSmileLeft": 0.12, "mouthSmileRight": 0.12},
        zoom=200,
    )
    canvas = Canvas.plain(640, (0.16, 0.15, 0.12), 2)
    rows, columns = canvas.grid()
    glow = np.exp(-(((columns - 210) / 260) ** 2 + ((rows - 250) / 300) ** 2)).astype(np.float32)
    canvas.pixels = mix(canvas.pixels, (0.42, 0.37, 0.27), glow + 0.05 * grain(canvas.shape, 14, 3))
    back = curve(
        [
            (320, 80),
            (222, 96),
            (152, 196),
            (118, 400),
            (110, 560),
            (96, 660),
            (544, 660),
            (530, 560),
            (522, 400),
            (488, 196),
            (418, 96),
        ],
        True,
    )
    canvas.paint(canvas.soft(canvas.fill(back), 1.5), (0.17, 0.05, 0.03))
    people.hair(canvas, LONG, tuple(np.array(c) * 0.6 for c in RED_HAIR), 260, 3.0, 9, seed=4)
    _head(canvas, model, YOUNG, (-0.5, -0.45, -0.95), 0.14)
    _dress(canvas, (0.13, 0.30, 0.22))
    _hair_shadow(canvas, model, LONG[4:6])
    crown = curve([(320, 82), (250, 100), (210, 160), (262, 160), (320, 148), (378, 160), (430, 160), (390, 100)], True)
    canvas.paint(canvas.soft(canvas.fill(crown), 3), (0.22, 0.07, 0.04))
    left, right = LONG[:5], LONG[5:]
    people.hair(canvas, left, RED_HAIR, 330, 2.4, 6, seed=5)
    people.hair(canvas, right, RED_HAIR, 330, 2.4, 6, seed=6)
    paint = filters.kuwahara(canvas.picture(), 3)
    ridge = filters.strokes(paint, 8, 3)
    return np.clip(paint + 0.012 * (ridge - np.roll(ridge, (1, 1), (0, 1)))[..., None], 0, 1)


def _head(canvas: Canvas, model: Model, palette: Palette, lamp: tuple[float, float, float], gloss: float) -> None:
    """Flesh, eyes, brows and mouth."""
    canvas.paint(canvas.soft(model.inside, 0.5), people.flesh(model, palette, lamp, gloss))
    people.eyes(canvas, model, palette)
    people.brows(canvas, model, palette.brow, 9.0)
    people.mouth_line(canvas, model, np.asarray(palette.lips) * 0.3)


def _dress(canvas: Canvas, colour: tuple[float, float, float]) -> None:
    shape = people.symmetric([(150, 530), (215, 545), (262, 585), (320, 606)])
    body = np.vstack([shape, [(560, 560), (660, 660), (-20, 660), (80, 560)]])
    folds = [
        curve([(180, 556), (200, 600), (196, 650)]),
        curve([(430, 560), (452, 600), (446, 650)]),
        curve([(300, 612), (290, 640), (292, 660)]),
    ]
    people.cloth(canvas, body, colour, folds)
    canvas.line(shape, 5, (0.80, 0.64, 0.28))


def _hair_shadow(canvas: Canvas, model: Model, guides: list[list[list[float]]]) -> None:
    """The hair's soft shadow on forehead and cheeks."""
    shadow = canvas.blank()
    for guide in guides:
        shadow = np.maximum(shadow, canvas.trace(curve(guide), 26))
    canvas.paint(canvas.soft(shadow, 6) * model.inside, (0.32, 0.12, 0.08), 0.6)


def edges(model: Model, depth_step: float = 5.0) -> Picture:
    """Lines [S, S] where the surface breaks off: jaw over neck, nose, ears, lids, the outline."""
    depth = np.where(model.depth < 1e8, model.depth, model.depth[model.depth < 1e8].max() + 40).astype(np.float32)
    step = cv2.morphologyEx(depth, cv2.MORPH_GRADIENT, np.ones((3, 3)))
    line = np.clip((step - depth_step) / depth_step, 0, 1)
    return np.clip(1.6 * cv2.GaussianBlur(line, (0, 0), 0.9), 0, 1)


def tones(model: Model, lamp: tuple[float, float, float]) -> Picture:
    """Darkness [S, S] of the lit head for drawings: 0 paper, 1 black; lips and folds darker."""
    light = model.light(lamp, 0.2)
    dark = 1 - light * (1 - np.clip(0.7 * model.hollow(7) + model.hollow(2.5), 0, 0.8))
    return np.clip(dark * (1 + 0.15 * model.lips) + 0.12 * model.lips, 0, 1) * model.inside


GRAPHITE = (0.15, 0.15, 0.17)
PAPER = (0.955, 0.945, 0.915)


def graphite(canvas: Canvas, dark: Picture, seed: int) -> None:
    """Lay tone with the side of a pencil: it catches on the paper's tooth and follows the hand."""
    tooth = grain(canvas.shape, 1.0, seed)
    hand = cv2.filter2D(grain(canvas.shape, 1.1, seed + 1), -1, np.eye(25, dtype=np.float32)[::-1] / 6)
    catch = np.clip(0.92 + 0.16 * tooth + 0.20 * hand, 0, 1.5)
    canvas.paint(np.clip(dark * catch, 0, 1), GRAPHITE)


def pencilled(root: Path) -> Picture:
    """A young woman with her hair tied up, in graphite."""
    model = build(
        root,
        {"asian-female-young": 0.55, "african-female-young": 0.45, "l-eye-scale-incr": 0.4},
        turn_deg=(0, 6, 0),
        zoom=196,
    )
    canvas = Canvas.plain(640, PAPER, 2)
    canvas.pixels += 0.012 * grain(canvas.shape, 1.0, 8)[..., None]
    rows, columns = canvas.grid()
    ground = np.exp(-(((columns - 470) / 150) ** 2 + ((rows - 330) / 230) ** 2)).astype(np.float32)
    graphite(canvas, 0.30 * ground * (1 - model.inside), 20)
    canvas.paint(canvas.soft(model.inside, 0.5), PAPER)
    graphite(canvas, 0.88 * np.clip(tones(model, (-0.5, -0.6, -0.75)) * 1.15 - 0.14, 0, 1), 9)
    plain = Palette(GRAPHITE, PAPER, PAPER, (0.4, 0.4, 0.4), (0.42, 0.42, 0.43), GRAPHITE, PAPER)
    balls = canvas.soft(np.isin(model.part, (1, 2)).astype(np.float32), 0.3)
    canvas.paint(balls, np.asarray(PAPER), 0.75)
    people.eyes(canvas, model, plain, 2.4)
    people.brows(canvas, model, GRAPHITE, 7.5)
    people.mouth_line(canvas, model, GRAPHITE, 2.0)
    canvas.paint(edges(model) * np.clip(0.75 + 0.3 * grain(canvas.shape, 3, 12), 0, 1), GRAPHITE, 0.75)
    up = [
        [(196, 318), (176, 240), (206, 140), (318, 74)],
        [(212, 268), (204, 210), (240, 130), (322, 78)],
        [(238, 200), (252, 150), (290, 104), (328, 80)],
        [(300, 178), (306, 140), (318, 104), (334, 80)],
        [(368, 186), (366, 140), (350, 104), (338, 80)],
        [(420, 220), (418, 160), (380, 110), (344, 80)],
        [(444, 300), (452, 220), (424, 130), (348, 76)],
    ]
    bun = [
        [(290 + 12 * k, 92), (286 + 12 * k, 44 + abs(k - 4) * 4), (300 + 8 * k, 22 + abs(k - 4) * 6)] for k in range(9)
    ]
    cap = curve(
        [
            (196, 318),
            (178, 250),
            (196, 150),
            (260, 90),
            (330, 72),
            (400, 90),
            (448, 160),
            (456, 250),
            (444, 310),
            (424, 230),
            (372, 186),
            (300, 176),
            (240, 198),
            (210, 270),
        ],
        True,
    )
    graphite(canvas, 0.55 * canvas.soft(canvas.fill(cap), 2.5), 30)
    shades = ((0.14, 0.14, 0.16), (0.40, 0.40, 0.42), (0.88, 0.87, 0.85))
    people.hair(canvas, up, shades, 420, 1.3, 2.5, (0.5, 0.12), 31, 0.7)
    graphite(
        canvas,
        0.6
        * canvas.soft(canvas.fill(curve([(286, 88), (268, 50), (300, 18), (350, 14), (388, 44), (376, 88)], True)), 3),
        32,
    )
    people.hair(canvas, bun, shades, 90, 1.4, 4, (0.4, 0.2), 33, 0.7)
    collar = people.symmetric([(236, 560), (262, 590), (320, 622)])
    body = np.vstack([collar, [(560, 580), (640, 640), (640, 660), (0, 660), (0, 640), (80, 580)]])
    canvas.paint(canvas.fill(body), PAPER)
    graphite(canvas, 0.42 * canvas.fill(body), 34)
    for k in range(3):
        line = collar + np.array([0, 9 * k])
        canvas.line(line, 2.0 - 0.5 * k, GRAPHITE, 0.7)
    return np.clip(canvas.picture(), 0, 1)
