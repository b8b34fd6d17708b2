"""The renderer's hot loops: a textured triangle mesh drawn into a layer, then lit and laid over the background.

Same rules as `raster`: a pixel belongs to the triangle that holds its centre, shared edges are watertight, textures are
packed with 16 bits per channel. Colours are premultiplied by opacity. Light waits in a buffer of its own until the
layer is whole: that pass has no branches and runs on several pixels at once.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.render.raster import first_centre, sample_inside

GAIN_BITS = 12
"""Fixed point of the light's gain: fine enough that its steps stay below one level of 255."""
UNLIT = 1 << GAIN_BITS
"""The gain of a pixel that is as bright as its texture."""
UNLIT_SHARE = 0.003
"""A gain nearer to one than this changes no level of 255: the light buffer, filled with UNLIT, is left alone."""
BORDER = 3.0
"""px from the texture's border within which positions are checked pixel by pixel."""
THINNEST = 0.05
"""Twice the area in px^2 from which on rounding cannot carry a position out of its triangle by as much as BORDER."""


@njit("uint32(uint64)", cache=True, nogil=True)
def _narrow(colour: np.uint64) -> np.uint32:
    """Packed colour with 16 bits per channel to the frame's 8 bits; what lies above a channel's 8 bits is dropped."""
    byte = np.uint64(0xFF)
    return np.uint32(
        (colour & byte)
        | ((colour >> np.uint64(8)) & (byte << np.uint64(8)))
        | ((colour >> np.uint64(16)) & (byte << np.uint64(16)))
        | ((colour >> np.uint64(24)) & (byte << np.uint64(24)))
    )


@njit(
    "void(uint32[:, ::1], uint16[:, ::1], uint64[:, ::1], float32[:, ::1], float32[:, ::1], float32[::1], "
    "int32[:, ::1])",
    cache=True,
    nogil=True,
)
def draw_relief(
    layer: NDArray,
    gains: NDArray,
    texture: NDArray,
    position: NDArray,
    source: NDArray,
    gain: NDArray,
    triangles: NDArray,
) -> None:
    """Draw textured triangles into `layer` [H, W], RGBA in 32 bits, red lowest, and their light into `gains` [H, W].

    Parameters: `texture` [h, w] packed, premultiplied; `position` [V, 2] px of the layer and `source` [V, 2] px of the
    texture, pixel centres at +0.5; `gain` [V] factor of the colours, 1 for none, below 16; `triangles` [N, 3].
    """
    one = 65536.0
    rows, columns = layer.shape
    height, width = texture.shape
    flat, drawn, light = texture.reshape(-1), layer.reshape(-1), gains.reshape(-1)
    high_u, high_v = ((width - 1) << 16) - 1, ((height - 1) << 16) - 1
    unit = float(1 << (GAIN_BITS + 8))
    for n in range(triangles.shape[0]):
        a, b, c = triangles[n, 0], triangles[n, 1], triangles[n, 2]
        if position[b, 1] < position[a, 1]:
            a, b = b, a
        if position[c, 1] < position[a, 1]:
            a, c = c, a
        if position[c, 1] < position[b, 1]:
            b, c = c, b
        ax, ay = np.float64(position[a, 0]), np.float64(position[a, 1])
        bx, by = np.float64(position[b, 0]), np.float64(position[b, 1])
        cx, cy = np.float64(position[c, 0]), np.float64(position[c, 1])
        begin = max(first_centre(ay), 0)
        end = min(first_centre(cy), rows)
        if begin >= end:
            continue
        if min(ax, bx, cx) > columns or max(ax, bx, cx) < 0:
            continue
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        inverse = 1.0 / area if abs(area) > 1e-9 else 0.0
        au, av, ag = np.float64(source[a, 0]), np.float64(source[a, 1]), np.float64(gain[a])
        bu, bv, bg = np.float64(source[b, 0]), np.float64(source[b, 1]), gain[b] - ag
        cu, cv, cg = np.float64(source[c, 0]), np.float64(source[c, 1]), gain[c] - ag
        inside = (
            abs(area) > THINNEST
            and min(au, bu, cu) > BORDER
            and max(au, bu, cu) < width - BORDER
            and min(av, bv, cv) > BORDER
            and max(av, bv, cv) < height - BORDER
        )
        lit = abs(ag - 1.0) > UNLIT_SHARE or abs(bg) > UNLIT_SHARE or abs(cg) > UNLIT_SHARE
        bu, bv, cu, cv = bu - au, bv - av, cu - au, cv - av
        x_by, x_cy = (cy - ay) * inverse, (by - ay) * inverse
        y_bx, y_cx = (cx - ax) * inverse, (bx - ax) * inverse
        ux, uy = bu * x_by - cu * x_cy, cu * y_cx - bu * y_bx
        vx, vy = bv * x_by - cv * x_cy, cv * y_cx - bv * y_bx
        gx, gy = bg * x_by - cg * x_cy, cg * y_cx - bg * y_bx
        du, dv = int(np.rint(ux * one)), int(np.rint(vx * one))
        dg = int(np.rint(gx * unit))
        # Fixed point of u and v at the origin of the layer; half a step of 1/256 rounds the bilinear weights.
        u_origin = (au - 0.5 - ax * ux - ay * uy) * one + 128.0
        v_origin = (av - 0.5 - ax * vx - ay * vy) * one + 128.0
        long_slope = (cx - ax) / (cy - ay)
        upper_slope = (bx - ax) / (by - ay) if by > ay else 0.0
        lower_slope = (cx - bx) / (cy - by) if cy > by else 0.0
        for y in range(begin, end):
            row = y + 0.5
            first = ax + (row - ay) * long_slope
            second = ax + (row - ay) * upper_slope if row < by else bx + (row - by) * lower_slope
            left = max(first_centre(min(first, second)), 0)
            right = min(first_centre(max(first, second)), columns)
            if left >= right:
                continue
            column = left + 0.5
            u = int(u_origin + (column * ux + row * uy) * one)
            v = int(v_origin + (column * vx + row * vy) * one)
            step_u, step_v = du, dv
            if not inside:
                u, v = min(max(u, 0), high_u), min(max(v, 0), high_v)
                steps = right - left - 1
                if steps > 0:
                    end_u, end_v = u + steps * du, v + steps * dv
                    if end_u < 0 or end_u > high_u:
                        step_u = int((min(max(end_u, 0), high_u) - u) / steps)
                    if end_v < 0 or end_v > high_v:
                        step_v = int((min(max(end_v, 0), high_v) - v) / steps)
            at = np.uint64(y * columns + left)
            if not lit:
                for _ in range(right - left):
                    drawn[at] = _narrow(sample_inside(flat, width, u, v))
                    at += np.uint64(1)
                    u += step_u
                    v += step_v
                continue
            factor = int((ag + (column - ax) * gx + (row - ay) * gy) * unit)
            for _ in range(right - left):
                drawn[at] = _narrow(sample_inside(flat, width, u, v))
                light[at] = np.uint16(factor >> 8)
                at += np.uint64(1)
                u += step_u
                v += step_v
                factor += dg


@njit("uint32(uint32, uint32, uint32, uint32, uint32)", cache=True, nogil=True)
def _channel(front: np.uint32, back: np.uint32, shift: np.uint32, gain: np.uint32, opacity: np.uint32) -> np.uint32:
    """One channel of a lit, premultiplied colour laid over another (Porter and Duff 1984), in its place."""
    byte = np.uint32(255)
    half = np.uint32(1 << (GAIN_BITS - 1))
    lit = np.uint32(np.uint32(np.uint32((front >> shift) & byte) * gain) + half) >> np.uint32(GAIN_BITS)
    lit = min(np.uint32(lit), opacity)
    through = np.uint32(np.uint32(np.uint32((back >> shift) & byte) * np.uint32(byte - opacity)) + np.uint32(128))
    through = np.uint32(np.uint32(through + np.uint32(through >> np.uint32(8))) >> np.uint32(8))
    return np.uint32(np.uint32(lit + through) << shift)


@njit("void(uint32[:, ::1], uint32[:, ::1], uint16[:, ::1], uint32[:, ::1])", cache=True, nogil=True)
def lay_over(frame: NDArray, layer: NDArray, gains: NDArray, background: NDArray) -> None:
    """Light a premultiplied `layer` by `gains` and lay it over a `background`: `frame`, all [H, W]."""
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            front, back = layer[y, x], background[y, x]
            gain, opacity = np.uint32(gains[y, x]), np.uint32(front >> np.uint32(24))
            red = _channel(front, back, np.uint32(0), gain, opacity)
            green = _channel(front, back, np.uint32(8), gain, opacity)
            blue = _channel(front, back, np.uint32(16), gain, opacity)
            alpha = _channel(front, back, np.uint32(24), np.uint32(UNLIT), opacity)
            frame[y, x] = np.uint32(np.uint32(red | green) | np.uint32(blue | alpha))
