"""Everything that shapes the motion besides the voice."""

from dataclasses import dataclass, field

import numpy as np

from vasa_core.audio.encoder import FEATURE_RATE
from vasa_core.errors import VasaError
from vasa_core.motion.controls import Controls
from vasa_core.motion.sampler import SamplerSettings

SEEDS = 1 << 128  # as many as the noise generator takes
LOOK_AHEADS = (0.08, 0.40)


@dataclass(frozen=True)
class AnimationSettings:
    """The same settings and the same voice give the same motion."""

    seed: int = 0
    controls: Controls = field(default_factory=Controls)
    """What is asked of the face from the beginning on."""
    look_ahead: float | None = None
    """Seconds of sound that the lips may know ahead, 0.08 to 0.40 in steps of 0.02. None: 0.16 in a stream; in files,
    where it costs nothing, a whole second."""
    sampler: SamplerSettings = field(default_factory=SamplerSettings)

    def __post_init__(self) -> None:
        if not isinstance(self.seed, int | np.integer) or not 0 <= self.seed < SEEDS:
            raise VasaError(f"{self.seed} is no seed. Give a whole number from 0 to 2^128 - 1, for example 1.")
        if self.look_ahead is None:
            return
        low, high = LOOK_AHEADS
        steps = self.look_ahead * FEATURE_RATE
        if not low <= self.look_ahead <= high or abs(steps - round(steps)) > 1e-6:
            raise VasaError(
                f"A look-ahead of {self.look_ahead} s is not possible. "
                f"Choose {low:.2f} to {high:.2f} s in steps of {1 / FEATURE_RATE:.2f} s."
            )
