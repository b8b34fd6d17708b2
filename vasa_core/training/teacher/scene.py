"""Everything that the teacher's parts need to know about one clip, as curves over its T frames."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import EMOTIONS, EXPRESSION_UNITS, LISTENING, SPEAKING, Direction
from vasa_core.motion.prosody import QUIET, ProsodyFrame
from vasa_core.training.teacher.curves import attack_decay, eased
from vasa_core.training.teacher.emotions import Emotions
from vasa_core.training.teacher.hearing import Hearing, hear, silence
from vasa_core.training.teacher.personality import Personality

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]

TALK_PAUSE_S = 1.0
"""Pauses up to this belong to speaking: the face stays a speaker's."""
LIVELY_PAUSE_S = 0.3
LIVELY_S = (0.35, 1.4)
"""Time constants with which the voice enlivens a face, and with which it calms down afterwards."""
CHANGE_QUICKNESS = 5.0
"""rad/s: a face changes its expressiveness within about a second."""


@dataclass(frozen=True)
class Mood:
    """What emotion asks of the other parts; neutral: zeros and ones."""

    units: Floats
    """[T, 29]."""
    head_offset: Floats
    """[T, 3] rad."""
    head_scale: Floats
    quickness: Floats
    brow_scale: Floats
    gaze_offset: Floats
    """[T, 2] rad."""
    aversion: Floats
    blink_scale: Floats
    lids: Floats


@dataclass(frozen=True)
class Scene:
    """One clip."""

    person: Personality
    own: Hearing
    """The face's own voice; silence unless it speaks."""
    other: Hearing
    """The other's voice; silence unless it listens."""
    speaking: Flags
    """The face speaks, its short pauses included."""
    listening: Flags
    lively: Floats
    """[T] 0 at rest to 1 in full flow of speech, slowly changing."""
    target: Floats
    """[T, 2] where to look, rad; 0 is the viewer."""
    asked: Flags
    """[T] the director said where to look."""
    size: Floats
    """[T] expressiveness."""
    stillness: Floats
    blink_rate: Floats | None
    """[T] blinks a minute that the director wants."""
    mood: Mood

    def __len__(self) -> int:
        return len(self.speaking)


def build_scene(
    prosody: list[ProsodyFrame], direction: Direction, person: Personality, random: np.random.Generator
) -> Scene:
    """Curves of one clip; `prosody` and `direction` have T frames each."""
    frames, state = len(direction), direction.state
    if len(prosody) != frames:
        raise ValueError(f"{len(prosody)} frames of prosody do not go with {frames} frames of direction; give as many.")
    own, other = (_heard(prosody, state == role) for role in (SPEAKING, LISTENING))
    speaking = (state == SPEAKING) & (own.pause < TALK_PAUSE_S)
    return Scene(
        person=person,
        own=own,
        other=other,
        speaking=speaking,
        listening=state == LISTENING,
        lively=attack_decay((speaking & (own.pause < LIVELY_PAUSE_S)).astype(float), *LIVELY_S),
        target=np.zeros((frames, 2)) if direction.gaze is None else direction.gaze.astype(float),
        asked=np.full(frames, direction.gaze is not None),
        size=np.ones(frames) if direction.expressiveness is None else eased(direction.expressiveness, CHANGE_QUICKNESS),
        stillness=np.zeros(frames) if direction.stillness is None else eased(direction.stillness, CHANGE_QUICKNESS),
        blink_rate=None if direction.blink_rate is None else direction.blink_rate.astype(float),
        mood=_mood(direction.emotion, speaking, own, person.side, random),
    )


def _heard(prosody: list[ProsodyFrame], when: Flags) -> Hearing:
    if not when.any():
        return silence(len(prosody))
    return hear([frame if now else QUIET for frame, now in zip(prosody, when.tolist(), strict=True)])


def _mood(
    emotion: NDArray[np.float32] | None, speaking: Flags, own: Hearing, side: int, random: np.random.Generator
) -> Mood:
    frames = len(speaking)
    one = np.ones(frames)
    if emotion is None or not np.any(emotion):
        units, offset, gaze = (np.zeros((frames, size)) for size in (len(EXPRESSION_UNITS), 3, 2))
        return Mood(units, offset, one, one, one, gaze, one, one, np.zeros(frames))
    assert emotion.shape == (frames, len(EMOTIONS))
    emotions = Emotions(random, side)
    talks = speaking & (own.pause < LIVELY_PAUSE_S)
    steps = [
        emotions.step(now, bool(talk), float(stress))
        for now, talk, stress in zip(emotion, talks, own.stress, strict=True)
    ]
    return Mood(**{name: np.array([getattr(step, name) for step in steps]) for name in Mood.__dataclass_fields__})
