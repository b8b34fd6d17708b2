"""From the channels that the model makes to the motion that is drawn."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.articulation import articulate, meet
from vasa_core.motion.channels import EXPRESSION_UNITS, Direction, Performance
from vasa_core.motion.gaze import eyes_in_head
from vasa_core.motion.track import CAMERA_DISTANCE, Motion

Array = NDArray[np.float32]

LIDS_MEET = (0.75, 0.88)
"""Closures from the first on are stretched so that the second is shut: lids that nearly meet do meet in life."""
MOUTH_SIZE, MOUTH_WIDTH = 1.15, 1.2
"""The model moves lips a little less than those it learned from, as all do that are taught by squared errors."""
NECK = np.array([0.0, 0.45, 0.10], np.float32)
"""Where the neck bends, below and behind the point that the head is turned about, in inter-ocular distances."""


def compose(performance: Performance, direction: Direction, hint: Array | None = None) -> Motion:
    """The motion of a performance.

    Parameters
    ----------
    direction : what was asked for in the same frames; its distance moves the head.
    hint : [T, 3] rotation vector in rad, added to the head's.
    """
    rotation, translation = performance.head_rotation, performance.head_translation.copy()
    if hint is not None and hint.any():
        rotation = rotation + hint
        translation += np.cross(hint, -NECK).astype(np.float32)
    if direction.distance is not None:
        translation[:, 2] += CAMERA_DISTANCE * (direction.distance - 1)
    return Motion(
        latent=meet(articulate(performance.speech, MOUTH_SIZE, MOUTH_WIDTH)) + performance.units @ _unit_latents(),
        head_rotation=rotation,
        head_translation=translation,
        gaze=eyes_in_head(performance.gaze, rotation),
        blink=_closure(performance.blink),
        tongue=performance.tongue.clip(0, 1),
    )


@cache
def _unit_latents() -> Array:
    """[29, D] latent of each expression unit at weight 1."""
    return LatentSpace.load().arkit_latents[[ARKIT_INDEX[name] for name in EXPRESSION_UNITS]]


def _closure(blink: Array) -> Array:
    """Closures [T, 2] of lids that shut fully."""
    begin, shut = LIDS_MEET
    beyond = np.maximum(blink - begin, 0) * ((1 - begin) / (shut - begin) - 1)
    return (blink + beyond).clip(0, 1).astype(np.float32)
