"""Scores a motion model during training: it animates the held-out clips in windows, as at run time, all at once."""

import itertools
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from vasa_core.evaluation.lips import correlation
from vasa_core.motion.sampler import FEATURES_PER_FRAME, SOURCES, SamplerSettings
from vasa_core.motion.schedule import noise_level, sampling_times, signal_level
from vasa_core.training.datasets import Clip
from vasa_core.training.motion_loss import opening_direction
from vasa_core.training.motion_model import HISTORY, MotionTransformer
from vasa_core.training.train_motion import cut


def make_score(
    clips: list[Clip], blocks: dict[str, tuple[str, int]]
) -> Callable[[MotionTransformer], dict[str, float]]:
    """A function that scores a model by the correlation of the lip opening with the clips' own, mean over clips.

    `blocks` names what to score: name -> (feature variant, frames per window).
    """
    opening = opening_direction()
    frames = min(len(clip.latent) for clip in clips)

    def score(model: MotionTransformer) -> dict[str, float]:
        scores = {}
        for name, (variant, block) in blocks.items():
            if any(variant not in clip.features for clip in clips):
                continue
            features = np.stack([clip.features[variant][: FEATURES_PER_FRAME * frames] for clip in clips])
            latents = animate_batch(model, features.astype(np.float32), block)
            pairs = zip(latents, clips, strict=True)
            scores[name] = float(np.mean([correlation(a @ opening, c.latent[:frames] @ opening) for a, c in pairs]))
        return scores

    return score


@torch.no_grad()
def animate_batch(
    model: MotionTransformer, features: NDArray[np.float32], block: int, settings: SamplerSettings | None = None
) -> NDArray[np.float32]:
    """Latents [B, T, D] for features [B, 2 T, 768], `block` frames at a time."""
    settings = settings or SamplerSettings()
    generator = torch.Generator().manual_seed(0)
    batch, frames = len(features), features.shape[1] // FEATURES_PER_FRAME
    done = torch.zeros(batch, HISTORY, model.config.latent_size)
    source = torch.full((batch,), SOURCES[settings.source])
    keep = torch.ones(batch)
    for begin in range(0, frames, block):
        end = min(begin + block, frames)
        window = [cut(f, FEATURES_PER_FRAME * (begin - HISTORY), FEATURES_PER_FRAME * end) for f in features]
        sample = settings.temperature * torch.randn(batch, end - begin, done.shape[2], generator=generator)
        times = sampling_times(settings.steps)
        for now, after in itertools.pairwise(times):
            motion = torch.cat([done[:, -HISTORY:], sample], dim=1)
            clean = model(
                motion, torch.from_numpy(np.stack(window)), torch.full((batch,), float(now)), source, keep, keep
            )
            direction = (sample - float(signal_level(now)) * clean) / float(noise_level(now))
            sample = float(signal_level(after)) * clean + float(noise_level(after)) * direction
        done = torch.cat([done, sample], dim=1)
    return done[:, HISTORY:].numpy()
