"""Least squares with every weight between 0 and 1, for reading ARKit weights out of a face."""

import numpy as np
from numpy.typing import NDArray

SWEEPS = 20
"""Passes over all weights; more change them by less than 0.01."""


def bounded_least_squares(target: NDArray, gram: NDArray) -> NDArray[np.float64]:
    """Minimise w G w' - 2 t w' over weights w in [0, 1], for every row t of `target`.

    Starts from the linear solution, cut to the bounds, and settles one weight after the other, all rows at once.

    Parameters
    ----------
    target : [T, N] products of what is to be explained with each unit
    gram : [N, N] products of the units with each other, positive definite
    """
    weights = np.clip(np.linalg.solve(gram, target.T), 0, 1)
    rest = target.T - gram @ weights
    for _ in range(SWEEPS):
        for k, diagonal in enumerate(np.diagonal(gram)):
            wanted = np.clip(weights[k] + rest[k] / diagonal, 0, 1)
            rest -= gram[:, k : k + 1] * (wanted - weights[k])
            weights[k] = wanted
    return weights.T
