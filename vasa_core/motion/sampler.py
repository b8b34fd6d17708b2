"""Few-step sampling of the motion diffusion transformer in onnxruntime: a block of frames at a time, forever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from vasa_core.audio.encoder import AHEAD_FEATURES, BLOCK_FEATURES
from vasa_core.errors import VasaError
from vasa_core.models import model_path
from vasa_core.motion.channels import CHANNELS, CONDITIONS, ROW_SIZE, SPEAKING, Direction, Performance
from vasa_core.motion.conditions import asked_rows, condition_rows, led_by
from vasa_core.motion.innovations import BLOCK, continuation, renewed, with_velocity
from vasa_core.motion.schedule import sampling_times, solver_weights
from vasa_core.runtime import open_session

Array = NDArray[np.float32]

BACKBONE, DENOISER = "motion_backbone", "motion_denoiser"
SOURCES = {"any": 0, "tracked": 1, "artist": 2, "rule": 3}
"""Whose lips: unknown, recordings of a real face, curves made by an artist, a model of coarticulation."""
AUDIO = "audio"
MOUTH = ("speech", "tongue")
"""Channels that rest while the face does not speak."""
RESTING = 0.6
"""What is left of them after each frame: the lips of an unfinished word come to rest within 0.3 s."""
UNSEEN = -1e4
"""Added to the score of a frame that is not there yet."""


TEMPERATURE = {"speech": 0.1, "tongue": 0.1, "head_rotation": 1.07}
"""Size of the starting noise where it is not 1: lips keep to the voice; a few steps calm the head a little too much."""
STEADY = (0.15, 0.1)
"""Share of each neighbour in the first frame of a block, and of the frame before in the second: takes off half of the
lips' power above 12 Hz, which is more than in recordings, for 2 ms of delay."""
HOMING = 0.988
"""What is left of the head's turn after each frame beside what the model does with it: long voices would carry it a
little further from its place than people go (SD of pitch 4.9 instead of 3.9 degrees)."""
_HOMING = HOMING ** np.arange(1, BLOCK + 1, dtype=np.float32)[:, None]


@dataclass(frozen=True)
class SamplerSettings:
    """How motion is drawn from the model."""

    steps: int = 8
    """Denoising steps per block."""
    guidance: Mapping[str, float] = field(default_factory=dict)
    """Weight of a condition against the model's guess without it (classifier-free guidance: Ho and Salimans 2022);
    keys are "audio" and those of `CONDITIONS`. Each one that is not 1 costs another run of the model."""
    temperature: Mapping[str, float] = field(default_factory=lambda: dict(TEMPERATURE))
    """Size of the starting noise per channel: 1, the default, for the full variety; lower for steadier motion."""
    source: str = "any"
    """Whose lips, one of `SOURCES`; "any" suits every voice and language."""

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise VasaError(f"Motion cannot be drawn in {self.steps} steps. Give 1 or more; 8 are usual.")
        if self.source not in SOURCES:
            raise VasaError(f"There are no lips of '{self.source}'. Choose from: {', '.join(SOURCES)}.")
        for names, known in ((self.guidance, {AUDIO, *CONDITIONS}), (self.temperature, set(CHANNELS))):
            unknown = set(names) - known
            if unknown:
                raise VasaError(f"There is no '{min(unknown)}' here. Choose from: {', '.join(sorted(known))}.")


def _steadied(before: Array, speech: Array) -> Array:
    """Speech [BLOCK, 64] after the frame `before` [64] without the trembling that only lips of numbers have."""
    first, second = speech
    either, back = STEADY
    return np.stack([(1 - 2 * either) * first + either * (before + second), (1 - back) * second + back * first])


class MotionModel:
    """The two networks and what belongs to them; may be shared by any number of samplers."""

    def __init__(self, folder: Path | None = None, threads: int = 1) -> None:
        """`folder` with the two .onnx files; None for the shipped ones."""
        paths = [model_path(n) if folder is None else folder / f"{n}.onnx" for n in (BACKBONE, DENOISER)]
        self.backbone, self.denoiser = (open_session(path, threads) for path in paths)
        notes = self.denoiser.get_modelmeta().custom_metadata_map
        self.offset, self.scale = (np.array(json.loads(notes[name]), np.float32) for name in ("offset", "scale"))
        """[BLOCK, R] mean and SD of the innovations."""
        self.levels = np.array(json.loads(notes["levels"]), np.float32)
        """[7, 29] mean units of each emotion at full strength, of a face that leads with its left side."""
        shapes = {value.name: value.shape for value in self.backbone.get_inputs()}
        _, self.depth, _, self.window, self.width = shapes["past"]
        self.kernel_past = int(notes["kernel_past"])
        """Features before a block that its first frame looks at."""
        self.feature_size = shapes["features"][3]
        self.prosody_size = shapes["prosody"][2]

    def run(self, session: ort.InferenceSession, inputs: dict[str, NDArray[np.generic]]) -> list[Array]:
        """Outputs of one of the networks."""
        outputs: list[Array] = session.run(None, inputs)
        return outputs


class MotionSampler:
    """Draws one face's motion, block after block; the same seed and inputs give the same motion."""

    block = BLOCK

    def __init__(
        self, seed: int = 0, settings: SamplerSettings | None = None, model: MotionModel | None = None, threads: int = 1
    ) -> None:
        self.settings = settings or SamplerSettings()
        self.model = model or MotionModel(threads=threads)
        self._random = np.random.Generator(np.random.Philox(key=seed))
        self._guided = [name for name, weight in self.settings.guidance.items() if weight != 1]
        noise = np.ones(ROW_SIZE, np.float32)
        for name, size in self.settings.temperature.items():
            noise[CHANNELS[name]] = size
        self._noise = noise
        self._times = sampling_times(self.settings.steps)
        self._kept, self._added, self._trend = solver_weights(self._times)
        self._levels = led_by(1 if self._random.random() < 0.5 else -1, self.model.levels)
        self.reset()

    def reset(self) -> None:
        """Back to a face at rest that has no past; the random numbers go on."""
        model, batch = self.model, 1 + len(self._guided)
        self._past = np.zeros((batch, model.depth, 2, model.window, model.width), np.float32)
        self._seen = 0
        self._rows = np.zeros((BLOCK + 1, ROW_SIZE), np.float32)
        self._lead = np.zeros((model.kernel_past, model.feature_size), np.float32)

    def step(self, features: Array | None, prosody: Array, direction: Direction) -> Performance:
        """The next block.

        Parameters
        ----------
        features : [12, 768] at 50 Hz of what is heard in the block, and of the 0.16 s after it as far as they are
            known; None where nothing is heard.
        prosody : [BLOCK, P] rows of `vasa_core.motion.prosody`.
        direction : BLOCK frames.
        """
        values = condition_rows(direction)
        asked = asked_rows(values, self._levels)
        tokens = self._tokens(features, prosody, direction.state, values, asked)
        expected = continuation(self._rows[-1], self._rows[-2], asked)
        rows = renewed(expected, self.model.offset + self.model.scale * self._denoise(tokens))
        self._rest_lips(rows, direction)
        rows[:, CHANNELS["head_rotation"]] *= _HOMING
        self._bound(rows)
        performance = Performance.from_rows(rows.copy())
        performance.speech[:] = _steadied(self._rows[-1, CHANNELS["speech"]], performance.speech)
        self._rows = np.concatenate([self._rows[-1:], rows])
        return performance

    def _rest_lips(self, rows: Array, direction: Direction) -> None:
        """Words that were broken off in the middle leave the mouth softly, whatever the model makes of such an end."""
        for i in np.flatnonzero(direction.state != SPEAKING):
            before = rows[i - 1] if i else self._rows[-1]
            for name in MOUTH:
                rows[i, CHANNELS[name]] = RESTING * before[CHANNELS[name]]

    def _bound(self, rows: Array) -> None:
        """Keep weights and closures in their range."""
        for name in ("units", "blink", "tongue"):
            part = rows[:, CHANNELS[name]]
            np.clip(part, 0, 1, out=part)

    def _tokens(
        self, features: Array | None, prosody: Array, state: NDArray[np.int64], values: Array, asked: Array
    ) -> Array:
        """The backbone's tokens [B, BLOCK, W]: one row with all conditions, then one without each guided one."""
        model, batch = self.model, 1 + len(self._guided)
        heard = features is not None
        window = np.zeros((BLOCK_FEATURES + AHEAD_FEATURES, model.feature_size), np.float32)
        if features is not None:
            window[:] = features
        lead = self._lead
        self._lead = np.concatenate([lead, window[:BLOCK_FEATURES]])[-model.kernel_past :]
        conditions = np.repeat(values[None], batch, axis=0)
        keep = np.full((batch, BLOCK), heard, np.float32)
        for row, name in enumerate(self._guided, 1):
            if name == AUDIO:
                keep[row] = 0
            else:
                conditions[row, :, CONDITIONS[name]] = 0
                conditions[row, :, list(CONDITIONS).index(name) - len(CONDITIONS)] = 0
        history = with_velocity(self._rows[1:], self._rows[0])
        history[:, :ROW_SIZE] -= asked
        for name in MOUTH:
            history[:, CHANNELS[name]] *= (state == SPEAKING)[:, None]
        mask = np.zeros((BLOCK, model.window + BLOCK), np.float32)
        mask[:, : max(model.window - self._seen, 0)] = UNSEEN
        tokens, new = model.run(
            model.backbone,
            {
                "history": np.repeat(history[None], batch, axis=0),
                "features": np.repeat(window[None, None], batch, axis=0),
                "lead": np.repeat(lead[None], batch, axis=0),
                "prosody": np.repeat(prosody[None].astype(np.float32), batch, axis=0),
                "conditions": conditions,
                "state": np.repeat(state[None].astype(np.int64), batch, axis=0),
                "source": np.full(batch, SOURCES[self.settings.source], np.int64),
                "keep_audio": keep,
                "past": self._past,
                "mask": mask,
            },
        )
        self._past = np.concatenate([self._past[:, :, :, BLOCK:], new], axis=3)
        self._seen += BLOCK
        return tokens

    def _denoise(self, tokens: Array) -> Array:
        """Innovations [BLOCK, R] in their own SDs, by DPM-Solver++(2M) (Lu et al. 2022, algorithm 2)."""
        batch = len(tokens)
        sample = self._noise * self._random.standard_normal((BLOCK, ROW_SIZE), dtype=np.float32)
        earlier = None
        for step, time in enumerate(self._times[:-1]):
            noisy = np.repeat(sample[None], batch, axis=0)
            inputs = {"noisy": noisy, "tokens": tokens, "time": np.full(batch, time, np.float32)}
            full, *less = self.model.run(self.model.denoiser, inputs)[0]
            clean = full
            for name, without in zip(self._guided, less, strict=True):
                clean = clean + (self.settings.guidance[name] - 1) * (full - without)
            ahead = clean if earlier is None else clean + self._trend[step] * (clean - earlier)
            sample = self._kept[step] * sample + self._added[step] * ahead
            earlier = clean
        return sample
