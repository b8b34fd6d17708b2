"""Smoothing of tracked curves that leaves fast motion alone: closures of lips and lids keep their frames."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPEED_CUTOFF_HZ = 2.0
"""Cut-off of the speed that steers the filter: slower, and a closure is seen too late; faster, and noise opens it."""


def one_euro(values: NDArray, times: NDArray, least_hz: float, gain: NDArray | float) -> Floats:
    """The One-Euro filter (Casiez, Roussel and Vogel 2012): a low-pass whose cut-off rises with the curve's speed.

    Parameters
    ----------
    values : [T, C]
    times : [T] s, rising
    least_hz : cut-off of a curve at rest
    gain : [C] or one: Hz of cut-off per unit of `values` per second
    """
    values = np.asarray(values, np.float64)
    smooth, speed = values.copy(), np.zeros(values.shape[1:])
    for i in range(1, len(values)):
        step = times[i] - times[i - 1]
        speed += _share(SPEED_CUTOFF_HZ, step) * ((values[i] - values[i - 1]) / step - speed)
        share = _share(least_hz + gain * np.abs(speed), step)
        smooth[i] = smooth[i - 1] + share * (values[i] - smooth[i - 1])
    return smooth


def zero_phase(values: NDArray, times: NDArray, least_hz: float, gain: NDArray | float) -> Floats:
    """The One-Euro filter run both ways and averaged, so that nothing comes late; arguments as for `one_euro`."""
    forward = one_euro(values, times, least_hz, gain)
    backward = one_euro(values[::-1], times[-1] - times[::-1], least_hz, gain)
    return (forward + backward[::-1]) / 2


def _share(cutoff_hz: NDArray | float, step: float) -> NDArray | float:
    """What an exponential filter of that cut-off takes over in `step` s."""
    turn = 2 * np.pi * cutoff_hz * step
    return turn / (turn + 1)
