"""What the director asks for, as the numbers that the motion model reads."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import CHANNELS, CONDITION_SIZE, CONDITIONS, MIRRORED_UNITS, ROW_SIZE, Direction

Array = NDArray[np.float32]

USUAL_BLINK_RATE = 22.0
"""Blinks a minute in the middle of the range; the model sees the rate against it."""
GAZE_UNIT = 0.3
"""rad: gazes are asked up to about so far."""


def condition_rows(direction: Direction) -> Array:
    """Condition rows [T, CONDITION_SIZE + number of conditions] of what is asked.

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
    return rows


def asked_rows(conditions: Array, levels: Array) -> Array:
    """Where the channels [T, R] would rest under condition rows [T, K]: looking where asked, with the face asked for.

    The model sees its past against this, so that a new wish shows as a distance to go.

    Parameters
    ----------
    levels : [7, 29] mean units of each emotion at full strength, of the side that leads; see `led_by`.
    """
    rows = np.zeros((len(conditions), ROW_SIZE), np.float32)
    rows[:, CHANNELS["gaze"]] = GAZE_UNIT * conditions[:, CONDITIONS["gaze"]]
    rows[:, CHANNELS["units"]] = conditions[:, CONDITIONS["emotion"]] @ levels
    return rows


def led_by(side: int, levels: Array) -> Array:
    """Levels [.., 29] of a face that leads with its `side`, 1 the subject's left or -1 the right, from left ones."""
    return levels if side > 0 else levels[..., MIRRORED_UNITS]


def _scaled(name: str, values: Array) -> Array:
    """Values of one condition [T, n], brought to about [-1, 1] around the usual."""
    if name == "gaze":
        return values / GAZE_UNIT
    if name == "distance":
        return 2 * np.log(values)
    if name == "expressiveness":
        return values - 1
    if name == "blink_rate":
        return values / USUAL_BLINK_RATE - 1
    return values
