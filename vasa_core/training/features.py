"""Speech features of a data set, as they will be streamed: clean, and spoken by many other voices and rooms.

Each variant is a folder of `<clip>.npy` files, float16 [n, 12, 768]: the encoder's windows, one for each 80 ms. `live`
and `offline` are the clean recordings under the encoder settings of that name; `aug00`, `aug01` ... are changed voices,
odd ones offline, even ones live with a look-ahead drawn for each clip, so that one model serves any.
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

from vasa_core.audio.encoder import (
    BLOCK_FEATURES,
    BLOCK_SAMPLES,
    LIVE,
    OFFLINE,
    SAMPLES_PER_FEATURE,
    EncoderSettings,
    SpeechEncoder,
)
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.reading import load_audio
from vasa_core.training.augment import Babble, augment
from vasa_core.training.quiet import make_quiet

AUGMENTED = "aug"
CLEAN = ("live", "offline")
LOOK_AHEADS = (0.08, 0.16, 0.16, 0.16, 0.24, 0.40)
"""Seconds; of a changed voice that streams."""
GRID_SAMPLES = 3 * SAMPLE_RATE
"""Every clip of GRID is 3 s long; some have lost their end."""
IN_STREAM_SHARE = 0.7  # of the changed clips that other sound precedes, and of those that other sound follows
BEFORE_SAMPLES, AFTER_SAMPLES = 2 * SAMPLE_RATE, SAMPLE_RATE
"""Length of that sound: whole blocks before the clip, so that its blocks begin with it as they do at run time."""
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
    """Windows [ceil(N / 1280), 12, 768] of one clip [N] in one variant.

    Changed voices are put, more often than not, into the middle of a longer stream made of other clips: a model must
    not come to rely on the silence that surrounds each clip of a data set.
    """
    settings = settings_of(variant, seed)
    encoder = _encoder(settings)
    if not variant.startswith(AUGMENTED):
        return encoder.encode(samples).astype(np.float16)
    rng = np.random.default_rng(seed)
    heard = BEFORE_SAMPLES if rng.random() < IN_STREAM_SHARE else 0
    after = AFTER_SAMPLES if rng.random() < IN_STREAM_SHARE else 0
    parts = [_piece(others, rng, heard), samples, _piece(others, rng, after)]
    stream = augment(np.concatenate(parts), rng, others)
    encoder.reset(stream[:heard])
    count = -(-len(samples) // BLOCK_SAMPLES)
    hops = -(-count * BLOCK_FEATURES // settings.hop_features)
    needed = (hops * settings.hop_features + settings.look_ahead_features) * SAMPLES_PER_FEATURE
    stream = stream[heard : heard + needed]
    return encoder.push(np.pad(stream, (0, needed - len(stream))))[:count].astype(np.float16)


def _piece(others: Babble, rng: np.random.Generator, length: int) -> NDArray[np.float32]:
    """Cut a piece of that many samples out of another clip, silent where the clip is too short."""
    if not length:
        return np.zeros(0, np.float32)
    clip = others(int(rng.integers(2**31)))
    start = int(rng.integers(max(1, len(clip) - length + 1)))
    piece = clip[start : start + length]
    return np.pad(piece, (0, length - len(piece)))


def write_variant(clips: list[Path], out: Path, variant: str, seed: int = 0, shortest: int = 0) -> int:
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
    shortest
        Samples; shorter clips get silence at the end.

    """
    folder = out / variant
    folder.mkdir(parents=True, exist_ok=True)
    note = {"variant": variant, "seed": seed, "settings": _describe(variant), "shortest": shortest}
    (folder / "variant.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")

    def others(number: int) -> NDArray[np.float32]:
        return load_audio(clips[number % len(clips)])

    written = 0
    for clip in clips:
        path = folder / f"{clip.stem}.npy"
        if path.exists():
            continue
        samples = load_audio(clip)
        samples = np.pad(samples, (0, max(0, shortest - len(samples))))
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
            shortest = GRID_SAMPLES if name.startswith("grid") else 0
            count = write_variant(sound_files(folder), out / name, variant, seed, shortest)
            yield f"{name}/{variant}: {count} clips in {time.monotonic() - began:.0f} s"
