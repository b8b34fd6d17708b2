"""Recordings with truth: clips of people who speak, tracked once and kept, and their sound."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.reading import load_audio
from vasa_core.errors import VasaError, VideoError
from vasa_core.evaluation.words import FILE_NAME, Words, read_words
from vasa_core.performance.capture import Performance, capture
from vasa_core.performance.film import Film
from vasa_core.training.datasets import DAMAGED_CLIPS, HELD_OUT_EVERY

SUFFIXES = {".mkv", ".mp4", ".mov", ".webm", ".avi", ".mpg"}
LIKELY_TRAINED = 100
"""A folder with so many clips may have been trained on: unless told otherwise only those are taken that training keeps
out, numbers 5, 15, 25 ... of the alphabetical list."""
HELD_OUT_FIRST = 5
LEAST_FOUND = 0.9
"""A clip in which fewer frames show a face is left out."""
MOST_MISSING = 0.05
"""A clip that lacks a greater share of its frames is damaged and left out."""
SHORTEST_S = 1.0
"""Shorter clips tell nothing about correlation."""

Progress = Callable[[int, int], None]


class EvaluationError(VasaError):
    """What was given cannot be measured."""


@dataclass(frozen=True)
class Recording:
    """One clip: what was seen and what was heard."""

    name: str
    seen: Performance
    samples: NDArray[np.float32]
    """[n] mono at 16 kHz in [-1, 1]."""
    sound_delay: float
    """s by which the sound begins after the picture."""
    words: Words | None


def find_clips(folder: Path) -> list[Path]:
    """The videos of a folder in alphabetical order. Raises `EvaluationError` where there is none."""
    if not folder.is_dir():
        raise EvaluationError(f"There is no folder {folder}. Give a folder of video clips of people who speak.")
    clips = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not clips:
        raise EvaluationError(
            f"There is no video in {folder}. Give a folder of video clips ({', '.join(sorted(SUFFIXES))})."
        )
    return clips


def choose_clips(clips: list[Path], limit: int | None, everything: bool) -> list[Path]:
    """Which clips are measured: of many those kept out of training, unless `everything`; `limit`, spread evenly."""
    if not everything and len(clips) >= LIKELY_TRAINED:
        clips = clips[HELD_OUT_FIRST::HELD_OUT_EVERY]
    if limit is None or limit >= len(clips):
        return clips
    places = np.linspace(0, len(clips) - 1, limit).round().astype(int)
    return [clips[place] for place in places]


def find_words(folder: Path, given: Path | None) -> dict[str, Words]:
    """Word times by clip: from the table given, or from `words.tsv` beside the clips, if there is one."""
    path = given or folder / FILE_NAME
    if given is None and not path.is_file():
        return {}
    try:
        return read_words(path)
    except OSError as error:
        raise EvaluationError(f"The word times {path} cannot be read ({error.strerror}). Check the path.") from error
    except ValueError as error:
        raise EvaluationError(str(error)) from error


def load_recordings(
    clips: list[Path], words: dict[str, Words], cache: Path, on_progress: Progress | None = None
) -> tuple[list[Recording], dict[str, str]]:
    """Track clips (or read what was tracked before, in the folder `cache`) and their sound.

    Returns
    -------
    The recordings, and for each clip that had to be left out the reason.
    """
    kept, left_out = [], {}
    for number, path in enumerate(clips, start=1):
        try:
            kept.append(_load(path, words.get(path.stem), cache))
        except VasaError as error:
            left_out[path.stem] = str(error)
        if on_progress:
            on_progress(number, len(clips))
    if not kept:
        name, reason = next(iter(left_out.items()))
        raise EvaluationError(f"None of {len(clips)} clips can be measured; {name}: {reason}")
    return kept, left_out


def _load(path: Path, words: Words | None, cache: Path) -> Recording:
    if path.stem in DAMAGED_CLIPS:
        raise VideoError(f"{path.name} is known to be damaged: its picture is not in step with its sound.")
    seen, delay = _tracked(path, cache)
    if delay is None:
        raise EvaluationError(f"{path.name} has no sound. Give clips of people who speak, with their sound.")
    expected = round((seen.times[-1] - seen.times[0]) * seen.fps) + 1
    if len(seen.times) < (1 - MOST_MISSING) * expected:
        raise VideoError(f"{path.name} is damaged: {expected - len(seen.times)} of {expected} frames do not decode.")
    if seen.found.mean() < LEAST_FOUND:
        raise VideoError(f"{path.name} shows a face in only {seen.found.mean():.0%} of its frames.")
    if seen.duration < SHORTEST_S:
        raise VideoError(f"{path.name} is {seen.duration:.1f} s long; {SHORTEST_S:g} s are the least.")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        samples = load_audio(path)
    if heard:
        raise EvaluationError(str(heard[0].message))
    return Recording(path.stem, seen, samples, delay, words)


def _tracked(path: Path, cache: Path) -> tuple[Performance, float | None]:
    """What the shipped tracker saw in a clip, and the delay of its sound in s (None: there is none)."""
    kept = cache / f"{path.stem}.npz"
    stamp = np.array([path.stat().st_size, path.stat().st_mtime_ns])
    if kept.is_file():
        with np.load(kept) as file:
            if np.array_equal(file["stamp"], stamp):
                delay = float(file["delay"])
                seen = Performance(file["times"], file["points"], file["found"], float(file["fps"]), path)
                return seen, None if np.isnan(delay) else delay
    with Film(path) as film:
        sound_delay = film.sound_delay
    seen = capture(path)
    cache.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            stamp=stamp,
            times=seen.times,
            points=seen.points,
            found=seen.found,
            fps=seen.fps,
            delay=np.nan if sound_delay is None else sound_delay,
        )
    part.replace(kept)
    return seen, sound_delay
