"""Statistics of gaze: where the eyes look in the world, and how long they hold and avert."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.motion.gaze import line_of_sight

Array = NDArray[np.floating]

AWAY_DEG = 4.0
"""A look further than this from the target is averted: a viewer's face at talking distance is about 8 degrees wide."""
BACK_DEG = 3.0
"""It is back within this: two thresholds, so that a gaze on the edge does not count many times."""


def world_gaze(gaze: Array, head_rotation: Array) -> Array:
    """Direction of sight in the world [T, 2], yaw (viewer's right) and pitch (up) in rad.

    Parameters
    ----------
    gaze : [T, 2] yaw and pitch of the eyes in the head, rad
    head_rotation : [T, 3] rotation vectors of the head, rad; x right, y down, z away
    """
    x, y, z = Rotation.from_rotvec(np.asarray(head_rotation, float)).apply(line_of_sight(gaze)).T
    return np.stack([np.arctan2(x, -z), np.arcsin(np.clip(-y, -1, 1))], axis=1)


@dataclass(frozen=True)
class GazeStats:
    """Holds and averts of one or several stretches."""

    hold_s: float
    """Mean time on the target; the first and last of each stretch, which are cut, are left out."""
    avert_s: float
    away: float
    """Share of the time off the target."""
    holds: Array
    """s of each hold."""
    averts: Array


def averted(gaze: Array, target: Array | tuple[float, float] = (0.0, 0.0)) -> NDArray[np.bool_]:
    """[T] whether a gaze [T, 2] in the world (rad) is off its target (yaw, pitch in rad)."""
    angle = np.degrees(np.linalg.norm(np.asarray(gaze) - np.asarray(target), axis=1))
    result, away = np.zeros(len(angle), bool), False
    for i, value in enumerate(angle):
        away = value > (BACK_DEG if away else AWAY_DEG)
        result[i] = away
    return result


def gaze_stats(gazes: list[Array], fps: float) -> GazeStats:
    """Statistics of gazes [T, 2] in the world (rad), whose target is the viewer."""
    states = [averted(gaze) for gaze in gazes]
    runs = [run for state in states for run in _runs(state)[1:-1]]
    holds = np.array([length / fps for away, length in runs if not away])
    averts = np.array([length / fps for away, length in runs if away])
    return GazeStats(
        hold_s=float(holds.mean()) if len(holds) else float("nan"),
        avert_s=float(averts.mean()) if len(averts) else float("nan"),
        away=float(np.concatenate(states).mean()) if states else float("nan"),
        holds=holds,
        averts=averts,
    )


def _runs(state: NDArray[np.bool_]) -> list[tuple[bool, int]]:
    """Value and length of each stretch of equal values."""
    edges = np.flatnonzero(np.diff(state)) + 1
    parts = np.split(state, edges)
    return [(bool(part[0]), len(part)) for part in parts if len(part)]
