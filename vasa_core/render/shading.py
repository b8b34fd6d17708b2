"""How light falls on a portrait: spherical harmonics fitted to the brightness of its skin.

Nine coefficients of a surface's direction say how bright matt skin looks under any distant light (Ramamoorthi and
Hanrahan 2001; Basri and Jacobs 2003). A picture shows only the half of all directions that face the viewer, and skin
has colours of its own, so the fit is held to ambient light and one lamp as far as the picture does not say otherwise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TERMS = 9
"""Spherical harmonics up to order 2."""
LAMP_RIDGE = 0.005
"""Pull of the lamp towards none, against the share of the skin's samples (mean weight 1): what little tilts a flat
drawing has count as colour."""
ORDER_2_RIDGE = 0.3
"""Pull of the six coefficients of order 2 towards those of the lamp that order 1 tells."""
ROUNDS = 12
"""Rounds of reweighting."""
OUTLIER = 2.5
"""Residuals beyond so many times their typical size (scaled median) hardly count."""
LEAST_RESIDUAL = 0.02
"""Typical residual that is always granted, as a share of the skin's mean brightness."""
DARKEST = 0.2
"""Shading never falls below about this share of the mean: pores, brows and shadows always hold some light."""
LAMP_ORDER_2 = 5 / 8
"""A lamp lights a matt surface by max(0, n.d) = 1/4 + (n.d)/2 + (5/16) P2(n.d) + ...: order 2 against order 1."""


def harmonics(normals: Array) -> Array:
    """[N, 9] unnormalised spherical harmonics of unit normals [N, 3]: 1; x, y, z; and the five of order 2."""
    x, y, z = normals.T
    return np.stack([np.ones_like(x), x, y, z, x * y, y * z, x * z, x * x - y * y, 3 * z * z - 1], axis=1)


@dataclass(frozen=True)
class Shading:
    """The light on one portrait."""

    coefficients: Array
    """[9] of `harmonics`; linear brightness of the skin, 1 in the mean."""
    trust: float
    """[0, 1]: how far the skin's brightness is explained by its shape."""

    def __call__(self, normals: Array) -> Array:
        """[N] brightness of unit normals [N, 3], at least about `DARKEST`; x right, y down, z away from the viewer."""
        return soft_floor(harmonics(normals) @ self.coefficients)


def soft_floor(value: Array) -> Array:
    """`value` where it lies well above `DARKEST`, never below half of that, smooth between."""
    over = value - DARKEST
    return DARKEST + 0.5 * (over + np.sqrt(over * over + DARKEST * DARKEST))


def lamp_harmonics(lamp: Array) -> Array:
    """[5] coefficients of order 2 that go with order 1 being `lamp` [3]."""
    size = np.linalg.norm(lamp)
    if size < 1e-9:
        return np.zeros(5)
    x, y, z = lamp / size
    # P2(n.d) = (3 (n.d)^2 - 1) / 2, written out in the harmonics of n.
    return (
        LAMP_ORDER_2
        * size
        * 1.5
        * np.array([2 * x * y, 2 * y * z, 2 * x * z, (x * x - y * y) / 2, (z * z) / 2 - 1 / 6])
    )


def fit_shading(normals: Array, brightness: Array, weight: Array) -> Shading:
    """Fit the light to samples of the skin.

    Parameters: `normals` [N, 3] unit; `brightness` [N] linear, any scale; `weight` [N] how surely it is bare skin.
    """
    weight = weight / max(weight.sum(), 1e-9)
    light = brightness / max(float(weight @ brightness), 1e-9)
    basis = harmonics(normals)
    ridge = np.diag([0.0] + 3 * [LAMP_RIDGE] + 5 * [ORDER_2_RIDGE])
    solution, sure = np.zeros(TERMS), weight
    for _ in range(ROUNDS):
        target = np.concatenate([np.zeros(4), lamp_harmonics(solution[1:4])])
        weighted = basis * sure[:, None]
        solution = np.linalg.solve(
            weighted.T @ basis + sure.sum() * ridge, weighted.T @ light + sure.sum() * ridge @ target
        )
        residual = np.abs(light - basis @ solution)
        typical = max(weighted_median(residual, weight), LEAST_RESIDUAL)
        sure = weight / (1 + (residual / (OUTLIER * typical)) ** 2) ** 2
    shaded = basis @ solution
    middle = float(sure @ shaded / sure.sum())
    explained = float(sure @ (shaded - middle) ** 2 / sure.sum())
    left = float(sure @ (light - shaded) ** 2 / sure.sum())
    return Shading(solution, explained / max(explained + left, 1e-9))


def weighted_median(values: Array, weight: Array) -> float:
    """The value that half of the weight lies below."""
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
