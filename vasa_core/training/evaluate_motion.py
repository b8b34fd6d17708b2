"""The figures of the lips: the shipped models on clips kept out of training, against the tracked truth.

Runs the same path as the program: audio, speech encoder, sampler, latent space. The lip opening is the gap of the
decoded inner lips, where the rest pose touches; the truth is the tracked gap of the real lips.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.reading import load_audio
from vasa_core.evaluation import lips
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import MOTION_FPS, Motion
from vasa_core.training.motion_loss import LOWER_LIP, UPPER_LIP

Words = list[tuple[float, float, str]]
MODES = ("whole file", "streamed")
"""Files are known a second ahead, streams 0.16 s."""


class OpeningPredictor:
    """Lip opening [T] at 25 Hz that the shipped models make of a voice."""

    def __init__(self, mode: str, settings: AnimationSettings | None = None) -> None:
        self.whole_files = mode == MODES[0]
        self.settings = settings or AnimationSettings()
        self.space = LatentSpace.load()

    def opening(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Inner-lip gap [T] in inter-ocular distances for mono samples at 16 kHz; 0 where the lips touch."""
        generator = MotionGenerator(self.settings, whole_files=self.whole_files)
        motion = Motion.concatenate([generator.push(samples), generator.finish()])
        points = self.space.neutral + self.space.decode(motion.latent)
        return np.maximum(points[:, LOWER_LIP, 1] - points[:, UPPER_LIP, 1], 0)


def evaluate_clips(
    clips: Iterable[Path], truths: Path, words: dict[str, Words], settings: AnimationSettings | None = None
) -> dict[str, dict[str, float]]:
    """Figures per mode over `clips` (files with sound) with `truths/<stem>.npz` holding the tracked `opening` [T]."""
    clips = list(clips)
    missing = [clip.stem for clip in clips if not (truths / f"{clip.stem}.npz").is_file()]
    if missing:
        print(f"Left out, because their faces could not be tracked: {', '.join(missing)}", file=sys.stderr)
    clips = [clip for clip in clips if clip.stem not in missing]
    truth = {clip.stem: np.load(truths / f"{clip.stem}.npz")["opening"] for clip in clips}
    results = {}
    for mode in MODES:
        predictor = OpeningPredictor(mode, settings)
        predicted = {clip.stem: predictor.opening(load_audio(clip)) for clip in clips}
        results[mode] = compare(predicted, truth, words)
    results["truth against itself"] = compare(truth, truth, words)
    return results


def compare(
    predicted: dict[str, NDArray[np.float32]], truth: dict[str, NDArray[np.float32]], words: dict[str, Words]
) -> dict[str, float]:
    """Correlation, closures and rest of predicted openings against true ones, over clips of one speaker."""
    pairs = {s: cut_to_same(predicted[s], truth[s]) for s in truth}
    correlations = [lips.correlation(a, b) for a, b in pairs.values()]
    figures = {
        "clips": float(len(pairs)),
        "correlation": float(np.mean(correlations)),
        "correlation, worst clip": float(np.min(correlations)),
        "amplitude ratio": float(np.mean([a.std() / b.std() for a, b in pairs.values()])),
    }
    if not all(stem in words for stem in pairs):
        return figures
    silence = {s: lips.silence_mask(words[s], len(a), MOTION_FPS) for s, (a, _) in pairs.items()}
    quiet = np.concatenate(list(silence.values()))
    scale = lips.range_of(np.concatenate([a for a, _ in pairs.values()]), ~quiet)
    truth_scale = lips.range_of(np.concatenate([b for _, b in pairs.values()]), ~quiet)
    closed, errors, false = [], [], []
    for stem, (a, b) in pairs.items():
        starts = lips.bilabial_starts(words[stem])
        closed.append(lips.closures(a, MOTION_FPS, starts, scale))
        errors.append(lips.contact_errors(a, MOTION_FPS, starts, b))
        false.append(lips.false_closure_rate(a, scale, b, truth_scale))
    figures["bilabial closure recall"] = float(np.concatenate(closed).mean())
    figures["contact error, median frames"] = float(np.median(np.concatenate(errors)))
    figures["false closures"] = float(np.nanmean(false))
    figures["opening in silence, 95th percentile"] = lips.silence_opening(
        np.concatenate([a for a, _ in pairs.values()]), quiet, scale
    )
    return figures


def cut_to_same(a: NDArray[np.float32], b: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both curves cut to the shorter one's length."""
    count = min(len(a), len(b))
    return a[:count], b[:count]
