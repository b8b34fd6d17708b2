"""Blinks: when they come, and how the lids move."""

from math import cos, pi

import numpy as np

from vasa_core.motion.behaviour.filters import FRAME_S, log_normal
from vasa_core.motion.prosody import ProsodyFrame

SPEAKING_RATE = 26.0
"""Blinks a minute in conversation; 17 at rest (Bentivoglio et al. 1997)."""
REST_SHARE = 17.0 / 26.0
INTERVAL_SPREAD = 0.55
REFRACTORY_S = 0.45
CLOSE_S = 0.09
OPEN_S = 0.24
"""Down in 90 ms, up in 240 ms."""
SHUT_S = 0.02
DURATION_SPREAD = 0.12
DOUBLE = 0.05
"""Share of the blinks that are followed by a second one at once."""
DOUBLE_GAP_S = (0.36, 0.5)
ASYMMETRY_S = 0.004
"""One lid leads the other by up to this."""
LARGE_SHIFT_RAD = 0.10
"""Gaze shifts above six degrees carry a blink more often than not."""
INVITATIONS = {"phrase_end": 0.45, "onset": 0.75, "large_shift": 0.35}
"""Share of the waiting time after which these moments call the blink at once (1: they do not)."""
PACE = {True: 0.64, False: 0.80}
"""Slows the waiting, speaking and at rest, so that with the invited blinks the wanted rate comes out."""


class Blinks:
    """Lids of one face, stepped once per frame."""

    def __init__(self, generator: np.random.Generator, rate: float = SPEAKING_RATE) -> None:
        self._random = generator
        self._rate = rate
        self._urge = generator.uniform(0.0, 0.6)
        self._limit = log_normal(generator, 1.0, INTERVAL_SPREAD)
        self._since = REFRACTORY_S
        self._second_in = 0.0
        self._time = 10.0
        self._close, self._open = CLOSE_S, OPEN_S
        self._lead = 0.0

    def step(self, prosody: ProsodyFrame, gaze_shift: float) -> tuple[float, float]:
        """One frame: closure of the left and the right eye in [0, 1]."""
        speaking = prosody.pause < 1.0
        per_second = self._rate / 60 * (1.0 if speaking else REST_SHARE)
        self._since += FRAME_S
        self._time += FRAME_S
        self._urge += per_second * FRAME_S * PACE[speaking]
        if self._second_in > 0:
            self._second_in -= FRAME_S
            if self._second_in <= 0:
                self._start()
        elif self._since > REFRACTORY_S and self._urge > self._limit * self._patience(prosody, gaze_shift):
            self._urge = 0.0
            self._limit = log_normal(self._random, 1.0, INTERVAL_SPREAD)
            self._start()
            if self._random.random() < DOUBLE:
                self._second_in = self._random.uniform(*DOUBLE_GAP_S)
        return self._closure(self._time + self._lead), self._closure(self._time - self._lead)

    def _patience(self, prosody: ProsodyFrame, gaze_shift: float) -> float:
        patience = 1.0
        if prosody.phrase_end:
            patience = INVITATIONS["phrase_end"]
        elif prosody.onset:
            patience = INVITATIONS["onset"]
        if gaze_shift > LARGE_SHIFT_RAD:
            patience = min(patience, INVITATIONS["large_shift"])
        return patience

    def _start(self) -> None:
        """Begin a blink such that a frame falls on the shut lids."""
        self._close = max(log_normal(self._random, CLOSE_S, DURATION_SPREAD), 0.07)
        self._open = log_normal(self._random, OPEN_S, DURATION_SPREAD)
        self._lead = self._random.uniform(-ASYMMETRY_S, ASYMMETRY_S)
        middle = self._close + SHUT_S / 2
        frames = -(-middle // FRAME_S)
        self._time = middle - frames * FRAME_S
        self._since = 0.0

    def _closure(self, time: float) -> float:
        """Closure at `time` s after the lids began to move."""
        if time <= 0 or self._since > 1.0:
            return 0.0
        if time < self._close:
            return 0.5 - 0.5 * cos(pi * time / self._close)
        time -= self._close + SHUT_S
        if time <= 0:
            return 1.0
        share = time / self._open
        return (0.5 + 0.5 * cos(pi * share**0.8)) if share < 1 else 0.0
