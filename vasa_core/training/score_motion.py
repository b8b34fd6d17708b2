"""Plays a motion model over prepared clips, as at run time, and scores the lips."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.lips import best_lag, correlation
from vasa_core.motion.channels import SPEAKING, Direction, Performance
from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.prosody import ProsodyTracker
from vasa_core.motion.prosody import rows as prosody_rows
from vasa_core.motion.sampler import MotionModel, MotionSampler, SamplerSettings
from vasa_core.training.export_motion import write_onnx
from vasa_core.training.motion_loss import opening_direction
from vasa_core.training.train_motion import Trainer
from vasa_core.training.voices import Voice

Array = NDArray[np.float32]


def prosody_of(samples: NDArray[np.int16], frames: int) -> Array:
    """Prosody rows [frames, P] of a clip."""
    tracker = ProsodyTracker()
    rows = prosody_rows(tracker.push((samples / 32767).astype(np.float32)) + tracker.finish())[:frames]
    return np.pad(rows, ((0, frames - len(rows)), (0, 0)))


def usual(state: NDArray[np.int64]) -> Direction:
    """A direction that asks for nothing but the usual liveliness."""
    ones = np.ones(len(state), np.float32)
    return Direction(state, expressiveness=ones, stillness=0 * ones)


def play(
    sampler: MotionSampler, features: NDArray[np.floating] | None, prosody: Array, direction: Direction
) -> Performance:
    """The performance to prepared features [T / BLOCK, 12, 768] and prosody [T, P]; T is cut to whole blocks."""
    rows = []
    for begin in range(0, len(direction) // BLOCK * BLOCK, BLOCK):
        end = begin + BLOCK
        heard = None if features is None else features[begin // BLOCK].astype(np.float32)
        rows.append(sampler.step(heard, prosody[begin:end], direction.slice(begin, end)).rows())
    return Performance.from_rows(np.concatenate(rows))


def animate(model: MotionModel, voice: Voice, variant: str, settings: SamplerSettings | None = None) -> Performance:
    """The model's performance to one clip, spoken."""
    frames = len(voice)
    direction = usual(np.full(frames, SPEAKING))
    sampler = MotionSampler(settings=settings, model=model)
    return play(sampler, voice.features[variant], prosody_of(voice.samples, frames), direction)


def lip_scores(model: MotionModel, voices: list[Voice], variants: list[str]) -> dict[str, float]:
    """Mean correlation of the lip opening with the truth, its best lag in frames, and the ratio of the amplitudes."""
    opening = opening_direction()
    scores = {}
    for variant in variants:
        pairs = []
        for voice in voices:
            made = animate(model, voice, variant).speech @ opening
            pairs.append((made, voice.speech[: len(made)] @ opening))
        scores[f"{variant} correlation"] = float(np.mean([correlation(a, b) for a, b in pairs]))
        scores[f"{variant} lag"] = float(np.mean([best_lag(a, b)[0] for a, b in pairs]))
        scores[f"{variant} size"] = float(np.mean([a.std() / b.std() for a, b in pairs]))
    return scores


def exported(trainer: Trainer, folder: Path) -> MotionModel:
    """The trainer's moving average as it will run."""
    write_onnx(trainer.average, trainer.scales, folder)
    return MotionModel(folder)


class LipScore:
    """Scores a model in training on clips kept out of it."""

    def __init__(self, groups: dict[str, list[Voice]], variants: dict[str, list[str]]) -> None:
        self.groups = groups
        self.variants = variants

    def __call__(self, trainer: Trainer) -> dict[str, float]:
        """Figures of all groups."""
        with TemporaryDirectory() as folder:
            model = exported(trainer, Path(folder))
            found = {name: lip_scores(model, voices, self.variants[name]) for name, voices in self.groups.items()}
        return {f"{name} {key}": value for name, scores in found.items() for key, value in scores.items()}
