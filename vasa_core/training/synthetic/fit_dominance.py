"""Fits the dominance model to recordings with aligned phones and tracked latents.

Gradient descent on targets, strengths, reaches and holds of all phone classes at once; the error is measured on the
face, with the lips' opening counting extra, because lips that close are what eyes look for.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.latent.metric import landmark_weights
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS
from vasa_core.training.synthetic.dominance import EDGE_S, Dominance, rows_of
from vasa_core.training.synthetic.expected import expected_shape
from vasa_core.training.synthetic.spoken import Segment
from vasa_core.training.synthetic.unheard import fill_unheard

Floats = NDArray[np.float32]

DIRECTIONS = 14
LIPS_WEIGHT = 4.0
"""Of the landmarks on the lips, against those of cheeks and chin."""
OPENING_WEIGHT = 1.0
"""Of the error of the opening, in units of its standard deviation, against that of the directions."""
STEPS, BATCH, RATE = 400, 24, 0.05
SMOOTHNESS, UNUSUAL = 0.01, 0.5
"""Weight of the squared deviation of reaches and strengths (log) of one direction from those of the others of its
phone, and of the phone's mean from the usual."""
EXPECTATION = 8.0
"""Weight of the squared deviation of targets from what phonetics expects."""
FALL_PER_S = 15.0
"""First guess of the fall of log dominance: a neighbour 70 ms away has a third of its weight."""
LEAST_FALL_PER_S, STRONGEST = 8.0, 2.0
"""Limits of the fall and of the log strength."""


@dataclass(frozen=True)
class Example:
    """One sentence: its phones and the face [T, D] at 25 Hz."""

    segments: list[Segment]
    latent: Floats


def find_directions(latent: Floats, space: LatentSpace) -> tuple[Floats, Floats]:
    """Principal directions of the lower face in speech [N, D]: reader [D, K] of unit variance, and latents [K, D]."""
    weights = landmark_weights().astype(np.float64).copy()
    lips = np.unique(np.concatenate([topology.LIPS_OUTER, topology.LIPS_INNER_UPPER, topology.LIPS_INNER_LOWER]))
    weights[lips] *= LIPS_WEIGHT
    basis = space.basis.reshape(space.size, -1).astype(np.float64)
    gram = (basis * np.repeat(weights, 3)) @ basis.T
    values, vectors = np.linalg.eigh(gram)
    root = vectors * np.sqrt(np.maximum(values, 0))
    faces = latent @ root
    _, _, axes = np.linalg.svd(faces - faces.mean(axis=0), full_matrices=False)
    reader = root @ axes[:DIRECTIONS].T
    reader /= (latent @ reader).std(axis=0)
    places = latent @ reader
    directions = np.linalg.lstsq(places, latent, rcond=None)[0]
    return reader.astype(np.float32), directions.astype(np.float32)


def opening_row(space: LatentSpace) -> Floats:
    """[D] change of the height of the mouth's hole per unit of each latent component, inter-ocular distances."""
    return (space.basis[:, 14, 1] - space.basis[:, 13, 1]).astype(np.float32)


def width_row(space: LatentSpace) -> Floats:
    """[D] change of the mouth's width, the same way."""
    return (space.basis[:, 291, 0] - space.basis[:, 61, 0]).astype(np.float32)


def expected_targets(latent: Floats, reader: Floats, space: LatentSpace) -> Floats:
    """[P, K] places of the mouth that go with `expected_shape` in the recordings [N, D]."""
    shape = latent @ np.stack([opening_row(space), width_row(space)], axis=1)
    return expected_shape() @ np.linalg.lstsq(shape, latent @ reader, rcond=None)[0]


def fit(examples: list[Example], space: LatentSpace, steps: int = STEPS, seed: int = 0) -> Dominance:
    """Fit the tables; classes that the examples lack are placed by `fill_unheard`.

    Targets are stretched at the end so that the opening varies as much as in the recordings: least squares draw them
    in where they cannot explain all.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    faces = np.concatenate([e.latent for e in examples])
    reader, directions = find_directions(faces, space)
    expected = torch.tensor(expected_targets(faces, reader, space))
    # The share of the face's variance that each direction holds says how much its error matters.
    matter = torch.tensor(np.linalg.norm(space.decode(directions).reshape(DIRECTIONS, -1), axis=1) ** 2)
    matter = (matter / matter.sum()).float()
    opening = torch.tensor(directions @ opening_row(space))
    opening = opening / float(np.std(faces @ reader @ opening.numpy()))
    data = _batchable(examples, reader)
    tables = _Tables(expected)
    optimiser = torch.optim.Adam(tables.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
    for _ in range(steps):
        chosen = torch.tensor(rng.choice(len(examples), min(BATCH, len(examples)), replace=False))
        rows, middle, length, present, truth, valid = (part[chosen] for part in data)
        error = (tables(rows, middle, length, present, truth.shape[1]) - truth) * valid[..., None]
        loss = (error**2 * matter).sum() / valid.sum() + OPENING_WEIGHT * ((error @ opening) ** 2).sum() / valid.sum()
        loss = loss + SMOOTHNESS * tables.roughness() + EXPECTATION * tables.surprise(matter)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    model = tables.result(directions)
    model.targets[:] *= _stretch(model, examples, space)
    return fill_unheard(model, reader, space)


def _stretch(model: Dominance, examples: list[Example], space: LatentSpace) -> float:
    """How much more the opening varies in the recordings than in the model."""
    row = opening_row(space)
    said = [model.mouth(e.segments, np.arange(len(e.latent)) / MOTION_FPS) @ (model.directions @ row) for e in examples]
    return float(np.mean([np.std(e.latent @ row) for e in examples]) / np.mean([np.std(opening) for opening in said]))


def _batchable(examples: list[Example], reader: Floats) -> tuple[torch.Tensor, ...]:
    """Rows, middles, lengths and presence of segments [N, I], truth [N, T, K] and valid frames [N, T]."""
    most = max(len(e.segments) for e in examples)
    frames = max(len(e.latent) for e in examples)
    rows = torch.zeros(len(examples), most, dtype=torch.long)
    middle, length, present = (torch.zeros(len(examples), most) for _ in range(3))
    truth, valid = torch.zeros(len(examples), frames, reader.shape[1]), torch.zeros(len(examples), frames)
    for n, example in enumerate(examples):
        count = len(example.segments)
        rows[n, :count] = torch.tensor(rows_of(example.segments))
        middle[n, :count] = torch.tensor([(s.start + s.end) / 2 for s in example.segments])
        length[n, :count] = torch.tensor([s.duration for s in example.segments])
        present[n, :count] = 1
        truth[n, : len(example.latent)] = torch.tensor(example.latent @ reader)
        valid[n, : len(example.latent)] = 1
    return rows, middle, length, present, truth, valid


def _strength(free: torch.Tensor) -> torch.Tensor:
    return STRONGEST * torch.tanh(free / STRONGEST)


def _fall(free: torch.Tensor) -> torch.Tensor:
    return LEAST_FALL_PER_S + 10 * torch.nn.functional.softplus(free)


class _Tables(torch.nn.Module):
    """The tables while they are learnt."""

    def __init__(self, expected: torch.Tensor) -> None:
        super().__init__()
        shape = expected.shape
        usual = float(np.log(np.expm1((FALL_PER_S - LEAST_FALL_PER_S) / 10)))
        self.targets = torch.nn.Parameter(expected.clone())
        self.expected = expected
        self.strength = torch.nn.Parameter(torch.zeros(shape))
        self.before = torch.nn.Parameter(torch.full(shape, usual))
        self.after = torch.nn.Parameter(torch.full(shape, usual))
        self.hold = torch.nn.Parameter(torch.full(shape[:1], -0.5))
        self.delay = torch.nn.Parameter(torch.zeros(()))
        self.usual = usual

    def forward(
        self, rows: torch.Tensor, middle: torch.Tensor, length: torch.Tensor, present: torch.Tensor, frames: int
    ) -> torch.Tensor:
        """[N, T, K] places along the directions."""
        times = torch.arange(frames)[None, :, None] / MOTION_FPS
        half = (length * 0.5 * torch.sigmoid(self.hold[rows]))[:, None]
        half = torch.maximum(half, length[:, None] / 2 - EDGE_S)
        centre = middle[:, None] + self.delay
        ahead, behind = torch.relu(centre - half - times), torch.relu(times - centre - half)
        log = _strength(self.strength)[rows][:, None] - ahead[..., None] * _fall(self.before)[rows][:, None]
        log = log - behind[..., None] * _fall(self.after)[rows][:, None]
        log = log.masked_fill(present[:, None, :, None] == 0, -1e4)
        return (torch.softmax(log, dim=2) * self.targets[rows][:, None]).sum(dim=2)

    def roughness(self) -> torch.Tensor:
        """How far reaches and strengths are from usual, and directions of one phone from each other."""
        reaches = (self.before - self.usual, self.after - self.usual, self.strength)
        apart = sum(((table - table.mean(dim=1, keepdim=True)) ** 2).mean() for table in reaches)
        return torch.as_tensor(apart + UNUSUAL * sum((table.mean(dim=1) ** 2).mean() for table in reaches))

    def surprise(self, matter: torch.Tensor) -> torch.Tensor:
        """How far targets are from the expected ones; `matter` [K] weighs directions."""
        return ((self.targets - self.expected) ** 2 @ matter).mean()

    def result(self, directions: Floats) -> Dominance:
        """As numbers."""
        with torch.no_grad():
            arrays = {
                "targets": self.targets,
                "strength": _strength(self.strength),
                "before": _fall(self.before),
                "after": _fall(self.after),
                "hold": 0.5 * torch.sigmoid(self.hold),
                "delay": self.delay,
            }
            return Dominance(directions, **{name: value.numpy().copy() for name, value in arrays.items()})
