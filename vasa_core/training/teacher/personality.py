"""How one person moves: drawn anew for every clip, so that a model learns a distribution and not a habit."""

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.teacher.curves import log_normal

Floats = NDArray[np.floating]

STROKE_KINDS = ("nod", "lift", "turn", "tilt", "shake")
USUAL_STROKES = (0.43, 0.14, 0.23, 0.15, 0.05)


@dataclass(frozen=True)
class Personality:
    """Preferences of one person; factors are 1 for the usual person."""

    side: int
    """Which side of the face leads where only one does (a scornful corner of the mouth): 1 the subject's left, -1 the
    right. People keep to it."""

    head_size: Floats
    """[3] factors of nod, turn, tilt."""
    head_pace: float
    """Factor of the head's speed."""
    posture: Floats
    """[3] degrees that the head usually stays off the enrolled pose: a chin up, a tilt."""
    posture_time: float
    """Factor of how long a posture is held."""
    stroke_chance: float
    """Share of the stressed syllables that the head marks."""
    stroke_size: float
    strokes: Floats
    """[5] shares of `STROKE_KINDS`."""
    sway: Floats
    """[3] factors of how the voice's envelope moves nod, turn and tilt; turn and tilt go to either side."""
    head_share: float
    """Share of a look aside that the head follows."""
    fidget: float
    """Factor of how much moves while idle or listening."""
    nodding: float
    """Factor of how often a listener nods."""
    nod_hertz: float

    brow_size: float
    brow_chance: float
    """Share of the stressed syllables that the brows mark."""
    brow_pitch: float
    """ARKit weight per semitone: how far the brows go with the pitch."""
    knit_share: float
    """Share of the brow strokes that draw the brows together instead of raising them."""
    inner_share: float
    """How far the inner brows go with the outer ones."""
    one_brow: float
    """Share of the raises that leave one brow behind."""
    brow_side: float
    """-1 to 1: which brow outdoes the other, the subject's left at 1."""
    wide_eyes: float
    """How far the upper lids go with a raise."""

    smile: float
    """Mean ARKit weight of the habitual smile in pauses; while speaking it is less."""
    smile_side: float
    """-1 to 1: which corner leads."""
    mouth_habits: Floats
    """[4] factors of dimples, stretches, pressed lips and pouts."""

    blink_speaking: float
    blink_listening: float
    blink_idle: float
    """Blinks a minute."""
    blink_spread: float
    """SD of the logarithm of the intervals."""
    close_s: float
    open_s: float
    double_blinks: float
    """Share of the blinks that are followed by another at once."""

    aversion: float
    """Factor of how often the gaze leaves its target."""
    avert_time: float
    avert_size: float
    look_side: float
    """Chance that a look aside goes to the viewer's right."""
    look_up: float
    """Elevation of looks aside while speaking, rad on average."""
    fixation_time: float
    fixation_spread: float
    """Factor of how far fixations scatter over what is looked at."""

    breath_s: float
    breath_depth: float


BLINK_RANGES = {"speaking": (15.0, 30.0), "listening": (12.0, 26.0), "idle": (10.0, 22.0)}
"""Blinks a minute (Bentivoglio et al. 1997: 26 in conversation, 17 at rest, with wide differences)."""


def draw_personality(random: np.random.Generator) -> Personality:
    """Another person."""

    def factor(spread: float) -> float:
        return exp(spread * random.standard_normal())

    def about(mean: float, spread: float, low: float, high: float) -> float:
        return min(max(log_normal(random, mean, spread), low), high)

    liveliness, talkative_eyes = factor(0.16), factor(0.2)
    blinks = about(22.0, 0.24, *BLINK_RANGES["speaking"])
    return Personality(
        side=1 if random.random() < 0.5 else -1,
        head_size=liveliness * np.exp(0.2 * random.standard_normal(3)),
        head_pace=min(max(factor(0.16), 0.75), 1.35),
        posture=np.clip(random.standard_normal(3) * (1.0, 1.2, 1.3), -2.8, 2.8),
        posture_time=factor(0.25),
        stroke_chance=random.uniform(0.55, 0.95),
        stroke_size=factor(0.22),
        strokes=random.dirichlet(6 * np.array(USUAL_STROKES)),
        sway=random.uniform(0.4, 1.6, 3),
        head_share=random.uniform(0.15, 0.5),
        fidget=factor(0.3),
        nodding=factor(0.4),
        nod_hertz=about(2.1, 0.18, 1.5, 3.0),
        brow_size=min(1.6 * liveliness * factor(0.2), 2.2),
        brow_chance=random.uniform(0.35, 0.75),
        brow_pitch=random.uniform(0.02, 0.06),
        knit_share=float(random.beta(1.6, 7.0)),
        inner_share=random.uniform(0.65, 1.0),
        one_brow=0.35 * float(random.beta(1.0, 4.0)),
        brow_side=float(np.clip(random.normal(0, 0.45), -1, 1)),
        wide_eyes=random.uniform(0.1, 0.5),
        smile=about(0.20, 0.5, 0.03, 0.42),
        smile_side=float(np.clip(random.normal(0, 0.4), -1, 1)),
        mouth_habits=np.clip(np.exp(0.5 * random.standard_normal(4)), 0.2, 2.2),
        blink_speaking=blinks,
        blink_listening=min(max(blinks * random.uniform(0.7, 0.95), 12.0), 26.0),
        blink_idle=min(max(blinks * random.uniform(0.55, 0.85), 10.0), 22.0),
        blink_spread=random.uniform(0.42, 0.7),
        close_s=random.uniform(0.08, 0.115),
        open_s=random.uniform(0.21, 0.30),
        double_blinks=0.12 * float(random.beta(1.2, 2.5)),
        aversion=min(talkative_eyes * factor(0.3), 1.7),
        avert_time=factor(0.2),
        avert_size=factor(0.2),
        look_side=float(random.beta(3.0, 3.0)),
        look_up=random.normal(0.1, 0.3),
        fixation_time=factor(0.15),
        fixation_spread=factor(0.2),
        breath_s=about(4.2, 0.16, 2.8, 6.0),
        breath_depth=factor(0.25),
    )
