"""Statistics of blinks: how often, how fast, how fully, and whether the intervals are log-normal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.life import find_blinks

Array = NDArray[np.floating]

SHUT = 0.95
"""Closure of a motion's lids that counts as shut."""
SIMULATIONS = 500
"""Samples drawn to learn what misfit log-normal intervals of that number show by chance."""
LEAST_INTERVALS = 8
"""Fewer tell nothing about their distribution."""


@dataclass(frozen=True)
class BlinkStats:
    """Blinks over several stretches of lid closure."""

    count: int
    per_minute: float
    closing_ms: float
    """Median time from a tenth of the depth to the deepest frame."""
    opening_ms: float
    """Median time from there back to a tenth of the depth."""
    full: float
    """Share of the blinks that shut the eye; NaN without blinks."""
    intervals: Array
    """s from each blink to the next within one stretch."""


def blink_stats(closures: list[Array], fps: float, chosen: list[NDArray[np.bool_]] | None = None) -> BlinkStats:
    """Statistics of blinks in closures [T] in [0, 1], one array per stretch.

    `chosen`, masks [T], counts only the blinks (and the time) of those frames.
    """
    masks = chosen or [np.ones(len(closure), bool) for closure in closures]
    found = [find_blinks(closure, fps) for closure in closures]
    kept = [
        mask[np.minimum(np.round(blinks.time * fps).astype(int), len(mask) - 1)]
        for blinks, mask in zip(found, masks, strict=True)
    ]
    pick = {
        name: np.concatenate([getattr(b, name)[k] for b, k in zip(found, kept, strict=True)] or [np.zeros(0)])
        for name in ("depth", "closing", "opening")
    }
    gaps = [np.diff(b.time)[k[1:]] for b, k in zip(found, kept, strict=True) if len(b.time) > 1]
    seconds = sum(int(mask.sum()) for mask in masks) / fps
    count = len(pick["depth"])
    return BlinkStats(
        count=count,
        per_minute=60 * count / seconds if seconds else float("nan"),
        closing_ms=1000 * float(np.median(pick["closing"])) if count else float("nan"),
        opening_ms=1000 * float(np.median(pick["opening"])) if count else float("nan"),
        full=float((pick["depth"] >= SHUT).mean()) if count else float("nan"),
        intervals=np.concatenate(gaps or [np.zeros(0)]),
    )


@dataclass(frozen=True)
class LogNormal:
    """A log-normal distribution fitted to positive values."""

    median: float
    """s."""
    sigma: float
    """Standard deviation of the logarithm."""
    p: float
    """Chance that values of this distribution fit no better: small means they are not log-normal."""


def fit_log_normal(values: Array, seed: int = 0) -> LogNormal | None:
    """Log-normal fit of values, tested after Lilliefors (1967); None for too few.

    The misfit is the largest distance between the two distribution functions, and the p-value comes from samples of
    the same number that are log-normal and fitted alike.
    """
    values = np.asarray(values, float)
    if len(values) < LEAST_INTERVALS:
        return None
    logs = np.log(values)
    random = np.random.default_rng(seed)
    own = _misfit(logs)
    others = np.array([_misfit(random.standard_normal(len(logs))) for _ in range(SIMULATIONS)])
    p = (1 + (others >= own).sum()) / (1 + SIMULATIONS)
    return LogNormal(float(np.exp(logs.mean())), float(logs.std(ddof=1)), float(p))


def _misfit(values: Array) -> float:
    """Kolmogorov and Smirnov's distance of values to the normal distribution of their own mean and deviation."""
    from scipy.special import ndtr

    ordered = np.sort(values)
    spread = max(float(ordered.std(ddof=1)), 1e-12)
    expected = ndtr((ordered - ordered.mean()) / spread)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return float(max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max()))
