"""How much two performances of the same words differ, against those of different words."""

import itertools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def path_distance(first: Array, second: Array) -> float:
    """Mean distance in degrees between two head paths [T, 3] of rotation vectors in rad, over their common frames."""
    count = min(len(first), len(second))
    return float(np.degrees(np.linalg.norm(np.asarray(first[:count]) - second[:count], axis=1)).mean())


def diversity(takes: list[list[Array]]) -> tuple[float, float]:
    """Mean head-path distance in degrees between the takes of one clip, and between takes of different clips.

    Parameters
    ----------
    takes : for each clip the head paths [T, 3] (rad) of several seeds

    The first over the second is the diversity: 0 where seeds change nothing, 1 where the words do not matter. NaN
    without two seeds, or without two clips.
    """
    same = [path_distance(a, b) for paths in takes for a, b in itertools.combinations(paths, 2)]
    other = [
        path_distance(a, b) for one, two in itertools.combinations(takes, 2) for a, b in itertools.product(one, two)
    ]
    return (
        float(np.mean(same)) if same else float("nan"),
        float(np.mean(other)) if other else float("nan"),
    )
