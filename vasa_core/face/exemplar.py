"""Fill a hole of a picture with pieces of its surroundings.

PatchMatch (Barnes et al. 2009) finds the pieces, votes of all that overlap make the fill (Wexler et al. 2007).
"""

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vasa_core.compiled import compile_together
from vasa_core.face.filters import Layer

compile_together()

RADIUS = 3
"""Half a patch, px: patches are 7x7."""
PASSES = 3
"""Sweeps of the search between two votes."""
VOTES = 4
"""Times that the fill is made anew from the patches found."""
LEVEL_SHIFT = 24.0
"""A patch may be made lighter or darker by so much, of 255: light changes across a background, its grain does not."""
AWAY_DOWN, AWAY_ACROSS = 0.02, 0.004
"""Squared colour (of 255) per squared px that a patch costs for coming from afar: horizons are continued level."""
HOLE_WEIGHT = 0.25
"""Weight of pixels that are themselves filled, beside known ones with 1."""


@njit(
    "float32(float32[:, :, ::1], float32[:, ::1], int64, int64, int64, int64)", cache=True, nogil=True, fastmath=False
)
def _cost(image: NDArray, weight: NDArray, y: int, x: int, v: int, u: int) -> np.float32:
    """Mean squared difference of the patches at (x, y) and (u, v), less the difference of their levels."""
    r = RADIUS
    total = np.float32(1e-6)
    level0 = level1 = level2 = np.float32(0)
    squares = np.float32(0)
    for i in range(-r, r + 1):
        for j in range(-r, r + 1):
            w = weight[y + i, x + j]
            a = image[y + i, x + j, 0] - image[v + i, u + j, 0]
            b = image[y + i, x + j, 1] - image[v + i, u + j, 1]
            c = image[y + i, x + j, 2] - image[v + i, u + j, 2]
            total += w
            level0 += w * a
            level1 += w * b
            level2 += w * c
            squares += w * (a * a + b * b + c * c)
    squares /= total
    for level in (level0 / total, level1 / total, level2 / total):
        beyond = max(abs(level) - np.float32(LEVEL_SHIFT), np.float32(0))
        # What is shifted away costs a little all the same: a source of the right level is better.
        squares -= np.float32(0.9) * (level * level - beyond * beyond)
    down, across = float(v - y), float(u - x)
    return np.float32(squares + AWAY_DOWN * down * down + AWAY_ACROSS * across * across)


@njit(
    "void(float32[:, :, ::1], float32[:, ::1], int32[:, ::1], uint8[:, ::1], int32[:, :, ::1], int32[:, ::1], int64)",
    cache=True,
    nogil=True,
)
def _search(
    image: NDArray, weight: NDArray, places: NDArray, usable: NDArray, field: NDArray, sources: NDArray, passes: int
) -> None:
    """Improve `field` [H, W, 2] (row and column of each hole pixel's patch) by propagation and random search, in place.

    `places` [n, 2] hole pixels in reading order; `usable` [H, W] patch centres allowed as sources; `sources` [m, 2]
    all of them. The same input gives the same field: the random numbers are a congruential series.
    """
    height, width = usable.shape
    state = np.uint32(12345)
    count = len(places)
    for turn in range(passes):
        step = 1 if turn % 2 == 0 else -1
        for k in range(count):
            index = k if step == 1 else count - 1 - k
            y, x = places[index, 0], places[index, 1]
            v, u = field[y, x, 0], field[y, x, 1]
            best = _cost(image, weight, y, x, v, u)
            for side in range(2):
                ny = y - step if side == 0 else y
                nx = x - step if side == 1 else x
                if field[ny, nx, 0] < 0:
                    continue
                cv = field[ny, nx, 0] + (y - ny)
                cu = field[ny, nx, 1] + (x - nx)
                if 0 <= cv < height and 0 <= cu < width and usable[cv, cu]:
                    cost = _cost(image, weight, y, x, cv, cu)
                    if cost < best:
                        best, v, u = cost, cv, cu
            reach = max(height, width) // 2
            while reach >= 1:
                state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
                cv = v + int(state >> np.uint32(8)) % (2 * reach + 1) - reach
                state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
                cu = u + int(state >> np.uint32(8)) % (2 * reach + 1) - reach
                if 0 <= cv < height and 0 <= cu < width and usable[cv, cu]:
                    cost = _cost(image, weight, y, x, cv, cu)
                    if cost < best:
                        best, v, u = cost, cv, cu
                reach //= 2
            state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
            pick = int(state >> np.uint32(8)) % len(sources)
            cost = _cost(image, weight, y, x, sources[pick, 0], sources[pick, 1])
            if cost < best:
                best, v, u = cost, sources[pick, 0], sources[pick, 1]
            field[y, x, 0], field[y, x, 1] = v, u


@njit(
    "void(float32[:, :, ::1], float32[:, ::1], int32[:, ::1], int32[:, :, ::1], float32[:, :, ::1])",
    cache=True,
    nogil=True,
)
def _vote(image: NDArray, weight: NDArray, places: NDArray, field: NDArray, shift: NDArray) -> None:
    """Make the hole's pixels of `image` anew as the mean of all patches that cover them, in place; fills `shift`."""
    r = RADIUS
    height, width = weight.shape
    total = np.zeros((height, width, 4), np.float32)
    for k in range(len(places)):
        y, x = places[k, 0], places[k, 1]
        v, u = field[y, x, 0], field[y, x, 1]
        for c in range(3):
            level = np.float32(0)
            norm = np.float32(1e-6)
            for i in range(-r, r + 1):
                for j in range(-r, r + 1):
                    w = weight[y + i, x + j]
                    level += w * (image[y + i, x + j, c] - image[v + i, u + j, c])
                    norm += w
            shift[y, x, c] = min(max(level / norm, -LEVEL_SHIFT), LEVEL_SHIFT)
        for i in range(-r, r + 1):
            for j in range(-r, r + 1):
                w = np.float32(1.0 / (1 + i * i + j * j))
                for c in range(3):
                    total[y + i, x + j, c] += w * (image[v + i, u + j, c] + shift[y, x, c])
                total[y + i, x + j, 3] += w
    for k in range(len(places)):
        y, x = places[k, 0], places[k, 1]
        for c in range(3):
            image[y, x, c] = total[y, x, c] / total[y, x, 3]


def match_patches(
    image: Layer, hole: NDArray[np.bool_], wanted: NDArray[np.bool_], start: NDArray[np.int32] | None = None
) -> tuple[NDArray[np.int32], Layer] | None:
    """Fill the `hole` [H, W] of `image` [H, W, 3] (of 255; in the hole a first guess) with patches of the rest.

    Only pixels that are `wanted` [H, W] are filled. `start` is the field of a picture of half the size. Returns for
    each pixel filled the row and column that its patch comes from [H, W, 2] (-1 elsewhere) and the shift of its colours
    [H, W, 3]; None where too little is known.
    """
    r = RADIUS
    padded = np.ascontiguousarray(cv2.copyMakeBorder(image, r, r, r, r, cv2.BORDER_REFLECT_101), np.float32)
    unknown = np.pad(hole, r)
    border = np.ones(unknown.shape, np.bool_)
    border[2 * r : -2 * r, 2 * r : -2 * r] = False
    window = np.ones((2 * r + 1,) * 2, np.uint8)
    usable = (cv2.dilate(unknown.astype(np.uint8), window) == 0) & ~border
    sources = np.ascontiguousarray(np.argwhere(usable), np.int32)
    filled = np.pad(hole & wanted, r)
    places = np.ascontiguousarray(np.argwhere(filled), np.int32)
    if len(sources) < 20 * r * r or not len(places):
        return None
    weight = np.where(unknown, np.float32(HOLE_WEIGHT), np.float32(1))
    field = np.full((*unknown.shape, 2), -1, np.int32)
    nearest = np.random.default_rng(0).integers(0, len(sources), len(places))
    field[places[:, 0], places[:, 1]] = sources[nearest]
    if start is not None:
        rows, columns = places.T
        half = start[np.minimum((rows - r) // 2, len(start) - 1), np.minimum((columns - r) // 2, start.shape[1] - 1)]
        there = half * 2 + (places - r) % 2 + r
        inside = (half[:, 0] >= 0) & (there >= 0).all(1) & (there < unknown.shape).all(1)
        inside[inside] = usable[there[inside, 0], there[inside, 1]]
        field[rows[inside], columns[inside]] = there[inside]
    shift = np.zeros((*unknown.shape, 3), np.float32)
    for _ in range(VOTES):
        _search(padded, weight, places, usable.view(np.uint8), field, sources, PASSES)
        _vote(padded, weight, places, field, shift)
        weight[filled] = 1
    inner = (slice(r, -r), slice(r, -r))
    return np.where(field[inner] >= 0, field[inner] - r, -1).astype(np.int32), shift[inner]


def copy_patches(image: Layer, guess: Layer, field: NDArray[np.int32], shift: Layer) -> Layer:
    """[H, W, 3] `image` with the patches of a smaller picture's `field` and `shift` copied at full size.

    Each pixel is the blend of what the four nearest patches say of it; `guess` [H, W, 3] stays where there is none.
    """
    filled = np.array(guess, np.float32, order="C")
    _copy(np.ascontiguousarray(image), np.ascontiguousarray(field), np.ascontiguousarray(shift), filled)
    return filled


@njit("void(float32[:, :, ::1], int32[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1])", cache=True, nogil=True)
def _copy(image: NDArray, field: NDArray, shift: NDArray, filled: NDArray) -> None:
    height, width, _ = image.shape
    rows, columns, _ = field.shape
    scale_y, scale_x = height / rows, width / columns
    for y in range(height):
        at_y = (y + 0.5) / scale_y - 0.5
        low_y = int(np.floor(at_y))
        for x in range(width):
            at_x = (x + 0.5) / scale_x - 0.5
            low_x = int(np.floor(at_x))
            red = green = blue = norm = 0.0
            for i in range(max(low_y, 0), min(low_y + 2, rows)):
                for j in range(max(low_x, 0), min(low_x + 2, columns)):
                    if field[i, j, 0] < 0:
                        continue
                    share = (1 - abs(at_y - i)) * (1 - abs(at_x - j))
                    v = min(max(y + int(np.round((field[i, j, 0] - i) * scale_y)), 0), height - 1)
                    u = min(max(x + int(np.round((field[i, j, 1] - j) * scale_x)), 0), width - 1)
                    red += share * (image[v, u, 0] + shift[i, j, 0])
                    green += share * (image[v, u, 1] + shift[i, j, 1])
                    blue += share * (image[v, u, 2] + shift[i, j, 2])
                    norm += share
            if norm > 0.01:
                filled[y, x, 0] = red / norm
                filled[y, x, 1] = green / norm
                filled[y, x, 2] = blue / norm
