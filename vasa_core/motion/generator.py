"""From a voice to a motion track: speech encoder, diffusion transformer and behaviour side by side, in streams."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.encoder import OFFLINE, EncoderSettings, SpeechEncoder
from vasa_core.errors import VasaError
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.behaviour import Behaviour, BehaviourSettings, ProsodyFrame, ProsodyTracker
from vasa_core.motion.behaviour.expression import Expression
from vasa_core.motion.sampler import MotionSampler, SamplerSettings
from vasa_core.motion.track import MOTION_FPS, Motion

Array = NDArray[np.float32]

UPPER_FACE = "upper_face"
SEEDS = 1 << 128  # as many as the noise generator takes


@dataclass(frozen=True)
class AnimationSettings:
    """Everything that shapes the motion besides the voice. The same settings and voice give the same motion."""

    seed: int = 0
    encoder: EncoderSettings = OFFLINE
    """OFFLINE for files; LIVE for streams (200 ms of look-ahead)."""
    sampler: SamplerSettings = field(default_factory=SamplerSettings)
    behaviour: BehaviourSettings = field(default_factory=BehaviourSettings)

    def __post_init__(self) -> None:
        if not isinstance(self.seed, int | np.integer) or not 0 <= self.seed < SEEDS:
            raise VasaError(f"{self.seed} is no seed. Give a whole number from 0 on, for example 1.")


class MotionGenerator:
    """A stream of 16 kHz mono audio in, a stream of motion at 25 Hz out. How the audio is cut has no effect."""

    def __init__(self, settings: AnimationSettings | None = None, threads: int = 1) -> None:
        self.settings = settings or AnimationSettings()
        seed = self.settings.seed
        self._encoder = SpeechEncoder(self.settings.encoder, threads=threads)
        block = max(1, round(self.settings.encoder.hop * MOTION_FPS))
        self._sampler = MotionSampler(block, seed, self.settings.sampler, threads)
        self._prosody = ProsodyTracker()
        self._behaviour = Behaviour(seed, self.settings.behaviour)
        self._expression = Expression(seed, self.settings.behaviour.expressiveness)
        self._space = LatentSpace.load()
        self._ready: dict[str, Array] = {}
        self._frame = 0

    @property
    def latent_size(self) -> int:
        """D, the size of a motion latent."""
        return self._sampler.latent_size

    def push(self, samples: Array) -> Motion:
        """Take samples in [-1, 1]; return the frames that are ready, possibly none."""
        return self._collect(self._sampler.push(self._encoder.push(samples)), self._prosody.push(samples))

    def finish(self) -> Motion:
        """The last frames, after the last samples."""
        latent = [self._sampler.push(self._encoder.finish()), self._sampler.finish()]
        return self._collect(np.concatenate(latent), self._prosody.finish())

    def _collect(self, latent: Array, prosody: list[ProsodyFrame]) -> Motion:
        """Join the parts of the motion, which arrive with different delays, into frames that have them all."""
        new = {"latent": latent, **self._behaviour.push(prosody)._asdict()}
        # Row by row: a product of whole blocks would round differently with the length of the pushes.
        upper_face = [self._space.from_arkit(weights) for weights in self._expression.push(prosody)]
        new[UPPER_FACE] = np.array(upper_face, np.float32).reshape(-1, self.latent_size)
        for name, array in new.items():
            self._ready[name] = np.concatenate([self._ready[name], array]) if name in self._ready else array
        count = min(len(array) for array in self._ready.values())
        parts: dict[str, Any] = {name: array[:count] for name, array in self._ready.items()}
        parts["latent"] = parts["latent"] + parts.pop(UPPER_FACE)
        motion = Motion(**parts, start=self._frame / MOTION_FPS)
        self._ready = {name: array[count:] for name, array in self._ready.items()}
        self._frame += count
        return motion
