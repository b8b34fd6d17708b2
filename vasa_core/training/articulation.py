"""How large the mouth's motion is made from that of the recordings: the reader they were learned from is a calm one."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace
from vasa_core.training.motion_loss import LOWER_LIP, UPPER_LIP, latent_basis

Array = NDArray[np.float32]

SIZE = 1.2
"""Of all mouth motion; closed lips stay closed."""
WIDTH = 1.35
"""Of the mouth's width on top: read sentences spread and round the lips less than talk does (width SD 0.031 against
0.039 inter-ocular distances)."""
CALM = 0.6
"""Share of the size that expressiveness does not change."""
MOUTH_CORNERS = (61, 291)


def articulate(speech: Array, expressiveness: Array | np.float32) -> Array:
    """Speech latents [T, 64] as large as `expressiveness` ([T, 1] or one number, 1 is usual) asks for."""
    reader, direction = _width()
    wide = speech + (WIDTH - 1) * (speech @ reader)[:, None] * direction
    return (SIZE * (CALM + (1 - CALM) * expressiveness) * wide).astype(np.float32)


@cache
def _width() -> tuple[Array, Array]:
    """What reads the mouth's width off a latent [64], and the latent [64] that adds one of it and no lip opening."""
    basis = latent_basis(LatentSpace.load())
    width: Array = basis[:, MOUTH_CORNERS[1], 0] - basis[:, MOUTH_CORNERS[0], 0]
    opening = basis[:, LOWER_LIP, 1] - basis[:, UPPER_LIP, 1]
    along = width - (width @ opening) / (opening @ opening) * opening
    return width, (along / (along @ width)).astype(np.float32)
