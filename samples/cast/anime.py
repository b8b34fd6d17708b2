"""A cel-shaded character drawn by code: big eyes, flat colours, hair over the forehead, clean outlines.

Coordinates are px of a picture of 640; the face is drawn on the left and mirrored at `MIDDLE`.
"""

from collections.abc import Sequence

import numpy as np
from drawing import Canvas, Colour, Points, curve, mirror
from filters import Picture

SIZE = 640
MIDDLE = 320.0
LINE = (0.24, 0.12, 0.17)
SKIN, SKIN_SHADE, SKIN_DEEP = (0.992, 0.878, 0.804), (0.925, 0.71, 0.659), (0.80, 0.54, 0.53)
LIP, LIP_LOW = (0.80, 0.42, 0.42), (0.90, 0.55, 0.53)
HAIR, HAIR_SHADE, HAIR_LIGHT, HAIR_BACK = (0.36, 0.42, 0.72), (0.25, 0.28, 0.55), (0.62, 0.70, 0.93), (0.19, 0.21, 0.42)
WHITE, WHITE_SHADE = (0.99, 0.99, 1.0), (0.78, 0.80, 0.90)
IRIS, IRIS_DARK, IRIS_LIGHT, PUPIL = (0.55, 0.35, 0.13), (0.30, 0.16, 0.08), (0.95, 0.72, 0.28), (0.10, 0.05, 0.06)
COAT, COAT_SHADE, SHIRT, SHIRT_SHADE = (0.80, 0.25, 0.25), (0.60, 0.15, 0.20), (0.96, 0.95, 0.93), (0.78, 0.80, 0.87)
SKY, SKY_LIGHT = (0.55, 0.80, 0.80), (0.66, 0.87, 0.85)

FACE_SIDE = [(320, 130), (244, 150), (205, 215), (196, 290), (202, 350), (217, 402), (247, 448), (286, 482), (320, 494)]
"""Outline from the forehead over the left cheek to the chin."""
EYE_UPPER = [(289, 315), (281, 299), (265, 287), (246, 285), (230, 292), (220, 307)]
EYE_LOWER = [(220, 307), (229, 321), (246, 329), (265, 328), (281, 323), (289, 315)]
IRIS_AT, IRIS_RADII = np.array([256.0, 306.0]), np.array([19.0, 22.5])
BROW = [(293, 264), (273, 254), (246, 250), (222, 256), (207, 267)]

Lock = tuple[tuple[float, float], tuple[float, float], tuple[float, float], float, float]
"""Root left, root right, tip, bulge of the left and of the right edge, px."""
FRINGE: list[Lock] = [
    ((190, 200), (246, 120), (203, 292), -24, 6),
    ((408, 120), (452, 200), (438, 290), -6, 24),
    ((214, 150), (290, 95), (236, 250), -22, 10),
    ((365, 95), (430, 150), (408, 246), -6, 24),
    ((250, 105), (335, 88), (272, 246), -26, 12),
    ((318, 88), (392, 105), (366, 240), -18, 22),
    ((290, 90), (362, 90), (322, 258), -26, 16),
]
SIDES: list[Lock] = [
    ((174, 230), (218, 165), (193, 462), -26, 2),
    ((422, 165), (466, 230), (449, 468), -2, 26),
    ((162, 270), (200, 230), (163, 520), -24, 12),
    ((440, 230), (478, 270), (479, 522), -12, 24),
]


def lock(root_left: Sequence[float], root_right: Sequence[float], tip: Sequence[float], *bulges: float) -> Points:
    """The outline of one lock of hair, running to a point."""
    at = np.linspace(0, 1, 40)[:, None]
    edges = []
    for root, bulge in zip((root_left, root_right), bulges, strict=True):
        start, end = np.array(root, np.float64), np.array(tip, np.float64)
        pull = start * 0.35 + end * 0.65 + [bulge, 0]
        edges.append((1 - at) ** 2 * start + 2 * at * (1 - at) * pull + at**2 * end)
    return np.vstack([edges[0], edges[1][::-1]])


class Anime:
    """Draws the character, from the back to the front."""

    def __init__(self) -> None:
        self.canvas = Canvas.plain(SIZE, SKY, 4)
        left = curve(FACE_SIDE)
        self.face = np.vstack([left, mirror(left, MIDDLE)])

    def draw(self) -> Picture:
        """The finished picture, [640, 640, 3]."""
        self.background()
        self.back_hair()
        self.body()
        self.head()
        for side in (1, -1):
            self.eye(side)
            self.brow(side)
        self.nose_and_mouth()
        self.front_hair()
        return self.canvas.picture()

    def both(self, points: Points | Sequence[Sequence[float]], side: int) -> Points:
        """Points drawn for the left side, put on the side wanted: 1 left, -1 right."""
        points = np.asarray(points, np.float64)
        return points if side == 1 else points * [-1, 1] + [2 * MIDDLE, 0]

    def shape(self, points: Points, colour: Colour, clip: Picture | None = None, outline: float = 0.0) -> Picture:
        """Fill a shape, inside of a mask if one is given; returns its mask."""
        mask = self.canvas.fill(points)
        if clip is not None:
            mask = mask * clip
        self.canvas.paint(mask, colour)
        if outline:
            self.canvas.line(np.vstack([points, points[:1]]), outline, LINE)
        return mask

    def background(self) -> None:
        """Two flat tones."""
        self.canvas.paint(self.canvas.fill(np.array([(0, 180), (640, 20), (640, 330), (0, 490)])), SKY_LIGHT)

    def back_hair(self) -> None:
        """Hair behind head and neck."""
        left = curve([(320, 62), (232, 74), (170, 140), (150, 250), (146, 380), (120, 500), (132, 580), (180, 610)])
        self.shape(np.vstack([left, mirror(left, MIDDLE)]), HAIR_BACK, outline=5)
        for at in (168, 196, 225):
            strand = curve([(at, 330), (at - 12, 450), (at - 2, 590)])
            for side in (1, -1):
                self.canvas.pen(self.both(strand, side), 4, HAIR_SHADE)

    def body(self) -> None:
        """Neck, shirt, coat."""
        neck_left = curve([(276, 440), (277, 500), (270, 540), (240, 562), (200, 575)])
        neck = np.vstack([neck_left, [(320, 640)], mirror(neck_left, MIDDLE)])
        mask = self.shape(neck, SKIN, outline=4)
        cast = curve([(262, 440), (272, 500), (300, 528), (330, 534), (362, 520), (378, 480), (380, 440)])
        self.shape(cast, SKIN_SHADE, mask)
        for side in (1, -1):
            self.canvas.pen(self.both(curve([(222, 574), (262, 580), (304, 600)]), side), 3.2, SKIN_DEEP)
            shirt = self.both([(256, 545), (238, 566), (290, 634), (321, 660), (321, 622)], side)
            self.shape(np.asarray(shirt), SHIRT, outline=4)
            self.shape(self.both([(256, 548), (250, 562), (300, 618), (321, 640), (321, 622)], side), SHIRT_SHADE)
            self.shape(self.both([(240, 562), (110, 598), (60, 660), (300, 660)], side), COAT, outline=4)
            self.shape(self.both([(226, 570), (150, 604), (134, 660), (168, 660), (176, 612)], side), COAT_SHADE)
            lapel = self.both([(244, 556), (206, 586), (236, 604), (226, 622), (292, 664), (300, 640)], side)
            self.shape(np.asarray(lapel), COAT, outline=4)

    def head(self) -> None:
        """Face, ears, shadows of fringe and cheek, blush."""
        for side in (1, -1):
            ear = self.both(curve([(207, 300), (190, 290), (184, 312), (191, 345), (203, 368), (212, 362)]), side)
            self.shape(ear, SKIN_SHADE, outline=4)
        mask = self.shape(self.face, SKIN)
        shade = self.canvas.blank()
        for root_left, root_right, tip, *bulges in FRINGE + SIDES:
            shade = np.maximum(shade, self.canvas.fill(lock(root_left, root_right, tip, *bulges) + np.array([5, 13])))
        self.canvas.paint(shade * mask, SKIN_SHADE)
        cheek = curve([(442, 330), (424, 392), (396, 440), (356, 478), (320, 488), (352, 505), (460, 440)])
        self.shape(cheek, SKIN_SHADE, mask)
        for side in (1, -1):
            blush = self.canvas.fill(self.both(curve([(226, 372), (244, 362), (262, 372), (244, 384)], True), side))
            self.canvas.paint(self.canvas.soft(blush, 7) * mask, (0.95, 0.55, 0.52), 0.45)
        jaw = curve(FACE_SIDE[3:])
        for side in (1, -1):
            self.canvas.pen(self.both(jaw, side), 5.4, LINE, (0.3, 0.8))

    def eye(self, side: int) -> None:
        """White, iris with its lights, lids and lashes."""
        canvas = self.canvas
        upper, lower = curve(EYE_UPPER), curve(EYE_LOWER)
        opening = self.both(np.vstack([upper, lower[1:-1]]), side)
        inside = self.shape(opening, WHITE)
        self.shape(
            self.both(np.vstack([upper + np.array([0, -2]), upper[::-1] + np.array([0, 10])]), side),
            WHITE_SHADE,
            inside,
        )
        angle = np.linspace(0, 2 * np.pi, 72)
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        middle = self.both(IRIS_AT[None], side)[0]
        rows, _ = canvas.grid()
        iris = canvas.fill(middle + ring * IRIS_RADII) * inside
        canvas.paint(iris, IRIS_DARK)
        fall = np.clip((rows - middle[1] + 14) / 34, 0, 1)[..., None]
        blend = np.asarray(IRIS) + fall * (np.asarray(IRIS_LIGHT) - np.asarray(IRIS))
        canvas.paint(canvas.fill(middle + ring * (IRIS_RADII - 3.2)) * inside, blend)
        canvas.paint(canvas.fill(middle + [0, -12] + ring * (IRIS_RADII - [3, 10])) * iris, IRIS_DARK, 0.75)
        canvas.paint(canvas.fill(middle + [0, -1] + ring * [8.0, 10.0]) * inside, PUPIL)
        canvas.paint(canvas.fill(middle + [-6, -9] + ring * [5.4, 6.2]), (1, 1, 1))
        canvas.paint(canvas.fill(middle + [7, 10] + ring * [3.0, 3.4]), (1, 1, 1), 0.9)
        lid = self.both(curve(EYE_UPPER), side)
        at = np.linspace(0, 1, len(lid))
        canvas.line(lid + np.array([0, -2.2]), 1.6 + 7.4 * np.sin(np.pi * np.clip(at, 0, 0.82) / 1.25) ** 1.2, LINE)
        for start, tip in (((221, 307), (205, 298)), ((224, 299), (210, 286)), ((232, 291), (221, 278))):
            canvas.pen(self.both(curve([start, ((start[0] + tip[0]) / 2, tip[1] + 8), tip]), side), 5.0, LINE, (1, 0.1))
        canvas.pen(self.both(curve(EYE_LOWER[:4]), side), 3.0, LINE, (0.8, 0.1))
        canvas.pen(self.both(curve([(284, 286), (266, 275), (244, 272), (226, 280)]), side), 2.6, SKIN_DEEP, (0.1, 0.2))
        canvas.pen(self.both(curve([(288, 314), (292, 317), (293, 320)]), side), 2.4, LINE, (0.8, 0.1))

    def brow(self, side: int) -> None:
        """A tapered stroke."""
        line = self.both(curve(BROW), side)
        self.canvas.line(line, np.interp(np.linspace(0, 1, len(line)), [0, 0.3, 1], [5.5, 7.0, 1.2]), HAIR_BACK)

    def nose_and_mouth(self) -> None:
        """The shaded side of the nose, lips with a dark line between them, the shadow below the lower lip."""
        canvas = self.canvas
        self.shape(curve([(330, 352), (337, 374), (342, 387), (331, 396), (319, 398), (328, 388)], False), SKIN_SHADE)
        canvas.pen(curve([(305, 393), (309, 398), (315, 396)]), 3.0, SKIN_DEEP)
        canvas.pen(curve([(335, 393), (331, 398), (325, 396)]), 3.0, SKIN_DEEP)
        canvas.pen(curve([(313, 396), (320, 400), (328, 396)]), 2.8, LINE)
        line = curve([(281, 430), (302, 433), (320, 436), (338, 433), (359, 430)])
        top = curve([(281, 430), (301, 424), (313, 421), (320, 424), (327, 421), (339, 424), (359, 430)])
        low = curve([(283, 431), (302, 446), (320, 450), (338, 446), (357, 431)])
        self.shape(np.vstack([top, line[::-1]]), LIP)
        self.shape(np.vstack([line, low[::-1]]), LIP_LOW)
        self.shape(curve([(307, 441), (320, 439), (332, 441), (320, 445)], True), (0.98, 0.76, 0.72))
        at = np.linspace(0, 1, len(line))
        canvas.line(line, 2.0 + 2.0 * np.sin(np.pi * at) + 1.6 * np.abs(2 * at - 1) ** 3, LINE)
        canvas.pen(curve([(306, 461), (320, 464), (335, 461)]), 3.6, SKIN_SHADE)

    def front_hair(self) -> None:
        """Cap of hair, side locks and fringe, with shade and a band of light."""
        canvas = self.canvas
        left = curve([(320, 62), (240, 72), (184, 130), (172, 215), (180, 290), (204, 225), (236, 160), (320, 120)])
        cap = np.vstack([left, mirror(left, MIDDLE)])
        whole = self.shape(cap, HAIR, outline=5)
        for root_left, root_right, tip, *bulges in SIDES + FRINGE:
            outline = lock(root_left, root_right, tip, *bulges)
            mask = self.shape(outline, HAIR)
            away = np.sign(tip[0] - MIDDLE) or 1.0
            self.shape(
                outline + np.array([-9 * away, -26]),
                HAIR_SHADE,
                mask * (1 - canvas.fill(outline + np.array([7 * away, -40]))),
            )
            half = len(outline) // 2
            canvas.pen(outline[:half][6:], 4.6, LINE, (0.05, 0.5))
            canvas.pen(outline[half:][:-6], 4.6, LINE, (0.5, 0.05))
            whole = np.maximum(whole, mask)
        band = curve([(196, 190), (236, 158), (320, 142), (404, 158), (444, 190)])
        at = np.linspace(0, 1, len(band))
        teeth = np.abs((at * 11) % 1 - 0.5) * 2
        thin = np.sin(np.pi * at) ** 0.6
        light = np.vstack(
            [band - np.stack([0 * at, 5 * thin], 1), (band + np.stack([0 * at, (4 + 14 * teeth) * thin], 1))[::-1]]
        )
        canvas.paint(canvas.fill(light) * whole, HAIR_LIGHT)
        for points in (
            [(318, 64), (296, 90), (286, 130)],
            [(326, 64), (350, 90), (360, 128)],
            [(300, 70), (252, 104), (226, 160)],
            [(340, 70), (390, 104), (416, 160)],
        ):
            canvas.pen(curve(points), 3.6, HAIR_SHADE)
