"""A whole training run of the motion model: gather the clips, train, score on the held-out ones."""

from pathlib import Path

import numpy as np
import torch

from vasa_core.training.align import find_lags, save_lags, shift_clips
from vasa_core.training.datasets import Clip, held_out_stems, is_live, load_clips, training_stems
from vasa_core.training.motion_model import MotionTransformer
from vasa_core.training.score_motion import make_score
from vasa_core.training.train_motion import Corpus, TrainingSettings, load_motion_model, train_motion

LIVE_BLOCK, OFFLINE_BLOCK = 3, 25
"""Frames per window when streaming (0.12 s) and for files (1 s)."""
CLEAN = ["live", "offline"]
QUIET_FRAMES = 150


def gather(data: Path, work: Path, voices: list[str]) -> tuple[Corpus, dict[str, list[Clip]]]:
    """Training corpus and validation clips ("held-out", "strangers").

    `data` is the folder of the recordings, `work` that of `latents/` and `features/`, `voices` the changed voices to
    train on beside the clean recordings.
    """
    latents, features = work / "latents", work / "features"
    variants = [*CLEAN, *voices]
    artist_stems = sorted(path.stem for path in (data / "mandarin").glob("*.flac"))
    strangers = sorted(path.stem for path in (data / "grid_others").glob("*.mkv"))

    def tracked(name: str, stems: list[str], which: list[str]) -> list[Clip]:
        return load_clips(latents / name, features / name, stems, "tracked", which)

    train = tracked("grid_s1", training_stems(data / "grid_s1"), variants)
    corpus = Corpus(
        tracked=train,
        artist=load_clips(latents / "mandarin", features / "mandarin", artist_stems, "artist", variants),
        quiet=_quiet(features / "quiet", train[0].latent.shape[1]),
    )
    validation = {
        "held-out": tracked("grid_s1", held_out_stems(data / "grid_s1"), variants),
        "strangers": tracked("grid_others", strangers, variants),
    }
    return corpus, validation


def _quiet(folder: Path, latent_size: int) -> list[Clip]:
    """Clips on which the face rests."""
    latent = np.zeros((QUIET_FRAMES, latent_size), np.float32)
    stems = sorted(path.stem for path in (folder / CLEAN[0]).glob("*.npy"))
    return [
        Clip(stem, 0, latent, {v: np.load(folder / v / f"{stem}.npy")[: 2 * QUIET_FRAMES] for v in CLEAN})
        for stem in stems
    ]


def run(data: Path, work: Path, voices: list[str], settings: TrainingSettings, threads: int = 2) -> MotionTransformer:
    """Train from prepared data; writes `work/motion/motion.pt` and `log.jsonl`."""
    torch.set_num_threads(threads)
    corpus, validation = gather(data, work, voices)
    print(f"{shift_clips(corpus.tracked, work)} training clips brought into step with their sound", flush=True)
    counts = {"tracked": len(corpus.tracked), "artist": len(corpus.artist), "quiet": len(corpus.quiet)}
    print(f"training clips: {counts}; validation: { {k: len(v) for k, v in validation.items()} }", flush=True)
    blocks = {v: (v, LIVE_BLOCK if is_live(v) else OFFLINE_BLOCK) for v in [*CLEAN, *voices[:2]]}
    scores = {name: make_score(clips, blocks) for name, clips in validation.items() if clips}

    def score(model: MotionTransformer) -> dict[str, float]:
        return {f"{name} {mode}": value for name, s in scores.items() for mode, value in s(model).items()}

    return train_motion(corpus, settings, work / "motion", score)


def align(data: Path, work: Path) -> dict[str, int]:
    """Find the training clips that are out of step, by the model in `work/motion`; writes `work/lags.json`."""
    corpus, _ = gather(data, work, [])
    model, _ = load_motion_model(work / "motion" / "motion.pt")
    lags = find_lags(model, corpus.tracked, OFFLINE_BLOCK)
    save_lags(lags, work)
    return lags
