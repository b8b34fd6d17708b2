"""The motion diffusion transformer in torch: denoises a window of motion latents given speech features.

A diffusion transformer after Peebles and Xie (2023) that predicts the clean sample, as VASA-1 does. One token per
motion frame (25 Hz). The window begins with HISTORY frames that are known (the previous window), the rest is noisy.
Modulation by the diffusion time is shared by all blocks with a learned offset per block (PixArt-alpha, Chen et al.
2023), which halves the parameters.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

HISTORY = 12
"""Known frames before each window (0.48 s at 25 Hz): enough for the state of the lips and one syllable."""


@dataclass(frozen=True)
class MotionModelConfig:
    """Sizes of the network."""

    latent_size: int
    feature_size: int = 768
    width: int = 256
    depth: int = 5
    heads: int = 4
    mlp_ratio: int = 3
    sources: int = 2
    dropout: float = 0.1
    max_tokens: int = 160

    def as_dict(self) -> dict[str, int | float]:
        """For the checkpoint and the card."""
        return asdict(self)


class Block(nn.Module):
    """Self-attention with rotary positions (Su et al. 2021) and an MLP, both modulated by the diffusion time."""

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm_attention = nn.LayerNorm(width, elementwise_affine=False)
        self.norm_mlp = nn.LayerNorm(width, elementwise_affine=False)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, config.mlp_ratio * width),
            nn.GELU(approximate="tanh"),
            nn.Linear(config.mlp_ratio * width, width),
        )
        self.dropout = nn.Dropout(config.dropout)
        self.modulation_offset = nn.Parameter(torch.randn(6, width) * 0.02)

    def forward(self, x: Tensor, modulation: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        """x [B, N, W], modulation [B, 6, W], rotary (cos, sin) [N, W / heads]."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (modulation + self.modulation_offset).unbind(1)
        h = self.norm_attention(x) * (1 + scale_a[:, None]) + shift_a[:, None]
        x = x + gate_a[:, None] * self._attend(h, rotary)
        h = self.norm_mlp(x) * (1 + scale_m[:, None]) + shift_m[:, None]
        return x + gate_m[:, None] * self.dropout(self.mlp(h))

    def _attend(self, x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        q, k = _rotate(q, rotary), _rotate(k, rotary)
        scores = q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5
        h = functional.softmax(scores, dim=-1) @ v
        return self.out(h.transpose(1, 2).reshape(batch, tokens, width))


def _rotate(x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = rotary
    half = x.shape[-1] // 2
    turned = torch.cat([-x[..., half:], x[..., :half]], dim=-1)
    return x * cos + turned * sin


class MotionTransformer(nn.Module):
    """Predicts clean motion latents from noisy ones, speech features, the previous window and the diffusion time."""

    feature_mean: Tensor
    feature_scale: Tensor
    cos: Tensor
    sin: Tensor
    frequencies: Tensor

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.motion_in = nn.Linear(config.latent_size, width)
        self.register_buffer("feature_mean", torch.zeros(config.feature_size))
        self.register_buffer("feature_scale", torch.ones(config.feature_size))
        # Two features a frame become one token; the neighbours' features help to place closures between frames.
        self.feature_in = nn.Conv1d(config.feature_size, width, kernel_size=6, stride=2, padding=2)
        self.feature_mix = nn.Linear(width, width)
        self.no_audio = nn.Parameter(torch.zeros(width))
        self.no_history = nn.Parameter(torch.zeros(width))
        self.is_history = nn.Parameter(torch.zeros(width))
        self.source = nn.Embedding(config.sources + 1, width)
        self.time = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, config.latent_size)
        size = width // config.heads
        angle = torch.arange(config.max_tokens)[:, None] / 10000 ** (torch.arange(0, size, 2) / size)
        angle = torch.cat([angle, angle], dim=1)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)
        self.register_buffer("frequencies", torch.exp(torch.linspace(0, 6, 32)), persistent=False)

    def forward(
        self,
        motion: Tensor,
        features: Tensor,
        time: Tensor,
        source: Tensor,
        keep_audio: Tensor,
        keep_history: Tensor,
    ) -> Tensor:
        """Denoise one window.

        motion [B, N, D]: the first HISTORY frames known, the rest noisy. features [B, 2 N, F]. time [B] in [0, 1].
        source [B] int, 0 for unknown. keep_audio, keep_history [B] float, 0 drops the condition.
        Returns the clean latents of frames HISTORY .. N-1.
        """
        tokens = motion.shape[1]
        features = (features - self.feature_mean) * self.feature_scale
        audio = self.feature_in(features.transpose(1, 2)).transpose(1, 2)
        audio = self.feature_mix(functional.gelu(audio, approximate="tanh"))
        keep = keep_audio[:, None, None]
        audio = keep * audio + (1 - keep) * self.no_audio
        x = self.motion_in(motion)
        keep = keep_history[:, None, None]
        history = keep * x[:, :HISTORY] + (1 - keep) * self.no_history + self.is_history
        x = torch.cat([history, x[:, HISTORY:]], dim=1) + audio
        angle = time[:, None] * self.frequencies
        condition = self.time(torch.cat([angle.cos(), angle.sin()], dim=1)) + self.source(source)
        modulation = self.modulation(condition).reshape(-1, 6, self.config.width)
        rotary = (self.cos[:tokens], self.sin[:tokens])
        for block in self.blocks:
            x = block(x, modulation, rotary)
        return self.head(self.norm(x[:, HISTORY:]))
