"""The motion diffusion transformer in torch: every channel of a face, two frames at a time, from what was and is heard.

Two parts. A causal *backbone*, one token per frame (25 Hz), reads the voice, the conditions and the motion of the
frames before, with rotary positions (Su et al. 2021) and a sliding window of attention, so that a live stream costs
the newest block alone. A small diffusion transformer, the *denoiser* (DiT: Peebles and Xie 2023), draws the block's
motion given the backbone's tokens; it alone runs once per denoising step. The split is that of autoregressive
diffusion without quantisation (Li et al. 2024); the denoiser predicts the clean sample, as VASA-1 does.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from vasa_core.audio.encoder import AHEAD_FEATURES, BLOCK_FEATURES
from vasa_core.motion.channels import CONDITION_SIZE, CONDITIONS, ROW_SIZE
from vasa_core.motion.innovations import BLOCK, HISTORY_SIZE
from vasa_core.motion.prosody import PROSODY_SIZE

KERNEL = 6
"""Features (50 Hz) of the newest 0.12 s that make a frame's sound token."""
AHEAD_SIZE = 64
"""Numbers kept of each frame of the look-ahead."""


@dataclass(frozen=True)
class MotionModelConfig:
    """Sizes of the network."""

    row_size: int = ROW_SIZE
    history_size: int = HISTORY_SIZE
    feature_size: int = 768
    prosody_size: int = PROSODY_SIZE
    condition_size: int = CONDITION_SIZE + len(CONDITIONS)
    width: int = 256
    depth: int = 5
    denoiser_depth: int = 2
    heads: int = 4
    mlp_ratio: int = 3
    sources: int = 3
    states: int = 3
    dropout: float = 0.1
    window: int = 64
    """Frames of the past that each layer attends to (2.56 s); five layers reach five times as far."""

    def as_dict(self) -> dict[str, int | float]:
        """For the checkpoint and the card."""
        return asdict(self)


def mlp(width: int, ratio: int) -> nn.Sequential:
    """The usual two layers."""
    return nn.Sequential(nn.Linear(width, ratio * width), nn.GELU(approximate="tanh"), nn.Linear(ratio * width, width))


class BackboneBlock(nn.Module):
    """Pre-norm self-attention with rotary positions over a sliding, block-causal window, and an MLP."""

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm_attention = nn.LayerNorm(width)
        self.norm_mlp = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = mlp(width, config.mlp_ratio)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, past: Tensor, rotary: tuple[Tensor, Tensor], mask: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, N, W]; past [B, 2, P, W] keys and values before them; rotary [P + N, W / heads]; mask [.., N, P + N].

        Returns x and the new keys and values [B, 2, N, W] (keys not yet turned).
        """
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm_attention(x)).reshape(batch, tokens, 3, width).permute(0, 2, 1, 3)
        new = qkv[:, 1:]
        kv = torch.cat([past, new], dim=2)
        size = width // self.heads
        q = qkv[:, 0].reshape(batch, tokens, self.heads, size).transpose(1, 2)
        k, v = kv.reshape(batch, 2, -1, self.heads, size).transpose(2, 3).unbind(1)
        q = _rotate(q, (rotary[0][-tokens:], rotary[1][-tokens:]))
        scores = q @ _rotate(k, rotary).transpose(-1, -2) * size**-0.5 + mask
        h = functional.softmax(scores, dim=-1) @ v
        x = x + self.out(h.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.dropout(self.mlp(self.norm_mlp(x))), new


def _rotate(x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = rotary
    half = x.shape[-1] // 2
    turned = torch.cat([-x[..., half:], x[..., :half]], dim=-1)
    return x * cos + turned * sin


class Backbone(nn.Module):
    """Reads voice, conditions and past motion; gives one token per frame."""

    feature_mean: Tensor
    feature_scale: Tensor
    history_mean: Tensor
    history_scale: Tensor
    frequencies: Tensor

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        for name, size in (("feature", config.feature_size), ("history", config.history_size)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.feature_in = nn.Conv1d(config.feature_size, width, kernel_size=KERNEL, stride=2)
        self.feature_mix = nn.Linear(width, width)
        self.ahead_in = nn.Conv1d(config.feature_size, AHEAD_SIZE, kernel_size=2, stride=2)
        self.ahead_mix = nn.Linear(AHEAD_SIZE * AHEAD_FEATURES // 2, width)
        self.prosody_in = nn.Linear(config.prosody_size, width)
        self.no_audio = nn.Parameter(torch.zeros(width))
        self.history_in = nn.Linear(config.history_size, width)
        self.condition_in = nn.Linear(config.condition_size, width)
        self.condition_mix = nn.Linear(width, width)
        self.state = nn.Embedding(config.states, width)
        self.source = nn.Embedding(config.sources + 1, width)
        self.place = nn.Parameter(torch.randn(BLOCK, width) * 0.02)
        self.blocks = nn.ModuleList(BackboneBlock(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        size = width // config.heads
        self.register_buffer("frequencies", 10000 ** (-torch.arange(0, size, 2) / size), persistent=False)

    def forward(
        self,
        history: Tensor,
        features: Tensor,
        lead: Tensor,
        prosody: Tensor,
        conditions: Tensor,
        state: Tensor,
        source: Tensor,
        keep_audio: Tensor,
        past: Tensor,
        mask: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Tokens of N frames, N a multiple of BLOCK.

        history [B, N, H] of the frames one block earlier; features [B, N / BLOCK, BLOCK_FEATURES + AHEAD_FEATURES, F],
        each block's own and those after it as they are known then; lead [B, KERNEL - 2, F] before the first; prosody
        [B, N, P]; conditions [B, N, K]; state [B, N] int; source [B] int, 0 for unknown; keep_audio [B, N] 0 where
        nothing is heard; past [B, depth, 2, P, W]; mask [.., N, P + N], added to the scores. Returns tokens [B, N, W]
        and their keys and values [B, depth, 2, N, W].
        """
        tokens = history.shape[1]
        audio = self._sound(features, lead) + self.prosody_in(prosody)
        keep = keep_audio[..., None]
        x = keep * audio + (1 - keep) * self.no_audio
        x = x + self.history_in((history - self.history_mean) * self.history_scale)
        x = x + self.condition_mix(functional.gelu(self.condition_in(conditions), approximate="tanh"))
        x = x + self.state(state) + self.source(source)[:, None] + self.place.repeat(tokens // BLOCK, 1)
        position = torch.arange(past.shape[3] + tokens, device=x.device, dtype=torch.float32)
        angle = position[:, None] * self.frequencies
        angle = torch.cat([angle, angle], dim=1)
        rotary = (angle.cos(), angle.sin())
        news = []
        for number, block in enumerate(self.blocks):
            x, new = block(x, past[:, number], rotary, mask)
            news.append(new)
        return self.norm(x), torch.stack(news, dim=1)

    def _sound(self, features: Tensor, lead: Tensor) -> Tensor:
        """What is heard in each frame, and soon after its block: [B, N, W]."""
        batch, blocks, _, size = features.shape
        features, lead = ((part - self.feature_mean) * self.feature_scale for part in (features, lead))
        own = torch.cat([lead, features[:, :, :BLOCK_FEATURES].reshape(batch, -1, size)], dim=1)
        now = self.feature_mix(
            functional.gelu(self.feature_in(own.transpose(1, 2)).transpose(1, 2), approximate="tanh")
        )
        ahead = features[:, :, BLOCK_FEATURES:].reshape(batch * blocks, AHEAD_FEATURES, size).transpose(1, 2)
        soon = functional.gelu(self.ahead_in(ahead), approximate="tanh").reshape(batch, blocks, -1)
        return now + self.ahead_mix(soon).repeat_interleave(BLOCK, dim=1)


class DenoiserBlock(nn.Module):
    """Attention among the frames of one block and an MLP, modulated per frame by the backbone's token and the time."""

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.norm_attention = nn.LayerNorm(width, elementwise_affine=False)
        self.norm_mlp = nn.LayerNorm(width, elementwise_affine=False)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.mlp = mlp(width, config.mlp_ratio)
        self.modulation_offset = nn.Parameter(torch.randn(6, width) * 0.02)

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        """x [B, BLOCK, W], modulation [B, BLOCK, 6, W]."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (modulation + self.modulation_offset).unbind(2)
        x = x + gate_a * self._attend(self.norm_attention(x) * (1 + scale_a) + shift_a)
        return x + gate_m * self.mlp(self.norm_mlp(x) * (1 + scale_m) + shift_m)

    def _attend(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5
        h = functional.softmax(scores, dim=-1) @ v
        return self.out(h.transpose(1, 2).reshape(batch, tokens, width))


class Denoiser(nn.Module):
    """Predicts the clean innovations of one block from noisy ones."""

    frequencies: Tensor

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        width = config.width
        self.width = width
        self.rows_in = nn.Linear(config.row_size, width)
        self.place = nn.Parameter(torch.randn(BLOCK, width) * 0.02)
        self.time = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.token_in = nn.Linear(width, width)
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(DenoiserBlock(config) for _ in range(config.denoiser_depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, config.row_size)
        self.register_buffer("frequencies", torch.exp(torch.linspace(0, 6, 32)), persistent=False)

    def forward(self, noisy: Tensor, tokens: Tensor, time: Tensor) -> Tensor:
        """noisy [B, BLOCK, R], tokens [B, BLOCK, W] of the backbone, time [B] in [0, 1]; clean [B, BLOCK, R]."""
        angle = time[:, None] * self.frequencies
        token = self.token_in(tokens)
        condition = self.time(torch.cat([angle.cos(), angle.sin()], dim=1))[:, None] + token
        modulation = self.modulation(condition).reshape(-1, BLOCK, 6, self.width)
        x = self.rows_in(noisy) + self.place + token
        for block in self.blocks:
            x = block(x, modulation)
        return self.head(self.norm(x))


class MotionTransformer(nn.Module):
    """Backbone and denoiser."""

    def __init__(self, config: MotionModelConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.denoiser = Denoiser(config)


def training_mask(frames: int, window: int) -> Tensor:
    """[frames, frames] added to the scores: 0 where a frame may look, -inf elsewhere.

    It sees its own block whole and `window` frames before the block.
    """
    index = torch.arange(frames)
    begin = index // BLOCK * BLOCK
    seen = (index[None] < begin[:, None] + BLOCK) & (index[None] >= begin[:, None] - window)
    return torch.zeros(frames, frames).masked_fill(~seen, float("-inf"))
