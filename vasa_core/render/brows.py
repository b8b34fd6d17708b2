"""Brows that rise as far as living ones do, whole: their tails and the skin above go with them.

A face unit of weight 1 lifts the latent space's brows by 0.05 outer inter-ocular distances and leaves their tails where
they are. Living brows rise about twice as far (10 of 90 mm), and enlarging the unit alone would bend them to hooks.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.topology import LEFT_BROW, LEFT_EYE_UPPER, RIGHT_BROW, RIGHT_EYE_UPPER
from vasa_core.latent.space import LatentSpace

Floats = NDArray[np.float32]

MORE = 0.9
"""Added to a raise, as a share of what the brow rises on average."""
REACH = 0.22
"""Outer inter-ocular distances over which the skin around a brow goes along less and less."""
MIDDLE = 0.06
"""Half width of the strip between both brows that belongs to either."""


def lift_brows(displacement: Floats) -> Floats:
    """Displacements [.., 478, 3] (inter-ocular distances) in which brows that rise do so as far as living ones."""
    lifted = displacement.copy()
    for brow, field in zip((RIGHT_BROW, LEFT_BROW), _fields(), strict=True):
        rise = np.maximum(-displacement[..., list(brow), 1].mean(-1), 0)
        lifted[..., 1] -= MORE * rise[..., None] * field
    return lifted


@cache
def _fields() -> tuple[Floats, Floats]:
    """[478] each: how much every landmark goes with the right brow and with the left one; 0 from the eye down."""
    neutral = LatentSpace.load().neutral
    right = _field(neutral, list(RIGHT_BROW), list(RIGHT_EYE_UPPER))
    return right, _field(neutral, list(LEFT_BROW), list(LEFT_EYE_UPPER))


def _field(neutral: Floats, brow: list[int], eye: list[int]) -> Floats:
    points, line = neutral[:, :2], neutral[brow, :2]
    away = np.linalg.norm(points[:, None] - line[None], axis=-1).min(1)
    lid, height = neutral[eye, 1].min(), line[:, 1].max()
    above = np.clip((lid - points[:, 1]) / (lid - height), 0, 1)
    side = np.sign(line[:, 0].mean())
    own = np.clip((side * points[:, 0] + MIDDLE) / (2 * MIDDLE), 0, 1)
    return np.asarray(np.exp(-((away / REACH) ** 2)) * above * above * (3 - 2 * above) * own, np.float32)
