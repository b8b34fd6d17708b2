"""Faces that something covers: a knight's helmet with a chin strap, and hair that falls over one eye."""

from pathlib import Path

import numpy as np
import people
from drawing import Canvas, curve, mirror
from filters import Picture, grain
from heads import studio
from model import build
from people import Palette, mix

TORCH = (0.75, -0.25, -0.62)
RUDDY = Palette(
    (0.16, 0.07, 0.05),
    (0.72, 0.44, 0.31),
    (1.0, 0.79, 0.58),
    (0.66, 0.33, 0.28),
    (0.34, 0.40, 0.42),
    (0.30, 0.17, 0.08),
    (0.78, 0.34, 0.26),
)
ASHEN = Palette(
    (0.34, 0.22, 0.26),
    (0.80, 0.64, 0.60),
    (0.97, 0.88, 0.84),
    (0.66, 0.36, 0.42),
    (0.46, 0.34, 0.56),
    (0.16, 0.14, 0.17),
    (0.80, 0.50, 0.52),
)
SILVER = ((0.36, 0.37, 0.42), (0.68, 0.69, 0.74), (0.98, 0.98, 1.0))


def knight(root: Path) -> Picture:
    """A man in a steel helmet by torchlight from the right, turned a little."""
    model = build(root, {"caucasian-male-young": 0.9, "chin-width-incr": 0.4}, turn_deg=(0, 9, 0), zoom=194)
    canvas = studio((0.20, 0.13, 0.09), (0.05, 0.04, 0.05))
    skin = people.flesh(model, RUDDY, TORCH, 0.2) * (1 + 0.02 * grain(canvas.shape, 1.2, 5)[..., None])
    people.paint_head(canvas, model, skin, RUDDY, 9.5)
    rows, columns = canvas.grid()
    _mail(canvas, rows, columns)
    rim = curve([(196, 262), (232, 214), (322, 196), (416, 214), (452, 262)])
    dome = curve([(452, 262), (462, 190), (430, 104), (326, 52), (222, 104), (186, 190), (196, 262)])
    shell = np.vstack([rim, dome])
    canvas.paint(canvas.soft(canvas.fill(shell + np.array([0, 18])), 8) * model.inside, (0.07, 0.03, 0.02), 0.75)
    side = (columns - 324) / 150
    turn = np.clip(
        0.16 + 0.75 * np.exp(-(((side - 0.55) / 0.22) ** 2)) + 0.22 * np.exp(-(((side + 0.6) / 0.15) ** 2)), 0, 1
    )
    steel = mix((0.07, 0.08, 0.10), (0.98, 0.86, 0.70), turn + 0.02 * grain(canvas.shape, 2, 3))
    canvas.paint(canvas.fill(shell), steel)
    ridge = curve([(322, 196), (334, 130), (328, 54)])
    canvas.line(ridge + np.array([5, 0]), 5, (0.86, 0.72, 0.56), 0.8)
    canvas.line(ridge, 9, (0.10, 0.10, 0.12))
    canvas.line(rim, 20, (0.16, 0.15, 0.15))
    canvas.line(rim + np.array([0, -6]), 4, (0.75, 0.62, 0.46), 0.8)
    for at in np.linspace(0.06, 0.94, 11):
        spot = rim[int(at * (len(rim) - 1))]
        canvas.paint(canvas.fill(spot + 4.2 * _ring()), (0.08, 0.08, 0.09))
        canvas.paint(canvas.fill(spot + np.array([0.8, -0.8]) + 2.4 * _ring()), (0.85, 0.70, 0.50))
    return canvas.picture()


def _ring() -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 24)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _mail(canvas: Canvas, rows: Picture, columns: Picture) -> None:
    """A hood of mail around cheeks and neck, over the shoulders."""
    left = curve([(300, 150), (184, 190), (134, 300), (136, 420), (110, 500), (30, 566), (10, 660)])
    hood = np.vstack([left, mirror(left, 323.0)])
    cheek = [(322, 180), (238, 210), (216, 300), (222, 400), (254, 472), (290, 504), (324, 514)]
    opening = np.vstack([curve(cheek), mirror(curve(cheek), 324.0)])
    mask = canvas.fill(hood) * (1 - canvas.fill(opening))
    wave = 1.4 * np.sin(columns / 30)
    link = np.abs(np.sin((columns + 2.6 * (np.floor((rows + wave) / 5.2) % 2)) * np.pi / 5.2))
    row = np.abs(np.sin((rows + wave) * np.pi / 5.2))
    light = np.clip(0.16 + 0.34 * (columns - 200) / 300, 0.1, 0.55)
    mail = (light * (0.35 + 0.9 * link * row))[..., None] * np.float32([1.1, 0.95, 0.8])
    canvas.paint(canvas.soft(canvas.outline(opening, 16), 6) * canvas.fill(opening), (0.06, 0.03, 0.02), 0.7)
    canvas.paint(mask, np.clip(mail, 0, 1).astype(np.float32))
    canvas.paint(canvas.soft(canvas.outline(opening, 5), 1.2) * mask, (0.03, 0.03, 0.03), 0.8)


def rogue(root: Path) -> Picture:
    """A young woman whose silver hair hides her right eye."""
    model = build(
        root,
        {"asian-female-young": 0.6, "caucasian-female-young": 0.5, "l-eye-scale-incr": 0.7, "head-oval": 0.5},
        turn_deg=(2, -8, 0),
        zoom=198,
    )
    canvas = studio((0.36, 0.30, 0.44), (0.13, 0.11, 0.20))
    back = curve(
        [(320, 76), (214, 96), (160, 210), (150, 400), (172, 500), (470, 500), (490, 400), (482, 210), (426, 96)], True
    )
    canvas.paint(canvas.soft(canvas.fill(back), 1.2), (0.22, 0.22, 0.27))
    skin = people.flesh(model, ASHEN, (-0.55, -0.4, -0.8), 0.14, 0.4)
    people.paint_head(canvas, model, skin, ASHEN, 7.0)
    collar = people.symmetric([(190, 520), (236, 560), (320, 596)])
    body = np.vstack([collar, [(540, 560), (650, 660), (-10, 660), (100, 560)]])
    people.cloth(
        canvas,
        body,
        (0.20, 0.17, 0.28),
        [curve([(180, 556), (170, 610), (180, 660)]), curve([(450, 556), (470, 610), (462, 660)])],
    )
    canvas.line(collar, 12, (0.10, 0.09, 0.15))
    right = [
        [(352, 84), (430, 100), (476, 220), (474, 380), (452, 500)],
        [(350, 86), (416, 112), (452, 220), (450, 380), (436, 490)],
        [(352, 104), (400, 150), (432, 230), (440, 330), (428, 440)],
        [(362, 156), (392, 176), (424, 240), (436, 330), (430, 400)],
    ]
    left = [
        [(350, 84), (236, 96), (168, 220), (170, 380), (186, 510)],
        [(350, 88), (252, 116), (190, 230), (188, 380), (204, 500)],
        [(350, 92), (270, 140), (208, 250), (206, 380), (226, 470)],
        [(356, 120), (306, 160), (250, 240), (234, 340), (250, 430)],
        [(360, 150), (334, 184), (290, 250), (268, 320), (274, 400)],
    ]
    shadow = canvas.blank()
    for guide in (*left[3:], right[3]):
        shadow = np.maximum(shadow, canvas.trace(curve(guide) + np.array([8, 8]), 26))
    canvas.paint(canvas.soft(shadow, 7) * model.inside, (0.24, 0.14, 0.20), 0.6)
    crown = curve([(352, 84), (250, 104), (214, 170), (300, 168), (362, 152), (400, 168), (446, 180), (420, 104)], True)
    canvas.paint(canvas.soft(canvas.fill(crown), 2), (0.36, 0.37, 0.42))
    people.hair(canvas, right, SILVER, 260, 2.6, 5, (0.3, 0.1), 5, 0.95)
    people.hair(canvas, left, SILVER, 560, 2.6, 4, (0.3, 0.1), 6, 0.95)
    return canvas.picture()
