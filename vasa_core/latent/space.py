"""The face latent space: facial dynamics without identity and without head pose, as a few numbers.

A latent is a point of a linear space over the 478 landmarks of the canonical face. Its basis holds what speech does
(principal components of tracked speech) and what the 52 ARKit face units do beyond that, so that brows, lids, smiles
and cheeks are in it too. A latent of zeros is the neutral face; one unit of a component is about its standard deviation
in speech, or a plausible amount where speech does not move it.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.arkit import ARKIT_INDEX, ARKIT_NAMES
from vasa_core.latent.bounded import bounded_least_squares
from vasa_core.latent.metric import landmark_weights
from vasa_core.latent.turns import turn_bias
from vasa_core.models import model_path

MODEL = "latent_space"
BLINK_UNITS = (ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"])
# Squared displacement (inter-ocular distances) that an ARKit weight of 1 costs, linearly and squared: chosen so that
# tracked speech is read as few units while weights made of units come back within 0.01.
SPARING, RIDGE = 1e-3, 1e-3

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LatentSpace:
    """Linear maps between displacements of the canonical face, latents and ARKit weights.

    Displacements are [..., 478, 3] float32 in the canonical frame (x right, y down, z away from the viewer), in outer
    inter-ocular distances, against the person's own neutral face.
    """

    basis: Floats
    """[D, 478, 3] displacement of one unit of each component."""
    encoder: Floats
    """[478 * 3, D] regularised least squares; blind to the irises' own motion and sparing with depth."""
    arkit_latents: Floats
    """[52, D] latent of each ARKit unit at weight 1, in the order of `ARKIT_NAMES`."""
    blink_reader: Floats
    """[D, 2] closure of the subject's left and right lids from a latent, exact for blinks alone."""
    turn_field: Floats
    """[9, 478, 3] how the landmark net misreads turned faces; see `vasa_core.latent.turns`."""
    neutral: Floats
    """[478, 3] a neutral face to see latents on, canonical frame: nobody's, eyes open, lips closed.

    (The canonical face itself has its lips apart.)
    """
    mirror: Floats
    """[D] sign of each component when left and right of the face change places: 1 or -1."""

    @staticmethod
    def load(path: Path | None = None) -> "LatentSpace":
        """The shipped space, or one that `save` wrote."""
        with np.load(path or model_path(MODEL)) as file:
            return LatentSpace(**{field.name: file[field.name] for field in fields(LatentSpace)})

    def save(self, path: Path) -> None:
        """Write the space as .npz."""
        arrays = {field.name: getattr(self, field.name).astype(np.float32) for field in fields(self)}
        np.savez_compressed(path, **arrays)

    @property
    def size(self) -> int:
        """Number of components D."""
        return len(self.basis)

    def decode(self, latent: NDArray) -> Floats:
        """Displacements [..., 478, 3] of latents [..., D]."""
        flat = np.asarray(latent, np.float32) @ self.basis.reshape(self.size, -1)
        return flat.reshape(*flat.shape[:-1], *self.basis.shape[1:])

    def encode(self, displacement: NDArray) -> Floats:
        """Latents [..., D] of displacements [..., 478, 3]; linear, so that it commutes with averages and filters."""
        flat = np.asarray(displacement, np.float32)
        return flat.reshape(*flat.shape[:-2], -1) @ self.encoder

    def turn_bias(self, rotation: NDArray) -> Floats:
        """[..., 478, 3] what the net adds to a face turned by `rotation` [..., 3] (rad, against the canonical).

        Take it off tracked faces in the canonical frame before `encode`, from the neutral one as well.
        """
        return turn_bias(self.turn_field, rotation)

    def from_arkit(self, weights: NDArray) -> Floats:
        """Latents [..., D] of ARKit weights [..., 52] in [0, 1], in the order of `ARKIT_NAMES`."""
        return np.asarray(weights, np.float32) @ self.arkit_latents

    def to_arkit(self, latent: NDArray) -> Floats:
        """ARKit weights [..., 52] in [0, 1] of latents [..., D]. `tongueOut` moves no landmark and stays 0.

        The linear map that shows the same face in the least-squares sense, kept within [0, 1] and sparing: many units
        look alike, and a face should not be told by opposites that cancel.
        """
        gram, reader = self._arkit_products
        flat = np.asarray(latent, np.float64).reshape(-1, self.size) @ reader - SPARING / 2
        weights = bounded_least_squares(flat, gram)
        weights[:, ARKIT_INDEX["tongueOut"]] = 0
        return weights.reshape(*np.shape(latent)[:-1], len(ARKIT_NAMES)).astype(np.float32)

    @cached_property
    def _arkit_products(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """[52, 52] products of the ARKit units as displacements, with a ridge; [D, 52] those with the components."""
        basis = self.basis.reshape(self.size, -1).astype(np.float64)
        reader = (basis * np.repeat(landmark_weights(), 3)) @ basis.T @ self.arkit_latents.T.astype(np.float64)
        gram = self.arkit_latents.astype(np.float64) @ reader
        return gram + RIDGE * np.eye(len(gram)), reader

    def remove_blink(self, latent: NDArray) -> tuple[Floats, Floats]:
        """Take the blinks out of latents [..., D]: the rest, and the closure [..., 2] in [0, 1] of left and right lids.

        Left and right are the subject's own. Wide open eyes stay in the latent.
        """
        latent = np.asarray(latent, np.float32)
        blink = np.clip(latent @ self.blink_reader, 0, 1)
        return latent - blink @ self.arkit_latents[list(BLINK_UNITS)], blink


def named_weights(**weights: float) -> Floats:
    """[52] ARKit weights from names: `named_weights(jawOpen=0.5)`; the others are 0."""
    row = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, value in weights.items():
        row[ARKIT_INDEX[name]] = value
    return row
