"""Colours of an eye, pixel by pixel: of the ball between the lids, and of the lid that slides over it."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import smooth
from vasa_core.render.eyeball import SHADE_SAMPLES
from vasa_core.render.lids import (
    CREASE_LINE,
    FOLD,
    FOLD_SCALE,
    FOLD_SHADE,
    MIDDLE,
    NEW,
    ON,
    OWN_FROM,
    OWN_SCALE,
    PUSH_SCALE,
    REST_UPPER,
    STILL_SCALE,
    UPPER,
)

(
    ORIGIN_X,
    ORIGIN_Y,
    BALL_X,
    BALL_Y,
    BALL_RADIUS,
    IRIS_X,
    IRIS_Y,
    PER_IRIS_RADIUS,
    PER_IRIS_HEIGHT,
    GLINT_X,
    GLINT_Y,
    LASH_RED,
    LASH_GREEN,
    LASH_BLUE,
    RESIDUE,
    LOOKED,
    CARRIED,
    CLOSURE,
    PER_FRINGE,
    BAND,
    LINE,
    SHADE_SCALE,
    PIXEL,
    PER_PIXEL,
) = range(24)
"""Numbers of an instant, px of the portrait: where the layers begin; centre and radius of the ball, centre and one over
half the width and height of the portrait's iris, from there; how far the catch-lights have slid; colour of the lashes;
share of the residue at the portrait's iris; 1 once the iris has left its place, so that lashes before it are drawn
without it; share of the lid's own colour right at its edge; closure; one over how far lashes hang over the skin below;
height of the lashes that may hide something of the iris; how much darker the edge of a shut lid is drawn; steps of the
shade tables per px; size of a picture's pixel against one of 512, and one over it."""
NUMBERS = 24

AROUND_IRIS = (1.4, 1.9)
"""Radii around the portrait's iris over which its eye is its own again, wherever the iris has gone."""
LINE_WIDTH = 3.5
"""px over which the edge of a shut lid fades upwards."""
FAR = 0.97
"""Beyond this share of the ball's radius its surface goes straight on: there is no eye to see behind its edge."""
OUTSIDE = 1.0
"""px above the edge where a lid's own colour is read: right on it, pixels mix lid and eye."""


@njit(
    "uint64(uint64[:, ::1], float64, float64)",
    cache=True,
    nogil=True,
    inline="always",
    error_model="numpy",
)
def sample(layer: NDArray, u: float, v: float) -> int:
    """As `raster.sample`, without its view of the layer as one row, which takes longer than the rest."""
    rows, columns = layer.shape
    x = np.uint64(min(max((u - 0.5) * 65536.0 + 128.0, 0.0), (columns - 1) * 65536.0 - 1.0))
    y = np.uint64(min(max((v - 0.5) * 65536.0 + 128.0, 0.0), (rows - 1) * 65536.0 - 1.0))
    byte, one, sixteen = np.uint64(255), np.uint64(1), np.uint64(16)
    fx, fy = (x >> np.uint64(8)) & byte, (y >> np.uint64(8)) & byte
    both = (fx * fy) >> np.uint64(8)
    i, j = x >> sixteen, y >> sixteen
    total = (
        layer[j, i] * (np.uint64(256) - fx - fy + both)
        + layer[j, i + one] * (fx - both)
        + layer[j + one, i] * (fy - both)
        + layer[j + one, i + one] * both
    )
    return ((total + np.uint64(0x0080008000800080)) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)


@njit(
    "UniTuple(float64, 3)(uint64[:, ::1], float64, float64)",
    cache=True,
    nogil=True,
    inline="always",
    error_model="numpy",
)
def look(layer: NDArray, u: float, v: float) -> tuple[float, float, float]:
    """Bilinear sample of a packed layer: red, green, blue."""
    colour = sample(layer, u, v)
    byte = np.uint64(255)
    return (
        np.float64(colour & byte),
        np.float64((colour >> np.uint64(16)) & byte),
        np.float64((colour >> np.uint64(32)) & byte),
    )


@njit(
    "float64(float64[:, ::1], float64, float64, float64)",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def lid_light(shade: NDArray, scale: float, below: float, above: float) -> float:
    """Light left on the eye `below` the upper and `above` the lower lid, px; `scale` entries of the tables per px."""
    upper = min(max(below * scale, 0.0), SHADE_SAMPLES - 1.001)
    lower = min(max(above * scale, 0.0), SHADE_SAMPLES - 1.001)
    i, j = int(upper), int(lower)
    light = shade[0, i] + (shade[0, i + 1] - shade[0, i]) * (upper - i)
    return light * (shade[1, j] + (shade[1, j + 1] - shade[1, j]) * (lower - j))


@njit(
    "UniTuple(float64, 3)(float64, float64, float64, float64, float64[:, ::1], uint64[:, ::1], uint64[:, ::1], "
    "uint64[:, ::1], uint64[:, ::1], float64[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def ball_colour(
    x: float,
    y: float,
    light: float,
    own: float,
    turn: NDArray,
    white: NDArray,
    iris: NDArray,
    glint: NDArray,
    residue: NDArray,
    numbers: NDArray,
) -> tuple[float, float, float]:
    """Colour of the eyeball at (x, y) px of the layers, with this `light` left by the lids.

    `own` is the share of what the layers do not explain of the portrait; `turn` [2, 3] takes points of the ball back
    to where the portrait shows them.
    """
    radius = numbers[BALL_RADIUS]
    bx, by = x - numbers[BALL_X], y - numbers[BALL_Y]
    far = bx * bx + by * by
    inside = 1.0
    if far > (FAR * radius) ** 2:
        inside = FAR * radius / np.sqrt(far)
    kx, ky = bx * inside, by * inside
    kz = -np.sqrt(radius * radius - kx * kx - ky * ky)
    u = x - kx + turn[0, 0] * kx + turn[0, 1] * ky + turn[0, 2] * kz
    v = y - ky + turn[1, 0] * kx + turn[1, 1] * ky + turn[1, 2] * kz
    red, green, blue = look(white, x, y)
    over = sample(iris, u, v)
    opacity = np.float64(over >> np.uint64(48)) * (1 / 255)
    byte = np.uint64(255)
    if opacity > 0:
        red += (np.float64(over & byte) - red) * opacity
        green += (np.float64((over >> np.uint64(16)) & byte) - green) * opacity
        blue += (np.float64((over >> np.uint64(32)) & byte) - blue) * opacity
    red = numbers[LASH_RED] + (red - numbers[LASH_RED]) * light
    green = numbers[LASH_GREEN] + (green - numbers[LASH_GREEN]) * light
    blue = numbers[LASH_BLUE] + (blue - numbers[LASH_BLUE]) * light
    if opacity > 0:
        shine = sample(glint, x - numbers[GLINT_X], y - numbers[GLINT_Y])
        shines = np.float64(shine >> np.uint64(48)) * (1 / 255) * opacity * opacity
        if shines > 0:
            red += (np.float64(shine & byte) - red) * shines
            green += (np.float64((shine >> np.uint64(16)) & byte) - green) * shines
            blue += (np.float64((shine >> np.uint64(32)) & byte) - blue) * shines
    ix, iy = x - numbers[IRIS_X], y - numbers[IRIS_Y]
    ix, iy = ix * numbers[PER_IRIS_RADIUS], iy * numbers[PER_IRIS_HEIGHT]
    away = np.sqrt(ix * ix + iy * iy)
    clear = smooth((away - AROUND_IRIS[0]) * (1 / (AROUND_IRIS[1] - AROUND_IRIS[0]))) * (1 - opacity)
    own *= clear + (1 - clear) * numbers[RESIDUE]
    if own > 0.004:
        one, two, three = look(residue, x, y)
        own *= 2
        red, green, blue = (
            red + (one - 128) * own,
            green + (two - 128) * own,
            blue + (three - 128) * own,
        )
    return red, green, blue


@njit(
    "UniTuple(float64, 3)(float64, float64, float64, float64[::1], float64[::1], uint64[:, ::1], uint64[:, ::1], "
    "uint64[:, ::1], float64[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def lid_colour(
    x: float,
    y: float,
    height: float,
    lid: NDArray,
    down: NDArray,
    portrait: NDArray,
    lashes: NDArray,
    skin: NDArray,
    numbers: NDArray,
) -> tuple[float, float, float]:
    """Colour of the upper lid at (x, y) px of the layers, `height` px; `lid` is the row of the table at its column."""
    moved = lid[UPPER] - lid[REST_UPPER]
    away = max(lid[UPPER] - height, 0.0)
    start = max(OUTSIDE * numbers[PIXEL] * numbers[CARRIED] - away, 0.0)
    still, new = 0.0, 0.0
    if moved > 0:
        own = 1 - smooth(away * lid[OWN_SCALE] - lid[OWN_FROM])
        still = 1 - smooth((height - lid[FOLD]) * lid[STILL_SCALE])
        new = max(1 - own - still, 0.0) * lid[NEW]
        own *= 1 - still
        if own + still + new < 1e-3:
            own = 1.0
        back = moved + start
    else:
        own = 1.0
        back = moved * (1 - smooth(away * lid[PUSH_SCALE])) + start
    total = own + still + new
    u, v = x - down[0] * back, y - down[1] * back
    red, green, blue = 0.0, 0.0, 0.0
    if own > 0:
        red, green, blue = look(portrait, u, v)
    if own > 0 and away < numbers[BAND]:
        clean = max(smooth(0.5 * abs(moved) * numbers[PER_PIXEL]), numbers[LOOKED])
        one, two, three = look(lashes, u, v)
        red, green, blue = (
            red + (one - red) * clean,
            green + (two - green) * clean,
            blue + (three - blue) * clean,
        )
    dark = numbers[LINE] * lid[MIDDLE] * max(1 - away * numbers[PER_PIXEL] * (1 / LINE_WIDTH), 0.0)
    if dark > 0:
        red += (numbers[LASH_RED] - red) * dark
        green += (numbers[LASH_GREEN] - green) * dark
        blue += (numbers[LASH_BLUE] - blue) * dark
    if total == own:
        return red, green, blue
    whole = 1 / total
    own *= whole
    red, green, blue = own * red, own * green, own * blue
    if still > 0:
        one, two, three = look(portrait, x, y)
        still *= whole
        red, green, blue = red + still * one, green + still * two, blue + still * three
    if new > 0:
        deep = max(1 - max(height - lid[CREASE_LINE], 0.0) * lid[FOLD_SCALE], 0.0)
        one, two, three = look(skin, x + down[0] * lid[ON], y + down[1] * lid[ON])
        new *= (1 - FOLD_SHADE * lid[MIDDLE] * deep * deep) * whole
        red, green, blue = red + new * one, green + new * two, blue + new * three
    return red, green, blue
