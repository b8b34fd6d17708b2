"""Motion at the frame rate of a film: smooth, and piece by piece exactly as if the whole track were at hand."""

import math
from fractions import Fraction

import numpy as np

from vasa_core.motion.resampling import REACH, SWINGING, interpolate
from vasa_core.motion.track import ARRAY_FIELDS, MOTION_FPS, Motion

SAMPLE_RATE = 16_000


def frame_count(samples: int, fps: Fraction) -> int:
    """Frames that cover `samples` of sound at 16 kHz: the duration times `fps`, rounded up."""
    return -(-samples * fps.numerator // (SAMPLE_RATE * fps.denominator))


class FrameRate:
    """Turns pieces of a track at 25 Hz into pieces at `fps`. Frame i belongs to the time i / fps."""

    def __init__(self, fps: Fraction) -> None:
        self._fps = fps
        self._ratio = Fraction(MOTION_FPS) / fps
        self._next = 0  # frame
        self._seen = 0  # frames of the track at 25 Hz
        self._recent: Motion | None = None

    def push(self, piece: Motion) -> Motion:
        """The frames, possibly none, that nothing after `piece` [T > 0] can change."""
        self._recent = piece if self._recent is None else Motion.concatenate([self._recent, piece])
        self._seen += len(piece)
        last = self._seen - 1
        end = max(self._next, math.floor((last - REACH) / self._ratio) + 1)
        while end * self._ratio <= last and (end * self._ratio).denominator == 1:
            end += 1  # on a frame of the track itself nothing is interpolated
        return self._until(end)

    def finish(self, samples: int) -> Motion:
        """The frames left after the last piece, with the last motion held, for `samples` of sound at 16 kHz."""
        return self._until(frame_count(samples, self._fps))

    def _until(self, end: int) -> Motion:
        recent = self._recent
        assert recent is not None
        end = max(end, self._next)
        first = self._seen - len(recent)
        # Counted from the track's beginning, so that every way of cutting it rounds alike.
        places = np.array([float(i * self._ratio) for i in range(self._next, end)])
        knots = np.arange(first, self._seen, dtype=np.float64)
        arrays = {name: interpolate(knots, getattr(recent, name), places, name in SWINGING) for name in ARRAY_FIELDS}
        out = Motion(**arrays, fps=float(self._fps), start=float(self._next / self._fps))
        self._next = end
        needed = math.floor(self._next * self._ratio) - REACH - first
        self._recent = recent.slice(min(max(needed, 0), len(recent) - 1), len(recent))
        return out
