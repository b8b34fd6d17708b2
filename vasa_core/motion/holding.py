"""What the model's rows are held to before they are shown: lips that rest, a head that comes home, weights in range."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import CHANNELS, SPEAKING
from vasa_core.motion.innovations import BLOCK

Array = NDArray[np.float32]

MOUTH = ("speech", "tongue")
"""Channels that rest while the face does not speak."""
WITHIN_1 = ("units", "blink", "tongue")
"""Weights and closures: from 0 to 1."""
RESTING = 0.6
"""What is left of them after each frame: the lips of an unfinished word come to rest within 0.3 s."""
STEADY = (0.15, 0.1)
"""Share of each neighbour in the first frame of a block, and of the frame before in the second: takes off half of the
lips' power above 12 Hz, which is more than in recordings, for 2 ms of delay."""
HOMING = 0.98
"""What is left of a speaking head's turn after each frame beside what the model does with it: long voices would carry
it a little further from its place than people go (SD of pitch 4.9 instead of 3.7 degrees)."""
_HOMING = HOMING ** np.arange(1, BLOCK + 1, dtype=np.float32)[:, None]


def hold(rows: Array, before: Array, state: NDArray[np.int64]) -> None:
    """Bound the next block [F, BLOCK, R] of F faces, in place, after the rows `before` [F, R]; `state` [F, BLOCK]."""
    _rest_lips(rows, before, state)
    rows[..., CHANNELS["head_rotation"]] *= np.where(state[..., None] == SPEAKING, _HOMING, 1)
    for name in WITHIN_1:
        np.clip(rows[..., CHANNELS[name]], 0, 1, out=rows[..., CHANNELS[name]])


def steady(rows: Array, before: Array) -> None:
    """Take the trembling that only lips of numbers have off a block [F, BLOCK, R], in place; see `STEADY`."""
    speech = CHANNELS["speech"]
    last, first, second = before[:, speech], rows[:, 0, speech], rows[:, 1, speech]
    either, back = STEADY
    eased = (1 - 2 * either) * first + either * (last + second), (1 - back) * second + back * first
    rows[..., speech] = np.stack(eased, axis=1)


def _rest_lips(rows: Array, before: Array, state: NDArray[np.int64]) -> None:
    """Words that were broken off in the middle leave the mouth softly, whatever the model makes of such an end."""
    for i in range(BLOCK):
        resting = state[:, i] != SPEAKING
        if resting.any():
            for name in MOUTH:
                rows[resting, i, CHANNELS[name]] = RESTING * before[resting, CHANNELS[name]]
        before = rows[:, i]
