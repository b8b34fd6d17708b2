"""The top of a head that the picture cuts off: rounded above the frame, so that a head that sinks does not end flat."""

import numpy as np
from numpy.typing import NDArray

TOUCHES = 128
"""Opacity from which a pixel counts as person."""
HEIGHT = (0.9, 0.8)
"""Most height of the rounded top, as a share of the margin and of half the head's width where the frame ends."""
SOFTNESS = 1.5
"""px over which its edge fades, for a margin of 64."""
USUAL_MARGIN = 64


def round_crown(matte: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """A matte [P, P] whose head is rounded off in the margin above the frame, if it reaches the picture's upper border.

    Nothing inside the frame changes.
    """
    person = matte[margin] >= TOUCHES
    if not (matte[0] >= TOUCHES).any() or not person.any():
        return matte
    rounded = matte.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], person.astype(np.int8), [0]])))
    for begin, end in edges.reshape(-1, 2):
        if not (matte[0, begin:end] >= TOUCHES).any():
            continue
        half = (end - begin) / 2
        height = min(HEIGHT[0] * margin, HEIGHT[1] * half)
        x = (np.arange(matte.shape[1]) + 0.5 - (begin + end) / 2) / half
        y = (margin - np.arange(margin) - 0.5) / height
        beyond = (np.hypot(x[None], y[:, None]) - 1) * min(height, half)
        share = np.clip(0.5 - beyond / (SOFTNESS * margin / USUAL_MARGIN), 0, 1)
        left, right = max(begin - margin, 0), min(end + margin, matte.shape[1])
        top = rounded[:margin, left:right]
        top[:] = np.rint(np.minimum(top, 255 * share[:, left:right]))
    return rounded
