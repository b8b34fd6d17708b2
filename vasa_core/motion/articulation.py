"""The size of the mouth's motion: all of it, and its width on top; closed lips stay closed."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace

Array = NDArray[np.float32]

UPPER_LIP, LOWER_LIP = 13, 14
MOUTH_CORNERS = (61, 291)
LIPS_MEET = 0.045
"""Openings below this (inter-ocular distances) are pressed together, the smaller the more: a third of what speech opens
to at most."""


def articulate(speech: Array, size: Array | float, width: float) -> Array:
    """Speech latents [T, 64] made `size` times as large ([T, 1] or one number), and as wide `width` times more."""
    reader, direction = _width()
    wide = speech + (width - 1) * (speech @ reader)[:, None] * direction
    return np.asarray(size * wide, np.float32)


def meet(speech: Array) -> Array:
    """Speech latents [T, 64] whose lips touch where they nearly do.

    A model that is taught by squared errors blurs the moment of contact, which eyes look for in p, b and m.
    """
    reader, direction = _opening()
    opening = speech @ reader
    share = np.clip(opening / LIPS_MEET, 0, 1)
    less = opening * (share * share * (3 - 2 * share) - 1) * (opening > 0)
    return np.asarray(speech + less[:, None] * direction, np.float32)


def _readers() -> tuple[Array, Array]:
    """What reads the mouth's width and its opening off a latent, [64] each, in inter-ocular distances."""
    space = LatentSpace.load()
    basis = space.decode(np.eye(space.size, dtype=np.float32)) - space.decode(np.zeros(space.size, np.float32))
    width = basis[:, MOUTH_CORNERS[1], 0] - basis[:, MOUTH_CORNERS[0], 0]
    opening = basis[:, LOWER_LIP, 1] - basis[:, UPPER_LIP, 1]
    return width, opening


def _alone(wanted: Array, other: Array) -> Array:
    """The smallest latent [64] that adds one of what `wanted` reads and nothing of what `other` does."""
    along = wanted - (wanted @ other) / (other @ other) * other
    return np.asarray(along / (along @ wanted), np.float32)


@cache
def _width() -> tuple[Array, Array]:
    """What reads the mouth's width off a latent [64], and the latent [64] that adds one of it and no lip opening."""
    width, opening = _readers()
    return width, _alone(width, opening)


@cache
def _opening() -> tuple[Array, Array]:
    """The same of the opening."""
    width, opening = _readers()
    return opening, _alone(opening, width)
