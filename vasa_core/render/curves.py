"""Shapes of curves that shaders share."""

from numba import njit


@njit("float64(float64)", cache=True, nogil=True)
def smooth(x: float) -> float:
    """0 below 0, 1 above 1, smooth between."""
    x = min(max(x, 0.0), 1.0)
    return x * x * (3 - 2 * x)
