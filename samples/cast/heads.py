"""Plain heads as a 3D program renders them: other ages, skins and angles than the paintings have."""

from pathlib import Path

import numpy as np
import people
from drawing import Canvas, curve
from filters import Picture, grain
from model import Model, build
from people import Palette, mix

LAMP = (-0.35, -0.55, -0.85)
DARK = Palette(
    (0.13, 0.06, 0.04),
    (0.40, 0.23, 0.15),
    (0.66, 0.44, 0.31),
    (0.42, 0.20, 0.18),
    (0.22, 0.12, 0.06),
    (0.24, 0.22, 0.21),
    (0.42, 0.18, 0.12),
)
OLIVE = Palette(
    (0.36, 0.19, 0.14),
    (0.80, 0.58, 0.44),
    (0.95, 0.79, 0.66),
    (0.76, 0.40, 0.38),
    (0.20, 0.12, 0.07),
    (0.09, 0.06, 0.05),
    (0.84, 0.44, 0.36),
)
PALE = Palette(
    (0.45, 0.26, 0.23),
    (0.87, 0.68, 0.60),
    (0.99, 0.89, 0.83),
    (0.78, 0.46, 0.45),
    (0.40, 0.52, 0.62),
    (0.60, 0.56, 0.52),
    (0.88, 0.50, 0.46),
)


def old_man(root: Path) -> Picture:
    """A bald dark-skinned man with a grey stubble beard, turned 28 degrees to the viewer's right."""
    targets = {"african-male-old": 0.75, "african-male-young": 0.25}
    model = build(root, targets, turn_deg=(0, 28, 0), zoom=196)
    canvas = studio((0.30, 0.33, 0.38), (0.13, 0.14, 0.17))
    noise = grain(canvas.shape, 0.9, 6)
    skin = people.flesh(model, DARK, LAMP, 0.30) * (1 + 0.03 * grain(canvas.shape, 1.2, 5)[..., None])
    beard = model.patch(_beard(model)) * (1 - model.lips)
    skin = mix(skin, (0.55, 0.54, 0.53), np.clip(beard * (0.45 + 0.35 * noise), 0, 0.8))
    people.paint_head(canvas, model, skin, DARK, 7.0)
    _shirt(canvas, (0.55, 0.40, 0.18))
    return canvas.picture()


def _beard(model: Model) -> np.ndarray:
    """Share of stubble [N] on jaw, chin and upper lip of the plain head."""
    x, y, z = model.rest.T
    jaw = np.clip((y + 6.86 - 0.35 * np.clip(np.abs(x) - 0.3, 0, 1) * -1.0) / 0.08, 0, 1)
    lip = np.exp(-((x / 0.28) ** 4) - ((y + 6.86) / 0.06) ** 2)
    return np.maximum(jaw, lip) * (y < -6.28) * (z < -0.55)


def girl(root: Path) -> Picture:
    """An Asian child with a black bob, turned 30 degrees to the viewer's left."""
    model = build(root, {"asian-female-child": 1.0}, turn_deg=(2, -30, 0), zoom=250)
    canvas = studio((0.75, 0.82, 0.80), (0.55, 0.66, 0.66))
    _bob(canvas, front=False)
    skin = people.flesh(model, OLIVE, LAMP, 0.12, 0.3) * (1 + 0.015 * grain(canvas.shape, 1.2, 5)[..., None])
    people.paint_head(canvas, model, skin, OLIVE, 6.0)
    _shirt(canvas, (0.92, 0.75, 0.30))
    _bob(canvas, front=True)
    return canvas.picture()


def _bob(canvas: Canvas, front: bool) -> None:
    """Straight hair to the jaw, with a fringe; behind the face or before it."""
    black = ((0.03, 0.03, 0.04), (0.10, 0.09, 0.10), (0.42, 0.42, 0.46))
    if not front:
        back = curve(
            [
                (300, 36),
                (200, 60),
                (160, 160),
                (170, 330),
                (196, 470),
                (330, 500),
                (520, 470),
                (546, 330),
                (530, 150),
                (430, 56),
            ],
            True,
        )
        canvas.paint(canvas.soft(canvas.fill(back), 1), (0.03, 0.03, 0.035))
        return
    near = [
        [(360, 44), (480, 90), (540, 240), (548, 380), (530, 480)],
        [(350, 46), (452, 96), (508, 240), (512, 380), (500, 484)],
        [(340, 48), (420, 100), (468, 220), (470, 350), (462, 470)],
        [(336, 50), (400, 110), (436, 200), (440, 300), (446, 400)],
    ]
    fringe = [
        [(330, 46), (230, 70), (170, 180), (168, 270)],
        [(332, 46), (254, 80), (200, 170), (192, 252)],
        [(336, 46), (290, 90), (258, 170), (252, 250)],
        [(342, 46), (330, 100), (322, 170), (320, 252)],
        [(348, 46), (370, 100), (384, 170), (388, 258)],
        [(352, 46), (404, 100), (434, 180), (440, 280)],
    ]
    far = [
        [(326, 46), (210, 76), (160, 200), (164, 340), (186, 470)],
        [(326, 48), (216, 80), (172, 200), (178, 340), (196, 440)],
    ]
    for guides, count, seed in ((far, 70, 2), (near, 330, 3), (fringe, 330, 4)):
        people.hair(canvas, guides, black, count, 2.6, 2.0, (0.42, 0.07), seed, 1.0)


def old_woman(root: Path) -> Picture:
    """A pale old woman with a white head-cloth."""
    targets = {"caucasian-female-old": 0.85, "caucasian-female-young": 0.15, "l-eye-scale-incr": 0.3}
    model = build(root, targets, turn_deg=(0, -8, 2), zoom=196)
    canvas = studio((0.42, 0.36, 0.32), (0.20, 0.17, 0.16))
    skin = people.flesh(model, PALE, LAMP, 0.10, 0.7) * (1 + 0.02 * grain(canvas.shape, 1.2, 5)[..., None])
    freckles = np.clip(grain(canvas.shape, 1.8, 31) - 1.9, 0, 1)
    skin = mix(skin, (0.62, 0.42, 0.34), 0.5 * freckles)
    people.paint_head(canvas, model, skin, PALE, 5.5)
    _shirt(canvas, (0.25, 0.25, 0.30))
    _head_cloth(canvas, model)
    return canvas.picture()


def _head_cloth(canvas: Canvas, model: Model) -> None:
    """Linen over head and shoulders, open at the face."""
    outer = curve(
        [
            (316, 58),
            (214, 84),
            (158, 190),
            (148, 340),
            (118, 480),
            (40, 660),
            (600, 660),
            (522, 480),
            (494, 340),
            (482, 190),
            (420, 84),
        ],
        True,
    )
    opening = curve(
        [
            (312, 150),
            (238, 176),
            (204, 260),
            (200, 360),
            (218, 460),
            (262, 540),
            (318, 566),
            (376, 540),
            (424, 460),
            (440, 360),
            (434, 260),
            (392, 176),
        ],
        True,
    )
    hole = canvas.fill(opening)
    cast = canvas.soft(1 - hole, 9) * hole * model.inside
    canvas.paint(cast, (0.30, 0.18, 0.15), 0.75)
    mask = canvas.fill(outer) * (1 - hole)
    _, columns = canvas.grid()
    light = (1.05 - 0.45 * (columns - 150) / 420 + 0.04 * grain(canvas.shape, 1.0, 3))[..., None]
    canvas.paint(mask, np.clip(np.float32([0.88, 0.86, 0.80]) * light, 0, 1).astype(np.float32))
    folds = [
        [(316, 70), (216, 160), (184, 320), (170, 470), (120, 620)],
        [(316, 74), (232, 160), (198, 300), (196, 450), (180, 640)],
        [(330, 70), (420, 150), (456, 300), (464, 460), (520, 630)],
        [(326, 76), (400, 150), (442, 280), (448, 440), (440, 600)],
        [(226, 480), (270, 570), (320, 600), (380, 560), (420, 480)],
        [(210, 500), (262, 610), (330, 650), (400, 600)],
    ]
    for fold in folds:
        line = curve(fold)
        dark = canvas.soft(canvas.trace(line, np.linspace(5, 15, len(line))), 4) * mask
        canvas.paint(dark, (0.40, 0.38, 0.37), 0.6)
        canvas.paint(
            canvas.soft(canvas.trace(line - [9, 2], np.linspace(4, 9, len(line))), 3) * mask, (1, 0.99, 0.95), 0.5
        )
    rim = canvas.soft(canvas.outline(opening, 7), 1.5)
    canvas.paint(rim * mask, (0.97, 0.95, 0.90), 0.8)
    canvas.paint(canvas.soft(canvas.outline(opening, 3), 1) * hole, (0.25, 0.16, 0.13), 0.6)


def studio(light: tuple[float, float, float], dark: tuple[float, float, float]) -> Canvas:
    """A wall with a soft glow."""
    canvas = Canvas.plain(640, dark, 2)
    rows, columns = canvas.grid()
    glow = np.exp(-(((columns - 360) / 280) ** 2 + ((rows - 280) / 260) ** 2)).astype(np.float32)
    canvas.pixels = mix(canvas.pixels, light, glow)
    return canvas


def _shirt(canvas: Canvas, colour: tuple[float, float, float]) -> None:
    neck = people.symmetric([(206, 546), (250, 574), (320, 590)])
    body = np.vstack([neck, [(530, 574), (640, 640), (640, 660), (0, 660), (0, 640), (110, 574)]])
    folds = [curve([(190, 570), (170, 610), (176, 660)]), curve([(452, 570), (470, 610), (462, 660)])]
    people.cloth(canvas, body, colour, folds)
    canvas.line(neck, 7, np.asarray(colour) * 0.6)
