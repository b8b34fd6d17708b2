"""Frames in which the actor's face was not found: short gaps are bridged, in longer ones the face comes to rest."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vasa_core.performance.capture import Performance

SHORT_S = 0.4
"""A face that was away for less goes on where it was: a blurred turn, a hand that passes."""
REST_S = 0.25
"""s in which a face that is away for longer comes to rest, and in which it begins again."""

Curve = tuple[NDArray[np.float64], NDArray[np.float32]]


def bridge(times: NDArray[np.float64], curve: NDArray, performance: Performance, keep: bool) -> Curve:
    """Times [K] and values [K, C] of a curve [T, C] known at `times` [T], with frames of rest put into long gaps.

    Parameters
    ----------
    keep : there is no rest: the curve goes from one side of the gap to the other (the head)
    """
    if keep:
        return times, np.asarray(curve, np.float32)
    long = [(before, after - before) for before, after in pairwise(times) if after - before > SHORT_S]
    rests = [before + away for before, gap in long for away in _ends(gap)]
    if times[0] - performance.times[0] > SHORT_S:
        rests.append(times[0] - REST_S)
    if performance.times[-1] - times[-1] > SHORT_S:
        rests.append(times[-1] + REST_S)
    at = np.concatenate([times, np.array(rests)])
    order = np.argsort(at, kind="stable")
    values = np.concatenate([curve, np.zeros((len(at) - len(times), curve.shape[1]))])
    return at[order], values[order].astype(np.float32)


def _ends(gap: float) -> tuple[float, ...]:
    """s into a gap of so many s at which rest begins and ends."""
    return (REST_S, gap - REST_S) if gap > 2 * REST_S else (gap / 2,)


def describe_gaps(performance: Performance) -> str:
    """What to tell the user of frames without a face; empty where there are none."""
    missing = int((~performance.found).sum())
    if not missing:
        return ""
    return (
        f"No face in {missing} of {len(performance.found)} frames of the video: gaps under {SHORT_S:g} s are bridged, "
        "in longer ones the face rests."
    )
