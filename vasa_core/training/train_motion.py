"""Trains the motion diffusion transformer on sessions.

On CPUs set MALLOC_MMAP_THRESHOLD_=4000000000 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_TOP_PAD_=500000000 in the
environment first: otherwise page faults take most of the time.
"""

import copy
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vasa_core.audio.encoder import BLOCK_FEATURES
from vasa_core.face.topology import LIPS_INNER_LOWER, LIPS_INNER_UPPER, LIPS_OUTER
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.channels import CHANNELS
from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.schedule import noise_level, signal_level
from vasa_core.training.batches import BatchSampler, BatchSettings, Mirror, Scales, history_statistics, measure_scales
from vasa_core.training.motion_loss import MotionLoss, group_losses, latent_basis, weighted_sum
from vasa_core.training.motion_model import MotionModelConfig, MotionTransformer, training_mask
from vasa_core.training.sessions import Session
from vasa_core.training.voices import Voice


@dataclass(frozen=True)
class TrainingSettings:
    """How to train; kept in the model's card."""

    steps: int = 6000
    learning_rate: float = 8e-4
    warm_up: int = 200
    draws: int = 2
    """Noisy versions of each block per step: the denoiser is cheap, the backbone is not."""
    feature_noise: float = 1.0
    """SD of the noise on the features, in their own SDs: it acts as a ridge penalty, whose best value for strangers'
    lips (linear probe) is about this much; the training speaker loses little by it."""
    feature_drop: float = 0.2
    """Share of feature channels silenced in each crop: no single channel of one speaker's voice may be leant on."""
    ema_decay: float = 0.999
    seed: int = 0
    bfloat16: bool = True
    batch: BatchSettings = field(default_factory=BatchSettings)


class Trainer:
    """The model in training, its moving average, and what it learns from."""

    def __init__(
        self,
        sessions: list[Session],
        voices: list[Voice],
        settings: TrainingSettings,
        config: MotionModelConfig | None = None,
        start: Path | None = None,
    ) -> None:
        """`start`: a checkpoint to go on from, with the scales of its innovations."""
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.about: dict[str, object] = {}
        """What else the checkpoint and the card shall tell of the training."""
        self.model = MotionTransformer(config or MotionModelConfig())
        self.scales = measure_scales(sessions)
        self._standardise(sessions, voices)
        if start is not None:
            begun, self.scales, _ = load_motion_model(start)
            self.model.load_state_dict(begun.state_dict())
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        space = LatentSpace.load()
        self.batches = BatchSampler(sessions, settings.batch, self.scales, Mirror(space.mirror), settings.seed)
        spoken = np.concatenate([v.speech for v in voices if v.source == 0])
        lips = np.unique(np.concatenate([LIPS_OUTER, LIPS_INNER_UPPER, LIPS_INNER_LOWER]))
        self.speech_loss = MotionLoss(latent_basis(space), lips, spoken)
        self.mask = training_mask(settings.batch.frames, self.model.config.window)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=settings.learning_rate, weight_decay=0.02, betas=(0.9, 0.98)
        )

    def run(
        self, out: Path, score: Callable[["Trainer"], dict[str, float]] | None = None, score_every: int = 1000
    ) -> None:
        """Train and write `out/motion.pt` (moving average of the weights) and `out/log.jsonl`."""
        out.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        running: dict[str, float] = {}
        for step in range(1, self.settings.steps + 1):
            losses = self.step(step)
            for name, value in losses.items():
                running[name] = running.get(name, value) + (value - running.get(name, value)) * max(0.01, 1 / step)
            if step % 100 == 0:
                print(step, round(time.monotonic() - begun), {k: round(v, 4) for k, v in running.items()}, flush=True)
            if step % score_every == 0 or step == self.settings.steps:
                entry = {"step": step, "seconds": round(time.monotonic() - begun), **running}
                self.save(out / "motion.pt", entry)
                if score is not None:
                    entry |= score(self)
                entry = {name: round(value, 4) for name, value in entry.items()}
                with (out / "log.jsonl").open("a") as log:
                    log.write(json.dumps(entry) + "\n")
                print(json.dumps(entry), flush=True)

    def step(self, step: int) -> dict[str, float]:
        """One step of the optimiser; the losses by group."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * _rate(step, self.settings)
        losses = self.losses(self.batches.draw())
        total = weighted_sum(losses)
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        decay = min(self.settings.ema_decay, step / (step + 20))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.model.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        return {name: loss.item() for name, loss in losses.items()}

    def losses(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Mean loss of each group of channels."""
        s, model = self.settings, self.model
        target, before, known, valid = (batch.pop(name) for name in ("target", "before", "tongue_known", "valid"))
        features = batch["features"]
        batch["features"], batch["lead"] = self._disturb(features, batch["lead"])
        past = torch.zeros(len(features), model.config.depth, 2, 0, model.config.width)
        with torch.autocast("cpu", torch.bfloat16, enabled=s.bfloat16):
            tokens, _ = model.backbone(**batch, past=past, mask=self.mask)
            blocks = tokens.reshape(-1, BLOCK, tokens.shape[-1]).repeat(s.draws, 1, 1)
            clean = target.reshape(-1, BLOCK, target.shape[-1]).repeat(s.draws, 1, 1)
            time_ = torch.rand(len(clean))
            signal, noise = (torch.from_numpy(f(time_.numpy()))[:, None, None] for f in (signal_level, noise_level))
            predicted = model.denoiser(signal * clean + noise * torch.randn_like(clean), blocks, time_)
        predicted = predicted.float()
        speech = CHANNELS["speech"]
        offset, scale = (torch.from_numpy(part[:, speech]) for part in (self.scales.offset, self.scales.scale))
        made, true = (offset + scale * x[..., speech] for x in (predicted, clean))
        losses = {
            "speech": self.speech_loss(made, true, before.reshape(-1, 1, true.shape[-1]).repeat(s.draws, 1, 1)).mean()
        }
        return losses | group_losses(
            predicted, clean, *(part.reshape(-1, BLOCK).repeat(s.draws, 1) for part in (known, valid))
        )

    def _disturb(self, features: Tensor, lead: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, blocks, 12, F] and lead [B, L, F] with silenced channels and noise, one noise per moment."""
        s, backbone = self.settings, self.model.backbone
        batch, blocks, window, size = features.shape
        kept = torch.rand(batch, 1, size) >= s.feature_drop
        moments = lead.shape[1] + (blocks - 1) * BLOCK_FEATURES + window
        noise = s.feature_noise / backbone.feature_scale * torch.randn(batch, moments, size)
        noise = torch.where(kept, noise, 0)
        here = noise[:, lead.shape[1] :].unfold(1, window, BLOCK_FEATURES).transpose(2, 3)
        features = torch.where(kept[:, None], features, backbone.feature_mean) + here
        return features, torch.where(kept, lead, backbone.feature_mean) + noise[:, : lead.shape[1]]

    def save(self, path: Path, about: dict[str, float]) -> None:
        """Write a checkpoint."""
        torch.save(
            {
                "config": self.model.config.as_dict(),
                "settings": asdict(self.settings),
                "scales": {name: torch.from_numpy(part) for name, part in asdict(self.scales).items()},
                "about": self.about,
                "state": self.average.state_dict(),
                **about,
            },
            path,
        )

    def _standardise(self, sessions: list[Session], voices: list[Voice]) -> None:
        """Scale features and history to about mean 0 and SD 1."""
        backbone = self.model.backbone
        sample = np.concatenate(
            [
                f[:, :BLOCK_FEATURES].reshape(-1, f.shape[2]).astype(np.float32)
                for v in voices[::10]
                for f in v.features.values()
            ]
        )
        mean, scale = history_statistics(sessions, self.scales.levels)
        backbone.feature_mean.copy_(torch.from_numpy(sample.mean(0)))
        backbone.feature_scale.copy_(torch.from_numpy(1 / (sample.std(0) + 1e-3)))
        backbone.history_mean.copy_(torch.from_numpy(mean))
        backbone.history_scale.copy_(torch.from_numpy(scale))


def load_motion_model(path: Path) -> tuple[MotionTransformer, Scales, dict[str, object]]:
    """A trained model, its scales, and the rest of its checkpoint."""
    checkpoint = torch.load(path, weights_only=True)
    model = MotionTransformer(MotionModelConfig(**checkpoint["config"]))
    model.load_state_dict(checkpoint.pop("state"))
    scales = Scales(**{name: part.numpy() for name, part in checkpoint.pop("scales").items()})
    return model.eval(), scales, checkpoint


def _rate(step: int, settings: TrainingSettings) -> float:
    """Linear warm-up, then a cosine to 2%."""
    if step < settings.warm_up:
        return step / settings.warm_up
    share = (step - settings.warm_up) / max(1, settings.steps - settings.warm_up)
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * share)))
