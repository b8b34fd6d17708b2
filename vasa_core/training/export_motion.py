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
LICENCE = "MIT; fitted to data under CC BY 4.0 (GRID), MIT and Apache-2.0, see training_data"
SYNTHETIC_HOURS = {
    "eSpeak NG": 0.675,
    "flite": 0.450,
    "singing": 0.136,
    "shouting": 0.077,
    "whispering": 0.077,
    "laughter": 0.053,
    "hums": 0.015,
    "coughs": 0.012,
    "breaths": 0.011,
}
"""What `synthesise` made, h: clips that failed make it a little more or less than the shares it aims at."""
SOURCES = {
    "tracked": (
        "h of the GRID audio-visual corpus, speaker s1 (Cooke, Barker, Cunningham and Shao 2006, doi "
        "10.1121/1.2229005), CC BY 4.0, re-encoded and cropped, without the held-out clips; lips tracked with the "
        "shipped landmark net"
    ),
    "artist": "h of FACEGOOD-Audio2Face: Mandarin with artists' mouth curves, MIT, without the take 1114_2_05",
    "rule": (
        f"h of synthetic voices ({', '.join(f'{kind} {hours:g}' for kind, hours in SYNTHETIC_HOURS.items())}), their "
        "mouths after a dominance model of coarticulation fitted to GRID s1 and to phonetic tables"
    ),
    "quiet": "h of noise, music, tones and silence made by this project, on which the face rests",
}
"""What the hours of each group of sounds are made of, by the names of `motion_run.hours`."""
SYNTHETIC_LICENCE = (
    "Synthetic voices: made with flite (Carnegie Mellon University, BSD-like licence) and espeak-ng (a GPL program "
    "used as a tool; its output is free); singing, shouting, whispering, laughter, hums, coughs and breaths are made "
    "by this project from what those voices say. Neither program nor its voices are part of this package."
)
REST = (
    "Head, gaze, lids, brows, breath and emotion: no recordings of people, but a generative teacher made from the "
    "literature, with statistics of Eye gaze during conversation (Dembinsky et al., ETRA 2024), Apache-2.0 (fixations: "
    "durations and scatter), and of LiveLinkFace-CSV-Retarget (alexdjulin), MIT (brows, cheeks and smiles: onsets, "
    "sizes, sides). The voices are also heard changed (pitch, formants, speed, room, noise, codecs), and all sounds "
    "through the shipped speech encoder, which has training data of its own. The held-out clips and three other GRID "
    "speakers were never trained on, but watched while settings were chosen."
)


def training_data(hours: dict[str, float]) -> str:
    """The paragraph of the card, from the hours of sound per group."""
    sounds = "; ".join(f"{hours[name]:.2f} {text}" for name, text in SOURCES.items())
    return f"Mouths and voices, {sum(hours.values()):.2f} h: {sounds}. {SYNTHETIC_LICENCE} {REST}"


def export_motion(checkpoint: Path, command: str) -> None:
    """Write backbone and denoiser to `models/`, with their cards, from a training checkpoint."""
    model, scales, about = load_motion_model(checkpoint)
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()  # so that the files can hold 16 bits a weight
    write_onnx(model, scales, MODELS_DIR)
    hours: dict[str, float] = about["about"]["hours"]  # type: ignore[index]
    for name, purpose in PURPOSES.items():
        path = MODELS_DIR / f"{name}.onnx"
        details = {"config": model.config.as_dict(), "command": command, **about}
        write_card(
            ModelCard(
                name=name,
                file=path.name,
                purpose=purpose,
                source="Trained by this project: python -m vasa_core.training train",
                licence=LICENCE,
                training_data=training_data(hours),
                sha256=sha256_of(path),
                details=details if name == BACKBONE else {"belongs to": BACKBONE},
            )
        )


def add_scores(scores: dict[str, dict[str, dict[str, float]]]) -> None:
    """Keep the figures of the exported model in its card."""
    card = read_card(BACKBONE)
    rounded = {p: {m: {k: round(v, 4) for k, v in f.items()} for m, f in modes.items()} for p, modes in scores.items()}
    write_card(replace(card, details=card.details | {"scores": rounded}))
