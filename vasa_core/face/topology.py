"""The canonical face: 478 points, triangles with real holes at mouth and eyes, and the index sets others name.

Left and right are the subject's own: the right eye lies at the viewer's left, at negative x.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.models import model_path

POINTS = 478
"""Landmarks of a face: 468 on the skin and 2 x 5 on the irises."""
MESH_POINTS = 468
"""Landmarks that the triangles connect."""


def _indices(*values: int) -> NDArray[np.int32]:
    array = np.array(values, np.int32)
    array.flags.writeable = False
    return array


@cache
def _canonical() -> dict[str, NDArray]:
    with np.load(model_path("canonical_face")) as file:
        arrays = {name: file[name] for name in file.files}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


CANONICAL: NDArray[np.float32] = _canonical()["points"]
"""[478, 3] canonical face; x right, y down, z away from the viewer; outer eye corners (33, 263) at x = -0.5 and 0.5."""

TRIANGLES: NDArray[np.int32] = _canonical()["triangles"]
"""[852, 3] triangles over points 0..467; cross(b - a, c - a) points out of the head; open at mouth and eyes."""

LIPS_INNER_UPPER = _indices(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
"""Upper edge of the mouth's hole, from the subject's right corner to the left; corners shared with the lower edge."""
LIPS_INNER_LOWER = _indices(78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""Lower edge of the mouth's hole, paired point by point with `LIPS_INNER_UPPER`."""
LIPS_OUTER_LOWER = _indices(61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
"""Lower edge of the lips against the skin, paired with `LIPS_INNER_LOWER`."""
LIPS_OUTER = _indices(61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
"""Closed ring around the lips."""

RIGHT_EYE_UPPER = _indices(33, 246, 161, 160, 159, 158, 157, 173, 133)
"""Upper lid edge from the outer corner to the inner; corners shared with the lower edge."""
RIGHT_EYE_LOWER = _indices(33, 7, 163, 144, 145, 153, 154, 155, 133)
"""Lower lid edge, paired point by point with `RIGHT_EYE_UPPER`."""
LEFT_EYE_UPPER = _indices(263, 466, 388, 387, 386, 385, 384, 398, 362)
"""Upper lid edge from the outer corner to the inner; corners shared with the lower edge."""
LEFT_EYE_LOWER = _indices(263, 249, 390, 373, 374, 380, 381, 382, 362)
"""Lower lid edge, paired point by point with `LEFT_EYE_UPPER`."""

RIGHT_IRIS = _indices(468, 469, 470, 471, 472)
"""Centre, then the ring."""
LEFT_IRIS = _indices(473, 474, 475, 476, 477)
"""Centre, then the ring."""

RIGHT_BROW = _indices(46, 53, 52, 65, 55, 70, 63, 105, 66, 107)
LEFT_BROW = _indices(276, 283, 282, 295, 285, 300, 293, 334, 296, 336)
BROWS = _indices(*RIGHT_BROW, *LEFT_BROW)
"""Both brows, lower edge before upper edge."""

FACE_OVAL = _indices(
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""Closed ring around the face, clockwise on the screen from the top of the forehead."""

STABLE = _indices(
    *(10, 109, 338, 67, 297, 103, 332, 54, 284, 21, 251, 162, 389, 127, 356, 234, 454, 143, 372),
    *(33, 133, 263, 362, 168, 6, 197, 195, 5, 4, 122, 351, 196, 419, 3, 248, 236, 456, 174, 399, 188, 412),
    *(193, 417, 245, 465),
)
"""Forehead, temples, eye corners and bridge of the nose: what facial dynamics hardly move, for the head's pose."""

OUTER_EYE_CORNERS = (33, 263)
"""Their distance is the unit of length."""


def inter_ocular(points: NDArray) -> float:
    """Distance of the outer eye corners of `points` [478, 2 or 3], in the unit of `points`."""
    right, left = OUTER_EYE_CORNERS
    return float(np.linalg.norm(points[left] - points[right]))
