"""Where the parts of the mouth are in one instant: jaw, tongue and head take them to the frame, light shades them."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

AMBIENT = 0.62
"""Share of the light inside the mouth that comes from all over the opening."""
FRONT = 0.06
"""Depth up to which all light comes in, inter-ocular distances: that of the front teeth."""
LIPS = 0.5
"""Inter-ocular distances between the corners of the lips, over which light from a side changes."""
THROWN_UP = 0.5
"""Light that the lower lip and teeth throw up onto what faces down, against the lamp's."""
FORWARD = (0.035, 0.0, 0.6)
"""Depths between which what comes forward leaves the lips' shadow, inter-ocular distances, and how much brighter it
gets: the tip of the tongue between the teeth."""
DEEPEST = 0.22
"""Share of the light that reaches any depth, thrown on by the mouth's walls."""
DEPTH_FALL = 0.75
"""How fast light falls with depth behind the lips, against the size of the opening."""
BOUNCE = (0.24, -0.06, -0.18)
"""Light deep in the mouth comes off red walls: how much more of each channel it holds than its brightness says."""
GLOSS_POWER = 5
"""Doublings of the exponent of the wet gloss: 2 ** 5 = 32."""
LIGHT_BITS = 8
CHANNEL_BITS = 21
"""Colours are carried as one integer, each channel with so many bits, `LIGHT_BITS` of them fractions."""


@njit(
    "void(float32[:, ::1], float32[::1], float32[::1], float32[:, :, ::1], float64[::1], float64[::1], float64, "
    "float64, float64, float64, float32[:, ::1])",
    cache=True,
    nogil=True,
)
def move_parts(
    vertices: NDArray,
    jaw: NDArray,
    tip: NDArray,
    targets: NDArray,
    amounts: NDArray,
    hinge: NDArray,
    angle: float,
    sideways: float,
    lowered: float,
    released: float,
    placed: NDArray,
) -> None:
    """Move the parts [N, 3] by tongue and jaw, in the mouth's own frame; result in `placed` [N, 3].

    Parameters: `jaw`, `tip` [N] and `targets` [4, N, 3] as in `MouthParts`; `amounts` [4] of the targets; `hinge` [2] y
    and z; `angle` rad that the jaw is open; `sideways`, `lowered` what it is moved besides; `released` [0, 1] how far
    the tip of the tongue leaves the jaw.
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    for i in range(vertices.shape[0]):
        x, y, z = np.float64(vertices[i, 0]), np.float64(vertices[i, 1]), np.float64(vertices[i, 2])
        for k in range(amounts.shape[0]):
            if amounts[k] != 0.0:
                x += amounts[k] * targets[k, i, 0]
                y += amounts[k] * targets[k, i, 1]
                z += amounts[k] * targets[k, i, 2]
        share = jaw[i] * (1.0 - released * tip[i])
        dy, dz = y - hinge[0], z - hinge[1]
        placed[i, 0] = x + share * sideways
        placed[i, 1] = y + share * (hinge[0] + cosine * dy - sine * dz - y + lowered)
        placed[i, 2] = z + share * (hinge[1] + sine * dy + cosine * dz - z)


@njit("void(float32[:, ::1], int32[:, ::1], int64, int64, float32[:, ::1])", cache=True, nogil=True)
def find_normals(placed: NDArray, triangles: NDArray, first: int, count: int, normals: NDArray) -> None:
    """Unit normals of the vertices of `count` triangles from the `first`, into `normals` [N, 3]."""
    for n in range(first, first + count):
        for k in range(3):
            normals[triangles[n, k]] = 0
    for n in range(first, first + count):
        a, b, c = triangles[n, 0], triangles[n, 1], triangles[n, 2]
        ux, uy, uz = placed[b, 0] - placed[a, 0], placed[b, 1] - placed[a, 1], placed[b, 2] - placed[a, 2]
        vx, vy, vz = placed[c, 0] - placed[a, 0], placed[c, 1] - placed[a, 1], placed[c, 2] - placed[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in range(3):
            i = triangles[n, k]
            normals[i, 0] += nx
            normals[i, 1] += ny
            normals[i, 2] += nz
    for n in range(first, first + count):
        for k in range(3):
            i = triangles[n, k]
            square = normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2
            if square > 0 and abs(square - 1) > 1e-5:
                normals[i] /= np.float32(np.sqrt(square))


@njit(
    "void(float32[:, ::1], float32[:, ::1], float32[::1], int32[::1], float32[:, ::1], float32[::1], float64[::1], "
    "float64[::1], float64[::1], float64, float64, float64[:, ::1], float64, float32[:, ::1], int64[::1])",
    cache=True,
    nogil=True,
)
def project_parts(
    placed: NDArray,
    normals: NDArray,
    shade: NDArray,
    kind: NDArray,
    colours: NDArray,
    gloss: NDArray,
    light: NDArray,
    sight: NDArray,
    sides: NDArray,
    warmth: float,
    opening: float,
    to_frame: NDArray,
    highest: float,
    position: NDArray,
    packed: NDArray,
) -> None:
    """Take the parts to the frame and shade them.

    Parameters: `placed`, `normals` [N, 3]; `shade`, `kind` [N]; `colours` [4, 3] RGB and `gloss` [4] of each kind;
    `light`, `sight` [3] unit vectors towards lamp and viewer; `sides` [2] light on the left
    and the right; `warmth` [0, 1] of light off the walls; `opening` of the lips, inter-ocular distances;
    `to_frame` [3, 4] to px; `highest` value of a channel. Result: `position` [N, 3] px, `packed` [N] colours.
    """
    half = light + sight
    half /= np.sqrt((half * half).sum())
    scale = 1 << LIGHT_BITS
    for i in range(placed.shape[0]):
        x, y, z = np.float64(placed[i, 0]), np.float64(placed[i, 1]), np.float64(placed[i, 2])
        for k in range(3):
            position[i, k] = to_frame[k, 0] * x + to_frame[k, 1] * y + to_frame[k, 2] * z + to_frame[k, 3]
        nx, ny, nz = np.float64(normals[i, 0]), np.float64(normals[i, 1]), np.float64(normals[i, 2])
        facing = 0.5 + 0.5 * (nx * light[0] + ny * light[1] + nz * light[2]) + THROWN_UP * max(ny, 0.0)
        reach = DEEPEST + (1 - DEEPEST) * opening / (opening + DEPTH_FALL * max(z - FRONT, 0.0) + 1e-6)
        amount = min(shade[i] * reach * (AMBIENT + (1 - AMBIENT) * facing), 1.0)
        amount *= 1.0 + FORWARD[2] * min(max((z - FORWARD[0]) / (FORWARD[1] - FORWARD[0]), 0.0), 1.0)
        across = min(max(0.5 + x / LIPS, 0.0), 1.0)
        amount *= sides[0] + (sides[1] - sides[0]) * across * across * (3 - 2 * across)
        dusk = max(amount * (1 - amount), 0.0) * warmth
        shine = max(nx * half[0] + ny * half[1] + nz * half[2], 0.0)
        for _ in range(GLOSS_POWER):
            shine *= shine
        material = kind[i]
        wet = gloss[material] * shine * reach * shade[i] * 255.0
        total = np.int64(0)
        for c in range(3):
            value = colours[material, c] * (amount + BOUNCE[c] * dusk) + wet
            fixed = np.int64(min(max(value, 0.0), highest) * scale) + 64
            total += fixed << (CHANNEL_BITS * c)
        packed[i] = total
