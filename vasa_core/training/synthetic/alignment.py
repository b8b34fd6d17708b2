"""Phone times of recordings whose words and word times are known: forced alignment by hidden Markov models.

Every phone class is three states in a row, every state one Gaussian of diagonal covariance over mel cepstra and their
differences (Young et al., The HTK Book). Models start from words cut evenly and are trained on the recordings that
they align, by Viterbi passes; the word times are kept to within some frames.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from vasa_core.audio.mel import log_mel
from vasa_core.audio.reading import load_audio
from vasa_core.evaluation.words import Words, read_words
from vasa_core.training.synthetic.lexicon import WORDS
from vasa_core.training.synthetic.phones import PHONES, SILENCE, STOP, VOWEL
from vasa_core.training.synthetic.spoken import Segment

Floats = NDArray[np.float64]

RATE = 100.0
"""Frames of features a second."""
STATES = 3
CEPSTRA = 13
SLACK_S = 0.08
"""A word's border may lie so far from where the table of words has it."""
PASSES = 8
VOWEL_SHARE = 1.6
"""Of a word's time that a vowel gets in the first guess, against a consonant's."""
CLOSURE_S = {True: 0.05, False: 0.025}
"""s by which the closure of a voiced or voiceless stop begins before its models do, which know it by the burst: so much
earlier the tracked lips of p and b close (medians of 474 and 673). Taken from the phone before, at most half of it."""
LEAST_VARIANCE = 0.05
"""Of features whose variance over all recordings is 1."""


@dataclass
class Recording:
    """One sentence: features [T, 39] at 100 Hz, and its words with their times in s."""

    features: Floats
    words: Words
    segments: list[Segment] = field(default_factory=list)
    """Filled by `align`."""


def read_recordings(folder: Path, stems: list[str]) -> dict[str, Recording]:
    """Recordings `folder/<stem>.mkv` with the words of `folder/words.tsv`; those with unknown words are left out."""
    words = read_words(folder / "words.tsv")
    known = [stem for stem in stems if words.get(stem) and all(word in WORDS for *_, word in words[stem])]
    return {s: Recording(cepstra(load_audio(folder / f"{s}.mkv")), words[s]) for s in known}


def cepstra(samples: NDArray[np.float32]) -> Floats:
    """[T, 39] mel cepstra with first and second differences, cepstral mean of the clip taken off."""
    static = dct(log_mel(samples).T.astype(np.float64), norm="ortho", axis=1)[:, :CEPSTRA]
    static -= static.mean(axis=0)
    first = np.gradient(_blurred(static), axis=0)
    return np.concatenate([static, 3 * first, 6 * np.gradient(_blurred(first), axis=0)], axis=1)


def _blurred(track: Floats) -> Floats:
    padded = np.pad(track, ((1, 1), (0, 0)), mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def align(recordings: list[Recording], passes: int = PASSES) -> "Models":
    """Train models on the recordings and fill in their `segments`."""
    everything = np.concatenate([r.features for r in recordings])
    centre, spread = everything.mean(axis=0), everything.std(axis=0)
    models = Models(centre, spread, {})
    paths = [first_guess(recording) for recording in recordings]
    for _ in range(passes):
        models.learn(recordings, paths)
        paths = [models.path(recording) for recording in recordings]
    for recording, path in zip(recordings, paths, strict=True):
        recording.segments = segments_of(recording, path)
    return models


def chain(recording: Recording) -> tuple[list[str], list[int]]:
    """Phones of a sentence in order, and the number of the word of each."""
    phones = [(phone, number) for number, (_, _, word) in enumerate(recording.words) for phone in WORDS[word]]
    return [phone for phone, _ in phones], [number for _, number in phones]


def first_guess(recording: Recording) -> NDArray[np.int_]:
    """[T] number of the state in the sentence's chain: each word cut by the usual lengths of its phones."""
    path = np.zeros(len(recording.features), int)
    state = 0
    for start, end, word in recording.words:
        weights = np.repeat([VOWEL_SHARE if PHONES[p].manner == VOWEL else 1.0 for p in WORDS[word]], STATES)
        edges = start + (end - start) * np.concatenate([[0], np.cumsum(weights) / weights.sum()])
        for k in range(len(weights)):
            path[round(edges[k] * RATE) : round(edges[k + 1] * RATE)] = state + k
        state += len(weights)
        path[round(end * RATE) :] = state - 1
    return path


@dataclass
class Models:
    """Gaussians of the states of all phone classes."""

    centre: Floats
    spread: Floats
    """[39] of the features."""
    states: dict[tuple[str, int], tuple[Floats, Floats]]
    """Mean and variance [39] of the scaled features, by phone class and number of the state."""

    def learn(self, recordings: list[Recording], paths: list[NDArray[np.int_]]) -> None:
        """Means and variances from what each state was given."""
        heard = defaultdict(list)
        for recording, path in zip(recordings, paths, strict=True):
            phones, _ = chain(recording)
            features = (recording.features - self.centre) / self.spread
            for state in np.unique(path):
                heard[phones[state // STATES], state % STATES].append(features[path == state])
        for key, pieces in heard.items():
            rows = np.concatenate(pieces)
            self.states[key] = rows.mean(axis=0), np.maximum(rows.var(axis=0), LEAST_VARIANCE)

    def path(self, recording: Recording) -> NDArray[np.int_]:
        """[T] the likeliest sequence of states in which no state is left out."""
        phones, words = chain(recording)
        features = (recording.features - self.centre) / self.spread
        keys = [(phone, k) for phone in phones for k in range(STATES)]
        mean = np.array([self.states[key][0] for key in keys])
        variance = np.array([self.states[key][1] for key in keys])
        score = -0.5 * (
            (features**2) @ (1 / variance).T - 2 * features @ (mean / variance).T + (mean**2 / variance).sum(axis=1)
        ) - 0.5 * np.log(variance).sum(axis=1)
        times = np.arange(len(features)) / RATE
        for number, (start, end, _) in enumerate(recording.words):
            inside = np.repeat([w == number for w in words], STATES)
            outside = (times < start - SLACK_S) | (times > end + SLACK_S)
            score[np.ix_(outside, inside)] -= 1e6
        return _viterbi(score)


def _viterbi(score: Floats) -> NDArray[np.int_]:
    """Best path [T] from the first to the last state, staying or going on by one each frame; `score` [T, states]."""
    frames, states = score.shape
    best = np.full(states, -np.inf)
    best[0] = score[0, 0]
    moved = np.zeros((frames, states), bool)
    for t in range(1, frames):
        from_before = np.concatenate([[-np.inf], best[:-1]])
        moved[t] = from_before > best
        best = np.where(moved[t], from_before, best) + score[t]
    path = np.zeros(frames, int)
    state = states - 1
    for t in range(frames - 1, -1, -1):
        path[t] = state
        state -= moved[t, state]
    return path


def segments_of(recording: Recording, path: NDArray[np.int_]) -> list[Segment]:
    """Segments of a path of states, silences joined."""
    phones, _ = chain(recording)
    borders = [0.0, *(float(np.argmax(path >= STATES * (k + 1))) / RATE for k in range(len(phones) - 1))]
    borders.append(len(path) / RATE)
    for index, phone in enumerate(phones[1:], 1):
        if PHONES[phone].manner == STOP:
            borders[index] -= min(CLOSURE_S[PHONES[phone].voiced], (borders[index] - borders[index - 1]) / 2)
    segments = [Segment(p, a, b) for p, a, b in zip(phones, borders[:-1], borders[1:], strict=True)]
    return [s for s in segments if s.duration > 0 or s.phone == SILENCE]
