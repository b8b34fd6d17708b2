"""Motion at other times: smooth curves through the frames, without overshoot where a closure must stay closed.

Between two frames runs a cubic Hermite piece whose slopes depend on the frame before and the frame after them alone, so
that a track in pieces and the whole track give the same curve.
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.track import ARRAY_FIELDS, Motion

SWINGING = ("head_rotation", "head_translation")
"""Channels that swing through their turning points: a head has inertia. All others never leave the range of the two
frames around them, so that shut lips and lids stay shut and a gaze at rest does not tremble."""
REACH = 1
"""Frames beyond the two around a time that the curve depends on, on each side."""


def resample(motion: Motion, times: NDArray[np.float64]) -> Motion:
    """The motion at `times` [N] (s of the utterance, rising evenly), held at both ends."""
    position = (np.asarray(times, np.float64) - motion.start) * motion.fps
    knots = np.arange(len(motion), dtype=np.float64)
    arrays = {name: interpolate(knots, getattr(motion, name), position, name in SWINGING) for name in ARRAY_FIELDS}
    step = float(times[1] - times[0]) if len(times) > 1 else 1 / motion.fps
    return Motion(**arrays, fps=1 / step, start=float(times[0]) if len(times) else motion.start)


def interpolate(
    knots: NDArray[np.float64], values: NDArray, positions: NDArray[np.float64], swinging: bool = False
) -> NDArray[np.float32]:
    """Curves through `values` [T, C] at `knots` [T] (rising), read at `positions` [N]; held beyond both ends.

    Parameters
    ----------
    swinging : slopes as by Catmull and Rom, which round off turning points and may pass a little beyond a frame there;
        otherwise as by Fritsch and Butland (1984): monotone between any two frames, flat at turning points
    """
    values = np.asarray(values, np.float32)
    if len(values) == 1:
        return np.repeat(values, len(positions), axis=0)
    positions = np.clip(positions, knots[0], knots[-1])
    low = np.clip(np.searchsorted(knots, positions, side="right") - 1, 0, len(values) - 2)
    width = np.diff(knots)
    secants = np.diff(values.astype(np.float64), axis=0) / width[:, None]
    slopes = (_swinging if swinging else _monotone)(secants, width[:, None])
    t = ((positions - knots[low]) / width[low])[:, None]
    step = width[low][:, None]
    rise = values[low + 1].astype(np.float64) - values[low]
    # Written from the nearer frame, so that at a frame its own value comes out exactly.
    curve = values[low] + t * t * (3 - 2 * t) * rise
    curve += step * t * (1 - t) * ((1 - t) * slopes[low] - t * slopes[low + 1])
    return np.where(t < 1, curve, values[low + 1]).astype(np.float32)


def _swinging(secants: NDArray, width: NDArray) -> NDArray:
    """Slopes [T, C] at the frames: of the parabola through a frame and its two neighbours."""
    before, after = width[:-1], width[1:]
    inner = (after * secants[:-1] + before * secants[1:]) / (before + after)
    return np.concatenate([secants[:1], inner, secants[-1:]])


def _monotone(secants: NDArray, width: NDArray) -> NDArray:
    """Slopes [T, C] at the frames: harmonic mean of the secants around, 0 where they differ in sign."""
    before, after = width[:-1], width[1:]
    left, right = secants[:-1], secants[1:]
    same = left * right > 0
    share = (before + 2 * after) / (3 * (before + after))
    denominator = np.where(same, share * right + (1 - share) * left, 1)
    inner = np.where(same, left * right / denominator, 0)
    return np.concatenate([secants[:1], inner, secants[-1:]])
