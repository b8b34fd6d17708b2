"""Camera and lamps about one person, and small helpers of the scenes."""

import numpy as np

import backdrop
import stage
from head import Head
from skin import smooth
from wardrobe import Wrap, tree_of, waves

DISTANCE = 16.0
"""Camera before the face, dm; long enough that a face keeps its proportions."""
NECK_TOP = 6.02
"""Clothes touch the body below this height of the undeformed head, dm."""


class Studio:
    """Camera and lamps placed relative to the eyes of one person."""

    def __init__(self, head: Head, zoom, width=2.9, below=0.30) -> None:
        self.eyes = head.eyes_middle + [0, -0.12, 0]
        self.target = self.eyes - [0, 0, below]
        self.camera = self.target - [0, DISTANCE, 0]
        self.width = width
        view = self.target + [zoom[0], 0, zoom[1]]
        stage.add_camera(self.target, DISTANCE, width)
        data = stage.bpy.context.scene.camera.data
        data.shift_x, data.shift_y = zoom[0] / width * zoom[2], (view - self.target)[2] / width * zoom[2]
        data.lens *= zoom[2]

    def lamp(self, name, right, up, ahead, power, size, colour=(1, 1, 1)):
        """An area lamp; `ahead` dm before the face (negative: behind)."""
        stage.add_lamp(name, self.eyes + [right, -ahead, up], self.eyes - [0, 0, 0.3], power, size, colour)

    def catch(self, right=-3.2, power=110):
        """A small lamp beside the camera for the glint in the eyes."""
        self.lamp("catch", right, 2.2, 13, power, 1.5)

    def hang(self, picture, strength=1.0):
        """The background."""
        backdrop.hang(picture, self.camera, self.target, self.width, strength=strength)


def wrap_of(head: Head) -> Wrap:
    """For clothes over neck and shoulders."""
    eyes = head.eyes_middle
    torso = head.fine.quads[head.regions.at[head.fine.quads][:, :, 2].max(axis=1) < NECK_TOP]
    return Wrap(tree_of(head.surface, torso), (0.0, eyes[1] + 0.70, eyes[2] - 2.95))


def folds_of(wrap: Wrap, random, strength):
    """Folds [rows, columns] of a garment, none at the neck."""
    share = np.linspace(0, 1, wrap.rows)[:, None]
    return waves((wrap.rows, wrap.columns), random, (5, 8, 13, 21), strength) * smooth(1.0, 0.75, share)


def outward_of(points, centre):
    """Unit vectors [..., 3] away from `centre`."""
    off = points - centre
    return off / np.linalg.norm(off, axis=-1, keepdims=True)


def evenly(line, step):
    """Points along a closed line [K, 3], `step` dm apart."""
    closed = np.vstack([line, line[:1]])
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    wanted = np.linspace(0, along[-1], max(int(along[-1] / step), 2), endpoint=False)
    return np.stack([np.interp(wanted, along, closed[:, k]) for k in range(3)], axis=1)


def circle():
    """A round line [64, 3] in the plane of the picture."""
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    return np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=-1)
