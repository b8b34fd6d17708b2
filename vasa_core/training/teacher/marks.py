"""Which stressed syllables a speaker marks, and with what: head and brows together more often than by chance."""

from dataclasses import dataclass

import numpy as np

from vasa_core.training.teacher.curves import FRAME_S
from vasa_core.training.teacher.scene import Scene

HEAD_LEAST, HEAD_GAP_S = 0.12, 0.28
BROW_LEAST, BROW_GAP_S = 0.25, 0.6
"""Stress below the first is not marked, and marks are at least so far apart."""
TOGETHER, ALONE = 1.5, 0.5
"""Factors of the chance that brows mark a syllable which the head marks, or does not (Krahmer and Swerts 2007)."""
AROUSED = 0.4
"""How much oftener an aroused voice is marked."""


@dataclass(frozen=True)
class Marks:
    """Frames of marked syllables, in order."""

    head: list[int]
    brows: list[int]


def draw_marks(scene: Scene, random: np.random.Generator) -> Marks:
    """Decide for every stressed syllable."""
    person, stress, arousal = scene.person, scene.own.stress, scene.own.arousal
    head: list[int] = []
    brows: list[int] = []
    for frame in np.flatnonzero(stress > HEAD_LEAST).tolist():
        lively = 1 + AROUSED * float(arousal[frame])
        nods = _apart(head, frame, HEAD_GAP_S) and random.random() < person.stroke_chance * lively
        if nods:
            head.append(frame)
        chance = person.brow_chance * lively * (TOGETHER if nods else ALONE)
        if stress[frame] > BROW_LEAST and _apart(brows, frame, BROW_GAP_S) and random.random() < chance:
            brows.append(frame)
    return Marks(head, brows)


def _apart(frames: list[int], frame: int, gap_s: float) -> bool:
    return not frames or (frame - frames[-1]) * FRAME_S >= gap_s
