"""Trains the motion diffusion transformer on tracked and artist-made motion.

On CPUs set MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=500000000 in the
environment first: otherwise page faults take most of the time.
"""

import copy
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vasa_core.face.topology import LIPS_INNER_LOWER, LIPS_INNER_UPPER, LIPS_OUTER
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.sampler import FEATURES_PER_FRAME
from vasa_core.motion.schedule import noise_level, signal_level
from vasa_core.training.datasets import Clip, is_live
from vasa_core.training.motion_loss import MotionLoss, latent_basis
from vasa_core.training.motion_model import HISTORY, MotionModelConfig, MotionTransformer


@dataclass(frozen=True)
class TrainingSettings:
    """How to train; kept in the model's card."""

    steps: int = 2500
    learning_rate: float = 6e-4
    warm_up: int = 200
    batch_frames: int = 1200
    """Frames with a loss per step, shared out over windows of the step's length."""
    live_share: float = 0.5
    """Share of steps with short windows and look-ahead-limited features, as in streaming."""
    live_window: tuple[int, int] = (3, 6)
    offline_window: tuple[int, int] = (18, 25)
    drop_audio: float = 0.1
    drop_history: float = 0.5
    drop_source: float = 0.1
    history_noise: float = 1.5
    """Upper bound of the noise (latent SDs) put on the known frames: the model must not trust its own past blindly."""
    feature_noise: float = 1.0
    """SD of the noise on the features, in their own SDs: it acts as a ridge penalty, whose best value for strangers'
    lips (linear probe) is about this much; the training speaker loses little by it."""
    feature_drop: float = 0.2
    """Share of feature channels silenced in each window: no single channel of one speaker's voice may be leant on."""
    artist_share: float = 0.15
    quiet_share: float = 0.05
    ema_decay: float = 0.999
    seed: int = 0
    bfloat16: bool = True


@dataclass
class Corpus:
    """Training clips by kind."""

    tracked: list[Clip]
    artist: list[Clip]
    quiet: list[Clip]
    """Noise, music and silence with a face at rest."""


class WindowSampler:
    """Draws batches of windows: history and target latents with their features."""

    def __init__(self, corpus: Corpus, settings: TrainingSettings, mirror: NDArray[np.float32]) -> None:
        """`mirror` [D]: the signs that flip a latent left to right, so that no speaker's crooked mouth is learned."""
        self.corpus = corpus
        self.settings = settings
        self.mirror = mirror
        self.rng = np.random.default_rng(settings.seed)

    def draw(self) -> tuple[Tensor, Tensor, Tensor]:
        """Latents [B, HISTORY + L, D], features [B, 2 (HISTORY + L), F], source [B] (1-based)."""
        s = self.settings
        live = self.rng.random() < s.live_share
        low, high = s.live_window if live else s.offline_window
        length = int(self.rng.integers(low, high + 1))
        batch = [self._window(length, live) for _ in range(max(1, s.batch_frames // (length + HISTORY)))]
        latents, features, sources = zip(*batch, strict=True)
        return (
            torch.from_numpy(np.stack(latents)),
            torch.from_numpy(np.stack(features)),
            torch.tensor(sources, dtype=torch.long) + 1,
        )

    def _window(self, length: int, live: bool) -> tuple[NDArray[np.float32], NDArray[np.float32], int]:
        clip = self._clip()
        usable = [v for v in clip.features if is_live(v) == live] or list(clip.features)
        features = clip.features[usable[int(self.rng.integers(len(usable)))]]
        start = int(self.rng.integers(0, max(1, len(clip.latent) - length + 1)))
        begin, end = start - HISTORY, start + length
        latent = cut(clip.latent, begin, end) * (self.mirror if self.rng.random() < 0.5 else 1)
        return (
            latent,
            cut(features, FEATURES_PER_FRAME * begin, FEATURES_PER_FRAME * end),
            clip.source,
        )

    def _clip(self) -> Clip:
        draw = self.rng.random()
        if draw < self.settings.quiet_share and self.corpus.quiet:
            return self.corpus.quiet[int(self.rng.integers(len(self.corpus.quiet)))]
        if draw < self.settings.quiet_share + self.settings.artist_share and self.corpus.artist:
            sizes = np.array([len(c.latent) for c in self.corpus.artist], float)
            return self.corpus.artist[int(self.rng.choice(len(sizes), p=sizes / sizes.sum()))]
        return self.corpus.tracked[int(self.rng.integers(len(self.corpus.tracked)))]


def cut(array: NDArray[np.generic], begin: int, end: int) -> NDArray[np.float32]:
    """Rows begin..end-1 as float32; rows outside the array are zeros (a face at rest, no sound)."""
    out = np.zeros((end - begin, array.shape[1]), np.float32)
    low, high = max(begin, 0), min(end, len(array))
    if low < high:
        out[low - begin : high - begin] = array[low:high]
    return out


def train_motion(
    corpus: Corpus,
    settings: TrainingSettings,
    out: Path,
    score: Callable[[MotionTransformer], dict[str, float]] | None = None,
    score_every: int = 500,
) -> MotionTransformer:
    """Train and write `out/motion.pt` (moving average of the weights) and `out/log.jsonl`. Returns that model."""
    torch.manual_seed(settings.seed)
    out.mkdir(parents=True, exist_ok=True)
    space = LatentSpace.load()
    config = MotionModelConfig(latent_size=space.size)
    model = MotionTransformer(config)
    _standardise_features(model, corpus)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    loss_of = _loss(space, corpus)
    optimiser = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=0.02, betas=(0.9, 0.98))
    sampler = WindowSampler(corpus, settings, space.mirror)
    begun = time.monotonic()
    running = 0.0
    census = _census(corpus)
    for step in range(1, settings.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * _rate(step, settings)
        loss = _step_loss(model, loss_of, sampler, settings)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        decay = min(settings.ema_decay, step / (step + 20))
        with torch.no_grad():
            for kept, new in zip(average.parameters(), model.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        running += (loss.item() - running) * max(0.01, 1 / step)
        if step % score_every == 0 or step == settings.steps:
            entry = {"step": step, "seconds": round(time.monotonic() - begun), "loss": round(running, 4)}
            if score is not None:
                entry |= {name: round(value, 4) for name, value in score(average).items()}
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps(entry) + "\n")
            print(json.dumps(entry), flush=True)
            torch.save(
                {
                    "config": config.as_dict(),
                    "settings": asdict(settings),
                    "clips": census,
                    "state": average.state_dict(),
                    **entry,
                },
                out / "motion.pt",
            )
    return average


def load_motion_model(path: Path) -> tuple[MotionTransformer, dict[str, object]]:
    """A trained model and the rest of its checkpoint."""
    checkpoint = torch.load(path, weights_only=True)
    model = MotionTransformer(MotionModelConfig(**checkpoint["config"]))
    model.load_state_dict(checkpoint.pop("state"))
    return model.eval(), checkpoint


def _census(corpus: Corpus) -> dict[str, int]:
    """How many clips of each kind and variant of the voice there are."""
    counts = {"artist": len(corpus.artist), "quiet": len(corpus.quiet), "tracked": len(corpus.tracked)}
    return counts | Counter(f"tracked, {variant}" for clip in corpus.tracked for variant in clip.features)


def _loss(space: LatentSpace, corpus: Corpus) -> MotionLoss:
    lips = np.unique(np.concatenate([LIPS_OUTER, LIPS_INNER_UPPER, LIPS_INNER_LOWER]))
    data = np.concatenate([clip.latent for clip in corpus.tracked])
    return MotionLoss(latent_basis(space), lips, data)


def _standardise_features(model: MotionTransformer, corpus: Corpus) -> None:
    """Scale every feature to about mean 0 and SD 1 over a sample of the tracked clips."""
    sample = np.concatenate([f.astype(np.float32) for clip in corpus.tracked[::20] for f in clip.features.values()])
    model.feature_mean.copy_(torch.from_numpy(sample.mean(0)))
    model.feature_scale.copy_(torch.from_numpy(1 / (sample.std(0) + 1e-3)))


def _rate(step: int, settings: TrainingSettings) -> float:
    """Linear warm-up, then a cosine to 2%."""
    if step < settings.warm_up:
        return step / settings.warm_up
    share = (step - settings.warm_up) / max(1, settings.steps - settings.warm_up)
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * share)))


def _step_loss(
    model: MotionTransformer, loss_of: MotionLoss, sampler: WindowSampler, settings: TrainingSettings
) -> Tensor:
    latents, features, source = sampler.draw()
    batch = len(latents)
    history, clean = latents[:, :HISTORY], latents[:, HISTORY:]
    time_ = torch.rand(batch)
    signal, noise = (torch.from_numpy(f(time_.numpy()))[:, None, None] for f in (signal_level, noise_level))
    noisy = signal * clean + noise * torch.randn_like(clean)
    known = history + settings.history_noise * torch.rand(batch, 1, 1) * torch.randn_like(history)
    kept = torch.rand(batch, 1, features.shape[2]) >= settings.feature_drop
    features = torch.where(kept, features, model.feature_mean)
    features = features + settings.feature_noise / model.feature_scale * torch.randn_like(features)
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
        predicted = model(
            torch.cat([known, noisy], dim=1),
            features,
            time_,
            source * (torch.rand(batch) >= settings.drop_source),
            (torch.rand(batch) >= settings.drop_audio).float(),
            (torch.rand(batch) >= settings.drop_history).float(),
        )
    return loss_of(predicted.float(), clean, history[:, -1:]).mean()
