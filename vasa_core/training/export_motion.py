"""Exports the trained motion transformer to ONNX, with its card."""

import json
from dataclasses import replace
from pathlib import Path

import onnx
import torch

from vasa_core.models import MODELS_DIR, ModelCard, read_card, sha256_of, write_card
from vasa_core.training.motion_model import HISTORY
from vasa_core.training.onnx_storage import store_half
from vasa_core.training.train_motion import load_motion_model

INPUTS = ("motion", "features", "time", "source", "keep_audio", "keep_history")


def export_motion(checkpoint: Path, command: str) -> Path:
    """Write `models/motion.onnx` and its card from a training checkpoint. Returns the model's path."""
    model, about = load_motion_model(checkpoint)
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()  # so that the file can hold 16 bits a weight
    config = model.config
    out = MODELS_DIR / "motion.onnx"
    tokens = HISTORY + 5
    example = (
        torch.randn(2, tokens, config.latent_size),
        torch.randn(2, 2 * tokens, config.feature_size),
        torch.rand(2),
        torch.zeros(2, dtype=torch.long),
        torch.ones(2),
        torch.ones(2),
    )
    axes = {
        "motion": {0: "batch", 1: "frames"},
        "features": {0: "batch", 1: "features"},
        "time": {0: "batch"},
        "source": {0: "batch"},
        "keep_audio": {0: "batch"},
        "keep_history": {0: "batch"},
        "clean": {0: "batch", 1: "window"},
    }
    torch.onnx.export(
        model, example, str(out), input_names=list(INPUTS), output_names=["clean"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip
    stored = onnx.load(str(out))
    store_half(stored)
    onnx.save(stored, str(out))
    card = ModelCard(
        name="motion",
        file=out.name,
        purpose="Motion diffusion transformer: speech features and the previous motion to facial motion latents",
        source="Trained by this project: python -m vasa_core.training train",
        licence="MIT",
        training_data=(
            "GRID audio-visual corpus, speaker s1 (Cooke, Barker, Cunningham and Shao 2006, doi 10.1121/1.2229005), "
            "CC BY 4.0, without the held-out clips; FACEGOOD-Audio2Face Mandarin mouth curves, MIT"
        ),
        sha256=sha256_of(out),
        details={"history_frames": HISTORY, "config": config.as_dict(), "command": command}
        | {name: about[name] for name in ("settings", "clips", "step", "seconds", "loss") if name in about},
    )
    write_card(card)
    print(json.dumps({"file": str(out), "bytes": out.stat().st_size}))
    return out


def add_scores(scores: dict[str, dict[str, dict[str, float]]]) -> None:
    """Keep the figures of the exported model in its card."""
    card = read_card("motion")
    rounded = {p: {m: {k: round(v, 4) for k, v in f.items()} for m, f in modes.items()} for p, modes in scores.items()}
    write_card(replace(card, details=card.details | {"scores": rounded}))
