"""What the teacher makes of the prosody it hears: stress, liveliness, questions, held notes, laughter.

Everything follows from frames up to the present one, which themselves look 0.12 s ahead: no more than a model that
runs live can know.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.prosody import QUIET, ProsodyFrame
from vasa_core.training.teacher.curves import lag

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]

PITCH_STRESS = (2.0, 7.0)
"""Semitones over the voice's median with no and with full stress."""
PITCH_SHARE = 0.35
"""What a high pitch adds to the stress that a loud syllable has (both mark it: Fry 1958)."""
USUAL_S = 8.0
"""Voiced time over which the voice's usual loudness is learned."""
AROUSAL_DB, AROUSAL_SEMITONES = 6.0, 5.0
"""Louder and higher than usual by these: as aroused as it gets."""
AROUSAL_S = 0.7
FINAL_FRAMES = 8
"""A phrase's last voiced frames; `QUESTION_RISE` semitones from their first half to the second make a question."""
QUESTION_RISE = 1.2
NOTE_FRAMES = 14
NOTE_SPREAD = 1.1
NOTE_SWELL = 0.4
"""A note: voiced for 0.56 s, pitch and energy within these ranges but for vibrato (SD in semitones; range)."""
SINGING_S = (0.5, 3.0)
"""Time constants with which held notes become singing, and with which that is forgotten."""
LAUGH_GAPS = (3, 8)
"""Frames between the bursts of a laugh: 3 to 8 a second (Provine and Yong 1991: 4.8)."""
LAUGH_BURSTS = 5
LAUGH_DIP_DB = 10.0
"""Between bursts the sound falls at least so far."""
LAUGH_S = (0.25, 1.0)


@dataclass(frozen=True)
class Hearing:
    """Curves over T frames; of a voice, the face's own or the other's."""

    energy: Floats
    """Loudness between the noise floor (0) and the voice's peaks (1)."""
    envelope: Floats
    """The same, smoothed over a syllable."""
    voice: Flags
    pause: Floats
    """Seconds since the last sound."""
    onset: Flags
    phrase_end: Flags
    question: Flags
    """The frames of `phrase_end` after a rising end."""
    stress: Floats
    """0, or up to 1 at the top of a stressed syllable."""
    arousal: Floats
    """-1 to 1: quieter and lower, or louder and higher than this voice usually is."""
    pitch: Floats
    """Semitones over the voice's median, held over unvoiced sounds, back to 0 in pauses."""
    singing: Floats
    """0 to 1."""
    laughing: Floats
    """0 to 1."""


def hear(prosody: list[ProsodyFrame]) -> Hearing:
    """Listen to T frames."""
    table = np.array(prosody, float).reshape(-1, len(ProsodyFrame._fields))
    column = dict(zip(ProsodyFrame._fields, table.T, strict=True))
    voice, pause = column["voice"] > 0, column["pause"]
    pitch = _held(column["pitch"], column["voiced"] > 0, voice)
    end = column["phrase_end"] > 0
    high = np.clip((pitch - PITCH_STRESS[0]) / (PITCH_STRESS[1] - PITCH_STRESS[0]), 0, 1)
    peak = column["emphasis"] > 0
    stress = np.where(peak, column["emphasis"] + PITCH_SHARE * high, 0)
    return Hearing(
        energy=column["energy"],
        envelope=lag(column["energy"], 0.06),
        voice=voice,
        pause=pause,
        onset=column["onset"] > 0,
        phrase_end=end,
        question=end & _rising(column["pitch"], column["voiced"] > 0),
        stress=np.clip(stress, 0, 1),
        arousal=_arousal(column["loudness"], pitch, voice, column["voiced"] > 0),
        pitch=pitch,
        singing=_singing(column["pitch"], column["energy"], column["voiced"] > 0),
        laughing=_laughing(column["loudness"], voice),
    )


def silence(frames: int) -> Hearing:
    """Nothing heard for T frames."""
    zero, never = np.zeros(frames), np.zeros(frames, bool)
    return Hearing(zero, zero, never, np.full(frames, QUIET.pause), *[never] * 3, *[zero] * 5)


def _held(pitch: Floats, voiced: Flags, voice: Flags) -> Floats:
    value, result = 0.0, []
    for semitones, has, speaks in zip(pitch.tolist(), voiced.tolist(), voice.tolist(), strict=True):
        if has:
            value += 0.6 * (min(max(semitones, -12.0), 14.0) - value)
        elif not speaks:
            value *= 0.9
        result.append(value)
    return np.array(result)


def _arousal(loudness: Floats, pitch: Floats, voice: Flags, voiced: Flags) -> Floats:
    usual, count, value, result = 0.0, 0, 0.0, []
    for level, semitones, speaks, has in zip(
        loudness.tolist(), pitch.tolist(), voice.tolist(), voiced.tolist(), strict=True
    ):
        aim = 0.0
        if speaks and has:
            count += 1
            usual += (level - usual) / min(count, USUAL_S / 0.04)
            aim = (level - usual) / AROUSAL_DB + semitones / AROUSAL_SEMITONES
            aim *= min(count / 25, 1.0)
        if has or not speaks:
            value += (min(max(aim, -1.0), 1.0) - value) * 0.04 / AROUSAL_S
        result.append(value)
    return np.clip(1.6 * np.array(result), -1, 1)


def _rising(pitch: Floats, voiced: Flags) -> Flags:
    """Whether the last voiced frames before each frame rise."""
    recent: deque[float] = deque(maxlen=FINAL_FRAMES)
    result = np.zeros(len(pitch), bool)
    half = FINAL_FRAMES // 2
    for frame, (semitones, has) in enumerate(zip(pitch.tolist(), voiced.tolist(), strict=True)):
        if has:
            recent.append(semitones)
        if len(recent) == FINAL_FRAMES:
            values = list(recent)
            result[frame] = sum(values[half:]) - sum(values[:half]) > QUESTION_RISE * half
    return result


def _singing(pitch: Floats, energy: Floats, voiced: Flags) -> Floats:
    """How surely the voice sings: from held notes."""
    value, run, result = 0.0, 0, []
    for frame, has in enumerate(voiced.tolist()):
        run = run + 1 if has else 0
        note = False
        if run >= NOTE_FRAMES:
            recent = slice(frame - NOTE_FRAMES + 1, frame + 1)
            loud = energy[recent]
            note = pitch[recent].std() < NOTE_SPREAD and loud.max() - loud.min() < NOTE_SWELL
        value += (float(note) - value) * 0.04 / SINGING_S[0 if note else 1]
        result.append(value)
    return np.array(result)


def _laughing(loudness: Floats, voice: Flags) -> Floats:
    """How surely the voice laughs: from regular bursts with deep dips between them."""
    bursts: deque[int] = deque(maxlen=LAUGH_BURSTS)
    value, result, low = 0.0, [], 0.0
    levels = loudness.tolist()
    for frame, level in enumerate(levels):
        low = min(low, level)
        top = frame > 1 and levels[frame - 2] < levels[frame - 1] >= level and voice[frame - 1]
        if top and levels[frame - 1] - low > LAUGH_DIP_DB:
            bursts.append(frame - 1)
            low = level
        gaps = np.diff(list(bursts)) if len(bursts) == LAUGH_BURSTS else np.zeros(1)
        regular = bool(LAUGH_GAPS[0] <= gaps.min() and gaps.max() <= LAUGH_GAPS[1] and gaps.max() - gaps.min() <= 2)
        laughs = regular and frame - bursts[-1] <= LAUGH_GAPS[1]
        value += (float(laughs) - value) * 0.04 / LAUGH_S[0 if laughs else 1]
        result.append(value)
    return np.array(result)
