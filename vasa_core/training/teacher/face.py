"""Brows, lids, cheeks and the habits of the mouth: what a neutral face does beside its speech.

Brows rise on accents and as phrases begin ("batons" and "underliners": Ekman 1979), go with the pitch (Cavé et al.
1996), knit, and never quite rest; smiles come at the ends of phrases, in pauses and while listening. Onsets, sizes and
the unevenness of both sides after phone captures of an actor (`FACE_CREDIT`): brows up in 0.2 to 0.3 s with 2 to 5
weight units a second at most, sides alike within a tenth; smiles with an onset of 0.4 to 0.7 s.
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import EXPRESSION_UNITS
from vasa_core.training.teacher.curves import (
    FRAME_S,
    add_hold,
    attack_decay,
    drift,
    follow,
    lag,
    log_normal,
    smooth_step,
)
from vasa_core.training.teacher.gaze import GazeCurves
from vasa_core.training.teacher.marks import Marks
from vasa_core.training.teacher.scene import Scene

Floats = NDArray[np.floating]

FACE_CREDIT = "alexdjulin LiveLinkFace-CSV-Retarget, MIT"

ACCENT_GAP_S = 0.5
"""Shorter moves do not follow others sooner."""
ACCENT_SIZE = (0.65, 1.5)
"""Raise at no and at full stress, ARKit weight."""
RAISE_MOST, KNIT_MOST = 1.1, 0.6
"""Brows slow down towards these weights."""
RISE_S, RISE_S_PER_WEIGHT, FALL_S = (0.12, 0.22), 0.15, (0.3, 0.65)
ACCENT_HOLD_S = 0.16
KNIT_SIZE = 0.6
"""A knit against a raise."""
ONSET_CHANCE, ONSET_SIZE, ONSET_HOLD_S = 0.45, (0.55, 1.2), 0.9
QUESTION_CHANCE, QUESTION_SIZE, QUESTION_HOLD_S = 0.7, (0.6, 1.1), 0.5
FLASH_CHANCE, FLASH_SIZE = 0.25, (0.25, 0.65)
"""A listener's brow flashes at the other's stresses and phrase ends."""
HOLD_SPREAD = 0.4
DRIFT_SIZE = 0.22
LOWERED_SHARE = 0.85
"""A lowering weighs more than a raise: brows have less way down."""
TONIC_MOST = 0.5
"""Standing height of the brows stays under this; the rest is for accents."""
BASE_RAISE = 0.10
"""Brows of somebody awake stand a little above rest."""
START_S = 1.2
"""They get there from rest over this time."""
AROUSED_RAISE = 0.10
"""Standing raise of a voice louder and higher than usual."""
SINGING_PITCH = 0.035
"""ARKit weight per semitone that high notes add."""
THINKING_KNIT = 0.35
"""Chance that a look aside while speaking knits or raises the brows a little."""
IDLE_SHARE = 0.4
UNEVEN = 0.12

TALKING_SMILE = 0.45
"""Of the smile in pauses, while lips speak."""
SMILE_S = {"speaking": 3.6, "listening": 4.5, "idle": 6.5}
SMILE_SPREAD = 0.75
SMILE_MOST, WIDEST_SMILE = 0.55, 0.95
"""Habitual smiles, and with all the expressiveness in the world."""
SMILE_ONSET_S = (0.4, 0.8)
SMILE_AT_END = 0.45
END_SMILE = (0.8, 2.2)
"""Chance of a smile as a phrase ends, and its size against the usual one."""
END_SMILE_HOLD_S = 0.9
LISTENER_SMILE = 0.22
CHEEK_SHARE, LID_SHARE = 0.6, 0.25
"""Cheeks and lower lids lift with a felt smile (Ekman and Friesen 1982)."""
LAUGH_SMILE, LAUGH_JAW = 0.75, 0.12

HABITS = ("mouthDimple", "mouthStretch", "mouthPress", "mouthPucker")
HABIT_SIZE = (0.46, 0.48, 0.50, 0.30)
HABIT_AT_END = (0.22, 0.2, 0.18, 0.06)
"""Chances at the end of a phrase; the usual size is ARKit weight."""
HABIT_PER_S = (0.03, 0.02, 0.05, 0.03)
"""Chances per second at rest."""
HABIT_MOST = 0.8
HABIT_HOLD_S = 0.5
STRETCH_AT_STRESS = 0.16
"""Chance that a strong stress spreads the lips."""
ONE_SIDED = 0.3
TALKING_HABIT = 0.45
TALK_S = (0.09, 0.25)


def unit_curves(scene: Scene, gaze: GazeCurves, marks: Marks, random: np.random.Generator) -> Floats:
    """Weights [T, 29] of `EXPRESSION_UNITS` in [0, 1], emotion included."""
    units = np.zeros((len(scene), len(EXPRESSION_UNITS)))
    _brows(units, scene, gaze, marks, random)
    _mouth(units, scene, random)
    return np.clip(units + scene.mood.units, 0, 1)


def _brows(units: Floats, scene: Scene, gaze: GazeCurves, marks: Marks, random: np.random.Generator) -> None:
    person, own, frames = scene.person, scene.own, len(scene)
    raises, knits, lone = np.zeros(frames), np.zeros(frames), np.zeros((frames, 2))
    whole = person.brow_size * scene.mood.brow_scale * scene.size
    last = -100
    for frame, size, hold in _calls(scene, gaze, marks, random):
        if (frame - last) * FRAME_S < ACCENT_GAP_S and hold < ONSET_HOLD_S:
            continue
        last = frame
        size = float(_softly(whole[frame] * size * random.uniform(0.7, 1.2), RAISE_MOST))
        rise, fall = random.uniform(*RISE_S) + RISE_S_PER_WEIGHT * size, random.uniform(*FALL_S)
        hold = log_normal(random, hold, HOLD_SPREAD)
        if random.random() < person.knit_share:
            add_hold(knits, frame, rise, hold, fall, KNIT_SIZE * size)
        elif random.random() < person.one_brow:
            side = int(random.random() < 0.5 - 0.4 * person.brow_side)
            add_hold(lone[:, side], frame, rise, hold, fall, size)
        else:
            add_hold(raises, frame, rise, hold, fall, size)
    rest = IDLE_SHARE + (1 - IDLE_SHARE) * scene.lively
    slow = drift(random, frames, 2)
    pitch = follow(np.clip(own.pitch, -5, 12), 10.0) * (person.brow_pitch + SINGING_PITCH * own.singing)
    tonic = rest * (BASE_RAISE + DRIFT_SIZE * slow[:, 0]) + pitch + AROUSED_RAISE * np.maximum(own.arousal, 0)
    start = smooth_step(np.arange(frames) * FRAME_S / START_S)
    height = raises + _softly(whole * tonic, TONIC_MOST) * start
    up = np.maximum(height, 0)
    down = _softly(LOWERED_SHARE * np.maximum(-height, 0) + knits, KNIT_MOST)
    uneven = UNEVEN * (person.brow_side + slow[:, 1])
    units[:, _INNER] = person.inner_share * _softly(up + 0.25 * lone.sum(axis=1), RAISE_MOST)
    for side, sign in ((0, 1), (1, -1)):
        raised = _softly(up * (1 + sign * uneven) + lone[:, side], RAISE_MOST)
        units[:, _OUTER[side]] = raised
        units[:, _DOWN[side]] = down * (1 + sign * uneven)
        units[:, _WIDE[side]] = person.wide_eyes * raised
        units[:, _SQUINT[side]] += 0.3 * down


def _calls(scene: Scene, gaze: GazeCurves, marks: Marks, random: np.random.Generator) -> list[tuple[int, float, float]]:
    """When brows are called: frame, size, hold in s, in order."""
    own, other = scene.own, scene.other
    calls = []
    low, high = ACCENT_SIZE
    for frame in marks.brows:
        calls.append((frame, low + (high - low) * float(own.stress[frame]), ACCENT_HOLD_S))
    for when, chance, size, hold in (
        (own.onset, ONSET_CHANCE, ONSET_SIZE, ONSET_HOLD_S),
        (own.question, QUESTION_CHANCE, QUESTION_SIZE, QUESTION_HOLD_S),
        (scene.listening & ((other.stress > 0.6) | other.phrase_end), FLASH_CHANCE, FLASH_SIZE, ACCENT_HOLD_S),
        (gaze.averted & (np.degrees(gaze.shift) > 4), THINKING_KNIT, FLASH_SIZE, ONSET_HOLD_S),
    ):
        for frame in np.flatnonzero(when).tolist():
            if random.random() < chance:
                calls.append((frame, random.uniform(*size), hold))
    return sorted(calls)


def _mouth(units: Floats, scene: Scene, random: np.random.Generator) -> None:
    person, frames = scene.person, len(scene)
    talk = lag(attack_decay((scene.speaking & (scene.own.pause < 0.1)).astype(float), *TALK_S), 0.04)
    smile = _smiles(scene, random) * (1 - (1 - TALKING_SMILE) * talk)
    laugh = follow(np.maximum(scene.own.laughing, 0.6 * scene.other.laughing), 7.0)
    smile = _softly(scene.size * np.maximum(smile, LAUGH_SMILE * laugh), WIDEST_SMILE)
    uneven = 0.15 * person.smile_side
    for side, sign in ((0, 1), (1, -1)):
        corner = smile * (1 + sign * uneven)
        units[:, _SMILE[side]] = corner
        units[:, _CHEEK[side]] = CHEEK_SHARE * corner
        units[:, _SQUINT[side]] += LID_SHARE * corner
    units[:, _JAW] += LAUGH_JAW * scene.size * laugh * scene.own.envelope
    quiet = 1 - (1 - TALKING_HABIT) * talk
    for number, name in enumerate(HABITS):
        curves = np.zeros((frames, 2))
        for frame in _habit_frames(scene, number, random):
            usual = HABIT_SIZE[number] * person.mouth_habits[number] ** 0.5
            size = float(_softly(scene.size[frame] * log_normal(random, usual, 0.4), HABIT_MOST))
            rise, fall = random.uniform(0.12, 0.3) + RISE_S_PER_WEIGHT * size, random.uniform(0.3, 0.8)
            hold = log_normal(random, HABIT_HOLD_S, 0.5)
            sides = [1.0, 1.0]
            if random.random() < ONE_SIDED:
                sides[int(random.random() < 0.5 - 0.4 * person.smile_side)] = random.uniform(0.2, 0.6)
            for side in (0, 1):
                add_hold(curves[:, side], frame, rise, hold, fall, size * sides[side])
        if name == "mouthPucker":
            units[:, _PUCKER] = curves.mean(axis=1) * quiet
        else:
            units[:, _both(name)] = curves * quiet[:, None]


def _smiles(scene: Scene, random: np.random.Generator) -> Floats:
    person, frames = scene.person, len(scene)
    level, extra = np.zeros(frames), np.zeros(frames)
    aim, left = 0.0, random.uniform(0.3, 2.0)
    ends = (scene.own.phrase_end & scene.speaking, scene.other.phrase_end & scene.listening)
    for frame in range(frames):
        left -= FRAME_S
        if left <= 0:
            role = "speaking" if scene.speaking[frame] else ("listening" if scene.listening[frame] else "idle")
            left = log_normal(random, SMILE_S[role], 0.5)
            aim = min(log_normal(random, person.smile, SMILE_SPREAD), SMILE_MOST) * (random.random() < 0.75)
        level[frame] = aim
        chance = SMILE_AT_END if ends[0][frame] else (LISTENER_SMILE if ends[1][frame] else 0.0)
        if chance and random.random() < chance * min(person.smile / 0.12, 1.5):
            size = min(person.smile * random.uniform(*END_SMILE), SMILE_MOST)
            hold = log_normal(random, END_SMILE_HOLD_S, 0.5)
            add_hold(extra, frame, random.uniform(*SMILE_ONSET_S), hold, random.uniform(0.6, 1.4), size)
    wave = 1 + 0.25 * drift(random, frames, 1)[:, 0]
    return SMILE_MOST * np.tanh((follow(level, 4.5) * wave.clip(0.3, 1.8) + extra) / SMILE_MOST)


def _habit_frames(scene: Scene, number: int, random: np.random.Generator) -> list[int]:
    person = scene.person
    chance = HABIT_AT_END[number] * (scene.own.phrase_end & scene.speaking)
    chance = chance + HABIT_PER_S[number] * FRAME_S * (1 - scene.lively)
    if HABITS[number] == "mouthStretch":
        chance = chance + STRETCH_AT_STRESS * (scene.own.stress > 0.5)
    return np.flatnonzero(random.random(len(scene)) < chance * person.mouth_habits[number]).tolist()


def _softly(weight: Floats, most: float) -> Floats:
    return np.asarray(most * np.tanh(weight / most))


def _both(unit: str) -> list[int]:
    return [EXPRESSION_UNITS.index(unit + side) for side in ("Left", "Right")]


_INNER, _JAW, _PUCKER = (EXPRESSION_UNITS.index(unit) for unit in ("browInnerUp", "jawOpen", "mouthPucker"))
_OUTER, _DOWN, _WIDE, _SQUINT, _SMILE, _CHEEK = (
    _both(unit) for unit in ("browOuterUp", "browDown", "eyeWide", "eyeSquint", "mouthSmile", "cheekSquint")
)
