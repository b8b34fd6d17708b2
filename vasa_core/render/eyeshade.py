"""Drawing eyes: for each pixel of the socket, lid, lower lid or the ball between them."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.curves import smooth
from vasa_core.render.eyeball import SHADE_SAMPLES
from vasa_core.render.eyechart import COLUMNS
from vasa_core.render.lids import (
    BELL,
    CREASE,
    INSIDE,
    LOWER,
    LOWER_SCALE,
    MEETING,
    REST_LOWER,
    REST_UPPER,
    UPPER,
    UPPER_SCALE,
)
from vasa_core.render.raster import sample

(
    ORIGIN_X,
    ORIGIN_Y,
    BALL_X,
    BALL_Y,
    BALL_RADIUS,
    GLINT_X,
    GLINT_Y,
    RESIDUE,
    PIXEL,
    SHADE_STEP,
    LOWER_REACH,
    CLOSURE,
    CARRIED,
    FRINGE,
    IRIS_X,
    IRIS_Y,
    IRIS_RADIUS,
    LASH_RED,
    LASH_GREEN,
    LASH_BLUE,
    LOOKED,
) = range(21)
"""Numbers of an instant: where the layers begin, px; the ball's centre and radius, px of the layers; how far the
catch-lights have slid, px; share of the residue; size of a picture's pixel against 512; px per entry of the shade
tables; px below the lower lid that follow it; closure; share of the lid's own colour right at its edge; how far
lashes hang over the skin below, px; the portrait's iris, px of the layers; colour of the
lashes; 1 once the iris has left its place, so that lashes before it are drawn without it."""
NUMBERS = 21

AROUND_IRIS = (1.4, 1.9)
"""Radii around the portrait's iris over which its eye is its own again, wherever the iris has gone."""
FAR = 0.97
"""Beyond this share of the ball's radius its surface is taken as a cone: there is no eye to see behind its edge."""
OUTSIDE = 1.0
"""px above the edge where a lid's own colour is read: right on it, pixels mix lid and eye."""
FOLD_SHADE, FOLD_WIDTH = 0.25, 0.5
"""Skin that comes out from under the crease is darker there, by this share, fading over this share of the crease's
distance."""
OPEN_REACH = 2.2
"""Distances of the crease within which a lid that opens wider pushes its skin together."""


@njit("void(uint64[:, ::1], float64, float64, float64[::1])", cache=True, inline="never")
def look(layer: NDArray, u: float, v: float, out: NDArray) -> None:
    """Bilinear sample of packed 16-bit channels at (u, v) px, centres at +0.5, clamped at the border: `out` [4]."""
    rows, columns = layer.shape
    x, y = u - 0.5, v - 0.5
    i = min(max(int(np.floor(x)), 0), columns - 2)
    j = min(max(int(np.floor(y)), 0), rows - 2)
    fx, fy = min(max(x - i, 0.0), 1.0), min(max(y - j, 0.0), 1.0)
    a, b = layer[j, i], layer[j, i + 1]
    c, d = layer[j + 1, i], layer[j + 1, i + 1]
    wa, wb = (1 - fx) * (1 - fy), fx * (1 - fy)
    wc, wd = (1 - fx) * fy, fx * fy
    mask = np.uint64(0xFFFF)
    for k in range(4):
        s = np.uint64(16 * k)
        out[k] = (
            wa * np.float64((a >> s) & mask)
            + wb * np.float64((b >> s) & mask)
            + wc * np.float64((c >> s) & mask)
            + wd * np.float64((d >> s) & mask)
        )


@njit("void(float32[:, ::1], float32[:, ::1], int32[::1], float64[::1])", cache=True)
def back_to_rest(position: NDArray, rest: NDArray, triangle: NDArray, out: NDArray) -> None:
    """The map, `out` [6] as rows of a 2x3 matrix, from px of the frame to px of the portrait over a triangle [3]."""
    a, b, c = triangle[0], triangle[1], triangle[2]
    ax, ay = np.float64(position[a, 0]), np.float64(position[a, 1])
    au, av = np.float64(rest[a, 0]), np.float64(rest[a, 1])
    bx, by = position[b, 0] - ax, position[b, 1] - ay
    cx, cy = position[c, 0] - ax, position[c, 1] - ay
    bu, bv = rest[b, 0] - au, rest[b, 1] - av
    cu, cv = rest[c, 0] - au, rest[c, 1] - av
    area = bx * cy - cx * by
    inverse = 1.0 / area if abs(area) > 1e-9 else 0.0
    out[0], out[1] = (bu * cy - cu * by) * inverse, (cu * bx - bu * cx) * inverse
    out[3], out[4] = (bv * cy - cv * by) * inverse, (cv * bx - bv * cx) * inverse
    out[2] = au - out[0] * ax - out[1] * ay
    out[5] = av - out[3] * ax - out[4] * ay


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float32[:, ::1], float32[:, ::1], int32[:, ::1], uint64[:, ::1], "
    "float64[::1])",
    cache=True,
)
def fill_hole(
    frame: NDArray,
    spans: NDArray,
    count: int,
    position: NDArray,
    rest: NDArray,
    triangles: NDArray,
    portrait: NDArray,
    origin: NDArray,
) -> None:
    """Draw the portrait's own eye into the spans of its opening; parameters as in `shade_socket`."""
    source = np.empty(6)
    last = -1
    for n in range(count):
        t, y = spans[n, 0], spans[n, 1]
        if t != last:
            last = t
            back_to_rest(position, rest, triangles[t], source)
        for x in range(spans[n, 2], spans[n, 3]):
            u = source[0] * (x + 0.5) + source[1] * (y + 0.5) + source[2] - origin[0]
            v = source[3] * (x + 0.5) + source[4] * (y + 0.5) + source[5] - origin[1]
            colour = sample(portrait, u, v)
            frame[y, x, 0] = np.uint8(colour & np.uint64(255))
            frame[y, x, 1] = np.uint8((colour >> np.uint64(16)) & np.uint64(255))
            frame[y, x, 2] = np.uint8((colour >> np.uint64(32)) & np.uint64(255))
            frame[y, x, 3] = np.uint8(255)


@njit("float64(float64[:, ::1], float64, float64, float64)", cache=True)
def lid_light(shade: NDArray, step: float, below: float, above: float) -> float:
    """Light left on the eye `below` the upper and `above` the lower lid, px; `step` px per entry of the tables."""
    upper = min(max(below / step, 0.0), SHADE_SAMPLES - 1.001)
    lower = min(max(above / step, 0.0), SHADE_SAMPLES - 1.001)
    i, j = int(upper), int(lower)
    light = shade[0, i] + (shade[0, i + 1] - shade[0, i]) * (upper - i)
    return light * (shade[1, j] + (shade[1, j + 1] - shade[1, j]) * (lower - j))


@njit(
    "void(float64, float64, float64, float64, float64[:, ::1], uint64[:, ::1], "
    "uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], float64[::1], float64[:, ::1])",
    cache=True,
)
def ball_colour(
    x: float,
    y: float,
    light: float,
    residue_share: float,
    turn: NDArray,
    white: NDArray,
    iris: NDArray,
    glint: NDArray,
    residue: NDArray,
    numbers: NDArray,
    out: NDArray,
) -> None:
    """Colour of the eyeball at (x, y) px of the layers, into `out[0]`, with this `light` left by the lids.

    `turn` [2, 3] takes points of the ball back to where the portrait shows them; `out` [4, 4] also serves as scratch.
    """
    radius = numbers[BALL_RADIUS]
    bx, by = x - numbers[BALL_X], y - numbers[BALL_Y]
    away = np.sqrt(bx * bx + by * by)
    inside = min(1.0, FAR * radius / max(away, 1e-6))
    kx, ky = bx * inside, by * inside
    kz = -np.sqrt(max(radius * radius - kx * kx - ky * ky, 0.0))
    u = x - kx + turn[0, 0] * kx + turn[0, 1] * ky + turn[0, 2] * kz
    v = y - ky + turn[1, 0] * kx + turn[1, 1] * ky + turn[1, 2] * kz
    look(iris, u, v, out[1])
    opacity = out[1, 3] / 255.0
    look(white, x, y, out[0])
    for k in range(3):
        lash = numbers[LASH_RED + k]
        out[0, k] = lash + (out[0, k] + (out[1, k] - out[0, k]) * opacity - lash) * light
    if opacity > 0.004:
        look(glint, x - numbers[GLINT_X], y - numbers[GLINT_Y], out[1])
        for k in range(3):
            out[0, k] += out[1, k] * opacity * opacity
    ix, iy = x - numbers[IRIS_X], y - numbers[IRIS_Y]
    away = np.sqrt(ix * ix + iy * iy) / numbers[IRIS_RADIUS]
    own = smooth((away - AROUND_IRIS[0]) / (AROUND_IRIS[1] - AROUND_IRIS[0])) * (1 - opacity)
    residue_share *= own + (1 - own) * numbers[RESIDUE]
    if residue_share > 0.004:
        look(residue, x, y, out[1])
        for k in range(3):
            out[0, k] += (out[1, k] - 256.0) * residue_share


@njit(
    "void(float64, float64, float64, float64, float64, float64, float64[::1], uint64[:, ::1], uint64[:, ::1], "
    "uint64[:, ::1], float64[::1], float64, float64, float64[:, ::1])",
    cache=True,
)
def lid_colour(
    x: float,
    y: float,
    height: float,
    edge: float,
    rest: float,
    crease: float,
    down: NDArray,
    portrait: NDArray,
    lashes: NDArray,
    skin: NDArray,
    numbers: NDArray,
    meeting: float,
    inside: float,
    out: NDArray,
) -> None:
    """Colour of the upper lid at (x, y) px of the layers, into `out[0]`.

    All in px of height: the pixel's, that of the lid's edge now and in the portrait, the crease above the latter, the
    closed line's; `inside` 0 at the eye's corners, 1 in its middle.
    """
    moved = edge - rest
    away = max(edge - height, 0.0)
    clear = max(away, OUTSIDE * numbers[PIXEL] * numbers[CARRIED])
    if moved <= 0.0:
        share = 1 - smooth(away / (OPEN_REACH * crease))
        back = moved * share + (clear - away)
        look(portrait, x - down[0] * back, y - down[1] * back, out[0])
        look(lashes, x - down[0] * back, y - down[1] * back, out[1])
        for k in range(3):
            out[0, k] += (out[1, k] - out[0, k]) * max(smooth(-0.5 * moved / numbers[PIXEL]), numbers[LOOKED])
        return
    back = moved + (clear - away)
    look(portrait, x - down[0] * back, y - down[1] * back, out[0])
    look(lashes, x - down[0] * back, y - down[1] * back, out[1])
    for k in range(3):
        out[0, k] += (out[1, k] - out[0, k]) * max(smooth(0.5 * moved / numbers[PIXEL]), numbers[LOOKED])
    look(portrait, x, y, out[1])
    on = meeting - edge
    look(skin, x + down[0] * on, y + down[1] * on, out[2])
    way = moved / max(meeting - rest, 1.0)
    fold = 1 - FOLD_SHADE * inside * np.exp(-max(height - rest + crease, 0.0) / (FOLD_WIDTH * crease))
    soft = 0.3 * crease
    start = rest - crease - soft * (1 + 1.2 * way)
    own = 1 - smooth((away - 0.3 * crease) / (0.7 * crease))
    still = 1 - smooth((height - start) / (rest - crease + soft - start))
    new = max(1 - own - still, 0.0) * smooth(moved / (0.6 * crease)) * smooth(inside / 0.35)
    own = max(own * (1 - still), 1e-3)
    total = own + still + new
    for k in range(3):
        out[0, k] = (own * out[0, k] + still * out[1, k] + new * fold * out[2, k]) / total


@njit(
    "void(uint8[:, :, ::1], int32[:, ::1], int64, float32[:, ::1], float32[:, ::1], int32[:, ::1], int64, "
    "float64[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], uint64[:, ::1], "
    "uint64[:, ::1], uint64[:, ::1], float64[::1])",
    cache=True,
)
def shade_socket(
    frame: NDArray,
    spans: NDArray,
    count: int,
    position: NDArray,
    rest: NDArray,
    triangles: NDArray,
    holes: int,
    to_portrait: NDArray,
    to_chart: NDArray,
    down: NDArray,
    fixed: NDArray,
    lids: NDArray,
    turn: NDArray,
    shade: NDArray,
    portrait: NDArray,
    lashes: NDArray,
    skin: NDArray,
    white: NDArray,
    iris: NDArray,
    glint: NDArray,
    residue: NDArray,
    numbers: NDArray,
) -> None:
    """Draw an eye's socket into the spans of its triangles, over the sheet.

    Parameters
    ----------
    position, rest : [V, 2] px of the frame and of the portrait
    triangles : [N, 3], the first `holes` of them the opening, which is bare; elsewhere only the difference that the
        lids make is added to what is there
    to_portrait : [2, 3] px of the frame to px of the portrait on the eye's plane
    to_chart : [2, 3] px of the portrait to column and height
    down : [2] px of the portrait per px of height
    fixed, lids : tables [COLUMNS, ...] of `vasa_core.render.lids`
    turn : [2, 3] as in `ball_colour`
    shade : [2, SHADE_SAMPLES] light left near the lids
    portrait, lashes, skin, white, iris, glint, residue : [h, w] packed layers
    numbers : [NUMBERS]
    """
    eye = np.empty((4, 4))
    lid = np.empty((4, 4))
    under = np.empty(4)
    px = numbers[PIXEL]
    ox, oy = numbers[ORIGIN_X], numbers[ORIGIN_Y]
    source = np.empty(6)
    last = -1
    for n in range(count):
        t = spans[n, 0]
        if t != last:
            last = t
            back_to_rest(position, rest, triangles[t], source)
        y = spans[n, 1]
        hole = t < holes
        for x in range(spans[n, 2], spans[n, 3]):
            u = source[0] * (x + 0.5) + source[1] * (y + 0.5) + source[2]
            v = source[3] * (x + 0.5) + source[4] * (y + 0.5) + source[5]
            column = to_chart[0, 0] * u + to_chart[0, 1] * v + to_chart[0, 2]
            if not hole and (column <= 0 or column >= COLUMNS - 1):
                continue
            column = min(max(column, 0.0), COLUMNS - 1.001)
            k = int(column)
            f = column - k
            height = to_chart[1, 0] * u + to_chart[1, 1] * v + to_chart[1, 2]
            rest_upper = fixed[k, REST_UPPER] + (fixed[k + 1, REST_UPPER] - fixed[k, REST_UPPER]) * f
            rest_lower = fixed[k, REST_LOWER] + (fixed[k + 1, REST_LOWER] - fixed[k, REST_LOWER]) * f
            crease = fixed[k, CREASE] + (fixed[k + 1, CREASE] - fixed[k, CREASE]) * f
            upper = lids[k, UPPER] + (lids[k + 1, UPPER] - lids[k, UPPER]) * f
            lower = lids[k, LOWER] + (lids[k + 1, LOWER] - lids[k, LOWER]) * f
            if not hole and (
                height < rest_upper - OPEN_REACH * crease or height > max(rest_lower, upper) + numbers[LOWER_REACH]
            ):
                continue
            over = min(max((upper - height) * lids[k, UPPER_SCALE] / px + 0.5, 0.0), 1.0)
            beneath = min(max((height - lower) * lids[k, LOWER_SCALE] / px + 0.5, 0.0), 1.0)
            if over < 1 and beneath < 1:
                qx = to_portrait[0, 0] * (x + 0.5) + to_portrait[0, 1] * (y + 0.5) + to_portrait[0, 2]
                qy = to_portrait[1, 0] * (x + 0.5) + to_portrait[1, 1] * (y + 0.5) + to_portrait[1, 2]
                near = 1 - smooth((height - rest_upper) / (5.0 * px))
                share = 1 - near * min(abs(upper - rest_upper) / px, 1.0)
                near = 1 - smooth((rest_lower - height) / (2.5 * px))
                share *= 1 - near * min(abs(lower - rest_lower) / px, 1.0)
                step = numbers[SHADE_STEP]
                light = lid_light(shade, step, height - upper, lower - height)
                share *= min(light / lid_light(shade, step, height - rest_upper, rest_lower - height), 1.0)
                ball_colour(qx - ox, qy - oy, light, share, turn, white, iris, glint, residue, numbers, eye)
            if beneath > 0 and over < 1:
                far = max(height - lower, 0.0)
                moved = (lower - rest_lower) * (1 - smooth(far / numbers[LOWER_REACH]))
                back = moved - max(OUTSIDE * px * min(abs(moved) / px, 1.0) - far, 0.0)
                look(portrait, u - ox - down[0] * back, v - oy - down[1] * back, under)
                if numbers[FRINGE] > 0:
                    dark = 0.5 * numbers[CLOSURE] * np.exp(-max(height - upper, 0.0) / numbers[FRINGE])
                    dark *= fixed[k, BELL]
                    for channel in range(3):
                        under[channel] *= 1 - dark
                for channel in range(3):
                    if beneath < 1:
                        eye[0, channel] += (under[channel] - eye[0, channel]) * beneath
                    else:
                        eye[0, channel] = under[channel]
            if over > 0:
                inside = fixed[k, INSIDE] + (fixed[k + 1, INSIDE] - fixed[k, INSIDE]) * f
                meeting = fixed[k, MEETING] + (fixed[k + 1, MEETING] - fixed[k, MEETING]) * f
                lid_colour(
                    u - ox,
                    v - oy,
                    height,
                    upper,
                    rest_upper,
                    crease,
                    down,
                    portrait,
                    lashes,
                    skin,
                    numbers,
                    meeting,
                    inside,
                    lid,
                )
                for channel in range(3):
                    if over < 1:
                        lid[0, channel] = eye[0, channel] + (lid[0, channel] - eye[0, channel]) * over
            else:
                for channel in range(3):
                    lid[0, channel] = eye[0, channel]
            if hole:
                for channel in range(3):
                    frame[y, x, channel] = np.uint8(min(max(lid[0, channel], 0.0), 255.0) + 0.5)
                frame[y, x, 3] = np.uint8(255)
            else:
                look(portrait, u - ox, v - oy, under)
                cover = frame[y, x, 3] / 255.0
                for channel in range(3):
                    value = frame[y, x, channel] + (lid[0, channel] - under[channel]) * cover
                    frame[y, x, channel] = np.uint8(min(max(value, 0.0), 255.0 * cover) + 0.5)
