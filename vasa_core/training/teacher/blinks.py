"""Blinks: when they come, and how the lids move."""

from math import cos, exp, pi

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.teacher.curves import FRAME_S, log_normal
from vasa_core.training.teacher.gaze import GazeCurves
from vasa_core.training.teacher.scene import Scene

Floats = NDArray[np.floating]

REFRACTORY_S = 0.45
DURATION_SPREAD = 0.12
CLOSE_S, OPEN_S = (0.07, 0.13), (0.15, 0.32)
"""Down in about 0.09 s and up in 0.24 s, within these ranges (VanderWerf et al. 2003)."""
SHUT_S = 0.02
DOUBLE_GAP_S = (0.36, 0.5)
LEAD_S = 0.004
"""One lid leads the other by up to this."""
INVITATIONS = {"phrase_end": 0.5, "onset": 0.8, "others_end": 0.6, "laugh": 0.6}
"""Share of the waiting time after which these moments call the blink at once (blinks wait for breaks: Nakano 2010)."""
SHIFT_DEG = (6.0, 25.0)
SHIFT_CALLS = (0.5, 0.05)
"""The same for gaze shifts of these sizes and in between: large ones often carry a blink (Evinger 1994)."""
BLINK_WITH_SHIFT = 0.04
"""Share of the shifts above the least size that call a blink however short the wait, per degree above it."""
PACE = {True: 0.75, False: 0.85}
"""Slows the waiting, speaking and otherwise, for the blinks that come by invitation."""
USUAL = 20.0 / 60 * FRAME_S
"""Blinks a frame below which even shifts carry fewer."""
CORRECTION = 0.4
CORRECTION_MOST = 0.6
"""Each blink owed, or made too much, hastens or slows the waiting by this share, so that the wanted rate comes out."""
FORGET_S = 40.0
"""What is owed is forgotten with this time constant."""


def blink_curves(scene: Scene, gaze: GazeCurves, random: np.random.Generator) -> Floats:
    """Closure [T, 2] of the subject's left and right eye in [0, 1]."""
    closure = np.zeros((len(scene), 2))
    for start in _starts(scene, gaze, random):
        _draw(closure, start, scene, random)
    lids = scene.mood.lids[:, None]
    return np.clip(lids + (1 - lids) * closure, 0, 1)


def wanted_rate(scene: Scene) -> Floats:
    """Blinks a minute [T] that this person makes in this role, or the director's."""
    if scene.blink_rate is not None:
        return scene.blink_rate
    person = scene.person
    own = np.where(
        scene.speaking, person.blink_speaking, np.where(scene.listening, person.blink_listening, person.blink_idle)
    )
    return np.asarray(own * scene.mood.blink_scale, float)


def _starts(scene: Scene, gaze: GazeCurves, random: np.random.Generator) -> list[int]:
    """Frames in which a blink begins."""
    rates, calls = (wanted_rate(scene) / 60 * FRAME_S).tolist(), _patience(scene, gaze)
    sizes = np.degrees(gaze.shift).tolist()
    spread = scene.person.blink_spread
    limit = log_normal(
        random, exp(spread**2), spread
    )  # of the interval that the clip begins in, more likely a long one
    urge = random.random() * limit
    since, second, owed = REFRACTORY_S, 0, 0.0
    starts = []
    paces = [PACE[speaks] for speaks in scene.speaking.tolist()]
    for frame, (rate, pace, call, size) in enumerate(zip(rates, paces, calls, sizes, strict=True)):
        since += FRAME_S
        owed += rate - owed * FRAME_S / FORGET_S
        urge += rate * pace * (1 + min(max(CORRECTION * owed, -CORRECTION_MOST), CORRECTION_MOST))
        due = urge > limit * call
        if size > SHIFT_DEG[0] and rate > 0:
            due = due or random.random() < BLINK_WITH_SHIFT * (size - SHIFT_DEG[0]) * min(rate / USUAL, 1.0)
        second = max(second - 1, 0)
        if second == 1 or (second == 0 and due and since > REFRACTORY_S):
            double = second == 0 and random.random() < scene.person.double_blinks
            second = round(random.uniform(*DOUBLE_GAP_S) / FRAME_S) if double else 0
            urge, limit, since = 0.0, log_normal(random, 1.0, spread), 0.0
            owed -= 1
            starts.append(frame)
    return starts


def _patience(scene: Scene, gaze: GazeCurves) -> list[float]:
    """What share of the waiting time [T] is enough in each frame."""
    patience = np.ones(len(scene))
    moments = {
        "phrase_end": scene.own.phrase_end,
        "onset": scene.own.onset,
        "others_end": scene.other.phrase_end,
        "laugh": scene.own.laughing > 0.6,
    }
    for name, when in moments.items():
        patience[when] = np.minimum(patience[when], INVITATIONS[name])
    size = np.degrees(gaze.shift)
    patience = np.minimum(patience, np.where(size > SHIFT_DEG[0], np.interp(size, SHIFT_DEG, SHIFT_CALLS), 1.0))
    return np.asarray(patience).tolist()


def _draw(closure: Floats, start: int, scene: Scene, random: np.random.Generator) -> None:
    """One blink into the curves, such that a frame falls on the shut lids."""
    person = scene.person
    close = min(max(log_normal(random, person.close_s, DURATION_SPREAD), CLOSE_S[0]), CLOSE_S[1])
    opening = min(max(log_normal(random, person.open_s, DURATION_SPREAD), OPEN_S[0]), OPEN_S[1])
    lead = random.uniform(-LEAD_S, LEAD_S)
    middle = close + SHUT_S / 2
    begin = middle - -(-middle // FRAME_S) * FRAME_S
    for side, shift in ((0, lead), (1, -lead)):
        for frame in range(start, min(start + int((close + opening) / FRAME_S) + 4, len(closure))):
            at = begin + shift + (frame - start) * FRAME_S
            closure[frame, side] = max(closure[frame, side], _lid(at, close, opening))


def _lid(time: float, close: float, opening: float) -> float:
    """Closure at `time` s after the lids began to move."""
    if time <= 0:
        return 0.0
    if time < close:
        return 0.5 - 0.5 * cos(pi * time / close)
    time -= close + SHUT_S
    if time <= 0:
        return 1.0
    share = time / opening
    return (0.5 + 0.5 * cos(pi * share**0.8)) if share < 1 else 0.0
