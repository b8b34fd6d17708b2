"""Few-step sampling of the motion diffusion transformer in onnxruntime, window after window."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.models import read_card
from vasa_core.motion.schedule import noise_level, sampling_times, signal_level
from vasa_core.runtime import open_session

Array = NDArray[np.float32]

FEATURES_PER_FRAME = 2
"""Speech features come at 50 Hz, motion at 25 Hz."""

START_FRAMES = 4
"""A face starts from rest: the lips reach the model's motion within 0.16 s, as fast as lips move."""

SOURCES = {"any": 0, "tracked": 1, "artist": 2}
"""Whose style of motion: unknown, tracked recordings of a real face, curves made by an artist."""


@dataclass(frozen=True)
class SamplerSettings:
    """How motion is drawn from the model."""

    steps: int = 2
    """Denoising steps per window; more cost more and change little."""
    guidance: float = 1.0
    """Weight of the voice against the model's guess without it (classifier-free guidance); 1 costs half."""
    temperature: float = 0.3
    """Standard deviation of the starting noise: 1 for the full variety, lower for steadier lips."""
    source: str = "tracked"
    articulation: float = 1.2
    """Size of the lips' motion against that of the calm reader it was learned from; closed lips stay closed."""


class MotionSampler:
    """Turns a stream of speech features into a stream of motion latents; seeded, however the pushes are cut."""

    def __init__(self, block: int, seed: int = 0, settings: SamplerSettings | None = None, threads: int = 1) -> None:
        """`block`: frames generated at a time, as many as the speech encoder's hop holds."""
        self.block = block
        self.seed = seed
        self.settings = settings or SamplerSettings()
        self._session = open_session("motion", threads)
        details = read_card("motion").details
        self._history_frames = int(str(details["history_frames"]))
        config = details["config"]
        assert isinstance(config, dict)
        self.latent_size = int(config["latent_size"])
        self._feature_size = int(config["feature_size"])
        longest = int(config["max_tokens"]) - self._history_frames
        if not 1 <= block <= longest:
            raise ValueError(f"The model makes 1 to {longest} frames at a time, not {block}. Choose a shorter hop.")
        self._history = np.zeros((self._history_frames, self.latent_size), np.float32)
        self._features = np.zeros((self._history_frames * FEATURES_PER_FRAME, self._feature_size), np.float32)
        self._waiting = np.zeros((0, self._feature_size), np.float32)
        self._frame = 0

    def push(self, features: Array) -> Array:
        """Take features [n, 768] at 50 Hz; return the latents [m, D] of the frames that are complete."""
        self._waiting = np.concatenate([self._waiting, features])
        need = self.block * FEATURES_PER_FRAME
        parts = [np.zeros((0, self.latent_size), np.float32)]
        while len(self._waiting) >= need:
            parts.append(self._window(self._waiting[:need]))
            self._waiting = self._waiting[need:]
        return np.concatenate(parts)

    def finish(self) -> Array:
        """Latents of what is still waiting; a half frame at the end counts as a whole one."""
        rest = self._waiting
        self._waiting = rest[:0]
        if not len(rest):
            return np.zeros((0, self.latent_size), np.float32)
        if len(rest) % FEATURES_PER_FRAME:
            rest = np.concatenate([rest, rest[-1:]])
        return self._window(rest)

    def _window(self, features: Array) -> Array:
        frames = len(features) // FEATURES_PER_FRAME
        window_features = np.concatenate([self._features, features])
        noise = np.stack([self._noise(self._frame + i) for i in range(frames)])
        sample = noise * self.settings.temperature
        times = sampling_times(self.settings.steps)
        for now, after in itertools.pairwise(times):
            clean = self._denoise(sample, window_features, now)
            direction = (sample - signal_level(now) * clean) / noise_level(now)
            sample = signal_level(after) * clean + noise_level(after) * direction
        share = np.minimum(np.arange(self._frame, self._frame + frames) / START_FRAMES, 1)
        ease = (share * share * (3 - 2 * share)).astype(np.float32)[:, None]
        self._frame += frames
        self._history = np.concatenate([self._history, sample])[-self._history_frames :]
        self._features = window_features[-self._history_frames * FEATURES_PER_FRAME :]
        return self.settings.articulation * ease * sample

    def _noise(self, frame: int) -> Array:
        """Noise of one frame [D]; depends on the seed and the frame's number only."""
        generator = np.random.Generator(np.random.Philox(key=self.seed, counter=[0, 0, 0, frame]))
        return generator.standard_normal(self.latent_size, dtype=np.float32)

    def _denoise(self, sample: Array, features: Array, time: np.float32) -> Array:
        """The model's guess of the clean window [L, D] from the noisy one at diffusion time `time`."""
        guided = self.settings.guidance != 1.0
        batch = 2 if guided else 1
        motion = np.concatenate([self._history, sample])[None]
        keep_audio = np.array([1.0, 0.0], np.float32)[:batch]
        inputs = {
            "motion": np.repeat(motion, batch, axis=0),
            "features": np.repeat(features[None], batch, axis=0),
            "time": np.full(batch, time, np.float32),
            "source": np.full(batch, SOURCES[self.settings.source], np.int64),
            "keep_audio": keep_audio,
            "keep_history": np.ones(batch, np.float32),
        }
        clean: Array = self._session.run(None, inputs)[0]
        if not guided:
            return clean[0]
        with_voice, without = clean
        return (without + self.settings.guidance * (with_voice - without)).astype(np.float32)
