"""The portrait's own light: what colours teeth, gums, tongue and the mouth's dark would have in this picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render.layers import grey, polygon

Colour = NDArray[np.float64]

CHEEKS = (50, 101, 36, 205, 187, 280, 330, 266, 425, 411)
"""Landmarks on the cheeks, where skin shows the light: the viewer's left, then their partners on the right."""
LUMA = np.array([0.299, 0.587, 0.114])
"""ITU-R BT.601."""
SKIN = np.array([1.0, 0.79, 0.67])
"""RGB ratios of lit skin under white light in photographs, light to olive."""
ENAMEL = np.array([1.04, 1.0, 0.92])
"""RGB of enamel under white light, luminance about 1: slightly yellow (VITA shade A2)."""
FLESH = np.array([1.0, 0.45, 0.45])
"""RGB ratios of tongue and gums under white light."""
LIGHT_TINT = 0.75
"""Exponent of the light's colour as read from skin: part of what differs from common skin is the person's own."""
COLOURFUL = 0.22
"""Saturation of the skin from which a picture counts as in full colour; below, its mouth is paler too."""
TOOTH_GAIN = 1.1
"""Luminance of lit teeth against the brighter skin: they lie behind the lips, in less light than their albedo asks."""
BRIGHTEST = 240
"""No channel of a tooth is brighter, of 255: room for nothing but a highlight is left above."""
TONGUE_GAIN, GUM_GAIN = 0.55, 0.62
"""Luminance of tongue and gums against the brighter skin."""
LIP_SHARE = 0.5
"""How far tongue and gums have the hue of the lips rather than that of flesh in this light."""
WALL_GAIN = 0.36
"""Luminance of the mouth's walls against the brighter skin: never black, for they are lit by red walls."""
WALL_TINT = np.array([1.0, 0.6, 0.58])
"""What is left of each channel in the walls' own light."""
OWN_BRIGHTNESS, OWN_PALENESS, OWN_LEAST = 0.6, 1.0, 0.15
"""The portrait's own teeth: at least this bright against the lit skin, at most this colourful against it, and at least
this share of what lies between the lips."""
OWN_SHARE = 0.8
"""How far their colour replaces the estimate."""
SEAM_GAIN = 0.46
"""Brightness of a lip line against the lips."""
BESIDE_MOUTH = ((61, 57, 186, 92, 43, 106, 202, 212), (291, 287, 410, 322, 273, 335, 422, 432))
"""Landmarks around the corners of the mouth, on the viewer's left and right."""
EVEN, SIDE_POWER, DARKEST_SIDE = 0.85, 0.9, 0.35
"""Sides of a mouth that differ by less than this ratio are lit alike; beyond, the inside darkens with this power of the
difference, down to the last."""
FLAT_STEP = 0.5
"""Difference of luminance, of 255, from pixel to pixel below which a picture is flat."""
FLAT = (0.26, 0.4)
"""Share of a face that is flat up to which nothing is thought of it, and from which the picture is a flat drawing."""
INK = (45, 225)
"""Luminance, of 255, below and above which ink and paper lie."""
INKED = (0.5, 0.7)
"""Share of a face that is ink or paper, without colours, from which it counts as an ink drawing, and fully."""
DRAWN_TEETH = 0.4
"""Drawings leave teeth white: how much brighter they are there before they are cut off at the brightest."""
INK_DARK = 0.14
"""Brightness of tongue, gums and walls in ink against a photograph's: their place is filled with black."""
GLOSS = (0.06, 0.07, 0.1, 0.0)
"""Wetness of tooth, gum, tongue and walls: highlight as a share of white, in a picture in full light."""
LAMP = (0.0, -0.45, -0.9)
"""Direction towards the light, picture axes: from above, as most portraits are lit."""
SIDEWAYS = (1.6, 0.9)
"""How far the lamp moves aside for a difference between the cheeks' brightness against their sum, and at most."""


@dataclass
class Palette:
    """RGB colours in 0..255, and the light."""

    kinds: NDArray[np.float32]
    """[4, 3] of tooth, gum, tongue and the mouth's walls."""
    seam: NDArray[np.float64]
    """[3] of the line between closed lips."""
    gloss: NDArray[np.float32]
    """[4] wetness of tooth, gum, tongue and the mouth's walls, share of white."""
    light: NDArray[np.float64]
    """[3] unit vector towards the lamp, picture axes."""
    sides: NDArray[np.float64]
    """[2] light on the viewer's left and right side of the mouth, against the brighter one."""
    warmth: float
    """[0, 1] how red the light is that the mouth's walls throw: 0 in a picture without colours."""
    highest: float
    """No channel is brighter."""
    flat: float
    """[0, 1] how far the picture is a drawing of flat areas, without soft shadows."""


def read_palette(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], inside: NDArray[np.bool_] | None = None
) -> Palette:
    """Estimate the palette from `image` [H, W, 3] and `landmarks` [478, 3] px.

    `inside` [H, W] marks the inside of a mouth that the portrait has open: its own teeth, if it shows any, give theirs.
    """
    skin = np.concatenate([_around(image, landmarks[i], 5) for i in CHEEKS])
    luminance = skin @ LUMA
    lit = skin[luminance >= np.percentile(luminance, 65)].mean(0)
    upper, lower = topology.LIPS_OUTER_LOWER, topology.LIPS_INNER_LOWER
    middle = (landmarks[upper[3:-3], :2] + landmarks[lower[3:-3], :2]) / 2
    lips = np.concatenate([_around(image, point, 2) for point in middle]).mean(0)
    bright = max(float(lit @ LUMA), 1.0)
    saturation = float((lit.max() - lit.min()) / max(lit.max(), 1.0))
    colourful = min(saturation / COLOURFUL, 1.0)
    light = _light_colour(lit, colourful)

    tooth = _with_luminance(_faded(ENAMEL * light, colourful), TOOTH_GAIN * bright)
    own = None if inside is None else _own_teeth(image[inside].astype(np.float64), lit)
    if own is not None:
        tooth += (own - tooth) * OWN_SHARE
    flat, ink = _drawn(image, landmarks, colourful)
    tooth *= min(1.0, BRIGHTEST / max(tooth.max(), 1.0))
    tooth += (BRIGHTEST * (1 + DRAWN_TEETH) - tooth) * flat
    dark = 1 - (1 - INK_DARK) * ink
    flesh = _with_luminance(_faded(FLESH * light, colourful), float(lips @ LUMA))
    flesh += (lips - flesh) * LIP_SHARE
    return Palette(
        kinds=np.stack(
            [
                tooth,
                _with_luminance(flesh, GUM_GAIN * bright * dark),
                _with_luminance(flesh, TONGUE_GAIN * bright * dark),
                _with_luminance(flesh * (1 - (1 - WALL_TINT) * colourful), WALL_GAIN * bright * dark),
            ]
        ).astype(np.float32),
        seam=np.asarray(0.5 * (lips + flesh) * SEAM_GAIN, np.float64),
        gloss=(np.array(GLOSS) * min(bright / 190, 1.0) * (1 - flat)).astype(np.float32),
        light=_lamp(luminance.reshape(len(CHEEKS), -1).mean(1)),
        sides=_sides(image, landmarks),
        warmth=colourful,
        highest=float(BRIGHTEST),
        flat=flat,
    )


def _lamp(brightness: Colour) -> Colour:
    """[3] unit vector towards the light, from the brightness of `CHEEKS`."""
    right, left = brightness[: len(CHEEKS) // 2], brightness[len(CHEEKS) // 2 :]
    aside = SIDEWAYS[0] * float(np.median((left - right) / np.maximum(left + right, 1.0)))
    lamp = np.array([np.clip(aside, -SIDEWAYS[1], SIDEWAYS[1]), *LAMP[1:]])
    return np.asarray(lamp / np.linalg.norm(lamp), np.float64)


def _sides(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Colour:
    radius = 4
    left, right = (
        float(np.median([np.median(_around(image, landmarks[i], radius) @ LUMA) for i in side]))
        for side in BESIDE_MOUTH
    )
    ratio = np.array([left, right]) / max(left, right, 1.0)
    return np.asarray(np.clip((ratio / EVEN) ** SIDE_POWER, DARKEST_SIDE, 1.0), np.float64)


def _drawn(image: NDArray[np.uint8], landmarks: NDArray[np.float32], colourful: float) -> tuple[float, float]:
    """How far the face is a drawing of flat areas, and how far one in ink, each in [0, 1]."""
    outline = cv2.convexHull(landmarks[: topology.MESH_POINTS, :2].astype(np.float32)).reshape(-1, 2)
    face = polygon(outline, image.shape) > 0.5
    light = grey(image, 0.7)
    down, right = np.gradient(light)
    flat = _ramp(float((np.hypot(down, right)[face] < FLAT_STEP).mean()), FLAT)
    ink = _ramp(float(((light < INK[0]) | (light > INK[1]))[face].mean()), INKED) * (1 - colourful)
    return max(flat, ink), ink


def _ramp(value: float, ends: tuple[float, float]) -> float:
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def _light_colour(skin: Colour, colourful: float) -> Colour:
    """RGB of the light, luminance about 1, from what lit skin looks like in it: white for grey and pale pictures."""
    tint = skin / SKIN
    tint = np.maximum(tint / max(float(tint @ LUMA), 1e-3), 0.05)
    # Greener or bluer than its red is no light that portraits are made in, but pale or odd skin.
    tint[1:] = np.minimum(tint[1:], tint[0] * np.array([0.97, 1.0]))
    return np.asarray(tint ** (LIGHT_TINT * colourful), np.float64)


def _faded(colour: Colour, colourful: float) -> Colour:
    """The colour brought towards grey as pictures with little colour ask for."""
    grey = float(colour @ LUMA)
    return np.asarray(grey + (colour - grey) * colourful, np.float64)


def _with_luminance(colour: Colour, luminance: float) -> Colour:
    return np.asarray(colour * (luminance / max(float(colour @ LUMA), 1e-3)), np.float64)


def _own_teeth(seen: Colour, skin: Colour) -> Colour | None:
    """The colour of teeth among pixels [N, 3] between parted lips, against lit `skin` [3]; None if there are none."""
    bright = seen @ LUMA > OWN_BRIGHTNESS * (skin @ LUMA)
    pale = seen.max(1, initial=0) - seen.min(1, initial=255) < OWN_PALENESS * (skin.max() - skin.min()) + 1
    teeth = seen[bright & pale]
    if not len(teeth) or len(teeth) < OWN_LEAST * len(seen):
        return None
    luminance = teeth @ LUMA
    low, high = np.percentile(luminance, (60, 95))
    return np.asarray(teeth[(luminance >= low) & (luminance <= high)].mean(0), np.float64)


def _around(image: NDArray[np.uint8], point: NDArray[np.float32], radius: int) -> Colour:
    height, width = image.shape[:2]
    x = int(np.clip(point[0], radius, width - radius - 1))
    y = int(np.clip(point[1], radius, height - radius - 1))
    patch = image[y - radius : y + radius + 1, x - radius : x + radius + 1]
    return cv2.GaussianBlur(patch, (3, 3), 0).reshape(-1, 3).astype(np.float64)
