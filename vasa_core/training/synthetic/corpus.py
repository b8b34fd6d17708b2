"""Writes the corpus of synthetic speech: a sound, its phones, and the mouth and tongue that belong to it, per clip."""

import wave
from pathlib import Path

import numpy as np

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.motion.channels import EXPRESSION_UNITS
from vasa_core.training.synthetic.mouth import Mouth
from vasa_core.training.synthetic.sounds import SHARES, draw
from vasa_core.training.synthetic.spoken import Spoken, read_table

SAMPLES_PER_FRAME = SAMPLE_RATE // 25


def write_corpus(out: Path, hours: float, seed: int = 0) -> dict[str, float]:
    """Write clips of about `hours` in all to `out`, and return the hours by kind.

    Per clip there are `<name>.wav` (16 kHz mono PCM16) and `<name>.npz` with `latent` [T, D] and `tongue` [T, 3] at 25
    frames a second (T = samples / 640, rounded up), `units` [T, 29] of `EXPRESSION_UNITS`, `phones` (a table of
    `PHONE_TYPE`), `voice`, `language` and `kind`. Sounds that are there already are kept, their mouths made again: the
    mouth may be improved while speech features of the sound stay true.
    """
    write_sounds(out, hours, seed)
    mouth = Mouth.load()
    hours_by_kind = dict.fromkeys(SHARES, 0.0)
    for path in sorted(out.glob("*.npz")):
        write_mouth(path, mouth)
        with np.load(path) as file:
            hours_by_kind[path.stem.split("_")[0]] += len(file["latent"]) / 25 / 3600
    return hours_by_kind


def write_sounds(out: Path, hours: float, seed: int = 0) -> list[str]:
    """Write the sounds and what is known of them, without a mouth; returns the names of new clips."""
    out.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    seconds, counts = dict.fromkeys(SHARES, 0.0), dict.fromkeys(SHARES, 0)
    while sum(seconds.values()) < hours * 3600:
        kind = min(SHARES, key=lambda kind: seconds[kind] / SHARES[kind])
        path = out / f"{kind}_{counts[kind]:04d}.wav"
        if not path.exists():
            save_sound(path, draw(kind, counts[kind], seed))
            written.append(path.stem)
        counts[kind] += 1
        with wave.open(str(path), "rb") as file:
            seconds[kind] += file.getnframes() / SAMPLE_RATE
    return written


def save_sound(path: Path, spoken: Spoken) -> None:
    """Write `path` (.wav) and the .npz beside it, with an empty mouth."""
    frames = -(-len(spoken.samples) // SAMPLES_PER_FRAME)
    units = np.zeros((frames, len(EXPRESSION_UNITS)), np.float32)
    for name, amount in spoken.units.items():
        units[:, EXPRESSION_UNITS.index(name)] = amount[:frames]
    pitch = np.zeros(1, np.float32) if spoken.pitch is None else spoken.pitch
    pitch = np.pad(pitch, (0, max(0, frames - len(pitch))), mode="edge")[:frames]
    np.savez_compressed(
        path.with_suffix(".npz"),
        units=units,
        pitch=pitch,
        phones=spoken.table(),
        loudness=np.float32(spoken.loudness),
        voice=spoken.voice,
        language=spoken.language,
        kind=spoken.kind,
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.round(np.clip(spoken.samples, -1, 1) * 32767).astype("<i2").tobytes())


def write_mouth(path: Path, mouth: Mouth) -> None:
    """Add `latent` and `tongue` to the .npz of a sound, or make them again."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    moved = mouth.move(read_table(arrays["phones"]), len(arrays["units"]), float(arrays["loudness"]), arrays["pitch"])
    arrays["latent"], arrays["tongue"] = moved.latent, moved.tongue
    np.savez_compressed(path, **arrays)
