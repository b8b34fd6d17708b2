"""Latents from the Mandarin set: mouth curves that artists made for recorded speech, by way of ARKit weights."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VasaError
from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS
from vasa_core.training.latents import lip_opening

Floats = NDArray[np.float32]

MAP_FILE = "arkit_map.tsv"
# Two shapes of the set's rig that its map leaves out, as ARKit units; by eye: a round open mouth, a round narrow one.
MORE_SHAPES: dict[str, dict[str, float]] = {
    "mouth_oh_c": {"mouthFunnel": 0.6, "jawOpen": 0.15},
    "mouth_oo_c": {"mouthPucker": 0.7, "mouthFunnel": 0.3},
}


def read_map(path: Path) -> dict[str, list[str]]:
    """Curves of the rig for each ARKit name: the weight is the largest of them."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["valid"] == "True"]
    return {row["arkit"]: row["source"].removeprefix("max(").removesuffix(")").split(",") for row in rows}


def arkit_weights(weights: Floats, names: list[str], sources: dict[str, list[str]]) -> Floats:
    """ARKit weights [T, 52] in [0, 1] of the rig's curves [T, N] called `names`; missing curves count as 0."""
    curves = {name: weights[:, index] for index, name in enumerate(names)}
    result = np.zeros((len(weights), len(ARKIT_NAMES)), np.float32)
    for name, wanted in sources.items():
        present = [curves[curve] for curve in wanted if curve in curves]
        if present:
            result[:, ARKIT_INDEX[name]] = np.max(present, axis=0)
    for curve, shape in MORE_SHAPES.items():
        for name, amount in shape.items():
            if curve in curves:
                result[:, ARKIT_INDEX[name]] += amount * curves[curve]
    return np.clip(result, 0, 1)


def resample(values: Floats, fps: float, wanted: float) -> Floats:
    """[T, N] at `fps` to frames at `wanted` per second, both beginning at 0 s, linearly."""
    frames = int(np.floor((len(values) - 1) / fps * wanted)) + 1
    position = np.minimum(np.arange(frames) / wanted * fps, len(values) - 1)
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    share = (position - low)[:, None].astype(np.float32)
    return values[low] * (1 - share) + values[high] * share


def convert_mandarin(data: Path, out: Path) -> int:
    """Write `out/<clip>.npz` for every clip of the set; returns how many.

    Each has `latent` [T, D] at 25 frames per second from 0 s of the sound, `arkit` [T, 52], `opening` [T] of the
    decoded lips on the neutral face (inter-ocular distances), and `fps`. Curves and sound are in step: the jaw follows
    the loudness best at a lag of 0 to 33 ms.
    """
    sources = read_map(data / MAP_FILE)
    space = LatentSpace.load()
    paths = sorted(data.glob("*.npz"))
    if not paths:
        raise VasaError(f"There are no curves (.npz) in {data}. Give the folder of the Mandarin set.")
    out.mkdir(parents=True, exist_ok=True)
    for path in paths:
        with np.load(path) as file:
            names = [str(name) for name in file["names"]]
            weights = arkit_weights(file["weights"], names, sources)
            arkit = resample(weights, float(file["fps"]), MOTION_FPS)
        latent = space.from_arkit(arkit)
        opening = lip_opening(space.neutral + space.decode(latent))
        np.savez_compressed(out / path.name, latent=latent, arkit=arkit, opening=opening, fps=MOTION_FPS)
    return len(paths)
