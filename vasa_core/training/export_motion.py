"""Exports the trained motion transformer to ONNX: backbone and denoiser, with their cards."""

import json
from pathlib import Path

import onnx
import torch

from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.motion_sampler import BACKBONE, DENOISER, FEATURES_PER_FRAME
from vasa_core.training.motion_model import KERNEL, MotionTransformer
from vasa_core.training.onnx_storage import store_half

OPSET = 17


def write_onnx(model: MotionTransformer, offset: torch.Tensor, scale: torch.Tensor, folder: Path) -> None:
    """Write `folder/motion_backbone.onnx` and `folder/motion_denoiser.onnx`.

    `offset`, `scale` [BLOCK, R]: mean and SD of the innovations, kept in the denoiser's metadata.
    """
    folder.mkdir(parents=True, exist_ok=True)
    c = model.config
    batch = {0: "batch"}
    features = BLOCK * FEATURES_PER_FRAME + KERNEL - 2
    inputs = {
        "history": torch.randn(2, BLOCK, c.history_size),
        "features": torch.randn(2, features, c.feature_size),
        "prosody": torch.randn(2, BLOCK, c.prosody_size),
        "conditions": torch.randn(2, BLOCK, c.condition_size),
        "state": torch.zeros(2, BLOCK, dtype=torch.long),
        "source": torch.zeros(2, dtype=torch.long),
        "keep_audio": torch.ones(2, BLOCK),
        "past": torch.randn(2, c.depth, 2, c.window, c.width),
        "mask": torch.zeros(BLOCK, c.window + BLOCK),
    }
    axes = {name: batch for name in inputs if name != "mask"} | {"tokens": batch, "new": batch}
    _export(model.backbone, inputs, ["tokens", "new"], axes, folder / f"{BACKBONE}.onnx", {})
    inputs = {
        "noisy": torch.randn(2, BLOCK, c.row_size),
        "tokens": torch.randn(2, BLOCK, c.width),
        "time": torch.rand(2),
    }
    axes = dict.fromkeys((*inputs, "clean"), batch)
    notes = {"offset": json.dumps(offset.tolist()), "scale": json.dumps(scale.tolist()), "kernel_past": str(KERNEL - 2)}
    _export(model.denoiser, inputs, ["clean"], axes, folder / f"{DENOISER}.onnx", notes)


def _export(
    part: torch.nn.Module,
    inputs: dict[str, torch.Tensor],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
    path: Path,
    notes: dict[str, str],
) -> None:
    torch.onnx.export(
        part, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs, dynamic_axes=axes,
        opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    stored = onnx.load(str(path))
    store_half(stored)
    onnx.helper.set_model_props(stored, notes)
    onnx.save(stored, str(path))
