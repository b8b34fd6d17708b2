"""The size of the mouth's motion: all of it, and its width on top; closed lips stay closed."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace

Array = NDArray[np.float32]

UPPER_LIP, LOWER_LIP = 13, 14
MOUTH_CORNERS = (61, 291)


def articulate(speech: Array, size: Array | float, width: float) -> Array:
    """Speech latents [T, 64] made `size` times as large ([T, 1] or one number), and as wide `width` times more."""
    reader, direction = _width()
    wide = speech + (width - 1) * (speech @ reader)[:, None] * direction
    return np.asarray(size * wide, np.float32)


@cache
def _width() -> tuple[Array, Array]:
    """What reads the mouth's width off a latent [64], and the latent [64] that adds one of it and no lip opening."""
    space = LatentSpace.load()
    basis = space.decode(np.eye(space.size, dtype=np.float32)) - space.decode(np.zeros(space.size, np.float32))
    width: Array = basis[:, MOUTH_CORNERS[1], 0] - basis[:, MOUTH_CORNERS[0], 0]
    opening: Array = basis[:, LOWER_LIP, 1] - basis[:, UPPER_LIP, 1]
    along = width - (width @ opening) / (opening @ opening) * opening
    return width, (along / (along @ width)).astype(np.float32)
