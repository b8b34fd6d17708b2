"""What the director asks for, as the numbers that the motion model reads."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import CONDITION_SIZE, CONDITIONS, Direction

Array = NDArray[np.float32]

USUAL_BLINK_RATE = 22.0
"""Blinks a minute in the middle of the range; the model sees the rate against it."""


def condition_rows(direction: Direction) -> tuple[Array, Array]:
    """Condition rows [T, CONDITION_SIZE + number of conditions] and the gaze targets [T, 2] (0 where none is asked).

    The last columns tell, 1 or 0, which conditions are given, in the order of `CONDITIONS`.
    """
    frames = len(direction)
    rows = np.zeros((frames, CONDITION_SIZE + len(CONDITIONS)), np.float32)
    for number, (name, part) in enumerate(CONDITIONS.items()):
        values = getattr(direction, name)
        if values is None:
            continue
        rows[:, part] = _scaled(name, np.asarray(values, np.float32).reshape(frames, -1))
        rows[:, CONDITION_SIZE + number] = 1
    target = np.zeros((frames, 2), np.float32) if direction.gaze is None else np.asarray(direction.gaze, np.float32)
    return rows, target


def _scaled(name: str, values: Array) -> Array:
    """Values of one condition [T, n], brought to about [-1, 1] around the usual."""
    if name == "gaze":
        return values / 0.3
    if name == "distance":
        return 2 * np.log(values)
    if name == "expressiveness":
        return values - 1
    if name == "blink_rate":
        return values / USUAL_BLINK_RATE - 1
    return values
