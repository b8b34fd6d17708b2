"""The small filters that behaviour is made of, each stepped once per frame of 40 ms."""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.04


class Follower:
    """Follow a target that jumps, without a jump in position, speed or acceleration and without overshoot."""

    def __init__(self, size: int) -> None:
        self._eased = np.zeros(size)
        self._value = np.zeros(size)
        self._speed = np.zeros(size)

    def step(self, target: NDArray[np.float64], quickness: float) -> NDArray[np.float64]:
        """One frame towards `target` [size]; `quickness` is the angular frequency, rad/s (there after about 5 / it)."""
        decay = exp(-quickness * FRAME_S)
        self._eased = target + (self._eased - target) * exp(-1.5 * quickness * FRAME_S)
        away = self._value - self._eased
        push = (self._speed + quickness * away) * FRAME_S
        self._speed = (self._speed - quickness * push) * decay
        self._value = self._eased + (away + push) * decay
        return self._value


class Drift:
    """Slow wandering whose power falls with frequency, like 1/f: noise at several time constants, each smoothed.

    Starts at 0 and reaches its full size (SD about 1) within the longest time constant.
    """

    TIMES_S = (2.8, 1.0, 0.36)
    SHARES = (0.66, 0.58, 0.48)
    """SD of each part; their squares add up to 1."""
    SMOOTHING = 0.35
    """Time constant of the two smoothing stages, as a share of the part's own."""

    def __init__(self, size: int, generator: np.random.Generator) -> None:
        times = np.array(self.TIMES_S)
        self._generator = generator
        self._keep = np.exp(-FRAME_S / times)
        self._stir = np.sqrt(1 - self._keep**2)
        self._smooth = 1 - np.exp(-FRAME_S / (self.SMOOTHING * times))
        self._share = np.array(self.SHARES) * (1 + self.SMOOTHING) / sqrt(1 + self.SMOOTHING / 2)
        self._noise = np.zeros((size, len(times)))
        self._first = np.zeros_like(self._noise)
        self._second = np.zeros_like(self._noise)

    def step(self) -> NDArray[np.float64]:
        """One frame: values [size]."""
        self._noise = self._noise * self._keep + self._stir * self._generator.standard_normal(self._noise.shape)
        self._first += (self._noise - self._first) * self._smooth
        self._second += (self._first - self._second) * self._smooth
        return self._second @ self._share


class Stroke:
    """One movement out and back: smooth start, top after `rise` seconds, slower return, slight swing past rest."""

    SHARPNESS = 2.5
    SWING = 0.22
    """Size of the swing past rest, and it comes `SWING_LATE` times as late as the stroke."""
    SWING_LATE = 3.0
    LENGTH = 9.0
    """Over after this many `rise`s."""

    def __init__(self, size: NDArray[np.float64], rise: float) -> None:
        self._size = size
        self._rise = rise
        self._time = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing is left of it."""
        return self._time > self.LENGTH * self._rise

    def step(self) -> NDArray[np.float64]:
        """One frame: what the stroke adds."""
        self._time += FRAME_S
        at = self._time / self._rise
        return self._size * (self._bump(at) - self.SWING * self._bump(at / self.SWING_LATE) * min(at / 2, 1.0))

    def _bump(self, at: float) -> float:
        return float((at * exp(1 - at)) ** self.SHARPNESS)


def log_normal(generator: np.random.Generator, mean: float, spread: float) -> float:
    """A positive random time with this mean; `spread` is the SD of its logarithm."""
    return mean * exp(spread * generator.standard_normal() - spread * spread / 2)
