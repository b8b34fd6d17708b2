"""The performances that are measured, made through the program's public interface."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.controls import Controls
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.sampler import MotionModel, MotionSampler
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import MOTION_FPS, Motion

Samples = NDArray[np.float32]


class Performer:
    """Makes any number of performances, each of a face that begins at rest, with one copy of the model."""

    def __init__(self) -> None:
        self._model = MotionModel()

    def speak(
        self, samples: Samples, seed: int = 0, controls: Controls | None = None, whole_file: bool = False
    ) -> Motion:
        """What a face does while it says samples [n] (mono, 16 kHz): live, or knowing what is to come in the file."""
        generator = self._generator(seed, controls, whole_file)
        parts = [generator.push(samples), generator.finish()]
        return Motion.concatenate([part for part in parts if len(part)])

    def idle(self, seconds: float, seed: int = 0, controls: Controls | None = None) -> Motion:
        """What a face does for so long when there is nothing to say or hear."""
        return self._generator(seed, controls).idle(round(seconds * MOTION_FPS))

    def _generator(self, seed: int, controls: Controls | None, whole_file: bool = False) -> MotionGenerator:
        settings = AnimationSettings(seed=seed, controls=controls or Controls())
        sampler = MotionSampler(seed, settings.sampler, self._model)
        return MotionGenerator(settings, whole_files=whole_file, sampler=sampler)
