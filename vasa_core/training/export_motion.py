"""Exports the trained motion transformer to ONNX: backbone and denoiser, with their cards."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import onnx

from vasa_core.models import MODELS_DIR, ModelCard, read_card, sha256_of, write_card
from vasa_core.motion.sampler import BACKBONE, DENOISER
from vasa_core.training.batches import Scales
from vasa_core.training.motion_graphs import backbone_graph, denoiser_graph
from vasa_core.training.motion_model import KERNEL, MotionTransformer
from vasa_core.training.onnx_storage import store_half
from vasa_core.training.train_motion import load_motion_model


def write_onnx(model: MotionTransformer, scales: Scales, folder: Path) -> None:
    """Write `folder/motion_backbone.onnx` and `folder/motion_denoiser.onnx`.

    The scales are kept in the denoiser's metadata.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = {name: json.dumps(part.tolist()) for name, part in asdict(scales).items()}
    notes["kernel_past"] = str(KERNEL - 2)
    _write(backbone_graph(model.backbone), folder / f"{BACKBONE}.onnx", {})
    _write(denoiser_graph(model.denoiser, model.config), folder / f"{DENOISER}.onnx", notes)


def _write(graph: onnx.ModelProto, path: Path, notes: dict[str, str]) -> None:
    store_half(graph)
    onnx.helper.set_model_props(graph, notes)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


PURPOSES = {
    BACKBONE: "Causal transformer of the motion model: voice, conditions and past motion to one token a frame",
    DENOISER: "Diffusion transformer of the motion model: draws every channel of two frames, given their tokens",
}
TRAINING_DATA = (
    "Mouths: GRID audio-visual corpus, speaker s1 (Cooke, Barker, Cunningham and Shao 2006, doi 10.1121/1.2229005), CC "
    "BY 4.0, without the held-out clips; FACEGOOD-Audio2Face Mandarin mouth curves, MIT, without the take 1114_2_05; "
    "speech of flite and espeak-ng with the mouth of a dominance model fitted to GRID s1. Everything else: a "
    "generative teacher made from the literature, with statistics of Eye gaze during conversation (Dembinsky et al., "
    "ETRA 2024), Apache-2.0, and LiveLinkFace-CSV-Retarget (alexdjulin), MIT."
)


def export_motion(checkpoint: Path, command: str) -> None:
    """Write backbone and denoiser to `models/`, with their cards, from a training checkpoint."""
    model, scales, about = load_motion_model(checkpoint)
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()  # so that the files can hold 16 bits a weight
    write_onnx(model, scales, MODELS_DIR)
    for name, purpose in PURPOSES.items():
        path = MODELS_DIR / f"{name}.onnx"
        details = {"config": model.config.as_dict(), "command": command, **about}
        write_card(
            ModelCard(
                name=name,
                file=path.name,
                purpose=purpose,
                source="Trained by this project: python -m vasa_core.training train",
                licence="MIT",
                training_data=TRAINING_DATA,
                sha256=sha256_of(path),
                details=details if name == BACKBONE else {"belongs to": BACKBONE},
            )
        )


def add_scores(scores: dict[str, dict[str, dict[str, float]]]) -> None:
    """Keep the figures of the exported model in its card."""
    card = read_card(BACKBONE)
    rounded = {p: {m: {k: round(v, 4) for k, v in f.items()} for m, f in modes.items()} for p, modes in scores.items()}
    write_card(replace(card, details=card.details | {"scores": rounded}))
