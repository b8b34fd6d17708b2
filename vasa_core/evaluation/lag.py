"""How late one curve is against another, finer than a frame."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from vasa_core.evaluation.lips import correlation, shifted

Array = NDArray[np.floating]

FURTHEST_S = 0.24
"""Lags searched to each side: sound and picture further apart are a mistake of the file, not of the motion."""
STEP_S = 0.001
"""Fineness of the search. Curves at 25 Hz hold nothing above 12.5 Hz, so the correlation between two whole lags is a
smooth curve through its neighbours."""


def correlation_by_lag(result: Array, truth: Array, fps: float, furthest: float = FURTHEST_S) -> tuple[Array, Array]:
    """Lags [N] in s (positive: `result` is late) and Pearson's correlation [N] of the common frames at each."""
    reach = round(furthest * fps)
    steps = np.arange(-reach, reach + 1)
    return steps / fps, np.array([correlation(*shifted(result, truth, int(step))) for step in steps])


def peak_of(lags: Array, scores: Array) -> tuple[float, float]:
    """Lag in s at which a correlation [N] over whole lags [N] is highest, between them too, and that correlation."""
    curve = CubicSpline(lags, scores)
    fine = np.arange(lags[0], lags[-1] + STEP_S / 2, STEP_S)
    values = curve(fine)
    best = int(np.argmax(values))
    return float(fine[best]), float(values[best])


def lag(result: Array, truth: Array, fps: float) -> float:
    """s by which `result` [T] is late against `truth` [T]; negative: early."""
    return peak_of(*correlation_by_lag(result, truth, fps))[0]


def common_lag(pairs: Iterable[tuple[Array, Array]], fps: float) -> float:
    """s by which the results of all pairs (result, truth) are late together: the peak of their mean correlation.

    One short clip may have several peaks; in the mean over clips the true one stands out.
    """
    scores = [correlation_by_lag(result, truth, fps) for result, truth in pairs]
    if not scores:
        return float("nan")
    return peak_of(scores[0][0], np.mean([row for _, row in scores], axis=0))[0]
