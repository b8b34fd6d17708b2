"""The actor's lids: how far each eye is shut, against the actor's own open eye."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.performance.dynamics import Floats, lid_gap
from vasa_core.performance.smoothing import zero_phase

OPEN_QUANTILE = 0.8
"""Of all frames of a film: how wide the actor's eyes usually are; the widest are surprise."""
SHUT = 0.08
"""Share of the open gap that the landmark net sees between shut lids (lashes)."""
MISSED = (0.35, 0.55)
"""A film whose narrowest gap is below the first share has a blink that was shut between two frames, or that the net saw
as less than it was: that gap counts as shut. Above the second it has none."""
NOISE = 0.06
"""Share of the open gap by which the gap of an open eye trembles."""
REST_HZ, GAIN = 1.0, 2.0
"""One-Euro filter: Hz at rest; Hz per closure a second. A lid shuts in 90 ms, so at 11 a second."""
WINK = (0.3, 0.6)
"""Closure of the wider eye over that of the narrower: below the first share it is a wink; above the second both lids
move as one, as far as the further shut of them."""
WIDEST = 1.0
"""Greatest ARKit weight of wide eyes."""


def open_gap(gap: NDArray) -> Floats:
    """[2] gap of the actor's open eyes from gaps [T, 2] (left, right)."""
    return np.maximum(np.quantile(gap, OPEN_QUANTILE, axis=0), 1e-3).astype(np.float32)


def lids_of(gap: NDArray, opened: NDArray, times: NDArray[np.float64], space: LatentSpace) -> tuple[Floats, Floats]:
    """Closure [T, 2] in [0, 1] of the left and right eye, and latents [T, D] of eyes opened wider than usual.

    Parameters
    ----------
    gap : [T, 2] between the lids, canonical frame
    opened : [2] the same of the open eyes
    times : [T] s
    """
    ratio = zero_phase(gap / opened, times, REST_HZ, GAIN)
    least = ratio.min(axis=0)
    blinked = np.clip((MISSED[1] - least) / (MISSED[1] - MISSED[0]), 0, 1)
    shut = SHUT + blinked * np.maximum(least - SHUT, 0)
    closure = together(np.clip((1 - NOISE - ratio) / (1 - NOISE - shut), 0, 1))
    wide = [ARKIT_INDEX["eyeWideLeft"], ARKIT_INDEX["eyeWideRight"]]
    reach = lid_gap(space.decode(space.from_arkit(named_weights(eyeWideLeft=1, eyeWideRight=1))))
    weights = np.clip((ratio - 1 - NOISE) * opened / reach, 0, WIDEST)
    return closure.astype(np.float32), (weights @ space.arkit_latents[wide]).astype(np.float32)


def together(closure: NDArray) -> NDArray[np.float64]:
    """Closures [T, 2] in which both lids shut as far as the further one, unless it is a wink."""
    furthest = closure.max(axis=1, keepdims=True)
    alike = closure.min(axis=1, keepdims=True) / np.maximum(furthest, 1e-6)
    share = np.clip((alike - WINK[0]) / (WINK[1] - WINK[0]), 0, 1)
    return np.asarray(closure + share * (furthest - closure), np.float64)
