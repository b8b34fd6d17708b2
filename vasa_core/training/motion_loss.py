"""What the motion model is scored on: errors of the face it draws, not of abstract coordinates."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vasa_core.latent.space import LatentSpace
from vasa_core.motion.articulation import LOWER_LIP, UPPER_LIP
from vasa_core.motion.channels import CHANNELS

LIP_WEIGHT = 8.0
"""Weight of lip vertices against the rest of the face: lips carry the speech."""
DEPTH_WEIGHT = 0.25
"""Weight of z against x and y: the tracker's depth is the least certain."""
FLOOR = 0.02
"""Share of the plain latent error, so that no direction is left free."""
VELOCITY_WEIGHT = 1.0
OPENING_WEIGHT = 1.0


def latent_basis(space: LatentSpace) -> NDArray[np.float32]:
    """[D, 478, 3] displacement of one unit of each latent component."""
    return space.decode(np.eye(space.size, dtype=np.float32)) - space.decode(np.zeros(space.size, np.float32))


def opening_direction() -> NDArray[np.float32]:
    """[D] what one unit of each latent component adds to the lip opening."""
    basis = latent_basis(LatentSpace.load())
    return basis[:, LOWER_LIP, 1] - basis[:, UPPER_LIP, 1]


class MotionLoss:
    """Squared error of the displaced lips and face, of their velocity, and of the lip opening."""

    def __init__(self, basis: NDArray[np.float32], lips: NDArray[np.int64], data: NDArray[np.float32]) -> None:
        """`basis` [D, 478, 3] displacement of each latent unit; `lips` vertex indices; `data` [N, D] typical latents.

        All terms are scaled so that predicting the mean of `data` costs about 1 each.
        """
        weight = np.ones(basis.shape[1])
        weight[lips] = LIP_WEIGHT
        scaled = basis * np.sqrt(weight)[None, :, None] * np.sqrt([1.0, 1.0, DEPTH_WEIGHT])
        flat = scaled.reshape(len(basis), -1).astype(np.float64)
        metric = flat @ flat.T
        metric /= np.trace(metric @ np.cov(data.T))
        metric = (1 - FLOOR) * metric + FLOOR * np.eye(len(basis)) / max(float(data.var(0).sum()), 1e-6)
        steps = np.diff(data, axis=0)
        opening = basis[:, LOWER_LIP, 1] - basis[:, UPPER_LIP, 1]
        self.factor = torch.tensor(np.linalg.cholesky(metric), dtype=torch.float32)
        self.velocity_scale = 1.0 / float(np.trace(metric @ np.cov(steps.T)))
        self.opening = torch.tensor(opening / (data @ opening).std(), dtype=torch.float32)

    def __call__(self, predicted: Tensor, clean: Tensor, before: Tensor) -> Tensor:
        """Loss [B] of `predicted` against `clean` [B, L, D]; `before` [B, 1, D] is the frame ahead of the window."""
        error = predicted - clean
        position = (error @ self.factor).square().sum(-1).mean(1)
        step_error = torch.diff(torch.cat([before, predicted], 1), dim=1) - torch.diff(
            torch.cat([before, clean], 1), dim=1
        )
        velocity = (step_error @ self.factor).square().sum(-1).mean(1) * self.velocity_scale
        opening = (error @ self.opening).square().mean(1)
        return position + VELOCITY_WEIGHT * velocity + OPENING_WEIGHT * opening


GROUP_WEIGHTS = {
    "speech": 1.3,
    "units": 0.7,
    "blink": 0.7,
    "gaze": 0.7,
    "head_rotation": 0.7,
    "head_translation": 0.4,
    "tongue": 0.3,
}
"""Share of each group of channels in the whole loss; lips are what is looked at first."""


def group_losses(predicted: Tensor, clean: Tensor, tongue_known: Tensor, valid: Tensor) -> dict[str, Tensor]:
    """Squared errors of the channels beside speech, in SDs of their innovations, by group.

    Parameters
    ----------
    predicted, clean : [B, L, R]
    tongue_known, valid : [B, L], 0 where the truth is not known. Lips are never displaced, so theirs always is.
    """
    error = (predicted - clean).square() * valid[..., None]
    error = error * (valid.numel() / valid.sum().clamp(min=1))
    losses = {name: error[..., part].mean() for name, part in CHANNELS.items() if name not in ("speech", "tongue")}
    tongue = error[..., CHANNELS["tongue"]].mean(-1)
    losses["tongue"] = (tongue * tongue_known).sum() / tongue_known.sum().clamp(min=1)
    return losses


def weighted_sum(losses: dict[str, Tensor]) -> Tensor:
    """The whole loss."""
    return torch.stack([GROUP_WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
