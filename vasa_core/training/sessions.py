"""Training sessions: voices strung together with pauses, idling and listening, and the teacher's face to all of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.articulation import articulate
from vasa_core.motion.channels import (
    EMOTIONS,
    IDLE,
    LISTENING,
    SPEAKING,
    Direction,
    Performance,
)
from vasa_core.motion.conditions import condition_rows
from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.prosody import FRAME_SAMPLES, ProsodyTracker
from vasa_core.motion.prosody import rows as prosody_rows
from vasa_core.motion.track import MOTION_FPS
from vasa_core.training.teacher.perform import perform
from vasa_core.training.teacher.personality import draw_personality
from vasa_core.training.voices import Voice

Array = NDArray[np.float32]
Random = np.random.Generator
Draw = Callable[[], NDArray[np.float64]]

SESSION_FRAMES = 900
"""About 36 s: long enough for postures, looks aside and moods to come and go."""
TAUGHT_SIZE, TAUGHT_WIDTH = 1.2, 1.35
"""Of the recordings' mouth motion, and of its width on top: their reader is a calm one, and read sentences spread and
round the lips less than talk does (width SD 0.031 against 0.039 inter-ocular distances)."""
CALM = 0.6
"""Share of the mouth's size that expressiveness does not change."""
EASE_FRAMES = 4
"""The mouth comes from rest and goes back to it within so many frames where a clip begins or ends in the open."""
SEGMENTS = ((SPEAKING, 0.66), (IDLE, 0.14), (LISTENING, 0.20))
"""Share of the segments, not of the time: speaking ones are the longest."""
IDLE_S = (2.0, 14.0)
GAP_S, GAP_SHARE = (0.1, 1.6), 0.5
"""Pauses between the clips of one turn, and how often there is one."""
TURN_CLIPS = (1, 5)
SILENT_PEAK = 60
"""Of 32767: sounds below -55 dB are the silence of pauses."""
START_FRAMES = 15
"""A face leaves the enrolled pose softly: within 0.6 s."""
QUIET_SHARE = 0.16
"""Of the clips: noise, music and hum, on which the face rests."""

# How often a session has a direction at all, and its range.
EMOTION_SHARE, EMOTION_NEUTRAL_SHARE, EMOTION_HOLD_S = 0.62, 0.2, (1.5, 10.0)
EMOTION_STRENGTH = (0.25, 1.0)
EMOTION_FULL_SHARE = 0.35
GAZE_SHARE, GAZE_HOLD_S = 0.45, (1.5, 8.0)
GAZE_RANGE = (0.52, 0.26)
"""Asked yaw and pitch, rad: 30 and 15 degrees to either side."""
DISTANCE_SHARE, DISTANCE_RANGE, DISTANCE_HOLD_S = 0.25, (0.7, 1.8), (3.0, 12.0)
EXPRESSIVENESS_SHARE, EXPRESSIVENESS_RANGE = 0.6, (0.2, 2.0)
STILLNESS_SHARE = 0.3
LIVELINESS_HOLD_S = (2.5, 10.0)
BLINK_SHARE, BLINK_RANGE, BLINK_HOLD_S = 0.6, (4.0, 45.0), (5.0, 20.0)


@dataclass
class Placed:
    """A voice in a session."""

    voice: Voice
    begin: int
    """Frame of the session."""
    frames: int
    """How much of the voice is heard, from its start."""

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.begin + self.frames


@dataclass
class Session:
    """T frames with everything the model is told and shall do."""

    placed: list[Placed]
    rows: Array
    """[T, R] channels, as `Performance.rows`."""
    prosody: Array
    conditions: Array
    state: NDArray[np.int64]
    heard: Array
    """[T] 1 where there is sound, 0 where nothing is given to the model."""
    source: NDArray[np.int64]
    """[T] index into `SOURCES` plus 1; 0 where it does not matter."""
    tongue_known: Array
    """[T] 1 or 0."""
    side: int
    """Side of the face that leads in one-sided expressions: 1 the subject's left, -1 the right."""

    def __len__(self) -> int:
        return len(self.rows)


def make_session(voices: list[Voice], quiet: list[Voice], rng: Random) -> Session:
    """A session of voices of one source, drawn at random."""
    placed, state, heard = _script(voices, quiet, rng)
    frames = len(state)
    samples = np.zeros(frames * FRAME_SAMPLES, np.float32)
    for part in placed:
        sound = part.voice.samples[: part.frames * FRAME_SAMPLES] / np.float32(32767)
        samples[part.begin * FRAME_SAMPLES :][: len(sound)] = sound
    tracker = ProsodyTracker()
    prosody = (tracker.push(samples) + tracker.finish())[:frames]
    direction = draw_direction(state, rng)
    person = draw_personality(rng)
    performance = perform(prosody, direction, int(rng.integers(1 << 31)), person)
    _start_softly(performance)
    known, source = _add_speech(performance, placed, direction, state)
    conditions = condition_rows(direction)
    heard_rows = prosody_rows(prosody) * heard[:, None]
    return Session(placed, performance.rows(), heard_rows, conditions, state, heard, source, known, person.side)


def _script(voices: list[Voice], quiet: list[Voice], rng: Random) -> tuple[list[Placed], NDArray[np.int64], Array]:
    """Which voice is heard when, the state, and where anything is heard at all."""
    placed: list[Placed] = []
    spans: list[tuple[int, int, int, bool]] = []
    frame = 0
    kinds, shares = zip(*SEGMENTS, strict=True)
    while frame < SESSION_FRAMES:
        kind = int(rng.choice(kinds, p=shares))
        begin = frame
        if kind == IDLE:
            frame += _frames(IDLE_S, rng)
        else:
            for _ in range(int(rng.integers(*TURN_CLIPS, endpoint=True))):
                pool = quiet if quiet and rng.random() < QUIET_SHARE else voices
                voice = pool[int(rng.integers(len(pool)))]
                placed.append(Placed(voice, frame, len(voice)))
                frame += len(voice)
                if rng.random() < GAP_SHARE:
                    frame += _pause(placed, frame, quiet, rng)
        spans.append((begin, frame, kind, kind != IDLE))
    state = np.zeros(frame, np.int64)
    heard = np.zeros(frame, np.float32)
    for begin, end, kind, sound in spans:
        state[begin:end] = kind
        heard[begin:end] = sound
    return placed, state, heard


def _frames(seconds: tuple[float, float], rng: Random) -> int:
    """A random time in whole blocks."""
    return int(MOTION_FPS * rng.uniform(*seconds)) // BLOCK * BLOCK


def _pause(placed: list[Placed], begin: int, quiet: list[Voice], rng: Random) -> int:
    """Put some near silence after a clip; returns its frames."""
    silent = [voice for voice in quiet if np.abs(voice.samples).max() < SILENT_PEAK]
    frames = _frames(GAP_S, rng)
    if silent:
        voice = silent[int(rng.integers(len(silent)))]
        frames = min(frames, len(voice))
        placed.append(Placed(voice, begin, frames))
    return frames


def _add_speech(
    performance: Performance, placed: list[Placed], direction: Direction, state: NDArray[np.int64]
) -> tuple[Array, NDArray[np.int64]]:
    """Put the voices' mouths into the performance where the face speaks; tells where the tongue is known, and whose."""
    frames = len(performance)
    known = np.ones(frames, np.float32)
    source = np.zeros(frames, np.int64)
    for part in placed:
        here = slice(part.begin, min(part.end, frames))
        if state[part.begin] != SPEAKING:
            continue
        count = here.stop - here.start
        voice = part.voice
        ease = _ease(count)[:, None]
        size = np.full((count, 1), TAUGHT_SIZE, np.float32)
        if direction.expressiveness is not None:
            size *= CALM + (1 - CALM) * direction.expressiveness[here, None]
        performance.speech[here] = ease * articulate(voice.speech[:count], size, TAUGHT_WIDTH)
        source[here] = voice.source + 1
        if voice.units is not None:
            performance.units[here] = np.maximum(performance.units[here], ease * voice.units[:count])
        if voice.tongue is None:
            known[here] = 0
        else:
            performance.tongue[here] = ease * voice.tongue[:count]
    return known, source


def _ease(frames: int) -> Array:
    """[frames] rising from 0 to 1 and falling to 0 over `EASE_FRAMES`."""
    edge = np.minimum(np.arange(frames) + 1, frames - np.arange(frames)) / (EASE_FRAMES + 1)
    edge = np.minimum(edge, 1).astype(np.float32)
    return np.asarray(edge * edge * (3 - 2 * edge), np.float32)


def _start_softly(performance: Performance) -> None:
    """Begin at rest, in place."""
    share = (np.arange(START_FRAMES, dtype=np.float32)[:, None] + 1) / START_FRAMES
    for name in ("units", "gaze", "head_rotation", "head_translation"):
        getattr(performance, name)[:START_FRAMES] *= share * share * (3 - 2 * share)


def draw_direction(state: NDArray[np.int64], rng: Random) -> Direction:
    """What a director might ask of a session."""
    frames = len(state)
    direction = Direction(state)
    if rng.random() < EMOTION_SHARE:
        direction.emotion = _held(frames, EMOTION_HOLD_S, lambda: _draw_emotion(rng), rng, ease=12)
    if rng.random() < GAZE_SHARE:
        direction.gaze = _held(frames, GAZE_HOLD_S, lambda: _draw_gaze(rng), rng, ease=0)
    if rng.random() < DISTANCE_SHARE:
        low, high = np.log(DISTANCE_RANGE)
        distance = _held(frames, DISTANCE_HOLD_S, lambda: np.exp(rng.uniform(low, high, 1)), rng, ease=25)
        direction.distance = distance[:, 0]
    direction.expressiveness = _liveliness(frames, EXPRESSIVENESS_SHARE, EXPRESSIVENESS_RANGE, 1.0, rng)
    direction.stillness = _liveliness(frames, STILLNESS_SHARE, (0.0, 1.0), 0.0, rng)
    if rng.random() < BLINK_SHARE:
        direction.blink_rate = _held(frames, BLINK_HOLD_S, lambda: rng.uniform(*BLINK_RANGE, 1), rng, ease=0)[:, 0]
    return direction


def _liveliness(frames: int, share: float, limits: tuple[float, float], usual: float, rng: Random) -> Array:
    """[frames] of the usual, or of values that change so often that the past alone does not tell them."""
    if rng.random() >= share:
        return np.full(frames, usual, np.float32)
    return _held(frames, LIVELINESS_HOLD_S, lambda: rng.uniform(*limits, 1), rng, ease=12)[:, 0]


def _draw_gaze(rng: Random) -> NDArray[np.float64]:
    return rng.uniform(-1, 1, 2) * GAZE_RANGE if rng.random() < 0.75 else np.zeros(2)


def _draw_emotion(rng: Random) -> NDArray[np.float64]:
    point = np.zeros(len(EMOTIONS))
    if rng.random() < EMOTION_NEUTRAL_SHARE:
        return point
    strength = 1.0 if rng.random() < EMOTION_FULL_SHARE else rng.uniform(*EMOTION_STRENGTH)
    first, second = rng.choice(len(EMOTIONS), 2, replace=False)
    share = rng.uniform(0.5, 1.0) if rng.random() < 0.25 else 1.0
    point[first], point[second] = strength * share, strength * (1 - share)
    return point


def _held(frames: int, hold_s: tuple[float, float], draw: Draw, rng: Random, ease: int) -> Array:
    """[frames, n] values drawn anew after each hold, moving over `ease` frames."""
    values: list[NDArray[np.float64]] = []
    value = draw()
    while len(values) < frames:
        new = draw()
        for k in range(ease):
            share = (k + 1) / (ease + 1)
            values.append(value + (new - value) * share * share * (3 - 2 * share))
        values.extend([new] * int(MOTION_FPS * rng.uniform(*hold_s)))
        value = new
    return np.array(values[:frames], np.float32)
