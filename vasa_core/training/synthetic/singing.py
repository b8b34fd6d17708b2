"""Singing: spoken words with vowels held on the notes of a melody, with vibrato."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.synthetic.phones import PHONES, SILENCE, STOP, VOWEL
from vasa_core.training.synthetic.resynthesis import RATE, Floats, analyse, at, synthesise
from vasa_core.training.synthetic.spoken import Segment, Spoken

SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))
"""Semitones of a major, a minor and a pentatonic scale."""
LOWEST_NOTE_HZ = {"man": (95.0, 140.0), "woman": (175.0, 260.0)}
NOTE_S = (0.25, 0.9)
LONG_NOTE_S = (0.9, 2.2)
LONG_NOTE_SHARE = 0.15
GLIDE_SHARE = 0.2
"""Of a diphthong's note that its second vowel takes: singers stay on the first."""
VIBRATO_HZ = (5.0, 6.2)
VIBRATO_SEMITONES = (0.2, 0.6)
"""Half the extent; singers' vibrato is 5 to 7 Hz and up to a semitone either way (Sundberg 1994)."""
VIBRATO_AFTER_S = 0.2
PORTAMENTO_S = 0.06
JAW_VIBRATO = 3.0
"""The jaw takes vibrato for so much more of a change in pitch: those of many singers tremble along with the voice."""


def sing(spoken: Spoken, singer: str, rng: np.random.Generator) -> Spoken:
    """Sing what was spoken; `singer` is "man" or "woman". Sets `pitch` and the segments to the song's."""
    durations, notes = _rhythm(spoken.segments, rng)
    ends = np.cumsum(durations)
    starts = ends - durations
    count = int(np.ceil(ends[-1] * RATE))
    times = np.arange(count) / RATE
    source = np.interp(times, [0.0, *ends], [0.0, *(s.end for s in spoken.segments)])
    envelope = at(analyse(spoken.samples).envelope, source)
    semitones, vibrato = _melody(times, starts, notes, rng)
    lowest = rng.uniform(*LOWEST_NOTE_HZ[singer])
    voicing = voicing_of([Segment(s.phone, a, b) for s, a, b in zip(spoken.segments, starts, ends, strict=True)], count)
    samples = synthesise(envelope, lowest * 2 ** ((semitones + vibrato) / 12), voicing, rng)
    segments = [Segment(s.phone, a, b) for s, a, b in zip(spoken.segments, starts, ends, strict=True)]
    frames = np.arange(-(-len(samples) // 640)) / 25
    pitch = np.interp(frames, times, semitones + vibrato * JAW_VIBRATO)
    return replace(spoken, samples=samples, segments=segments, kind="singing", pitch=pitch.astype(np.float32))


def voicing_of(segments: list[Segment], count: int) -> Floats:
    """[count] voicing at 200 frames a second, softened over 15 ms; fricatives are half noise, and a voice that fades
    into silence stays a voice."""
    voicing = np.zeros(count)
    share = 0.0
    for segment in segments:
        phone = PHONES[segment.phone]
        if segment.phone != SILENCE:
            share = float(phone.voiced) * (0.6 if phone.manner in ("fricative", "affricate") else 1.0)
        voicing[round(segment.start * RATE) : round(segment.end * RATE)] = share
    return np.convolve(np.pad(voicing, 1, mode="edge"), np.ones(3) / 3, mode="valid")


def _rhythm(segments: list[Segment], rng: np.random.Generator) -> tuple[Floats, NDArray[np.int_]]:
    """Duration [n] of each segment in the song, and the number of its note."""
    durations, notes = np.zeros(len(segments)), np.zeros(len(segments), int)
    note = 0
    for index, segment in enumerate(segments):
        phone = PHONES[segment.phone]
        after_vowel = index > 0 and PHONES[segments[index - 1].phone].manner == VOWEL
        if phone.manner == VOWEL and after_vowel:
            durations[index - 1 : index + 1] = durations[index - 1] * np.array([1 - GLIDE_SHARE, GLIDE_SHARE])
        elif phone.manner == VOWEL:
            note += index > 0
            length = LONG_NOTE_S if rng.random() < LONG_NOTE_SHARE else NOTE_S
            durations[index] = rng.uniform(*length)
        elif segment.phone == SILENCE:
            durations[index] = min(segment.duration, 0.4)
        else:
            durations[index] = segment.duration * (1.0 if phone.manner == STOP else rng.uniform(1.0, 1.4))
        notes[index] = note
    return durations, notes


def _melody(times: Floats, starts: Floats, notes: NDArray[np.int_], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Pitch [T] above the lowest note and vibrato [T], both in semitones."""
    scale = SCALES[rng.integers(len(SCALES))]
    degree, height = int(rng.integers(2, 7)), np.zeros(notes.max() + 1)
    for note in range(len(height)):
        height[note] = 12 * (degree // len(scale)) + scale[degree % len(scale)]
        degree = int(np.clip(degree + rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 4]), 0, 2 * len(scale) - 3))
    begins = np.array([starts[notes == note].min() if (notes == note).any() else 0.0 for note in range(len(height))])
    current = np.maximum(np.searchsorted(begins, times, side="right") - 1, 0)
    width = round(PORTAMENTO_S * RATE)
    kernel = np.hanning(width + 2)[1:-1]
    smooth = np.convolve(np.pad(height[current], width, mode="edge"), kernel / kernel.sum(), mode="same")
    age = times - begins[current]
    depth = rng.uniform(*VIBRATO_SEMITONES) * np.clip((age - VIBRATO_AFTER_S) / 0.15, 0, 1)
    return smooth[width:-width], depth * np.sin(2 * np.pi * rng.uniform(*VIBRATO_HZ) * times)
