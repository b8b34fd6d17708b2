"""Head motion from prosody: posture, drift, strokes on emphasis, sway with the voice, breath.

Rotation vectors: x (nod, positive down), y (turn, positive to the viewer's left), z (tilt); in degrees inside.
The sizes are set so that Face Mesh, watching the rendered video, finds the head's SD between real talks and VASA-1's
demo videos: it sees 0.7 of a nod, 0.7 to 0.9 of a turn and all of a tilt (the same on a turned 3D head).
"""

from math import radians, tanh

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.behaviour.filters import FRAME_S, Drift, Follower, Stroke, log_normal
from vasa_core.motion.behaviour.gaze import GazeFrame
from vasa_core.motion.prosody import ProsodyFrame

Vector = NDArray[np.float64]

LIMIT_DEG = (10.0, 12.0, 8.0)
"""Furthest nod, turn and tilt; what comes near is pressed softly together."""
IDLE_SHARE = 0.3
"""Size of posture and drift at rest, against speaking."""
AROUSAL_S = (0.35, 1.4)
"""Time constants with which speaking enlivens the head, and with which it calms down afterwards."""

POSTURE_DEG = np.array([2.8, 4.8, 2.0])
POSTURE_KEEP = 0.25
"""A new posture keeps this share of the old one."""
POSTURE_S = {True: 2.6, False: 6.0}
"""Mean time that a posture is held, speaking or not."""
POSTURE_SPREAD = 0.5
POSTURE_AT_END = 0.65
POSTURE_AT_ONSET = 0.5
"""Chance that a phrase's end or start moves the posture: wide moves follow pauses (Hadar et al. 1984)."""
POSTURE_LEAST_S = 0.8
QUICKNESS = (4.5, 9.0)
"""Of a posture's change, rad/s; slower at rest by `IDLE_QUICKNESS`."""
IDLE_QUICKNESS = 0.6

DRIFT_DEG = np.array([2.5, 3.7, 1.9])

STROKE_LEAST = 0.2
STROKE_CHANCE = 0.85
"""Loudness peaks above this emphasis carry a stroke, so often (sharp moves sit on them: Hadar et al. 1984)."""
STROKE_GAP_S = 0.28
STROKE_DEG = (2.2, 9.0)
"""Size of a stroke at no and at full emphasis."""
STROKE_SPREAD = 0.3
STROKE_MOST_DEG = 10.0
STROKE_RISE_S = (0.12, 0.20)
STROKE_RISE_S_PER_DEG = 0.016
"""Wider strokes take longer; heads seldom turn faster than 100 degrees a second."""
STROKES: tuple[tuple[float, tuple[float, float, float]], ...] = (
    (0.48, (1.0, 0.1, 0.1)),
    (0.16, (-0.8, 0.1, 0.1)),
    (0.20, (0.35, 0.95, 0.2)),
    (0.16, (0.3, 0.25, 0.8)),
)
"""Kinds of strokes: share, direction. Nod, lift, turn, tilt; the last two go to either side."""

SWAY_DEG = np.array([9.0, 10.0, 6.0])
SWAY_BIAS = np.array([0.8, 0.0, 0.0])
"""Loud goes with a lowered head rather than a raised one."""
SWAY_FAST_S, SWAY_SLOW_S = 0.14, 0.5
"""The voice's envelope between these time constants (about 0.3 to 1.2 Hz) moves the head, in changing directions."""

GAZE_PULL = 0.3
"""Share of a look aside that the head follows, after the eyes."""
GAZE_PULL_QUICKNESS = 6.0

BREATH_S = 4.2
BREATH_SPREAD = 0.16
INHALE_S = {True: 0.5, False: 1.6}
"""Quick between phrases, slow at rest."""
BREATH_LIFT = 0.010
BREATH_NOD_DEG = 0.35

DRIFT_SHIFT = np.array([0.008, 0.004, 0.012])
POSTURE_SHIFT = np.array([0.014, 0.006, 0.022])
"""Translation in inter-ocular distances: wandering, and with each posture."""
NECK = np.array([0.0, 0.45, 0.10])
"""Below and behind the point the renderer turns the head about, in inter-ocular distances: the neck bends too."""


class Head:
    """Head of one speaker, stepped once per frame."""

    def __init__(self, generator: np.random.Generator, expressiveness: float = 1.0) -> None:
        self._random = generator
        self._expressiveness = expressiveness
        self._drift = Drift(9, generator)
        self._posture = Follower(6)
        self._pull = Follower(3)
        self._aim = np.zeros(6)
        self._hold = log_normal(generator, POSTURE_S[True], POSTURE_SPREAD)
        self._since = 0.0
        self._quickness = QUICKNESS[0]
        self._strokes: list[Stroke] = []
        self._stroke_since = 0.0
        self._arousal = 0.0
        self._fast = self._slow = 0.0
        self._breath = Breath(generator)

    def step(self, prosody: ProsodyFrame, gaze: GazeFrame) -> tuple[Vector, Vector]:
        """One frame: rotation vector [3] in rad and translation [3] in inter-ocular distances."""
        wanted = 1.0 if prosody.pause < 0.3 else 0.0
        self._arousal += (wanted - self._arousal) * FRAME_S / AROUSAL_S[0 if wanted > self._arousal else 1]
        size = IDLE_SHARE + (1 - IDLE_SHARE) * self._arousal
        self._shift_posture(prosody, size)
        self._strike(prosody)
        drift = self._drift.step()
        quickness = self._quickness * (IDLE_QUICKNESS + (1 - IDLE_QUICKNESS) * self._arousal)
        posture = self._posture.step(self._aim, quickness)
        breath = self._breath.step(prosody)
        turn = posture[:3] + size * DRIFT_DEG * drift[:3] + self._sway(prosody, drift[6:9]) + self._follow(gaze)
        for stroke in self._strokes:
            turn = turn + stroke.step()
        self._strokes = [stroke for stroke in self._strokes if not stroke.over]
        turn[0] -= BREATH_NOD_DEG * breath
        turn = turn * self._expressiveness
        rotation = np.array([soft_limit(angle, limit) for angle, limit in zip(turn.tolist(), LIMIT_DEG, strict=True)])
        shift = posture[3:] + size * DRIFT_SHIFT * drift[3:6]
        shift[1] -= BREATH_LIFT * breath
        rotation = rotation * radians(1)
        return rotation, shift * self._expressiveness + np.cross(rotation, -NECK)

    def _shift_posture(self, prosody: ProsodyFrame, size: float) -> None:
        self._since += FRAME_S
        self._hold -= FRAME_S
        due = self._hold <= 0
        if self._since > POSTURE_LEAST_S:
            due = due or (prosody.phrase_end and self._random.random() < POSTURE_AT_END)
            due = due or (prosody.onset and self._random.random() < POSTURE_AT_ONSET)
        if not due:
            return
        spread = np.concatenate([POSTURE_DEG, POSTURE_SHIFT]) * size
        self._aim = POSTURE_KEEP * self._aim + spread * np.clip(self._random.standard_normal(6), -2.0, 2.0)
        self._hold = log_normal(self._random, POSTURE_S[prosody.pause < 1.0], POSTURE_SPREAD)
        self._quickness = self._random.uniform(*QUICKNESS)
        self._since = 0.0

    def _strike(self, prosody: ProsodyFrame) -> None:
        self._stroke_since += FRAME_S
        if prosody.emphasis <= STROKE_LEAST or self._stroke_since < STROKE_GAP_S:
            return
        if self._random.random() > STROKE_CHANCE:
            return
        kind = self._random.random()
        direction = STROKES[-1][1]
        for share, candidate in STROKES:
            if kind < share:
                direction = candidate
                break
            kind -= share
        side = 1.0 if self._random.random() < 0.5 else -1.0
        low, high = STROKE_DEG
        size = (low + (high - low) * prosody.emphasis) * log_normal(self._random, 1.0, STROKE_SPREAD)
        size = min(size, STROKE_MOST_DEG)
        rise = self._random.uniform(*STROKE_RISE_S) + STROKE_RISE_S_PER_DEG * size
        way = np.array(direction) * [1.0, side, side] + 0.12 * self._random.standard_normal(3)
        self._strokes.append(Stroke(size * way, rise))
        self._stroke_since = 0.0

    def _sway(self, prosody: ProsodyFrame, way: Vector) -> Vector:
        self._fast += (prosody.energy - self._fast) * FRAME_S / (SWAY_FAST_S + FRAME_S)
        self._slow += (self._fast - self._slow) * FRAME_S / (SWAY_SLOW_S + FRAME_S)
        return SWAY_DEG * (way + SWAY_BIAS) * (self._fast - self._slow)

    def _follow(self, gaze: GazeFrame) -> Vector:
        aim = np.array([-gaze.pitch, -gaze.yaw, 0.0]) * (GAZE_PULL / radians(1)) if gaze.averted else np.zeros(3)
        return self._pull.step(aim, GAZE_PULL_QUICKNESS)


class Breath:
    """Filling of the lungs in [0, 1]: slow and even at rest, quick between phrases."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._random = generator
        self._air = 0.0
        self._eased = [0.0, 0.0]
        self._inhaling = False
        self._wait = log_normal(generator, BREATH_S, BREATH_SPREAD)
        self._rate = 0.0

    def step(self, prosody: ProsodyFrame) -> float:
        """One frame."""
        self._wait -= FRAME_S
        speaking = prosody.pause < 1.0
        due = prosody.phrase_end and self._air < 0.6
        if not self._inhaling and (due or (self._wait <= 0 and not prosody.voice)):
            self._inhaling = True
            self._wait = log_normal(self._random, BREATH_S, BREATH_SPREAD)
            self._rate = 1 / INHALE_S[speaking]
        if self._inhaling:
            self._air += self._rate * FRAME_S
            self._inhaling = self._air < 1.0
        else:
            self._air -= self._air * FRAME_S / 1.3
        self._eased[0] += (self._air - self._eased[0]) * 0.25
        self._eased[1] += (self._eased[0] - self._eased[1]) * 0.25
        return self._eased[1]


def soft_limit(angle: float, limit: float) -> float:
    """Press an angle softly into +-`limit`; small ones pass unchanged."""
    return limit * tanh(angle / limit)
