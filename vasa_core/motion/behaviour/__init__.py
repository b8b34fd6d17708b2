"""Seeded behaviour of a face: head, gaze and blinks from prosody, frame by frame.

prosody, behaviour = ProsodyTracker(), Behaviour(seed=0)
frames = behaviour.push(prosody.push(samples))
...
frames = behaviour.push(prosody.finish())
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.behaviour.blinks import SPEAKING_RATE, Blinks
from vasa_core.motion.behaviour.expression import Expression
from vasa_core.motion.behaviour.filters import FRAME_S
from vasa_core.motion.behaviour.gaze import Gaze, eyes_in_head
from vasa_core.motion.behaviour.head import Head, Vector
from vasa_core.motion.prosody import QUIET, ProsodyFrame, ProsodyTracker

__all__ = ["QUIET", "Behaviour", "BehaviourFrames", "BehaviourSettings", "Expression", "ProsodyFrame", "ProsodyTracker"]

START_S = 0.6
"""Head and gaze leave the enrolled pose softly over this time."""


@dataclass(frozen=True)
class BehaviourSettings:
    """What a user steers of head, gaze and blinks."""

    expressiveness: float = 1.0
    """Size of head motion, from 0 (still) to 2; the limits of the head hold at any value."""
    blink_rate: float = SPEAKING_RATE
    """Blinks a minute while speaking; at rest 0.65 times as many. 0: none."""
    aversion: float = 1.0
    """How often the gaze leaves the viewer, from 0 (never) to 2."""


class BehaviourFrames(NamedTuple):
    """Behaviour of n frames at 25 Hz, float32; the fields of `Motion` with the same names."""

    head_rotation: NDArray[np.float32]
    """[n, 3] rotation vectors in rad against the enrolled pose; x right, y down, z away."""
    head_translation: NDArray[np.float32]
    """[n, 3] in outer inter-ocular distances."""
    gaze: NDArray[np.float32]
    """[n, 2] yaw (viewer's right) and pitch (up) of the eyes in the head, rad."""
    blink: NDArray[np.float32]
    """[n, 2] closure of the subject's left and right eye in [0, 1]."""


class Behaviour:
    """Behaviour of one face. The same seed and voice give the same frames, however the voice is cut into pushes."""

    def __init__(self, seed: int = 0, settings: BehaviourSettings | None = None) -> None:
        settings = settings or BehaviourSettings()
        head, gaze, blinks = (np.random.default_rng([seed, part]) for part in range(3))
        self._head = Head(head, settings.expressiveness)
        self._gaze = Gaze(gaze, settings.aversion)
        self._blinks = Blinks(blinks, settings.blink_rate)
        self._frame = 0

    def push(self, prosody: list[ProsodyFrame]) -> BehaviourFrames:
        """The behaviour to as many frames of prosody."""
        parts = [self._step(frame) for frame in prosody]
        columns = zip(*parts, strict=True) if parts else ([], [], [], [])
        sizes = (3, 3, 2, 2)
        arrays = (np.array(c, np.float32).reshape(-1, n) for c, n in zip(columns, sizes, strict=True))
        return BehaviourFrames(*arrays)

    def _step(self, prosody: ProsodyFrame) -> tuple[Vector, Vector, tuple[float, float], tuple[float, float]]:
        start = min(self._frame * FRAME_S / START_S, 1.0)
        start = start * start * (3 - 2 * start)
        self._frame += 1
        gaze = self._gaze.step(prosody)
        turn, shift = self._head.step(prosody, gaze)
        turn = start * turn
        eyes = eyes_in_head(start * gaze.yaw, start * gaze.pitch, turn)
        return turn, start * shift, eyes, self._blinks.step(prosody, gaze.shift)

    def idle(self, frames: int) -> BehaviourFrames:
        """Behaviour of `frames` frames without any voice."""
        return self.push([QUIET] * frames)
