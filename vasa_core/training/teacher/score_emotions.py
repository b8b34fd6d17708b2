"""How surely fixed rules name the teacher's emotions: `python -m vasa_core.training.teacher.score_emotions LATENTS`.

LATENTS: a folder of .npz files with tracked speech in `latent` [T, 64] at 25 Hz. Episodes of the teacher are laid over
it, and over silence, at several strengths; the table counts windows by what was asked for and what the rules say.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.emotions import recognise
from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.channels import EMOTIONS, EXPRESSION_UNITS
from vasa_core.motion.emotion import NEUTRAL, parse_emotion
from vasa_core.training.teacher.emotions import Emotions

STRENGTHS = (0.5, 0.75, 1.0)
SETTLED = 25
"""Frames after which the onset is over."""
NAMES = (*EMOTIONS, NEUTRAL)
UNITS = [ARKIT_INDEX[unit] for unit in EXPRESSION_UNITS]


def episode(emotion: str, frames: int, speaking: bool, seed: int) -> NDArray[np.float32]:
    """ARKit weights [frames, 52] of one person's held emotion, after its onset."""
    teacher = Emotions(np.random.default_rng(seed))
    point = parse_emotion(emotion)
    steps = [teacher.step(point, speaking).units for _ in range(SETTLED + frames)]
    weights = np.zeros((frames, len(ARKIT_NAMES)), np.float32)
    weights[:, UNITS] = steps[SETTLED:]
    return weights


def confusion(space: LatentSpace, voices: list[NDArray], strength: float, speaking: bool) -> NDArray[np.int64]:
    """[8, 8] windows by what was asked for (rows) and what the rules say (columns), in the order of `NAMES`."""
    counts = np.zeros((len(NAMES), len(NAMES)), np.int64)
    for seed, voice in enumerate(voices):
        for row, name in enumerate(NAMES):
            asked = name if name == NEUTRAL else f"{name}:{strength}"
            units = episode(asked, len(voice), speaking, seed)
            latent = space.from_arkit(units) + (voice if speaking else 0)
            said, _ = recognise(space.to_arkit(latent))
            counts[row, NAMES.index(said)] += 1
    return counts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("latents", type=Path)
    parser.add_argument("--clips", type=int, default=40)
    arguments = parser.parse_args()
    files = sorted(arguments.latents.glob("*.npz"))
    voices = [np.load(file)["latent"] for file in files[:: max(len(files) // arguments.clips, 1)]]
    space = LatentSpace.load()
    for strength in STRENGTHS:
        for speaking in (True, False):
            counts = confusion(space, voices, strength, speaking)
            right = 100 * np.trace(counts) / counts.sum()
            print(f"\nstrength {strength}, {'speaking' if speaking else 'silent'}: {right:.1f}% right")
            print(" " * 10 + "".join(f"{name:>10}" for name in NAMES))
            for name, row in zip(NAMES, counts, strict=True):
                print(f"{name:10}" + "".join(f"{count:10d}" for count in row))


if __name__ == "__main__":
    main()
