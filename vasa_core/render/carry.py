"""`carried`: motion of some points carried to others by sparse weights; scipy's own product has much to ask before."""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse


def carried(weights: sparse.csr_matrix, motion: NDArray[np.float32]) -> NDArray[np.float32]:
    """[V, d] the product of float32 `weights` [V, n] and `motion` [n, d], of 1 to 3 columns."""
    result = np.empty((len(weights.indptr) - 1, motion.shape[1]), np.float32)
    _carry(weights.indptr, weights.indices, weights.data, motion, result)
    return result


@njit("void(int32[::1], int32[::1], float32[::1], float32[:, :], float32[:, ::1])", cache=True, nogil=True)
def _carry(begins: NDArray, columns: NDArray, weights: NDArray, motion: NDArray, result: NDArray) -> None:
    width = motion.shape[1]
    for v in range(len(begins) - 1):
        x = y = z = np.float32(0)
        for i in range(begins[v], begins[v + 1]):
            weight, n = weights[i], columns[i]
            x += weight * motion[n, 0]
            if width > 1:
                y += weight * motion[n, 1]
            if width > 2:
                z += weight * motion[n, 2]
        result[v, 0] = x
        if width > 1:
            result[v, 1] = y
        if width > 2:
            result[v, 2] = z
