"""How well lips follow the truth: correlation, closures, silence, contacts; plain functions on lip-opening curves [T].

A lip opening is the distance of the inner lips (points 13 and 14) in outer inter-ocular distances. All measures that
speak of `closed` use a `Range`: the level at which this face's lips touch and the amplitude of its speech. Needs numpy
alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]

CLOSED_SHARE = 0.15
"""Lips count as closed up to this share of the speech amplitude above the level at which they touch."""
OPEN_SHARE = 0.4
"""The truth counts as clearly open from this share on (open vowels)."""
CLOSURE_FRAMES = 2
"""A closure is searched this many frames around the word's start."""
BILABIAL_LETTERS = "bpm"
"""Words beginning with these begin with closed lips; the name of the letter `m` alone does not (em)."""


@dataclass(frozen=True)
class Range:
    """Scale of one face's lip opening."""

    closed: float
    """Opening at which the lips touch."""
    amplitude: float
    """95th percentile of the opening in speech, above `closed`."""

    def share(self, opening: Array) -> Array:
        """Opening as a share of the amplitude: 0 closed, about 1 at the wide vowels."""
        return (np.asarray(opening, float) - self.closed) / self.amplitude


def range_of(opening: Array, speech: Mask | None = None, closed: float | None = None) -> Range:
    """Range of one speaker's openings [T], best over several sentences together.

    `closed` is the 2nd percentile of the openings unless given: lips touch in a few percent of the frames of any
    speech, and a tracker's noise makes the minimum too low. Give it (the opening of the resting portrait) for a face
    that may never close: its own percentile would call its narrowest opening closed. `speech` [T] picks the frames
    for the amplitude (default: all).
    """
    level = float(np.percentile(opening, 2)) if closed is None else closed
    spoken = opening if speech is None else opening[speech]
    return Range(level, max(float(np.percentile(spoken, 95)) - level, 1e-6))


def correlation(first: Array, second: Array) -> float:
    """Pearson correlation of two curves [T]; 0 where one of them does not move."""
    a, b = np.asarray(first, float), np.asarray(second, float)
    count = min(len(a), len(b))
    a, b = a[:count] - a[:count].mean(), b[:count] - b[:count].mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / scale) if scale > 1e-12 else 0.0


def shifted(first: Array, second: Array, lag: int) -> tuple[Array, Array]:
    """The common frames of two curves when `first` is `lag` frames late against `second`."""
    count = min(len(first), len(second))
    first, second = first[:count], second[:count]
    return (first[lag:], second[: count - lag]) if lag >= 0 else (first[:lag], second[-lag:])


def best_lag(predicted: Array, truth: Array, furthest: int = 4) -> tuple[int, float]:
    """Lag in frames (positive: `predicted` is late) with the highest correlation, and that correlation."""
    scores = {lag: correlation(*shifted(predicted, truth, lag)) for lag in range(-furthest, furthest + 1)}
    lag = max(scores, key=lambda key: (scores[key], -abs(key)))
    return lag, scores[lag]


def bilabial_starts(words: Iterable[tuple[float, float, str]]) -> Array:
    """Start times (s) of the words `(start, end, word)` that begin with b, p or m."""
    return np.array([start for start, _, word in words if word and begins_bilabial(word)], float)


def begins_bilabial(word: str) -> bool:
    """Whether the lips are closed as a spelt word begins (most European spellings)."""
    return word[0].lower() in BILABIAL_LETTERS and word.lower() != "m"


def silence_mask(
    words: Iterable[tuple[float, float, str]], frames: int, fps: float, after: float = 0.2, before: float = 0.5
) -> Mask:
    """Frames [T] of the entries `sil` (or `sp`), less `after` s of the last word and `before` s of the next.

    Lips still move after a word, and the mouth opens to take breath well before the next: on GRID speaker s1 a quarter
    of the frames between 0.1 and 0.4 s before a sentence are as open as a vowel. Before the first entry and after the
    last there is no word, so nothing is left out there.
    """
    times = np.arange(frames) / fps
    mask = np.zeros(frames, bool)
    entries = list(words)
    for number, (start, end, word) in enumerate(entries):
        if word in ("sil", "sp"):
            begin = start + after if number > 0 else start
            until = end - before if number < len(entries) - 1 else np.inf
            mask |= (times >= begin) & (times < until)
    return mask


def closures(opening: Array, fps: float, starts: Array, scale: Range, frames: int = CLOSURE_FRAMES) -> Mask:
    """For each word start (s): whether the lips are closed in some frame within `frames` of it.

    Closure recall is the mean of the result over all words beginning with b, p or m (published gate: 90%).
    """
    share = scale.share(opening)
    return np.array([share[_around(start, fps, frames, len(share))].min() <= CLOSED_SHARE for start in starts], bool)


def contact_errors(opening: Array, fps: float, starts: Array, truth: Array, frames: int = 4) -> Array:
    """Frames between the narrowest opening of both curves around each word start: when, not whether, lips meet."""
    errors = []
    for start in starts:
        near = _around(start, fps, frames, min(len(opening), len(truth)))
        errors.append(abs(int(np.argmin(opening[near])) - int(np.argmin(truth[near]))))
    return np.array(errors, float)


def false_closure_rate(opening: Array, scale: Range, truth: Array, truth_scale: Range) -> float:
    """Share of the frames in which the truth is clearly open, one frame to each side too, while the lips are closed.

    NaN when the truth never opens. Published gate: 5%.
    """
    count = min(len(opening), len(truth))
    wide = truth_scale.share(truth[:count]) >= OPEN_SHARE
    padded = np.pad(wide, 1, mode="edge")
    wide = padded[:-2] & padded[1:-1] & padded[2:]
    if not wide.any():
        return float("nan")
    return float((scale.share(opening[:count])[wide] <= CLOSED_SHARE).mean())


def silence_opening(opening: Array, silence: Mask, scale: Range) -> float:
    """95th percentile of the opening in silent frames [T] as a share of the speech amplitude; NaN without silence."""
    if not silence.any():
        return float("nan")
    return float(np.percentile(scale.share(opening[: len(silence)][silence[: len(opening)]]), 95))


def _around(start: float, fps: float, frames: int, total: int) -> slice:
    middle = round(start * fps)
    low = min(max(middle - frames, 0), total - 1)
    return slice(low, max(min(middle + frames + 1, total), low + 1))
