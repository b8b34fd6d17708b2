"""What a synthetic voice has said: the sound and the times of its phones."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.training.synthetic.phones import SILENCE

Sound = NDArray[np.float32]

PHONE_TYPE = np.dtype([("name", "U4"), ("start", "f4"), ("end", "f4")])
"""A row of the table of phones: class and times in s."""


@dataclass(frozen=True)
class Segment:
    """One phone class from `start` to `end` s."""

    phone: str
    start: float
    end: float

    @property
    def duration(self) -> float:
        """In s."""
        return self.end - self.start


@dataclass
class Spoken:
    """A piece of speech with known phone times."""

    samples: Sound
    """[N] mono at 16 kHz in [-1, 1]."""
    segments: list[Segment]
    """In order and without gaps, silence included."""
    voice: str
    language: str
    kind: str = "speech"
    loudness: float = 1.0
    """How far the mouth moves against usual speech: 1.3 for a shout."""
    pitch: NDArray[np.float32] | None = None
    """[T] at 25 Hz: pitch of a song in semitones above the singer's lowest note, where it matters to the mouth."""
    units: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Weights [T] at 25 Hz of expression units by name."""

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.samples) / SAMPLE_RATE

    def table(self) -> NDArray:
        """The segments as an array of `PHONE_TYPE`."""
        return np.array([(s.phone, s.start, s.end) for s in self.segments], PHONE_TYPE)


def read_table(table: NDArray) -> list[Segment]:
    """The inverse of `Spoken.table`."""
    return [Segment(str(row["name"]), float(row["start"]), float(row["end"])) for row in table]


def shift(segments: list[Segment], by: float) -> list[Segment]:
    """The same segments `by` s later."""
    return [replace(s, start=s.start + by, end=s.end + by) for s in segments]


def tidy(segments: list[Segment], end: float) -> list[Segment]:
    """Neighbouring silences joined, empty segments dropped, gaps filled by silence, all from 0 to `end` s."""
    result: list[Segment] = []
    now = 0.0
    for segment in [*segments, Segment(SILENCE, end, end)]:
        start = min(max(segment.start, now), end)
        if start > now + 1e-6:
            _add(result, Segment(SILENCE, now, start))
        stop = min(segment.end, end)
        if stop > start:
            _add(result, Segment(segment.phone, start, stop))
        now = max(now, stop, start)
    return result


def _add(segments: list[Segment], segment: Segment) -> None:
    if segments and segments[-1].phone == segment.phone == SILENCE:
        segments[-1] = replace(segments[-1], end=segment.end)
    else:
        segments.append(segment)


def join(parts: list[Spoken], gaps: list[float]) -> Spoken:
    """Say `parts` one after the other with `gaps` s of silence before, between and after them: one more than parts."""
    sounds: list[Sound] = []
    segments: list[Segment] = []
    now = 0
    for gap, part in zip(gaps, [*parts, None], strict=True):
        silence = round(gap * SAMPLE_RATE)
        sounds.append(np.zeros(silence, np.float32))
        now += silence
        if part is not None:
            segments += shift(part.segments, now / SAMPLE_RATE)
            sounds.append(part.samples)
            now += len(part.samples)
    samples = np.concatenate(sounds)
    return replace(parts[0], samples=samples, segments=tidy(segments, len(samples) / SAMPLE_RATE))


def cut(spoken: Spoken, end: float) -> Spoken:
    """Only what is said before `end` s."""
    samples = spoken.samples[: round(end * SAMPLE_RATE)]
    return replace(spoken, samples=samples, segments=tidy(spoken.segments, len(samples) / SAMPLE_RATE))
