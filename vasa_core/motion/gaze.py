"""From a gaze in the world to the eyes in a turning head: eyes hold their target (vestibulo-ocular reflex)."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

REACH = np.radians([[15.0, 11.0], [24.0, 16.0]])
"""Yaw and pitch up to which eyes turn freely, and which they never pass, rad: wider looks are left to the head."""
STILL = 1e-9
"""Rad: below, a rotation has no axis."""


def eyes_in_head(gaze: NDArray, rotation: NDArray) -> Array:
    """Yaw and pitch [T, 2] of the eyes in the head, rad, as far as eyes reach.

    Parameters
    ----------
    gaze : [T, 2] direction of sight in the world, yaw (viewer's right) and pitch (up), rad.
    rotation : [T, 3] rotation vector of the head, rad; x right, y down, z away from the viewer.
    """
    sight = line_of_sight(gaze)
    back = -np.asarray(rotation, np.float64)
    angle = np.linalg.norm(back, axis=1, keepdims=True)
    axis = back / np.maximum(angle, STILL)
    along = (axis * sight).sum(axis=1, keepdims=True)
    # Rodrigues' formula
    x, y, z = (sight * np.cos(angle) + cross(axis, sight) * np.sin(angle) + axis * along * (1 - np.cos(angle))).T
    return within_reach(np.stack([np.arctan2(x, -z), np.arcsin(np.clip(-y, -1, 1))], axis=1))


def line_of_sight(gaze: NDArray) -> NDArray[np.float64]:
    """Unit vectors [..., 3] (x right, y down, z away from the viewer) of yaw and pitch [..., 2] in rad."""
    yaw, pitch = np.moveaxis(np.asarray(gaze, np.float64), -1, 0)
    return np.stack([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)], axis=-1)


def within_reach(angles: NDArray) -> Array:
    """Yaw and pitch [..., 2] of eyes in rad, pressed softly into `REACH`."""
    free, most = REACH
    size = np.abs(angles)
    pressed = free + (most - free) * np.tanh((size - free) / (most - free))
    return np.where(size <= free, angles, np.copysign(pressed, angles)).astype(np.float32)


def cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cross products of the rows [T, 3]; for few rows several times as quick as `numpy.cross`."""
    a, b, c = one.T
    x, y, z = other.T
    return np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=1)
