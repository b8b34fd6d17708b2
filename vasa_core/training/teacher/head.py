"""Head motion: posture, wandering, strokes on stressed syllables, sway with the voice, nods of a listener, breath.

Degrees inside; rotation vectors x (nod, positive down), y (turn, positive to the viewer's left), z (tilt).
"""

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.teacher.curves import (
    FRAME_S,
    add_move,
    add_stroke,
    add_swings,
    drift,
    eased,
    follow,
    lag,
    log_normal,
    smooth_step,
)
from vasa_core.training.teacher.gaze import GazeCurves
from vasa_core.training.teacher.marks import Marks
from vasa_core.training.teacher.personality import STROKE_KINDS
from vasa_core.training.teacher.scene import Scene

Floats = NDArray[np.floating]

LIMIT_DEG = np.array([14.0, 16.0, 11.0])
"""Furthest nod, turn and tilt around where the head follows an asked gaze; pressed softly together towards it."""
FURTHEST_DEG = np.array([17.0, 23.0, 16.0])
FREE = 0.75
"""The whole turn, an asked gaze and emotion included, stays within the first, which portraits allow, and is pressed
together from this share of it on."""
REST_SHARE = {"idle": 0.36, "listening": 0.46}
"""Size of posture and wandering against speaking."""
REST_QUICKNESS = 3.0
START_S = 1.6
"""Wandering begins from the enrolled pose over this time."""

POSTURE_DEG = np.array([2.3, 4.4, 1.9])
POSTURE_KEEP = 0.25
"""A new posture keeps this share of the old one."""
POSTURE_S = {"speaking": 2.6, "listening": 5.0, "idle": 6.0}
POSTURE_SPREAD = 0.5
POSTURE_AT_END = 0.6
POSTURE_AT_ONSET = 0.5
"""Chance that a phrase's end or start moves the posture: wide moves follow pauses (Hadar et al. 1984)."""
POSTURE_AT_SHIFT, LARGE_SHIFT_DEG = 0.4, 6.0
"""Chance that a gaze shift above these degrees moves the posture."""
WITH_GAZE = 0.85
"""Chance that a posture taken while looking aside turns the same way."""
POSTURE_LEAST_S = 0.8
MOVE_S = (0.45, 0.95)
MOVE_S_PER_DEG = 0.02
IDLE_SLOWER = 2.0
"""A change of posture takes so long, longer for wide ones, and twice as long at rest."""

DRIFT_DEG = np.array([2.6, 4.1, 2.3])
DRIFT_PACE = (0.4, 2.7)
"""Wandering runs with the voice's envelope: its pace in silence and at full energy."""
PACE_QUICKNESS = 28.0
REST_PACE = 0.75

STROKE_DEG = (4.0, 11.5)
"""Size of a stroke at no and at full stress."""
STROKE_SPREAD = 0.3
STROKE_MOST_DEG = 12.0
STROKE_RISE_S = (0.14, 0.22)
STROKE_RISE_S_PER_DEG = 0.015
"""Wider strokes take longer; heads seldom turn faster than 100 degrees a second."""
STROKE_WAYS = {"nod": (1.0, 0.1, 0.1), "lift": (-0.8, 0.1, 0.1), "turn": (0.35, 0.95, 0.2), "tilt": (0.3, 0.25, 0.8)}
SHAKE_HERTZ, SHAKE_SHARE = 2.2, 0.7

SWAY_DEG = np.array([3.8, 4.5, 3.0])
SWAY_BIAS = np.array([0.8, 0.0, 0.0])
"""Loud goes with a lowered head rather than a raised one."""
SWAY_MOST = 1.5
SWAY_QUICKNESS, SWAY_SLOW_S = 13.0, 0.5
"""The voice's envelope, smoothed with the first (rad/s) and without what is slower than the second (about 0.3 to 2 Hz),
moves the head, in changing directions; these are normal and pressed under the limit."""
PITCH_LIFT_DEG = 0.22
"""The chin rises with the pitch, degrees a semitone (Munhall et al. 2004); more in singing."""
SINGING_LIFT = 1.0
SINGING_SWAY_DEG = np.array([0.6, 2.6, 2.4])
SINGING_HERTZ = 0.38

GAZE_FREE_DEG = 9.0
GAZE_SHARE = 0.9
"""Beyond these degrees of an asked gaze the head takes this share: eyes alone seldom hold more than 10 degrees."""
GAZE_QUICKNESS = (5.5, 8.0)
TURN_TILT = 0.12
"""Heads that turn tilt along, to one side or the other, by up to this share."""
HEAD_LATENCY_FRAMES = (1, 3)
"""Eyes lead: the head begins 40 to 120 ms later, and slowly at that (Zangemeister and Stark 1982)."""

EYES_LIKE_DEG, REACH_QUICKNESS = 10.0, 9.0
"""Eyes turned further than this pull the head after them, with this quickness in rad/s."""

NOD_AT_END, NOD_AT_STRESS = 0.5, 0.10
"""Chances that a listener nods at the end of the other's phrase and at the other's stresses (Hadar et al. 1985)."""
NOD_GAP_S = 1.6
NOD_DEG = (2.3, 5.4)
NOD_COUNTS = (0.4, 0.38, 0.17, 0.05)
NOD_KEEP = 0.72
NOD_LATENCY_S = (0.04, 0.3)
LISTENER_TILT_DEG = 3.0

LAUGH_BACK_DEG = -4.5
LAUGH_BOB_DEG = 3.0

BREATH_LIFT = 0.010
BREATH_NOD_DEG = 0.4
INHALE_S = {True: 0.5, False: 1.6}
"""Quick between phrases, slow at rest."""

DRIFT_SHIFT = np.array([0.008, 0.004, 0.012])
POSTURE_SHIFT = np.array([0.014, 0.006, 0.022])
"""Translation in inter-ocular distances: wandering, and with each posture."""
NOD_AXIS = np.array([1.0, 0.0, 0.0])
NECK = np.array([0.0, 0.45, 0.10])
"""Below and behind the point the renderer turns the head about, in inter-ocular distances: the neck bends too."""


def head_curves(scene: Scene, gaze: GazeCurves, marks: Marks, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Rotation vectors [T, 3] in rad and translations [T, 3] in inter-ocular distances."""
    person, frames = scene.person, len(scene)
    role = np.where(scene.listening, REST_SHARE["listening"], REST_SHARE["idle"])
    rest = eased(role * min(person.fidget, 1.5), REST_QUICKNESS)
    live = rest + (1 - rest) * scene.lively * (1 + 0.3 * scene.own.arousal)
    start = smooth_step(np.arange(frames) * FRAME_S / START_S)
    posture = _postures(scene, gaze, live, random)
    wander = drift(random, frames, 6, _pace(scene)) * start[:, None]
    breath = _breath(scene, random)
    own = (
        posture[:, :3]
        + live[:, None] * DRIFT_DEG * person.head_size * wander[:, :3]
        + _sway(scene, random)
        + _strokes(scene, marks, random)
        + _nods(scene, random)
        + _song_and_laughter(scene, random)
        - BREATH_NOD_DEG * person.breath_depth * np.outer(breath, NOD_AXIS)
    )
    scale = scene.size * (1 - 0.88 * scene.stillness) * scene.mood.head_scale
    own = LIMIT_DEG * np.tanh((scale[:, None] * own + person.posture * start[:, None]) / LIMIT_DEG)
    own = own + _towards(scene, gaze, random)
    turn = np.radians(_within(own + _reach(own, gaze) + np.degrees(scene.mood.head_offset)))
    shift = scale[:, None] * (posture[:, 3:] + live[:, None] * DRIFT_SHIFT * wander[:, 3:6])
    shift[:, 1] -= BREATH_LIFT * breath * person.breath_depth
    return turn, shift + np.cross(turn, -NECK)


def _within(turn: Floats) -> Floats:
    free, size = FREE * FURTHEST_DEG, np.abs(turn)
    beyond = np.maximum(size - free, 0) / (FURTHEST_DEG - free)
    return np.sign(turn) * (np.minimum(size, free) + (FURTHEST_DEG - free) * np.tanh(beyond))


def _pace(scene: Scene) -> Floats:
    low, high = DRIFT_PACE
    voiced = low + (high - low) * follow(scene.own.energy, PACE_QUICKNESS)
    pace = REST_PACE + (voiced - REST_PACE) * scene.lively
    return np.asarray(pace * scene.person.head_pace * scene.mood.quickness, float)


def _postures(scene: Scene, gaze: GazeCurves, live: Floats, random: np.random.Generator) -> Floats:
    """Places [T, 6] that are held for a while: degrees and inter-ocular distances."""
    person = scene.person
    curve, place = np.zeros((len(scene), 6)), np.zeros(6)
    spread = np.concatenate([POSTURE_DEG * person.head_size, POSTURE_SHIFT])
    since, hold, free = 0.0, log_normal(random, POSTURE_S["speaking"], POSTURE_SPREAD), 0
    for frame in range(len(scene)):
        since, hold = since + FRAME_S, hold - FRAME_S
        due = hold <= 0
        if since > POSTURE_LEAST_S:
            due = due or (bool(scene.own.phrase_end[frame]) and random.random() < POSTURE_AT_END)
            due = due or (bool(scene.own.onset[frame]) and random.random() < POSTURE_AT_ONSET)
            due = due or (np.degrees(gaze.shift[frame]) > LARGE_SHIFT_DEG and random.random() < POSTURE_AT_SHIFT)
        if not due or frame < free:
            continue
        size = float(live[frame])
        new = POSTURE_KEEP * place + size * spread * np.clip(random.standard_normal(6), -2.0, 2.0)
        if gaze.averted[frame] and new[1] * gaze.aim[frame, 0] > 0 and random.random() < WITH_GAZE:
            new[1] = -new[1]
        if scene.listening[frame]:
            new[2] += LISTENER_TILT_DEG * random.standard_normal() * (random.random() < 0.3)
        slower = 1 + (IDLE_SLOWER - 1) * (1 - float(scene.lively[frame]))
        lasts = random.uniform(*MOVE_S) + MOVE_S_PER_DEG * float(np.abs(new - place)[:3].max())
        lasts *= slower / (person.head_pace * float(scene.mood.quickness[frame]))
        add_move(curve, frame + random.uniform(0, 2), lasts, new - place)
        role = "speaking" if scene.speaking[frame] else ("listening" if scene.listening[frame] else "idle")
        hold = log_normal(random, POSTURE_S[role] * person.posture_time, POSTURE_SPREAD)
        place, since = new, 0.0
        free = frame + int(0.6 * lasts / FRAME_S)
    return curve


def _strokes(scene: Scene, marks: Marks, random: np.random.Generator) -> Floats:
    person = scene.person
    curve = np.zeros((len(scene), 3))
    for frame in marks.head:
        low, high = STROKE_DEG
        size = (low + (high - low) * scene.own.stress[frame]) * log_normal(random, person.stroke_size, STROKE_SPREAD)
        size = min(size * (1 + 0.25 * float(scene.own.arousal[frame])), STROKE_MOST_DEG)
        rise = random.uniform(*STROKE_RISE_S) / person.head_pace + STROKE_RISE_S_PER_DEG * size
        kind = str(random.choice(STROKE_KINDS, p=person.strokes))
        side = 1.0 if random.random() < 0.5 else -1.0
        if kind == "shake":
            way = np.array([0.1, side * SHAKE_SHARE, 0.1])
            count = int(random.integers(2, 4))
            add_swings(curve, frame, SHAKE_HERTZ * person.head_pace, count, size * way, -0.75)
        else:
            way = np.array(STROKE_WAYS[kind]) * [1.0, side, side] + 0.12 * random.standard_normal(3)
            add_stroke(curve, frame + random.uniform(-1, 1), rise, size * way * person.head_size)
    return curve


def _sway(scene: Scene, random: np.random.Generator) -> Floats:
    fast = follow(scene.own.energy, SWAY_QUICKNESS)
    slow = lag(fast, SWAY_SLOW_S)
    way = SWAY_MOST * np.tanh(drift(random, len(scene), 3) / SWAY_MOST) + SWAY_BIAS
    sway = SWAY_DEG * scene.person.sway * way * (fast - slow)[:, None]
    lift = PITCH_LIFT_DEG + SINGING_LIFT * PITCH_LIFT_DEG * scene.own.singing
    sway[:, 0] -= lift * follow(np.clip(scene.own.pitch, -8, 10), 9.0)
    return np.asarray(sway)


def _nods(scene: Scene, random: np.random.Generator) -> Floats:
    """A listener's nods to what the other says."""
    person, other = scene.person, scene.other
    curve, free = np.zeros((len(scene), 3)), 0
    chance = NOD_AT_END * other.phrase_end + NOD_AT_STRESS * (other.stress > 0.4)
    for frame in np.flatnonzero(chance * scene.listening).tolist():
        if frame < free or random.random() > min(chance[frame] * person.nodding, 0.9):
            continue
        count = int(random.choice(len(NOD_COUNTS), p=NOD_COUNTS)) + 1
        size = random.uniform(*NOD_DEG) * (1.0 if other.phrase_end[frame] else 0.75)
        way = np.array([1.0, 0.08 * random.standard_normal(), 0.1 * random.standard_normal()])
        begin = frame + random.uniform(*NOD_LATENCY_S) / FRAME_S
        hertz = log_normal(random, person.nod_hertz, 0.12)
        # Some nods begin upwards (Cerrato 2007).
        size = -0.7 * size if random.random() < 0.15 else size
        add_swings(curve, begin, hertz, count, size * way, NOD_KEEP)
        free = frame + int((count / hertz + NOD_GAP_S * random.uniform(0.5, 1.5)) / FRAME_S)
    return curve


def _song_and_laughter(scene: Scene, random: np.random.Generator) -> Floats:
    own = scene.own
    turns = random.random() + np.cumsum(SINGING_HERTZ * scene.person.head_pace * (0.6 + 0.8 * own.envelope)) * FRAME_S
    phases = np.stack([2 * turns, turns, turns + 0.15 * random.standard_normal()], axis=1)
    curve = own.singing[:, None] * SINGING_SWAY_DEG * scene.person.sway * np.sin(2 * np.pi * phases)
    laugh = np.maximum(own.laughing, 0.5 * scene.other.laughing)
    if laugh.max(initial=0) > 0.05:
        curve[:, 0] += LAUGH_BACK_DEG * follow(laugh, 5.0) + LAUGH_BOB_DEG * follow(own.energy * laugh, 22.0)
    return np.asarray(curve)


def _towards(scene: Scene, gaze: GazeCurves, random: np.random.Generator) -> Floats:
    """How far the head follows the eyes [T, 3], degrees: some of a look aside, most of a far target."""
    person = scene.person
    target = np.degrees(scene.target)
    far = np.linalg.norm(target, axis=1, keepdims=True)
    share = person.head_share + np.maximum(GAZE_SHARE - person.head_share, 0) * np.maximum(
        1 - GAZE_FREE_DEG / np.maximum(far, 1e-6), 0
    )
    aside = np.degrees(gaze.aim) - target
    aside[~gaze.averted] = 0
    wanted = share * target + person.head_share * (1 - 0.7 * scene.stillness[:, None]) * aside
    latency = int(random.integers(HEAD_LATENCY_FRAMES[0], HEAD_LATENCY_FRAMES[1] + 1))
    late = np.concatenate([np.repeat(wanted[:1] * 0, min(latency, len(wanted)), axis=0), wanted])[: len(wanted)]
    turn = follow(late, random.uniform(*GAZE_QUICKNESS) * person.head_pace)
    return np.stack([-turn[:, 1], -turn[:, 0], TURN_TILT * random.uniform(-1, 1) * turn[:, 0]], axis=1)


def _reach(head: Floats, gaze: GazeCurves) -> Floats:
    """What the head must turn [T, 3], degrees, so that the eyes need not turn further than they like."""
    away = np.degrees(gaze.aim)[:, ::-1] + head[:, :2]
    excess = np.sign(away) * np.maximum(np.abs(away) - EYES_LIKE_DEG, 0)
    return np.concatenate([-follow(excess, REACH_QUICKNESS), np.zeros((len(head), 1))], axis=1)


def _breath(scene: Scene, random: np.random.Generator) -> Floats:
    """Filling of the lungs [T] in [0, 1]: slow and even at rest, quick between phrases."""
    person, own = scene.person, scene.own
    air, inhaling, rate = 0.0, False, 0.0
    wait, result = log_normal(random, person.breath_s, 0.16) * random.random(), []
    for speaks, end, voice in zip(scene.speaking.tolist(), own.phrase_end.tolist(), own.voice.tolist(), strict=True):
        wait -= FRAME_S
        if not inhaling and ((end and air < 0.6) or (wait <= 0 and not voice)):
            inhaling, rate = True, 1 / INHALE_S[speaks]
            wait = log_normal(random, person.breath_s, 0.16)
        if inhaling:
            air += rate * FRAME_S
            inhaling = air < 1.0
        else:
            air -= air * FRAME_S / 1.3
        result.append(air)
    return lag(lag(np.array(result), 0.14), 0.14)
