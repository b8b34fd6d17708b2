"""Where the eyes look: mostly at the viewer, away now and then, in saccades of proper speed.

The directions here are in the world (yaw to the viewer's right, pitch up; rad); `eyes_in_head` takes the head off, so
that the gaze holds its target while the head moves (vestibulo-ocular reflex).
"""

from dataclasses import dataclass
from math import asin, atan2, copysign, cos, hypot, pi, radians, sin, tanh

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.behaviour.filters import FRAME_S, log_normal
from vasa_core.motion.prosody import ProsodyFrame

HOLD_S = {True: 3.1, False: 7.9}
"""Mean time that gaze rests on the other: while speaking (True) and otherwise (Lee, Badler and Badler 2002)."""
AVERT_S = {True: 0.9, False: 0.4}
HOLD_SPREAD = 0.6
AVERT_SPREAD = 0.45
SPEAKING_HOLD_S = 1.0
"""Pauses shorter than this still count as speaking."""
ONSET_AVERT = 0.35
"""Chance of looking away as a phrase begins, while the words are planned (Kendon 1967)."""
END_RETURN = 0.7
"""Chance of looking back at the end of a phrase."""
AVERT_DEG = 8.5
AVERT_DEG_SPREAD = 0.35
AVERT_DEG_RANGE = (4.0, 16.0)
VERTICAL_SHARE = 0.6
"""Looks aside are flatter than they are wide."""
GLANCE_DEG = (0.6, 2.2)
"""Small saccades while the gaze rests on the other's face: between the eyes, to the mouth and back."""
GLANCE_S = 1.1
GLANCE_SPREAD = 0.7
TREMBLE_DEG = 0.07
"""Fixational drift, SD."""
SACCADE_S = 0.025
SACCADE_S_PER_DEG = 0.0024
"""A saccade lasts 20 to 30 ms and 2.2 to 2.7 ms per degree more (Carpenter 1988)."""

REACH_DEG = (11.0, 15.0)
"""Eyes turn freely up to the first and never beyond the second: wider looks are left to the head."""


@dataclass
class GazeFrame:
    """One frame of gaze."""

    yaw: float
    pitch: float
    shift: float
    """Size in rad of the saccade that starts in this frame; 0 otherwise."""
    averted: bool


class Gaze:
    """Gaze of one face, a state machine stepped once per frame."""

    def __init__(self, generator: np.random.Generator, aversion: float = 1.0) -> None:
        self._random = generator
        self._aversion = aversion
        self._averted = False
        self._left = self._draw_hold(False)
        self._glance_left = log_normal(generator, GLANCE_S, GLANCE_SPREAD)
        self._aim = self._from = (0.0, 0.0)
        self._since = 1.0
        self._lasts = SACCADE_S
        self._tremble = [0.0, 0.0]

    def step(self, prosody: ProsodyFrame) -> GazeFrame:
        """One frame."""
        speaking = prosody.pause < SPEAKING_HOLD_S
        self._left -= FRAME_S
        self._glance_left -= FRAME_S
        self._since += FRAME_S
        shift = self._decide(speaking, prosody)
        share = min(self._since / self._lasts, 1.0)
        share = share * share * (3 - 2 * share)
        for axis in (0, 1):
            self._tremble[axis] = 0.9 * self._tremble[axis] + 0.43 * self._random.standard_normal()
        place = [
            start + (end - start) * share + radians(TREMBLE_DEG) * tremble
            for start, end, tremble in zip(self._from, self._aim, self._tremble, strict=True)
        ]
        return GazeFrame(place[0], place[1], shift, self._averted)

    def _decide(self, speaking: bool, prosody: ProsodyFrame) -> float:
        """Change state when it is time; returns the size of the saccade that begins."""
        if self._averted:
            if self._left <= 0 or (prosody.phrase_end and self._random.random() < END_RETURN):
                self._averted = False
                self._left = self._draw_hold(speaking)
                return self._look(self._near())
            return 0.0
        if prosody.voice and self._left > 2 * HOLD_S[True]:
            self._left = self._draw_hold(True)
        away = self._left <= 0 or (prosody.onset and self._random.random() < ONSET_AVERT * self._aversion)
        if away and self._aversion > 0:
            self._averted = True
            self._left = max(log_normal(self._random, AVERT_S[speaking], AVERT_SPREAD), 0.16)
            return self._look(self._aside(speaking))
        if self._glance_left <= 0:
            self._glance_left = log_normal(self._random, GLANCE_S, GLANCE_SPREAD)
            return self._look(self._near())
        return 0.0

    def _draw_hold(self, speaking: bool) -> float:
        return log_normal(self._random, HOLD_S[speaking] / max(self._aversion, 1e-3), HOLD_SPREAD)

    def _near(self) -> tuple[float, float]:
        """A point on the other's face."""
        size = radians(self._random.uniform(*GLANCE_DEG)) * (self._random.random() < 0.75)
        angle = self._random.uniform(0, 2 * pi)
        return size * cos(angle), 0.7 * size * sin(angle)

    def _aside(self, speaking: bool) -> tuple[float, float]:
        """A point away from the other: to either side, up rather while thinking of words, down rather at rest."""
        low, high = AVERT_DEG_RANGE
        size = radians(min(max(log_normal(self._random, AVERT_DEG, AVERT_DEG_SPREAD), low), high))
        side = 1 if self._random.random() < 0.5 else -1
        lift = self._random.normal(0.15 if speaking else -0.35, 0.55)
        return side * size * cos(lift), VERTICAL_SHARE * size * sin(lift) / 0.8

    def _look(self, aim: tuple[float, float]) -> float:
        """Start a saccade to `aim`."""
        share = min(self._since / self._lasts, 1.0)
        self._from = tuple(a + (b - a) * share for a, b in zip(self._from, self._aim, strict=True))  # type: ignore
        self._aim = aim
        size = hypot(aim[0] - self._from[0], aim[1] - self._from[1])
        self._lasts = SACCADE_S + SACCADE_S_PER_DEG * size * 180 / pi
        self._since = self._random.uniform(0.2, 1.0) * FRAME_S
        return size


def eyes_in_head(yaw: float, pitch: float, rotation: NDArray[np.float64]) -> tuple[float, float]:
    """Direction of the eyes in the head, yaw and pitch in rad, for a gaze in the world, as far as eyes reach.

    Parameters
    ----------
    yaw, pitch
        Gaze in the world, rad: to the viewer's right, up.
    rotation
        [3] rotation vector of the head, rad; x right, y down, z away from the viewer.
    """
    sight = (sin(yaw) * cos(pitch), -sin(pitch), -cos(yaw) * cos(pitch))
    x, y, z = (-part for part in rotation.tolist())
    angle = hypot(x, y, z)
    if angle > 1e-9:
        x, y, z = x / angle, y / angle, z / angle
        turn, rest = sin(angle), 1 - cos(angle)
        a, b, c = sight
        along = x * a + y * b + z * c
        crossed = (y * c - z * b, z * a - x * c, x * b - y * a)
        sight = (
            a * cos(angle) + crossed[0] * turn + x * along * rest,
            b * cos(angle) + crossed[1] * turn + y * along * rest,
            c * cos(angle) + crossed[2] * turn + z * along * rest,
        )
    return within_reach(atan2(sight[0], -sight[2])), within_reach(asin(min(max(-sight[1], -1.0), 1.0)))


def within_reach(angle: float) -> float:
    """An eye's angle in rad, pressed softly into `REACH_DEG`."""
    free, most = (radians(limit) for limit in REACH_DEG)
    if abs(angle) <= free:
        return angle
    return copysign(free + (most - free) * tanh((abs(angle) - free) / (most - free)), angle)
