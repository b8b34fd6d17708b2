"""Motion at the frame rate of a film: interpolated piece by piece, exactly as if the whole track were at hand."""

from fractions import Fraction

import numpy as np

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
        """The frames, possibly none, that lie within the motion known after `piece` [T > 0]."""
        self._recent = piece if self._recent is None else Motion.concatenate([self._recent, piece])
        self._seen += len(piece)
        end = (self._seen - 1) // self._ratio + 1
        return self._until(end)

    def finish(self, samples: int) -> Motion:
        """The frames left after the last piece, with the last motion held, for `samples` of sound at 16 kHz."""
        return self._until(frame_count(samples, self._fps))

    def _until(self, end: int) -> Motion:
        recent = self._recent
        assert recent is not None
        end = max(end, self._next)
        places = [i * self._ratio - (self._seen - len(recent)) for i in range(self._next, end)]
        last = len(recent) - 1
        low = np.array([min(int(place), last) for place in places], int)
        high = np.minimum(low + 1, last)
        share = np.array([[float(place % 1)] for place in places], np.float32).reshape(-1, 1)
        arrays = {name: a[low] + share * (a[high] - a[low]) for name in ARRAY_FIELDS for a in [getattr(recent, name)]}
        out = Motion(**arrays, fps=float(self._fps), start=float(self._next / self._fps))
        self._next = end
        self._recent = recent.slice(last, last + 1)
        return out
