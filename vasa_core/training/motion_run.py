"""A whole training run of the motion model: gather the voices, string sessions, train, score on what is kept out."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from vasa_core.motion.sampler import MotionModel
from vasa_core.motion.track import MOTION_FPS
from vasa_core.training.align import find_lags, save_lags, shift_voices
from vasa_core.training.datasets import ARTIST_HELD_OUT, held_out_stems, training_stems
from vasa_core.training.export_motion import write_onnx
from vasa_core.training.score_motion import LipScore
from vasa_core.training.sessions import Session, make_session
from vasa_core.training.train_motion import Trainer, TrainingSettings, load_motion_model
from vasa_core.training.voices import Voice, load_voices

SESSION_SHARES = {"tracked": 0.50, "artist": 0.10, "rule": 0.40}
"""Share of the sessions by whose lips they carry."""
SESSIONS = 300
"""Six to seven hours."""
SCORED = 24
"""Held-out sentences that are scored while training."""


def gather(data: Path, work: Path) -> dict[str, list[Voice]]:
    """Voices to train on: "tracked", "artist", "rule" and "quiet".

    `data` is the folder of the recordings; `work` has `latents/`, `features/`, `tongue/` and `synthetic/`.
    """
    grid = data / "grid_s1"
    tracked = {stem: grid / f"{stem}.mkv" for stem in training_stems(grid)}
    artist = {p.stem: p for p in (data / "mandarin").glob("*.flac") if p.stem not in ARTIST_HELD_OUT}
    rule = {p.stem: p for p in (work / "synthetic").glob("*.wav")}
    quiet = {p.stem: p for p in (work / "features" / "quiet").glob("*.wav")}
    features, latents = work / "features", work / "latents"
    return {
        "tracked": load_voices(tracked, latents / "grid_s1", features / "grid_s1", "tracked", work / "tongue"),
        "artist": load_voices(artist, latents / "mandarin", features / "mandarin", "artist"),
        "rule": load_voices(rule, work / "synthetic", features / "synthetic", "rule"),
        "quiet": load_voices(quiet, None, features / "quiet", None),
    }


def gather_kept_out(data: Path, work: Path) -> dict[str, list[Voice]]:
    """Voices that are never trained on: "held-out" sentences, "strangers" and "mandarin"."""
    grid, others = data / "grid_s1", data / "grid_others"
    held_out = {stem: grid / f"{stem}.mkv" for stem in held_out_stems(grid)}
    strangers = {path.stem: path for path in others.glob("*.mkv")}
    mandarin = {stem: data / "mandarin" / f"{stem}.flac" for stem in ARTIST_HELD_OUT}
    features, latents = work / "features", work / "latents"
    return {
        "held-out": load_voices(held_out, latents / "grid_s1", features / "grid_s1", "tracked"),
        "strangers": load_voices(strangers, latents / "grid_others", features / "grid_others", "tracked"),
        "mandarin": load_voices(mandarin, latents / "mandarin", features / "mandarin", "artist"),
    }


def make_sessions(voices: dict[str, list[Voice]], count: int, seed: int) -> list[Session]:
    """`count` sessions, each of voices of one source."""
    rng = np.random.default_rng(seed)
    present = {name: share for name, share in SESSION_SHARES.items() if voices[name]}
    names, shares = list(present), np.array(list(present.values()))
    chosen = rng.choice(names, count, p=shares / shares.sum())
    return [make_session(voices[name], voices["quiet"], rng) for name in chosen]


def hours(voices: dict[str, list[Voice]]) -> dict[str, float]:
    """Hours of sound per source."""
    return {name: round(sum(len(v) for v in group) / MOTION_FPS / 3600, 3) for name, group in voices.items()}


def run(data: Path, work: Path, settings: TrainingSettings, threads: int = 2, start: Path | None = None) -> None:
    """Train from prepared data, or go on from a checkpoint; writes `work/motion/motion.pt` and `log.jsonl`."""
    torch.set_num_threads(threads)
    voices = gather(data, work)
    print(f"{shift_voices(voices['tracked'], work)} clips brought into step with their sound", flush=True)
    everyone = [voice for group in voices.values() for voice in group]
    variants = Counter(variant for voice in everyone for variant in voice.features)
    print(f"hours of sound: {hours(voices)}; clips per variant: {dict(variants)}", flush=True)
    sessions = make_sessions(voices, SESSIONS, settings.seed)
    print(f"{len(sessions)} sessions, {sum(map(len, sessions)) / MOTION_FPS / 3600:.1f} h", flush=True)
    kept_out = gather_kept_out(data, work)
    kept_out["held-out"] = kept_out["held-out"][:: max(1, len(kept_out["held-out"]) // SCORED)]
    both = ["live", "offline"]
    score = LipScore(kept_out, dict.fromkeys(kept_out, both))
    trainer = Trainer(sessions, everyone, settings, start=start)
    trainer.about = {"hours": hours(voices), "clips per variant": dict(variants)}
    trainer.run(work / "motion", score)


def align(data: Path, work: Path) -> dict[str, int]:
    """Find the training clips that are out of step, by the model in `work/motion`; writes `work/lags.json`."""
    model, scales, _ = load_motion_model(work / "motion" / "motion.pt")
    with TemporaryDirectory() as folder:
        write_onnx(model, scales, Path(folder))
        lags = find_lags(MotionModel(Path(folder)), gather(data, work)["tracked"])
    save_lags(lags, work)
    return lags
