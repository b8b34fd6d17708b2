"""Speech features of a data set, as they will be streamed: clean, and spoken by many other voices and rooms.

Each variant is a folder of `<clip>.npy` files, float16 [n, 768] at 50 Hz. `live` and `offline` are the clean recordings
under the encoder settings of that name; `aug00`, `aug01` ... are changed voices, odd ones offline, even ones live with
a look-ahead drawn for each clip, so that one model serves any.
"""

import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.encoder import LIVE, OFFLINE, SAMPLES_PER_FEATURE, EncoderSettings, SpeechEncoder
from vasa_core.audio.reading import load_audio
from vasa_core.training.augment import Babble, augment
from vasa_core.training.quiet import make_quiet

AUGMENTED = "aug"
CLEAN = ("live", "offline")
LOOK_AHEADS = (0.08, 0.16, 0.16, 0.16, 0.24, 0.40)
"""Seconds; of a changed voice that streams."""
GRID_FEATURES = 150
"""Every clip of GRID is 3 s long; some have lost their end."""
IN_STREAM_SHARE = 0.7  # of the changed clips that other sound precedes, and of those that other sound follows
BEFORE_FEATURES, AFTER_FEATURES = 100, 50
SOUND_FILES = (".mkv", ".flac", ".wav", ".ogg")


def settings_of(variant: str, seed: int = 0) -> EncoderSettings:
    """Encoder settings of a variant: `live`, `offline`, or by the parity of `augNN` and the clip's seed."""
    if not variant.startswith(AUGMENTED):
        return {"live": LIVE, "offline": OFFLINE}[variant]
    if int(variant.removeprefix(AUGMENTED)) % 2:
        return OFFLINE
    return replace(LIVE, look_ahead=float(np.random.default_rng(seed).choice(LOOK_AHEADS)))


def clip_seed(seed: int, variant: str, clip: str) -> int:
    """Seed of one clip's augmentation; the same on every machine."""
    return zlib.crc32(f"{seed}/{variant}/{clip}".encode())


@cache
def _encoder(settings: EncoderSettings) -> SpeechEncoder:
    return SpeechEncoder(settings)


def clip_features(samples: NDArray[np.float32], variant: str, seed: int, others: Babble) -> NDArray[np.float16]:
    """Features [ceil(N / 320), 768] of one clip [N] in one variant.

    Changed voices are put, more often than not, into the middle of a longer stream made of other clips: a model must
    not come to rely on the silence that surrounds each clip of a data set, nor on where the encoder's hops fall.
    """
    encoder = _encoder(settings_of(variant, seed))
    if not variant.startswith(AUGMENTED):
        return encoder.encode(samples).astype(np.float16)
    rng = np.random.default_rng(seed)
    count = -(-len(samples) // SAMPLES_PER_FEATURE)
    skip = int(rng.integers(encoder.settings.hop_features))
    before = _piece(others, rng, BEFORE_FEATURES + skip) if rng.random() < IN_STREAM_SHARE else None
    after = _piece(others, rng, AFTER_FEATURES) if rng.random() < IN_STREAM_SHARE else None
    parts = [part for part in (before, samples, after) if part is not None]
    stream = augment(np.concatenate(parts), rng, others)
    if before is None:
        skip = 0
    heard = 0 if before is None else len(before) - skip * SAMPLES_PER_FEATURE
    encoder.reset(stream[:heard])
    hops = -(-(skip + count) // encoder.settings.hop_features)
    needed = (hops * encoder.settings.hop_features + encoder.settings.look_ahead_features) * SAMPLES_PER_FEATURE
    stream = stream[heard : heard + needed]
    features = encoder.push(np.pad(stream, (0, needed - len(stream))))
    return features[skip : skip + count].astype(np.float16)


def _piece(others: Babble, rng: np.random.Generator, features: int) -> NDArray[np.float32]:
    """Cut a piece of that many features out of another clip, silent where the clip is too short."""
    clip = others(int(rng.integers(2**31)))
    length = features * SAMPLES_PER_FEATURE
    start = int(rng.integers(max(1, len(clip) - length + 1)))
    piece = clip[start : start + length]
    return np.pad(piece, (0, length - len(piece)))


def write_variant(clips: list[Path], out: Path, variant: str, seed: int = 0, frames: int | None = None) -> int:
    """Write `out/<variant>/<clip>.npy` for every clip that is not there yet; return how many were written.

    Parameters
    ----------
    clips
        Sound or video files.
    out
        Folder of the data set's features.
    variant
        `live`, `offline` or `augNN`.
    seed
        Seed of the whole set; each clip's own follows from it, see `clip_seed`.
    frames
        Features per clip; shorter clips get silence at the end. None keeps each clip's own length.

    """
    folder = out / variant
    folder.mkdir(parents=True, exist_ok=True)
    note = {"variant": variant, "seed": seed, "settings": _describe(variant), "frames": frames}
    (folder / "variant.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")

    def others(number: int) -> NDArray[np.float32]:
        return load_audio(clips[number % len(clips)])

    written = 0
    for clip in clips:
        path = folder / f"{clip.stem}.npy"
        if path.exists():
            continue
        samples = load_audio(clip)
        if frames is not None:
            samples = np.pad(samples, (0, max(0, frames * SAMPLES_PER_FEATURE - len(samples))))
        features = clip_features(samples, variant, clip_seed(seed, variant, clip.stem), others)
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.save(file, features)
        partial.rename(path)
        written += 1
    return written


def _describe(variant: str) -> dict[str, object]:
    """The encoder's settings as they go into the note beside the files."""
    settings = settings_of(variant)
    streamed = variant.startswith(AUGMENTED) and settings != OFFLINE
    return {"look_ahead": LOOK_AHEADS if streamed else settings.look_ahead, "hop": settings.hop, "past": settings.past}


def sound_files(folder: Path) -> list[Path]:
    """Sound and video files directly in `folder`, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix in SOUND_FILES)


def write_features(data: Path, work: Path, variants: list[str], seed: int = 0) -> Iterator[str]:
    """Write the variants of every set to `work/features/<set>/<variant>`; yield a line on each.

    The sets are `grid_s1`, `grid_others` and `mandarin` under `data`, `work/synthetic` where there is one, and `quiet`,
    which is made here and never changed.
    """
    out = work / "features"
    make_quiet(out / "quiet", seed=seed)
    folders = {name: data / name for name in ("grid_s1", "grid_others", "mandarin")}
    folders |= {"synthetic": work / "synthetic", "quiet": out / "quiet"}
    for variant in variants:
        for name, folder in folders.items():
            if not folder.is_dir() or (name == "quiet" and variant not in CLEAN):
                continue
            began = time.monotonic()
            frames = GRID_FEATURES if name.startswith("grid") else None
            count = write_variant(sound_files(folder), out / name, variant, seed, frames)
            yield f"{name}/{variant}: {count} clips in {time.monotonic() - began:.0f} s"
