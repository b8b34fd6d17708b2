"""The noise schedule of the motion diffusion model, shared by training and sampling.

Cosine schedule of Nichol and Dhariwal (2021) over continuous time t in [0, 1]: a sample at t is
`signal(t) * clean + noise_level(t) * noise`, with t = 0 clean and t = 1 pure noise.
"""

import numpy as np
from numpy.typing import NDArray

MAX_TIME = 1.0


def signal_level(t: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the clean sample left at time `t`, in [0, 1]."""
    return np.cos(0.5 * np.pi * np.asarray(t, np.float32)).astype(np.float32)


def noise_level(t: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard deviation of the noise at time `t`, in [0, 1]."""
    return np.sin(0.5 * np.pi * np.asarray(t, np.float32)).astype(np.float32)


def sampling_times(steps: int) -> NDArray[np.float32]:
    """[steps + 1] times from pure noise to clean, evenly spaced."""
    return np.linspace(MAX_TIME, 0.0, steps + 1, dtype=np.float32)
