"""From tracked landmarks to latents: head pose off, the person's own neutral off, the rest encoded."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vasa_core.errors import VasaError
from vasa_core.face import topology
from vasa_core.face.pose import fit_pose, to_canonical
from vasa_core.latent.space import LatentSpace
from vasa_core.latent.turns import turn_bias
from vasa_core.performance.dynamics import Dynamics, lid_gap, lip_opening, still_eyes, take_dynamics

Floats = NDArray[np.float32]

SILENCE = "sil"
SILENCE_MARGIN = 0.1  # s next to a word that do not count as silence: lips start early and end late
CLOSED_SHARE = 0.4  # of the silent frames, those with the smallest lip opening make the neutral face
OPEN_EYES_SHARE = 0.7  # and of all frames, those with the widest open eyes
LEAST_NEUTRAL_FRAMES = 3
NEUTRAL_PASSES = 2  # the second fits the head pose to the person's own shape instead of the canonical face


def read_silence(words: Path) -> dict[str, list[tuple[float, float]]]:
    """Silent stretches (s) of each clip, from a table `clip, start_s, end_s, word`."""
    silence: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with words.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["word"] == SILENCE:
                silence[row["clip"]].append((float(row["start_s"]), float(row["end_s"])))
    return silence


def quiet_frames(frames: int, fps: float, silence: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """[T] frames that lie well inside of a silent stretch."""
    time = np.arange(frames) / fps
    quiet = np.zeros(frames, bool)
    for start, end in silence:
        quiet |= (time >= start + SILENCE_MARGIN * (start > 0)) & (time < end - SILENCE_MARGIN)
    return quiet


def find_neutral(points: NDArray, turn_field: Floats, quiet: NDArray[np.bool_] | None = None) -> Floats:
    """[478, 3] a person's neutral face in the canonical frame: mouth closed, eyes open, as if seen from the front.

    Parameters
    ----------
    points : [T, 478, 3] px, all frames of one person
    turn_field : [9, 478, 3] of the latent space
    quiet : [T] frames without speech; all frames where not known
    """
    quiet = np.ones(len(points), bool) if quiet is None or quiet.sum() < LEAST_NEUTRAL_FRAMES else quiet
    reference: Floats = topology.CANONICAL
    for _ in range(NEUTRAL_PASSES):
        pose = fit_pose(points, reference)
        faces = to_canonical(points, pose) - turn_bias(turn_field, pose.rotation)
        opening, eyes = lip_opening(faces), lid_gap(faces).min(axis=1)
        closed = quiet & (opening <= np.quantile(opening[quiet], CLOSED_SHARE))
        awake = eyes >= np.quantile(eyes, 1 - OPEN_EYES_SHARE)
        chosen = closed & awake if (closed & awake).sum() >= LEAST_NEUTRAL_FRAMES else closed
        reference = np.median(faces[chosen], axis=0).astype(np.float32)
    # The mean pose of the neutral against the canonical face is no part of the person.
    return to_canonical(reference, fit_pose(reference))


def read_tracks(paths: list[Path], words: Path | None) -> tuple[list[Floats], list[NDArray[np.bool_]], float]:
    """Landmarks [T, 478, 3] and quiet frames [T] of tracked clips, and their common frame rate."""
    silence = read_silence(words) if words else {}
    tracks, quiet, rates = [], [], set()
    for path in paths:
        with np.load(path) as file:
            points, fps = file["points"], float(file["fps"])
        tracks.append(points)
        quiet.append(quiet_frames(len(points), fps, silence.get(path.stem, [])))
        rates.add(fps)
    if len(rates) != 1:
        raise VasaError(f"The tracked clips have several frame rates ({sorted(rates)}); convert them apart.")
    return tracks, quiet, rates.pop()


def convert_tracked(tracked: Path, out: Path, words: Path | None = None, one_person: bool = True) -> int:
    """Write `out/<clip>.npz` for every tracked clip `tracked/<clip>.npz`; returns how many.

    Each has `latent` [T, D] (lids still), `blink` [T, 2], `head_rotation` [T, 3] rad and `head_translation` [T, 3]
    inter-ocular distances (both against the clip's median; depth is 0, the tracker does not know it), `head_scale` [T]
    against the median, `opening` [T] as tracked, and `fps`.

    Parameters
    ----------
    words : table of word times, from which silence is known
    one_person : all clips share one neutral face; otherwise each clip has its own
    """
    space = LatentSpace.load()
    paths = sorted(tracked.glob("*.npz"))
    if not paths:
        raise VasaError(f"There are no tracked clips in {tracked}. Run the track command first.")
    out.mkdir(parents=True, exist_ok=True)
    tracks, quiet, fps = read_tracks(paths, words)
    neutral = find_neutral(np.concatenate(tracks), space.turn_field, np.concatenate(quiet)) if one_person else None
    for path, points, silent in zip(paths, tracks, quiet, strict=True):
        face = find_neutral(points, space.turn_field, silent) if neutral is None else neutral
        arrays: dict[str, Any] = clip_latents(take_dynamics(points, face, space.turn_field), space)
        np.savez_compressed(out / path.name, **arrays, fps=fps)
    return len(paths)


def clip_latents(dynamics: Dynamics, space: LatentSpace) -> dict[str, Floats]:
    """The arrays that `convert_tracked` writes."""
    latent = space.encode(dynamics.displacement)
    _, blink = space.remove_blink(latent)
    pose = dynamics.pose
    turns = Rotation.from_rotvec(pose.rotation)
    middle = Rotation.from_rotvec(np.median(pose.rotation, axis=0))
    scale = float(np.median(pose.scale))
    shift = (pose.translation - np.median(pose.translation, axis=0)) / scale
    return {
        "latent": still_eyes(latent, space),
        "blink": blink,
        "head_rotation": (turns * middle.inv()).as_rotvec().astype(np.float32),
        "head_translation": (shift * [1, 1, 0]).astype(np.float32),
        "head_scale": (pose.scale / scale).astype(np.float32),
        "opening": dynamics.opening,
    }
