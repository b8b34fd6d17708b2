"""A whole training run of the motion model: gather the clips, train, score on the held-out ones."""

from pathlib import Path

import numpy as np
import torch

from vasa_core.training.datasets import Clip, held_out_stems, load_clips, training_stems
from vasa_core.training.motion_model import MotionTransformer
from vasa_core.training.score_motion import make_score
from vasa_core.training.train_motion import Corpus, TrainingSettings, train_motion

LIVE_BLOCK, OFFLINE_BLOCK = 3, 25
"""Frames per window when streaming (0.12 s) and for files (1 s)."""
QUIET_FRAMES = 150


def gather(data: Path, work: Path, variants: list[str]) -> tuple[Corpus, dict[str, list[Clip]]]:
    """Training corpus and validation clips ("held-out sentences", "strangers").

    `data` is the folder of the recordings, `work` that of `latents/`, `features/`. Every clip must have all
    `variants` ("live", "offline", "aug00" ...; even numbers are live) to be used.
    """
    latents, features = work / "latents", work / "features"

    def tracked(name: str, stems: list[str], which: list[str]) -> list[Clip]:
        clips = load_clips(latents / name, features / name, stems, "tracked", which)
        return [clip for clip in clips if len(clip.features) == len(which)]

    artist_stems = sorted(path.stem for path in (data / "mandarin").glob("*.flac"))
    artist = load_clips(latents / "mandarin", features / "mandarin", artist_stems, "artist", variants)
    artist = [clip for clip in artist if len(clip.features) == len(variants)]
    live = [i for i, v in enumerate(variants) if is_live(v)]
    offline = [i for i, v in enumerate(variants) if not is_live(v)]
    train = tracked("grid_s1", training_stems(data / "grid_s1"), variants)
    corpus = Corpus(train, artist, _quiet(features / "quiet", train[0].latent.shape[1], variants), live, offline)
    clean = ["live", "offline"]
    strangers = sorted(path.stem for path in (data / "grid_others").glob("*.mkv"))
    validation = {
        "held-out": tracked("grid_s1", held_out_stems(data / "grid_s1"), clean),
        "strangers": tracked("grid_others", strangers, clean),
    }
    return corpus, validation


def is_live(variant: str) -> bool:
    """Whether a variant's features were computed with a stream's short look-ahead."""
    return int(variant.removeprefix("aug")) % 2 == 0 if variant.startswith("aug") else variant == "live"


def _quiet(folder: Path, latent_size: int, variants: list[str]) -> list[Clip]:
    """Clips at rest, with the same order of variants as the others."""
    names = ["live" if is_live(v) else "offline" for v in variants]
    clips = []
    for path in sorted((folder / "live").glob("*.npy")):
        arrays = {n: np.load(folder / n / path.name)[: 2 * QUIET_FRAMES] for n in set(names)}
        latent = np.zeros((QUIET_FRAMES, latent_size), np.float32)
        clips.append(Clip(path.stem, 0, latent, [arrays[n] for n in names]))
    return clips


def run(data: Path, work: Path, variants: list[str], settings: TrainingSettings, threads: int = 2) -> MotionTransformer:
    """Train from prepared data; writes `work/motion/motion.pt` and `log.jsonl`."""
    torch.set_num_threads(threads)
    corpus, validation = gather(data, work, variants)
    counts = {"tracked": len(corpus.tracked), "artist": len(corpus.artist), "quiet": len(corpus.quiet)}
    print(f"training clips: {counts}; validation: { {k: len(v) for k, v in validation.items()} }", flush=True)
    blocks = {"streamed": (0, LIVE_BLOCK), "whole": (1, OFFLINE_BLOCK)}
    scores = {name: make_score(clips, blocks) for name, clips in validation.items() if clips}

    def score(model: MotionTransformer) -> dict[str, float]:
        return {f"{name} {mode}": value for name, s in scores.items() for mode, value in s(model).items()}

    return train_motion(corpus, settings, work / "motion", score)
