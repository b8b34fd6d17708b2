"""Where the eyes look: fixations on a target, looks aside and back, all in saccades of proper speed.

Fixation times and scatter are fitted to 39,933 fixations of 19 people in video talk (`GAZE_CREDIT`): medians of 0.19 s
while speaking and 0.21 s while listening; looks aside hold 1.8 fixations, lie mostly to the sides, and are log-normal
in size. How often and how long people look away while speaking and listening: Lee, Badler and Badler 2002.
"""

from dataclasses import dataclass
from math import atan2, cos, degrees, exp, hypot, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.teacher.curves import FRAME_S, log_normal
from vasa_core.training.teacher.scene import Scene

Floats = NDArray[np.floating]

GAZE_CREDIT = "Eye gaze during conversation (Dembinsky et al., ETRA 2024), Apache-2.0"

IDLE, SPEAKING, LISTENING = 0, 1, 2
HOLD_S = (6.5, 3.1, 7.9)
"""Mean time that the gaze rests on its target: idle, speaking, listening."""
AVERT_S = (1.1, 0.9, 0.4)
HOLD_SPREAD = 0.6
AVERT_SPREAD = 0.5
ONSET_AVERT = 0.35
"""Chance of looking away as a phrase begins, while the words are planned (Kendon 1967)."""
END_RETURN = 0.75
"""Chance of looking back at the end of a phrase, when the other's answer is sought."""
OTHERS_ONSET_RETURN = 0.9
"""A listener looks back when the other begins to speak."""
RETURN_S = (0.0, 0.16)
"""Such a return comes so late."""
LEAST_FIXATION_S = 0.1
ASKED_AVERSION = 0.18
ASKED_AVERT_SHARE = 0.5
"""A director's target is left less often, and less far and long."""

FIXATION_MS = {"speaking": (203.0, 0.47), "listening": (229.0, 0.51), "away": (192.0, 0.41)}
"""Geometric mean and SD of the logarithm of fixations on the target, and away from it (measured, see above)."""
FACE_DEG = 0.75
"""Median distance of fixations from their middle on a face; the recordings' unit, its angle set by hand."""
STEP = (0.63, 1.0)
"""Steps between fixations on a face, in that unit: geometric mean and SD of the logarithm (1.27 measured, cut here)."""
STEP_MOST_DEG = 2.4
FURTHEST_DEG = 2.0
AWAY = (11.0, 0.55)
AWAY_DEG_RANGE = (4.0, 17.0)
"""Looks aside, in that unit and log-normal (measured), and within these degrees."""
SIDEWAYS = 0.77
"""Share of looks aside that go more to the side than up or down (measured); up and down they are shorter."""
VERTICAL_SHARE = 0.65
AWAY_STEP_DEG = (2.0, 0.6)
"""Further fixations while averted: mean step and spread."""
TREMBLE_DEG = 0.05
"""Fixational drift, SD; its time constant is `TREMBLE_S`."""
TREMBLE_S = 0.4

SACCADE_S = (0.02, 0.03)
SACCADE_S_PER_DEG = (0.0022, 0.0027)
"""Duration of a saccade (Carpenter 1988)."""
UNDERSHOOT = 0.06
"""Large saccades fall short by so much; a second, small one corrects within 0.15 to 0.25 s (Becker 1989)."""
LARGE_DEG = 12.0
CORRECT_S = (0.15, 0.25)
PURSUIT_DEG_S = 25.0
"""Targets that move slower are followed smoothly, faster ones in saccades."""
CATCH_UP_DEG = 1.2
REACTION_S = (0.04, 0.16)
"""From a director's new target to the saccade."""


@dataclass(frozen=True)
class GazeCurves:
    """Gaze over T frames."""

    gaze: Floats
    """[T, 2] in the world, yaw (viewer's right) and pitch (up), rad."""
    aim: Floats
    """[T, 2] where the saccades go: the gaze without its way there, rad."""
    shift: Floats
    """[T] size in rad of the saccade that begins in this frame; 0 otherwise."""
    averted: NDArray[np.bool_]
    """[T] looks away from the target."""


def gaze_curves(scene: Scene, random: np.random.Generator) -> GazeCurves:
    """Gaze of one clip."""
    eyes = _Eyes(scene, random)
    for frame in range(len(scene)):
        eyes.step(frame)
    gaze, aim = (np.array(curve, float).reshape(-1, 2) for curve in (eyes.gaze, eyes.aims))
    return GazeCurves(gaze, aim, np.array(eyes.shifts, float), np.array(eyes.averts, bool))


class _Eyes:
    """A state machine, one step per frame. Places are rad against the moving target: yaw, pitch."""

    def __init__(self, scene: Scene, random: np.random.Generator) -> None:
        self._scene = scene
        self._random = random
        self._roles = np.where(scene.speaking, SPEAKING, np.where(scene.listening, LISTENING, IDLE)).tolist()
        goal = scene.target + np.where(scene.asked[:, None], 0.0, scene.mood.gaze_offset)
        self._goal = goal.tolist()
        speed = np.degrees(np.linalg.norm(np.diff(goal, axis=0, prepend=goal[:1]), axis=1)) / FRAME_S
        self._jumps = (speed > PURSUIT_DEG_S).tolist()
        self._asked = scene.asked.tolist()
        self._aversion = (scene.mood.aversion * scene.person.aversion).tolist()
        own, other = scene.own, scene.other
        self._onset, self._end = own.onset.tolist(), own.phrase_end.tolist()
        self._others_onset = other.onset.tolist()
        self._role = self._roles[0] if self._roles else IDLE
        self._averted = False
        self._hold = self._draw_hold(0) if self._roles else 1.0
        self._fixation = 0.3
        self._from = self._aim = self._wanted = (0.0, 0.0)
        self._since, self._lasts = 1.0, 0.03
        self._reaction = self._correct = 0.0
        self._tremble = [0.0, 0.0]
        self.gaze: list[tuple[float, float]] = []
        self.aims: list[tuple[float, float]] = []
        self.shifts: list[float] = []
        self.averts: list[bool] = []

    def step(self, frame: int) -> None:
        """One frame."""
        self._since += FRAME_S
        self._hold -= FRAME_S
        self._fixation -= FRAME_S
        self._notice_jump(frame)
        shift = self._decide(frame)
        goal = self._goal[frame]
        here = self._here()
        keep = 1 - FRAME_S / TREMBLE_S
        stir = radians(TREMBLE_DEG) * (1 - keep * keep) ** 0.5
        self._tremble = [keep * value + stir * self._random.standard_normal() for value in self._tremble]
        self.gaze.append((goal[0] + here[0] + self._tremble[0], goal[1] + here[1] + self._tremble[1]))
        self.aims.append((goal[0] + self._aim[0], goal[1] + self._aim[1]))
        self.shifts.append(shift)
        self.averts.append(self._averted)

    def _notice_jump(self, frame: int) -> None:
        """A target that jumps leaves the eyes behind for a moment."""
        if not self._jumps[frame]:
            return
        (x, y), (a, b) = self._goal[frame], self._goal[frame - 1]
        self._from = (self._from[0] - x + a, self._from[1] - y + b)
        self._aim = (self._aim[0] - x + a, self._aim[1] - y + b)
        if self._reaction <= 0:
            self._reaction = self._random.uniform(*REACTION_S)

    def _decide(self, frame: int) -> float:
        """Begin a saccade when it is time; returns its size."""
        random, role = self._random, self._roles[frame]
        if role != self._role:
            self._role = role
            if not self._averted:
                self._hold = min(self._hold, self._draw_hold(frame))
        if self._reaction > 0:
            self._reaction -= FRAME_S
            if self._reaction <= 0 and degrees(hypot(*self._aim)) > CATCH_UP_DEG:
                self._averted = False
                return self._look((0.2 * random.standard_normal() * radians(FACE_DEG), 0.0))
            return 0.0
        if self._correct > 0:
            self._correct -= FRAME_S
            if self._correct <= 0:
                return self._look(self._wanted)
        return self._away(frame) if self._averted else self._on_target(frame)

    def _away(self, frame: int) -> float:
        random = self._random
        called = self._end[frame] and random.random() < END_RETURN
        called = called or (self._others_onset[frame] and random.random() < OTHERS_ONSET_RETURN)
        if called:
            self._hold = min(self._hold, random.uniform(*RETURN_S))
        if self._hold <= 0 and self._since > LEAST_FIXATION_S + self._lasts:
            self._averted = False
            self._hold = self._draw_hold(frame)
            return self._look(self._near((0.0, 0.0)))
        if self._fixation <= 0 and self._hold > LEAST_FIXATION_S:
            mean, spread = AWAY_STEP_DEG
            size, angle = radians(log_normal(random, mean, spread)), random.uniform(0, 2 * pi)
            return self._look((self._aim[0] + size * cos(angle), self._aim[1] + 0.6 * size * sin(angle)))
        return 0.0

    def _on_target(self, frame: int) -> float:
        random, aversion = self._random, self._aversion[frame]
        calm = ASKED_AVERSION if self._asked[frame] else 1.0
        away = self._hold <= 0
        away = away or (self._onset[frame] and random.random() < min(ONSET_AVERT * aversion * calm, 0.8))
        if away:
            self._averted = True
            person = self._scene.person
            time = AVERT_S[self._role] * person.avert_time * (ASKED_AVERT_SHARE if self._asked[frame] else 1.0)
            self._hold = max(log_normal(random, time, AVERT_SPREAD), 0.16)
            return self._look(self._aside(frame))
        if self._fixation <= 0:
            return self._look(self._near(self._aim))
        return 0.0

    def _draw_hold(self, frame: int) -> float:
        calm = ASKED_AVERSION if self._asked[frame] else 1.0
        return log_normal(self._random, HOLD_S[self._role] / max(self._aversion[frame] * calm, 0.05), HOLD_SPREAD)

    def _near(self, at: tuple[float, float]) -> tuple[float, float]:
        """The next point of a face that is looked at."""
        random = self._random
        unit = FACE_DEG * self._scene.person.fixation_spread
        size = min(unit * STEP[0] * exp(STEP[1] * random.standard_normal()), STEP_MOST_DEG)
        inwards = atan2(-at[1], -at[0])
        out = degrees(hypot(*at)) / FURTHEST_DEG
        angle = inwards + (1 - min(out, 1.0)) * random.uniform(-pi, pi) + 0.6 * random.standard_normal()
        return at[0] + radians(size) * cos(angle), at[1] + 0.8 * radians(size) * sin(angle)

    def _aside(self, frame: int) -> tuple[float, float]:
        """A point away from the target: up rather while thinking of words, down rather otherwise."""
        random, person = self._random, self._scene.person
        low, high = AWAY_DEG_RANGE
        size = AWAY[0] * FACE_DEG * person.avert_size * exp(AWAY[1] * random.standard_normal())
        size = radians(min(max(size * (ASKED_AVERT_SHARE if self._asked[frame] else 1.0), low), high))
        side = 1 if random.random() < person.look_side else -1
        lift = (person.look_up if self._role == SPEAKING else -0.25) + 0.35 * random.standard_normal()
        if random.random() > SIDEWAYS:
            lift += (1 if random.random() < 0.5 + lift else -1) * random.uniform(0.8, 1.4)
        return side * size * cos(lift), VERTICAL_SHARE * size * sin(lift)

    def _look(self, aim: tuple[float, float]) -> float:
        """Begin a saccade to `aim`."""
        random = self._random
        self._from = self._here()
        way = aim[0] - self._from[0], aim[1] - self._from[1]
        size = degrees(hypot(*way))
        self._correct = 0.0
        if size > LARGE_DEG:
            self._wanted, short = aim, UNDERSHOOT * random.uniform(0.3, 1.5)
            aim = aim[0] - short * way[0], aim[1] - short * way[1]
            self._correct = random.uniform(*CORRECT_S)
        self._aim = aim
        self._lasts = random.uniform(*SACCADE_S) + random.uniform(*SACCADE_S_PER_DEG) * size
        self._since = random.uniform(0.2, 1.0) * FRAME_S
        kind = "away" if self._averted else ("speaking" if self._role == SPEAKING else "listening")
        middle, spread = FIXATION_MS[kind]
        time = middle * self._scene.person.fixation_time * exp(spread * random.standard_normal())
        self._fixation = max(time / 1000, LEAST_FIXATION_S) + self._lasts
        return radians(size)

    def _here(self) -> tuple[float, float]:
        share = min(self._since / self._lasts, 1.0)
        share = share * share * (3 - 2 * share)
        (x, y), (a, b) = self._from, self._aim
        return x + (a - x) * share, y + (b - y) * share
