"""What the landmark net adds to a turned face: its depth is not exact, so a turn looks a little like an expression.

Measured on rendered heads, whose truth is known, as a field over the landmarks that is quadratic in the rotation.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TERMS = 9
"""Number of terms of a rotation vector: three linear, three squares, three products."""


def turn_terms(rotation: NDArray) -> Floats:
    """[..., 9] terms of rotation vectors [..., 3] in rad."""
    x, y, z = (np.asarray(rotation, np.float32)[..., axis] for axis in range(3))
    return np.stack([x, y, z, x * x, y * y, z * z, x * y, x * z, y * z], axis=-1)


def turn_bias(field: Floats, rotation: NDArray) -> Floats:
    """[..., 478, 3] what a rotation adds to the face in the canonical frame, for a field [9, 478, 3]."""
    flat = turn_terms(rotation) @ field.reshape(TERMS, -1)
    return flat.reshape(*flat.shape[:-1], -1, 3)
