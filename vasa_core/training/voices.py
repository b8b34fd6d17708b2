"""Recorded and synthetic voices with the mouths that belong to them: what sessions are strung together from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.reading import load_audio
from vasa_core.motion.channels import SIZES
from vasa_core.motion.innovations import BLOCK

Array = NDArray[np.float32]

SOURCES = ("tracked", "artist", "rule")
"""Whose lips: recordings of a real face, curves made by an artist, a model of coarticulation."""


@dataclass
class Voice:
    """One clip of sound: its mouth at 25 Hz and its speech features in blocks, once per variant of the voice."""

    name: str
    source: int
    """Index into `SOURCES`; -1 for sounds on which any face rests."""
    samples: NDArray[np.int16]
    speech: Array
    """[T, 64]."""
    features: dict[str, NDArray[np.float16]]
    """Per variant [T / BLOCK, 12, 768]: "live", "offline", or a changed voice "aug00", "aug01" ..."""
    units: Array | None = None
    """[T, 29] what the sound itself does beside speech (laughter); None: nothing."""
    tongue: Array | None = None
    """[T, 3]; None: not known."""

    def __len__(self) -> int:
        return len(self.speech)


def load_voices(
    sounds: dict[str, Path], mouths: Path | None, features: Path, source: str | None, tongues: Path | None = None
) -> list[Voice]:
    """Voices of the clips in `sounds` (name: file), with mouths and features cut to the same length.

    Parameters
    ----------
    mouths : folder of `<name>.npz` with `latent` [T, 64], and `units` and `tongue` where known; None: at rest.
    features : folder of `<variant>/<name>.npy`; clips without any are left out.
    source : one of `SOURCES`, None for sounds that are no speech.
    tongues : folder of `<name>.npy` [T, 3].
    """
    variants = sorted(path.name for path in features.iterdir() if path.is_dir()) if features.is_dir() else []
    voices = []
    for name, sound in sorted(sounds.items()):
        parts = {v: np.load(path) for v in variants if (path := features / v / f"{name}.npy").is_file()}
        mouth = None if mouths is None else mouths / f"{name}.npz"
        if not parts or (mouth is not None and not mouth.is_file()):
            continue
        samples = (load_audio(sound) * 32767).astype(np.int16)
        extra: dict[str, Array] = {}
        if mouth is not None:
            with np.load(mouth) as file:
                extra = {key: file[key].astype(np.float32) for key in ("latent", "units", "tongue") if key in file}
        frames = BLOCK * min(len(p) for p in parts.values())
        speech = extra.pop("latent", np.zeros((frames, SIZES["speech"]), np.float32))
        if tongues is not None and (tongues / f"{name}.npy").is_file():
            extra["tongue"] = np.load(tongues / f"{name}.npy").astype(np.float32)
        if mouth is None:
            extra["tongue"] = np.zeros((frames, SIZES["tongue"]), np.float32)
        frames = min(frames, len(speech), *(len(part) for part in extra.values())) // BLOCK * BLOCK
        cut = {v: p[: frames // BLOCK] for v, p in parts.items()}
        extra = {key: part[:frames] for key, part in extra.items()}
        number = -1 if source is None else SOURCES.index(source)
        voices.append(Voice(name, number, samples, speech[:frames], cut, extra.get("units"), extra.get("tongue")))
    return voices
