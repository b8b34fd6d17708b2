"""The training clips: which are kept out of training."""

from pathlib import Path

HELD_OUT_EVERY = 10
"""Of the clips of grid_s1 in alphabetical order, numbers 5, 15, 25 ... (100 of 1000) are never trained on."""

DAMAGED_CLIPS = frozenset({"sgib8n"})

ARTIST_HELD_OUT = ("1114_2_05",)
"""Of the Mandarin takes: never trained on."""


def training_stems(folder: Path, pattern: str = "*.mkv") -> list[str]:
    """Names of the clips in `folder` that may be trained on."""
    stems = sorted(path.stem for path in folder.glob(pattern))
    return [s for i, s in enumerate(stems) if i % HELD_OUT_EVERY != 5 and s not in DAMAGED_CLIPS]


def held_out_stems(folder: Path, pattern: str = "*.mkv") -> list[str]:
    """Names of the clips in `folder` that are kept for validation."""
    stems = sorted(path.stem for path in folder.glob(pattern))
    return [s for i, s in enumerate(stems) if i % HELD_OUT_EVERY == 5 and s not in DAMAGED_CLIPS]
