"""Brows, cheeks and a trace of a smile from prosody: what recordings of still readers do not teach.

Brows rise on accents and as phrases begin ("batons" and "underliners": Ekman 1979), sometimes knit, and never quite
rest. The result is ARKit weights, which `LatentSpace.from_arkit` turns into what is added to a motion latent.
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES
from vasa_core.motion.behaviour.filters import FRAME_S, Drift, Follower, log_normal
from vasa_core.motion.prosody import ProsodyFrame

ACCENT_LEAST = 0.45
ACCENT_CHANCE = 0.45
"""Accents above this emphasis move the brows, so often."""
ACCENT_GAP_S = 0.9
ACCENT_SIZE = (0.35, 0.95)
"""Raise at `ACCENT_LEAST` and at full emphasis, ARKit weight."""
ACCENT_HOLD_S = 0.28
KNIT_SHARE = 0.15
KNIT_SIZE = 0.45
"""Share of the accents that knit the brows instead of raising them, and by how much of that."""
ONSET_CHANCE = 0.35
ONSET_SIZE = (0.25, 0.6)
ONSET_HOLD_S = 0.9
HOLD_SPREAD = 0.4
RAISE_QUICKNESS = 14.0
"""rad/s: up within about 0.3 s."""
FALL_QUICKNESS = 8.0
DRIFT_SIZE = 0.13
IDLE_SHARE = 0.4
UNEVEN = 0.18
"""One brow outdoes the other by up to this share, changing slowly."""

SMILE_MEAN = (0.03, 0.07)
"""Mean weight of the trace of a smile while speaking and at rest."""
SMILE_SPREAD = 0.7
SMILE_MOST = 0.22
SMILE_S = 4.5
SMILE_QUICKNESS = 2.5
CHEEK_SHARE = 0.6
"""Cheeks lift with a felt smile (Ekman and Friesen 1982)."""
RANDOM_STREAM = 3
"""Beside those of head, gaze and blinks."""


class Expression:
    """Upper face of one speaker. The same seed and voice give the same weights, however the voice is cut into pushes.

    `expressiveness` scales it, from 0 (nothing) to 2.
    """

    def __init__(self, seed: int = 0, expressiveness: float = 1.0) -> None:
        generator = np.random.default_rng([seed, RANDOM_STREAM])
        self._random = generator
        self._expressiveness = expressiveness
        self._drift = Drift(3, generator)
        self._brows = Follower(1)
        self._smile = Follower(1)
        self._aim = 0.0
        self._hold = 0.0
        self._since = ACCENT_GAP_S
        self._smile_aim = 0.0
        self._smile_left = log_normal(generator, SMILE_S, HOLD_SPREAD)
        self._life = IDLE_SHARE

    def push(self, prosody: list[ProsodyFrame]) -> NDArray[np.float32]:
        """ARKit weights [n, 52] in [0, 1], in the order of `ARKIT_NAMES`, to n frames of prosody."""
        return np.array([self._step(frame) for frame in prosody], np.float32).reshape(-1, len(ARKIT_NAMES))

    def _step(self, prosody: ProsodyFrame) -> NDArray[np.float64]:
        speaking = prosody.pause < 1.0
        self._life += ((1.0 if speaking else IDLE_SHARE) - self._life) * FRAME_S
        self._raise(prosody)
        quickness = RAISE_QUICKNESS if self._aim else FALL_QUICKNESS
        slow, uneven, smile_drift = self._drift.step().tolist()
        brows = float(self._brows.step(np.array([self._aim]), quickness)[0]) + DRIFT_SIZE * self._life * slow
        smile = self._smiling(speaking) * (1 + 0.3 * smile_drift)
        return self._weights(brows * self._expressiveness, UNEVEN * uneven, smile * self._expressiveness)

    def _raise(self, prosody: ProsodyFrame) -> None:
        self._since += FRAME_S
        self._hold -= FRAME_S
        if self._hold <= 0:
            self._aim = 0.0
        if prosody.onset and self._random.random() < ONSET_CHANCE:
            self._move(self._random.uniform(*ONSET_SIZE), ONSET_HOLD_S)
        accent = prosody.emphasis > ACCENT_LEAST and self._since > ACCENT_GAP_S
        if accent and self._random.random() < ACCENT_CHANCE:
            low, high = ACCENT_SIZE
            size = low + (high - low) * (prosody.emphasis - ACCENT_LEAST) / (1 - ACCENT_LEAST)
            size *= self._random.uniform(0.7, 1.15)
            knit = self._random.random() < KNIT_SHARE
            self._move(-KNIT_SIZE * size if knit else size, ACCENT_HOLD_S)

    def _move(self, aim: float, hold: float) -> None:
        self._aim = aim
        self._hold = log_normal(self._random, hold, HOLD_SPREAD)
        self._since = 0.0

    def _smiling(self, speaking: bool) -> float:
        self._smile_left -= FRAME_S
        if self._smile_left <= 0:
            self._smile_left = log_normal(self._random, SMILE_S, HOLD_SPREAD)
            mean = SMILE_MEAN[0 if speaking else 1]
            self._smile_aim = min(log_normal(self._random, mean, SMILE_SPREAD), SMILE_MOST)
        return float(self._smile.step(np.array([self._smile_aim]), SMILE_QUICKNESS)[0])

    def _weights(self, brows: float, uneven: float, smile: float) -> NDArray[np.float64]:
        weights = np.zeros(len(ARKIT_NAMES))
        up, down = max(brows, 0.0), max(-brows, 0.0)
        weights[_INNER] = up
        for side, share in ((0, 1 + uneven), (1, 1 - uneven)):
            weights[_OUTER[side]] = up * share
            weights[_DOWN[side]] = down * share
            weights[_SMILE[side]] = smile * share
            weights[_CHEEK[side]] = CHEEK_SHARE * smile * share
        return np.clip(weights, 0, 1)


def _both(unit: str) -> tuple[int, int]:
    return ARKIT_INDEX[f"{unit}Left"], ARKIT_INDEX[f"{unit}Right"]


_INNER = ARKIT_INDEX["browInnerUp"]
_OUTER, _DOWN, _SMILE, _CHEEK = (_both(unit) for unit in ("browOuterUp", "browDown", "mouthSmile", "cheekSquint"))
