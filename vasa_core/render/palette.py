"""The portrait's own light: what colours teeth, tongue and the mouth's dark would have in this picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology

CHEEKS = (50, 101, 36, 205, 187, 280, 330, 266, 425, 411)
"""Landmarks on the cheeks: where skin shows the light."""
LUMA = np.array([0.299, 0.587, 0.114])
"""ITU-R BT.601."""
TOOTH_WHITENESS = 0.6
"""Share of the skin's saturation that lit teeth lose: enamel is yellowish, skin is orange."""
ENAMEL = (1.05, 1.0, 0.9)
"""RGB of enamel under white light, luminance 1: slightly yellow (VITA shade A2)."""
TOOTH_GAIN = 1.12
"""Luminance of lit teeth against the brighter skin: they lie behind the lips, in less light than their albedo asks."""
BRIGHTEST = 238
"""No channel of a tooth is brighter, of 255: room for nothing but a highlight is left above."""
TONGUE_GAIN = 0.86
"""Luminance of the tongue against the lips."""
DARK_GAIN = 0.6
"""Luminance of the throat against the lips: never black, the mouth's walls are lit red."""
OWN_BRIGHTNESS, OWN_PALENESS, OWN_LEAST = 0.6, 1.0, 0.15
"""The portrait's own teeth: at least this bright against the lit skin, at most this colourful against it, and at least
this share of what lies between the lips."""
OWN_SHARE = 0.8
"""How far their colour replaces the estimate."""
SEAM_GAIN = 0.5
"""Brightness of a lip line against the tongue."""
GLOSS = (0.06, 0.08, 0.12, 0.02)
LIGHT = (0.0, -0.45, -0.9)


@dataclass
class Palette:
    """RGB colours in 0..255, float32."""

    tooth: NDArray[np.float32]
    gum: NDArray[np.float32]
    tongue: NDArray[np.float32]
    dark: NDArray[np.float32]
    seam: NDArray[np.float32]
    """The line between closed lips."""
    gloss: NDArray[np.float32]
    """[4] wetness of tooth, gum, tongue and the mouth's walls, share of white."""
    light: NDArray[np.float64]
    """[3] unit vector towards the lamp, picture axes."""
    highest: float
    """No channel is brighter."""


def read_palette(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], inside: NDArray[np.bool_] | None = None
) -> Palette:
    """Estimate the palette from `image` [H, W, 3] and `landmarks` [478, 3] px.

    `inside` [H, W] marks the inside of a mouth that the portrait has open: its own teeth, if it shows any, give theirs.
    """
    skin = np.concatenate([_around(image, landmarks[i], 5) for i in CHEEKS])
    luminance = skin @ LUMA
    bright = skin[luminance >= np.percentile(luminance, 65)].mean(0)
    upper, lower = topology.LIPS_OUTER_LOWER, topology.LIPS_INNER_LOWER
    middle = (landmarks[upper[3:-3], :2] + landmarks[lower[3:-3], :2]) / 2
    lips = np.concatenate([_around(image, point, 2) for point in middle]).mean(0)
    white = bright @ LUMA * np.array(ENAMEL)
    tooth = (bright + (white - bright) * TOOTH_WHITENESS) * TOOTH_GAIN
    own = None if inside is None else _own_teeth(image[inside].astype(np.float64), bright)
    if own is not None:
        tooth += (own - tooth) * OWN_SHARE
    tooth *= min(1.0, BRIGHTEST / max(tooth.max(), 1.0))
    pink = lips * np.array([1.0, 0.82, 0.84])
    return Palette(
        tooth=tooth.astype(np.float32),
        gum=(0.75 * lips + 0.1 * bright).astype(np.float32),
        tongue=(pink * TONGUE_GAIN).astype(np.float32),
        dark=(lips * np.array([1.0, 0.62, 0.6]) * DARK_GAIN).astype(np.float32),
        seam=(pink * TONGUE_GAIN * SEAM_GAIN).astype(np.float32),
        gloss=np.array(GLOSS, np.float32),
        light=np.array(LIGHT) / np.linalg.norm(LIGHT),
        highest=float(BRIGHTEST),
    )


def _own_teeth(seen: NDArray[np.float64], skin: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The colour of teeth among pixels [N, 3] between parted lips, against lit `skin` [3]; None if there are none."""
    bright = seen @ LUMA > OWN_BRIGHTNESS * (skin @ LUMA)
    pale = seen.max(1) - seen.min(1) < OWN_PALENESS * (skin.max() - skin.min())
    teeth = seen[bright & pale]
    if len(teeth) < OWN_LEAST * len(seen):
        return None
    luminance = teeth @ LUMA
    low, high = np.percentile(luminance, (60, 95))
    return np.asarray(teeth[(luminance >= low) & (luminance <= high)].mean(0), np.float64)


def _around(image: NDArray[np.uint8], point: NDArray[np.float32], radius: int) -> NDArray[np.float64]:
    height, width = image.shape[:2]
    x = int(np.clip(point[0], radius, width - radius - 1))
    y = int(np.clip(point[1], radius, height - radius - 1))
    patch = image[y - radius : y + radius + 1, x - radius : x + radius + 1]
    return cv2.GaussianBlur(patch, (3, 3), 0).reshape(-1, 3).astype(np.float64)
