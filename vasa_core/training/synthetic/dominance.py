"""Coarticulation by dominance functions (Cohen and Massaro 1993): each phone pulls at lips and jaw, before and after
its own time, and where phones overlap, the mouth is their average, weighted by dominance.

The mouth is described by a few directions in which speech moves it; each phone class has a target, a strength and a
reach to either side in every direction. `vasa_core.training.synthetic.fit_dominance` finds them in recordings.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.synthetic.phones import PHONES
from vasa_core.training.synthetic.spoken import Segment

Floats = NDArray[np.float32]

MODEL = Path(__file__).with_name("dominance.npz")
CLASSES = tuple(PHONES)
"""Rows of the model's tables."""
EDGE_S = 0.06
"""A hold begins at most so long after its phone and ends at most so long before the end: a long note is no slow one."""
REACH_S, FAR_FALL_PER_S = 0.1, 15.0
"""Beyond this distance every phone's log dominance falls so much faster: lips prepare for 100 to 200 ms. The recorded
reader opens his mouth for breath up to half a second before each sentence: the fit knows that, the model leaves it
out."""


@dataclass(frozen=True)
class Dominance:
    """Tables over P phone classes (`CLASSES`) and K directions of the mouth."""

    directions: Floats
    """[K, D] latent of one unit of each direction."""
    targets: Floats
    """[P, K] where each phone pulls to."""
    strength: Floats
    """[P, K] log of the dominance within the phone's hold."""
    before: Floats
    """[P, K] fall of the log dominance per s, ahead of the hold: small means that lips anticipate."""
    after: Floats
    """[P, K] the same after the hold: small means that the shape carries over."""
    hold: Floats
    """[P] half the length of the hold around the middle of the phone, as a share of its duration, 0 to 0.5; see also
    `EDGE_S`."""
    delay: Floats
    """[] s by which the picture lags behind the sound in the recordings."""

    @staticmethod
    def load(path: Path = MODEL) -> "Dominance":
        """The fitted tables."""
        with np.load(path) as file:
            return Dominance(**{f.name: file[f.name] for f in fields(Dominance)})

    def save(self, path: Path = MODEL) -> None:
        """Write the tables as .npz."""
        np.savez_compressed(path, **{f.name: getattr(self, f.name).astype(np.float32) for f in fields(self)})

    def distances(self, segments: list[Segment], times: NDArray) -> tuple[NDArray, NDArray]:
        """s [T, I] from each time forward to the hold of each segment, and back to it; 0 inside and beyond."""
        rows = rows_of(segments)
        middle = np.array([(s.start + s.end) / 2 for s in segments]) + float(self.delay)
        length = np.array([s.duration for s in segments])
        half = np.maximum(length / 2 - EDGE_S, length * self.hold[rows])
        ahead = middle - half - times[:, None]
        behind = times[:, None] - middle - half
        return np.maximum(ahead, 0), np.maximum(behind, 0)

    def shares(self, segments: list[Segment], times: NDArray) -> NDArray:
        """[T, I, K] share of each segment in the mouth at each time (s) and direction; they sum to 1 over segments."""
        rows = rows_of(segments)
        ahead, behind = self.distances(segments, times)
        far = FAR_FALL_PER_S * np.maximum(np.maximum(ahead, behind) - REACH_S, 0)[..., None]
        log = self.strength[rows] - far - ahead[..., None] * self.before[rows] - behind[..., None] * self.after[rows]
        weight = np.exp(log - log.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def mouth(self, segments: list[Segment], times: NDArray) -> NDArray:
        """[T, K] place of the mouth along the directions at `times` (s)."""
        return np.einsum("tik,ik->tk", self.shares(segments, times), self.targets[rows_of(segments)])


def rows_of(segments: list[Segment]) -> NDArray[np.int_]:
    """Rows of the segments' phones in the tables."""
    return np.array([CLASSES.index(s.phone) for s in segments])
