"""What is new in a block of motion, against where the frames before it were heading.

Heads, brows and smiles have inertia: the model makes only the difference to a damped continuation of the last two
frames, in units of how large such differences usually are. So seams between blocks cannot show, and the sampler's
small errors stay small against the motion. Gaze holds its last place; speech, tongue and lids are made outright.
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import CHANNELS, ROW_SIZE

Array = NDArray[np.float32]

BLOCK = 2
"""Frames generated at a time: 80 ms."""
MOVING = ("units", "head_rotation", "head_translation")
"""Channels that carry on with their damped velocity."""
HOLDING = ("gaze",)
"""Channels that stay where they are until a saccade."""
TREMBLE = 0.005
"""rad, 0.3 degrees: between the drift of a fixation and the smallest glances."""
DAMPING = 0.85
"""Velocity left after each frame."""
RETURNING = ("head_rotation", "head_translation", "units")
RETURN = 0.995
"""What is left after each frame of where these channels are: without news they come back within some 8 s, so that
nothing can add up over the hours."""
_MOVING = np.concatenate([np.arange(ROW_SIZE)[CHANNELS[name]] for name in MOVING])
_HOLDING = np.concatenate([np.arange(ROW_SIZE)[CHANNELS[name]] for name in HOLDING])
_RETURNING = np.concatenate([np.arange(ROW_SIZE)[CHANNELS[name]] for name in RETURNING])
HISTORY_SIZE = ROW_SIZE + len(_MOVING)
"""A row and the velocity of the moving channels: what the model sees of each frame of the past."""
_LEFT = (RETURN ** np.arange(1, BLOCK + 1)).astype(np.float32)[:, None]
_REACH = np.cumsum(DAMPING ** np.arange(1, BLOCK + 1)).astype(np.float32)


def continuation(last: Array, before: Array, asked: Array) -> Array:
    """Where BLOCK frames [.., BLOCK, R] would go by themselves after the frames `last` and `before` it [.., R].

    `asked` [.., BLOCK, R]: where they would rest, see `asked_rows`.
    """
    ahead = np.zeros((*last.shape[:-1], BLOCK, last.shape[-1]), np.float32)
    ahead[..., _HOLDING] = last[..., None, _HOLDING]
    velocity = (last - before)[..., None, _MOVING]
    ahead[..., _MOVING] = last[..., None, _MOVING] + _REACH[:, None] * velocity
    rest = asked[..., _RETURNING]
    ahead[..., _RETURNING] = rest + _LEFT * (ahead[..., _RETURNING] - rest)
    return ahead


def innovations(rows: Array, expected: Array) -> Array:
    """What is new in rows [.., BLOCK, R] against where they were expected; changes of gaze by their order of size.

    Eyes tremble by hundredths of a degree and jump by ten: the model draws the inverse hyperbolic sine of their change,
    in which both have a size.
    """
    new = rows - expected
    new[..., _HOLDING] = np.arcsinh(new[..., _HOLDING] / TREMBLE)
    return new


def renewed(expected: Array, new: Array) -> Array:
    """Rows [.., BLOCK, R] from where they were expected and what is new; the inverse of `innovations`."""
    change = new.copy()
    change[..., _HOLDING] = TREMBLE * np.sinh(new[..., _HOLDING])
    return expected + change


def with_velocity(rows: Array, before: Array) -> Array:
    """Rows [.., T, R] after the row `before` [.., R], with the velocity of the moving channels: [.., T, HISTORY]."""
    earlier = np.concatenate([before[..., None, :], rows[..., :-1, :]], axis=-2)
    return np.concatenate([rows, (rows - earlier)[..., _MOVING]], axis=-1)
