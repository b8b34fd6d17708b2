"""The noise schedule of the motion diffusion model, shared by training and sampling.

Cosine schedule of Nichol and Dhariwal (2021) over continuous time t in [0, 1]: a sample at t is
`signal(t) * clean + noise_level(t) * noise`, with t = 0 clean and t = 1 pure noise.
"""

import numpy as np
from numpy.typing import NDArray

MAX_TIME = 1.0
LEAST_LEVEL = 1e-4
TREND_MOST = 2.0
"""Ratio of the widths of two steps beyond which no trend is drawn any further: the first step's has no bound."""

Array = NDArray[np.float32]


def signal_level(t: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the clean sample left at time `t`, in [0, 1]."""
    return np.cos(0.5 * np.pi * np.asarray(t, np.float32)).astype(np.float32)


def noise_level(t: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard deviation of the noise at time `t`, in [0, 1]."""
    return np.sin(0.5 * np.pi * np.asarray(t, np.float32)).astype(np.float32)


def sampling_times(steps: int) -> NDArray[np.float32]:
    """[steps + 1] times from pure noise to clean, closest together at both ends.

    Near the noise it is decided what happens, near the clean end how finely: evenly spaced times lose a tenth more of
    the head's motion.
    """
    share = np.arange(steps + 1, dtype=np.float32) / max(steps, 1)
    return np.asarray(0.5 * MAX_TIME * (1 + np.cos(np.pi * share)), np.float32)


def log_ratios(times: NDArray[np.float32]) -> Array:
    """Logarithms of signal over noise; at both ends as far out as single precision tells."""
    return np.log(np.maximum(signal_level(times), LEAST_LEVEL) / np.maximum(noise_level(times), LEAST_LEVEL))


def solver_weights(times: NDArray[np.float32]) -> tuple[Array, Array, Array]:
    """Weights [steps] of DPM-Solver++(2M) (Lu et al. 2022, algorithm 2) over `times` [steps + 1].

    After each step the sample is kept * sample + added * (clean + trend * (clean - earlier)), where `clean` and
    `earlier` are the model's guesses of the clean sample in this step and in the one before. The first step has no
    earlier guess; the last one takes the guess as it is.
    """
    now, after = times[:-1], times[1:]
    kept = noise_level(after) / noise_level(now)
    added = signal_level(after) - kept * signal_level(now)
    width = np.diff(log_ratios(times))
    trend = np.zeros(len(now), np.float32)
    trend[1:-1] = 0.5 * np.minimum(width[1:-1] / width[:-2], TREND_MOST)
    return kept, added, trend
