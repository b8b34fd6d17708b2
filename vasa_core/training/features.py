"""Speech features of a data set, as they will be streamed: clean, and spoken by many other voices and rooms.

Each variant is a folder of `<clip>.npy` files, float16 [n, 768] at 50 Hz. `live` and `offline` are the clean recordings
under the encoder settings of that name; `aug00`, `aug01` ... are changed voices, even ones live, odd ones offline.
"""

import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.encoder import LIVE, OFFLINE, SAMPLES_PER_FEATURE, EncoderSettings, SpeechEncoder
from vasa_core.audio.reading import load_audio
from vasa_core.training.augment import Babble, augment

AUGMENTED = "aug"
IN_STREAM_SHARE = 0.7  # of the changed clips that other sound precedes, and of those that other sound follows
AFTER_FEATURES = 50
SOUND_FILES = (".mkv", ".flac", ".wav", ".ogg")


def settings_of(variant: str) -> EncoderSettings:
    """Encoder settings of a variant: `live`, `offline`, or by the parity of the number of `augNN`."""
    if variant.startswith(AUGMENTED):
        return OFFLINE if int(variant.removeprefix(AUGMENTED)) % 2 else LIVE
    return {"live": LIVE, "offline": OFFLINE}[variant]


def clip_seed(seed: int, variant: str, clip: str) -> int:
    """Seed of one clip's augmentation; the same on every machine."""
    return zlib.crc32(f"{seed}/{variant}/{clip}".encode())


def clip_features(
    samples: NDArray[np.float32], variant: str, encoder: SpeechEncoder, seed: int, others: Babble
) -> NDArray[np.float16]:
    """Features [ceil(N / 320), 768] of one clip [N] in one variant.

    Changed voices are put, more often than not, into the middle of a longer stream made of other clips: a model must
    not come to rely on the silence that surrounds each clip of a data set, nor on where the encoder's hops fall.
    """
    if not variant.startswith(AUGMENTED):
        return encoder.encode(samples).astype(np.float16)
    rng = np.random.default_rng(seed)
    count = -(-len(samples) // SAMPLES_PER_FEATURE)
    skip = int(rng.integers(encoder.settings.hop_features))
    before = _piece(others, rng, encoder.settings.past_features + skip) if rng.random() < IN_STREAM_SHARE else None
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
    settings = settings_of(variant)
    note = {"variant": variant, "seed": seed, "settings": asdict(settings), "frames": frames}
    (folder / "variant.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    encoder = SpeechEncoder(settings)

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
        features = clip_features(samples, variant, encoder, clip_seed(seed, variant, clip.stem), others)
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.save(file, features)
        partial.rename(path)
        written += 1
    return written


def sound_files(folder: Path) -> list[Path]:
    """Sound and video files directly in `folder`, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix in SOUND_FILES)


def write_features(data: Path, out: Path, variants: list[str], seed: int = 0) -> Iterator[str]:
    """Write the variants of the sets `grid_s1`, `grid_others` and `mandarin` under `data`; yield a line on each."""
    for variant in variants:
        for name in ("grid_s1", "grid_others", "mandarin"):
            began = time.monotonic()
            frames = 150 if name.startswith("grid") else None
            count = write_variant(sound_files(data / name), out / name, variant, seed, frames)
            yield f"{name}/{variant}: {count} clips in {time.monotonic() - began:.0f} s"
