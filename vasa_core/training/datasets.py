"""The training clips: which are held out, and how features and latents are paired into arrays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.sampler import FEATURES_PER_FRAME

HELD_OUT_EVERY = 10
"""Of the clips of grid_s1 in alphabetical order, numbers 5, 15, 25 ... (100 of 1000) are never trained on."""

DAMAGED_CLIPS = frozenset({"sgib8n"})


def training_stems(folder: Path, pattern: str = "*.mkv") -> list[str]:
    """Names of the clips in `folder` that may be trained on."""
    stems = sorted(path.stem for path in folder.glob(pattern))
    return [s for i, s in enumerate(stems) if i % HELD_OUT_EVERY != 5 and s not in DAMAGED_CLIPS]


def held_out_stems(folder: Path, pattern: str = "*.mkv") -> list[str]:
    """Names of the clips in `folder` that are kept for validation."""
    stems = sorted(path.stem for path in folder.glob(pattern))
    return [s for i, s in enumerate(stems) if i % HELD_OUT_EVERY == 5 and s not in DAMAGED_CLIPS]


@dataclass
class Clip:
    """One clip: its motion latents at 25 Hz and its speech features at 50 Hz, once per voice variant."""

    name: str
    source: int
    """Which kind of truth it carries: an index into `SOURCES`."""
    latent: NDArray[np.float32]
    """[T, D]."""
    features: dict[str, NDArray[np.float16]]
    """Per variant [2 T, 768]: "live", "offline", or a changed voice "aug00", "aug01" ..."""


SOURCES = ("tracked", "artist")
"""Tracked recordings of a real face; mouth curves made by an artist."""


def is_live(variant: str) -> bool:
    """Whether a variant's features were computed with a stream's short look-ahead; of changed voices the even ones."""
    return int(variant.removeprefix("aug")) % 2 == 0 if variant.startswith("aug") else variant == "live"


def load_clips(latents: Path, features: Path, stems: list[str], source: str, variants: list[str]) -> list[Clip]:
    """Pair `latents/<stem>.npz` with `features/<variant>/<stem>.npy`, cut to the same length.

    Variants that a clip does not have are left out; clips without any are skipped.
    """
    clips = []
    for stem in stems:
        latent_path = latents / f"{stem}.npz"
        paths = {v: path for v in variants if (path := features / v / f"{stem}.npy").is_file()}
        if not latent_path.is_file() or not paths:
            continue
        latent = np.load(latent_path)["latent"].astype(np.float32)
        arrays = {v: np.load(path) for v, path in paths.items()}
        frames = min(len(latent), *(len(a) // FEATURES_PER_FRAME for a in arrays.values()))
        cut = {v: a[: frames * FEATURES_PER_FRAME] for v, a in arrays.items()}
        clips.append(Clip(stem, SOURCES.index(source), latent[:frames], cut))
    return clips
