"""Emotions as they unfold on a face, frame by frame: onset, a living hold, decay, accents, and the bearing with it.

emotions = Emotions(generator)
frame = emotions.step(parse_emotion("happy"), speaking=True, emphasis=0.4)
"""

from dataclasses import dataclass
from math import exp, radians, sqrt

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import EMOTIONS, EXPRESSION_UNITS, MIRRORED_UNITS
from vasa_core.training.teacher.emotion_prototypes import PROTOTYPES, SPEAKING_SHARE, UPPER_FACE, Weights

Vector = NDArray[np.float64]

FRAME_S = 0.04
RISE = 3.9
"""A critically damped second-order filter of w rad/s needs this over w seconds for 90% of a step."""
RENEW_LEVEL = 0.04
"""Below this level an emotion is over; when it comes back it may take another face."""
CHANGE_S = 9.0
"""Mean time for which a held emotion keeps one variant, s; then the face moves over to another one."""
SETTLE_S = 0.7
"""Time of that move."""
FLUCTUATION = 0.10
FLUCTUATION_S = 2.2
"""SD (share of the level) and time constant of the slow waxing and waning of a held expression."""
ACCENT_LEAST = 0.3
ACCENT_CHANCE = 0.4
ACCENT_SIZE = (0.12, 0.35)
ACCENT_RISE_S = 0.14
"""Emphasis above the first calls, so often, a micro peak of this size (share of the level) that peaks after this."""
ACCENT_GAP_S = 0.9
"""No other peak follows sooner: by then the last one is over."""
SPONTANEOUS_S = 6.0
"""Mean time between micro peaks without any emphasis."""
UNIT_SPREAD = 0.12
"""SD of the logarithm of each unit's weight, from episode to episode."""
PERSON_SPREAD = 0.10
"""SD of the logarithm of each unit's weight, from person to person."""
UNEVEN = 0.08
"""SD of the share by which one side outdoes the other (spontaneous faces differ little: Ekman, Hager, Friesen 1981)."""
SPEECH_S, SILENCE_S = 0.10, 0.35
"""Time constants with which the mouth makes room for speech, and takes the expression back afterwards."""
UPPER, LOWER = 0, 1


@dataclass(frozen=True)
class EmotionFrame:
    """What emotion does in one frame; scales multiply what a neutral face would do."""

    units: Vector
    """[29] weights of `EXPRESSION_UNITS` in [0, 1]."""
    head_offset: Vector
    """[3] rotation vector added to the head's rest, rad; x down, y to the viewer's left, z clockwise."""
    head_scale: float
    """Size of the head's motion."""
    quickness: float
    """Speed of the head's motion."""
    brow_scale: float
    """Size of brow strokes on accents."""
    gaze_offset: Vector
    """[2] added to the gaze, yaw (viewer's right) and pitch (up), rad."""
    aversion: float
    """How often the gaze leaves its target."""
    blink_scale: float
    """Blinks a minute."""
    lids: float
    """Closure of both lids held between blinks, in [0, 1]."""


class Emotions:
    """Emotional expression of one person, stepped once per frame; the generator makes both person and moments."""

    def __init__(self, generator: np.random.Generator, side: int = 1) -> None:
        """`side` leads in one-sided expressions: 1 the subject's left, -1 the right."""
        self._random = generator
        self.side = side
        self._person = np.exp(PERSON_SPREAD * generator.standard_normal(len(EXPRESSION_UNITS)))
        self._taste = {name: generator.dirichlet(np.full(len(FACES[name]), 1.5)) for name in EMOTIONS}
        self._axes = [_Axis(name, self) for name in EMOTIONS]
        self._accent_level, self._accent_since = 0.0, 10.0
        self._talk = 0.0

    def step(self, emotion: NDArray, speaking: bool, emphasis: float = 0.0) -> EmotionFrame:
        """One frame.

        Parameters
        ----------
        emotion : [7] shares asked for in this frame
        speaking : whether the voice is heard now; the mouth makes room for it
        emphasis : 0, or up to 1 at the top of a loudness peak
        """
        time = SPEECH_S if speaking else SILENCE_S
        self._talk += (float(speaking) - self._talk) * (1 - exp(-FRAME_S / time))
        accent = self._accent(emphasis)
        units, levels = np.zeros(len(EXPRESSION_UNITS)), np.zeros(len(EMOTIONS))
        for number, axis in enumerate(self._axes):
            level, face = axis.step(float(emotion[number]))
            if level > 0:
                units += face * (1 + accent)
                levels[number] = level
        units = np.clip(units, 0, 1) * (1 - self._talk * (1 - _SPEAKING))
        return self._frame(units, levels)

    def draw_face(self, name: str) -> Vector:
        """A face [29] for the next episode of an emotion."""
        random, side = self._random, self.side
        face = FACES[name][random.choice(len(FACES[name]), p=self._taste[name])]
        face = face if side > 0 else face[MIRRORED_UNITS]
        spread = np.exp(UNIT_SPREAD * random.standard_normal(len(face)))
        spread = np.where(
            _SIDE == 0,
            spread,
            np.sqrt(spread * spread[MIRRORED_UNITS]) * (1 + UNEVEN * side * _SIDE * abs(random.standard_normal())),
        )
        return np.clip(face * spread * self._person, 0, 1)

    def _accent(self, emphasis: float) -> float:
        random = self._random
        chance = ACCENT_CHANCE if emphasis > ACCENT_LEAST else FRAME_S / SPONTANEOUS_S
        if self._accent_since > ACCENT_GAP_S and random.random() < chance:
            self._accent_level, self._accent_since = random.uniform(*ACCENT_SIZE), 0.0
        self._accent_since += FRAME_S
        at = self._accent_since / ACCENT_RISE_S
        return float(self._accent_level * (at * exp(1 - at)) ** 2)

    def _frame(self, units: Vector, levels: Vector) -> EmotionFrame:
        scales = 1 + levels @ (_SCALES - 1)
        head = _HEAD * (1, self.side, -self.side)
        gaze = _GAZE * (-self.side, 1)
        head_scale, quickness, brow_scale, aversion, blink_scale = np.maximum(scales, 0.2).tolist()
        return EmotionFrame(
            units, levels @ head, head_scale, quickness, brow_scale, levels @ gaze, aversion, blink_scale,
            float(levels @ _LIDS),
        )  # fmt: skip


class _Axis:
    """One emotion of one person: how much of it shows, and with which face."""

    def __init__(self, name: str, person: Emotions) -> None:
        self._name = name
        self._person = person
        self._random = person._random
        self._bearing = PROTOTYPES[name].bearing
        self._level, self._speed = np.zeros(2), np.zeros(2)
        self._noise = np.zeros((2, 2))
        self._lead = np.ones(2)
        self._face = self._next = np.zeros(len(EXPRESSION_UNITS))
        self._renewed = False

    def step(self, wanted: float) -> tuple[float, Vector]:
        """One frame: the level and the weights [29]."""
        if wanted <= 0 and self._level.max() < 1e-4:
            return 0.0, self._face
        if wanted > 0 and self._level.max() < RENEW_LEVEL:
            if not self._renewed:
                self._renew()
        elif self._random.random() < FRAME_S / CHANGE_S:
            self._next = self._person.draw_face(self._name)
        self._renewed = self._level.max() < RENEW_LEVEL
        self._face = self._face + (self._next - self._face) * (1 - exp(-FRAME_S / SETTLE_S))
        self._follow(wanted)
        wave = 1 + FLUCTUATION * self._fluctuation()
        shown = np.clip(self._level * wave, 0, 1)
        return float(self._level[UPPER]), self._face * np.where(_IS_UPPER, shown[UPPER], shown[LOWER])

    def _renew(self) -> None:
        self._next = self._person.draw_face(self._name)
        self._face = self._next
        self._onset = self._random.uniform(*self._bearing.onset_s)
        self._decay = self._random.uniform(*self._bearing.decay_s)
        self._lead = np.array([1.0, self._random.uniform(0.75, 1.2)])

    def _follow(self, wanted: float) -> None:
        """Critically damped, exact for a constant aim."""
        for part in (UPPER, LOWER):
            time = self._onset if wanted > self._level[part] else self._decay
            pace = RISE / time * self._lead[part]
            away = self._level[part] - wanted
            push = (self._speed[part] + pace * away) * FRAME_S
            fade = exp(-pace * FRAME_S)
            self._level[part] = wanted + (away + push) * fade
            self._speed[part] = (self._speed[part] - pace * push) * fade

    def _fluctuation(self) -> Vector:
        keep = exp(-FRAME_S / FLUCTUATION_S)
        self._noise[0] = self._noise[0] * keep + sqrt(1 - keep * keep) * self._random.standard_normal(2)
        self._noise[1] += (self._noise[0] - self._noise[1]) * 0.1
        return self._noise[1]


def face_units(weights: Weights) -> Vector:
    """Weights [29] of `EXPRESSION_UNITS` from names; a name without side stands for both sides."""
    sided = {name + side: value for name, value in weights.items() for side in ("", "Left", "Right")}
    return np.array([weights.get(unit, sided.get(unit, 0.0)) for unit in EXPRESSION_UNITS])


FACES: dict[str, list[Vector]] = {
    name: [face_units(weights) for weights in (*prototype.variants, *prototype.one_sided)]
    for name, prototype in PROTOTYPES.items()
}
"""Variants of each emotion as weights [29]; one-sided ones lead with the subject's left."""

_SIDE = np.array([unit.endswith("Left") - float(unit.endswith("Right")) for unit in EXPRESSION_UNITS])
_IS_UPPER = np.array([unit.startswith(UPPER_FACE) for unit in EXPRESSION_UNITS])
_SPEAKING = np.array([SPEAKING_SHARE.get(u.removesuffix("Left").removesuffix("Right"), 1.0) for u in EXPRESSION_UNITS])
_BEARINGS = [PROTOTYPES[name].bearing for name in EMOTIONS]
_SCALES = np.array([[b.head_scale, b.quickness, b.brow_scale, b.aversion, b.blink_scale] for b in _BEARINGS])
_HEAD = np.array([[radians(angle) for angle in b.head_deg] for b in _BEARINGS])
_GAZE = np.array([[radians(angle) for angle in b.gaze_deg] for b in _BEARINGS])
_LIDS = np.array([b.lids for b in _BEARINGS])
