"""Where a model's own errors may carry a face, and the way back: displaced motion that recovers.

A model that only ever sees the teacher's motion does not know what to do from a place where the teacher never is, and
drifts off further. So now and then a crop is displaced, out of the blue, and comes back as a face would: head and
brows swing back, the gaze stays a moment and then jumps. Often the whole expression is that of another moment: from a
stranger's smile the way leads to the face that was asked for, which teaches what the emotions look like far better
than the few moments in which they change. The frame of the displacement itself is no target.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import CHANNELS, ROW_SIZE
from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.prosody import FRAME_S

Array = NDArray[np.float32]
Random = np.random.Generator


@dataclass(frozen=True)
class MishapSettings:
    """How often and how far."""

    gap_blocks: tuple[int, int] = (8, 45)
    share: float = 0.55
    """Of the mishaps, each group of channels is displaced in so many."""
    head_rotation: float = 0.13
    head_translation: float = 0.06
    units: float = 0.1
    gaze: float = 0.1
    blink: float = 0.3
    """SD of the displacements: rad, inter-ocular distances, weights, rad, closures."""
    other_face: float = 0.6
    """Of the displaced units, so many are those of another moment."""
    recovery_s: tuple[float, float] = (0.15, 0.5)
    gaze_delay_s: tuple[float, float] = (0.08, 0.6)


def displacements(rows: Array, faces: Array, settings: MishapSettings, rng: Random) -> tuple[Array, Array]:
    """Displacements [T, R] to be added to rows [T, R], and [T] 0 in the blocks that begin with one, 1 elsewhere.

    `faces` [K, R] are rows of other moments.
    """
    frames = len(rows)
    out = np.zeros((frames, ROW_SIZE), np.float32)
    valid = np.ones(frames, np.float32)
    block = 0 if rng.random() < settings.share else int(rng.integers(*settings.gap_blocks))
    while block * BLOCK < frames:
        begin = block * BLOCK
        block += int(rng.integers(*settings.gap_blocks))
        time = np.arange(frames - begin) * FRAME_S
        valid[begin : begin + BLOCK] = 0
        for name in ("head_rotation", "head_translation", "units", "gaze", "blink"):
            if rng.random() >= settings.share:
                continue
            part = CHANNELS[name]
            size = getattr(settings, name) * rng.standard_normal(part.stop - part.start)
            if name == "units" and rng.random() < settings.other_face:
                size = faces[int(rng.integers(len(faces))), part] - rows[begin, part]
            if name == "gaze":
                way = (time < rng.uniform(*settings.gaze_delay_s)).astype(float)
            else:
                pace = time / rng.uniform(*settings.recovery_s)
                way = (1 + pace) * np.exp(-pace)
            out[begin:, part] += (way[:, None] * size).astype(np.float32)
    return out, valid
