"""Learns the mouth of synthetic speech from the GRID reader, and measures it on sentences that were held out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vasa_core.evaluation.lips import correlation
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS
from vasa_core.performance.dynamics import lip_opening
from vasa_core.training.datasets import held_out_stems, training_stems
from vasa_core.training.synthetic.alignment import Models, Recording, align, read_recordings, segments_of
from vasa_core.training.synthetic.dominance import MODEL
from vasa_core.training.synthetic.fit_dominance import STEPS, Example, fit
from vasa_core.training.synthetic.mouth import Mouth
from vasa_core.training.synthetic.phones import BILABIAL, PHONES, VOWEL
from vasa_core.training.synthetic.tongue import tongue

OPEN_VOWELS = frozenset(("a", "aa", "ae", "ah", "eh", "ao"))
TOUCH = 0.015
"""Opening below which lips count as closed, inter-ocular distances; a tenth of that of wide vowels."""


@dataclass
class Score:
    """How well the model's mouth follows the tracked one; openings in inter-ocular distances."""

    correlation: float
    """Of the opening, mean over sentences."""
    worst_tenth: float
    """10th percentile over sentences of the same."""
    spread: float
    """Standard deviation of the opening over that of the tracked one."""
    closures: float
    """Share of bilabials with closed lips in a frame of theirs."""
    tracked_closures: float
    """The same share in the tracked face."""
    open_vowels: float
    """Share of open vowels (of 60 ms and longer) that stay open."""


def align_set(folder: Path) -> tuple[dict[str, Recording], dict[str, Recording], Models]:
    """Aligned recordings of a folder: those to train on, and those held out, on which no model was trained."""
    train = read_recordings(folder, training_stems(folder))
    models = align(list(train.values()))
    held_out = read_recordings(folder, held_out_stems(folder))
    for recording in held_out.values():
        recording.segments = segments_of(recording, models.path(recording))
    return train, held_out, models


def examples_of(recordings: dict[str, Recording], latents: Path) -> dict[str, Example]:
    """Pair aligned recordings with `latents/<stem>.npz`; those without are left out."""
    paths = {stem: latents / f"{stem}.npz" for stem in recordings}
    return {
        stem: Example(recordings[stem].segments, np.load(path)["latent"])
        for stem, path in paths.items()
        if path.is_file()
    }


def learn(recordings: Path, latents: Path, out: Path = MODEL, steps: int = STEPS, tongues: Path | None = None) -> Score:
    """Fit the dominance model to the training clips, write it to `out`, and score it on the held-out ones.

    With `tongues`, write the tongue of every training clip there; see `write_tongues`.
    """
    train, held_out, _ = align_set(recordings)
    space = LatentSpace.load()
    model = fit(list(examples_of(train, latents).values()), space, steps)
    model.save(out)
    if tongues is not None:
        write_tongues(tongues, train, Mouth(model, space))
    return score(Mouth(model, space), list(examples_of(held_out, latents).values()))


def score(mouth: Mouth, examples: list[Example]) -> Score:
    """Compare the mouth of each example's phones with the tracked one."""
    correlations, spreads, closed, tracked, opened = [], [], [], [], []
    for example in examples:
        moved = mouth.move(example.segments, len(example.latent))
        said, seen = (lip_opening(mouth.space.neutral + mouth.space.decode(x)) for x in (moved.latent, example.latent))
        correlations.append(correlation(said, seen))
        spreads.append(said.std() / seen.std())
        for segment in example.segments:
            begin = max(int(segment.start * MOTION_FPS), 0)
            frames = slice(begin, int(np.ceil(segment.end * MOTION_FPS)) + 1)
            if PHONES[segment.phone].place == BILABIAL:
                closed.append(said[frames].min() < TOUCH)
                tracked.append(seen[frames].min() < TOUCH)
            if PHONES[segment.phone].manner == VOWEL and segment.phone in OPEN_VOWELS and segment.duration >= 0.06:
                opened.append(said[frames].max() > 2 * TOUCH)
    return Score(
        float(np.mean(correlations)),
        float(np.percentile(correlations, 10)),
        float(np.mean(spreads)),
        float(np.mean(closed)),
        float(np.mean(tracked)),
        float(np.mean(opened)),
    )


def write_tongues(out: Path, train: dict[str, Recording], mouth: Mouth, frames: int = 75) -> int:
    """Write `out/<clip>.npy` [frames, 3], the tongue of every training clip, silent or not; returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    times = np.arange(frames) / MOTION_FPS
    for stem, recording in train.items():
        np.save(out / f"{stem}.npy", tongue(recording.segments, times, mouth.model))
    return len(train)
