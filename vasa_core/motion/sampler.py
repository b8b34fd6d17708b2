"""Few-step sampling of the motion diffusion transformer in onnxruntime: a block of frames at a time, forever."""

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from vasa_core.audio.encoder import AHEAD_FEATURES, BLOCK_FEATURES
from vasa_core.errors import VasaError
from vasa_core.models import model_path
from vasa_core.motion.channels import CHANNELS, CONDITIONS, ROW_SIZE, SPEAKING, Direction, Performance
from vasa_core.motion.conditions import asked_rows, condition_rows, led_by
from vasa_core.motion.innovations import BLOCK, continuation, renewed, with_velocity
from vasa_core.motion.schedule import noise_level, sampling_times, signal_level
from vasa_core.runtime import open_session

Array = NDArray[np.float32]
Levels = tuple[Array, Array]

BACKBONE, DENOISER = "motion_backbone", "motion_denoiser"
SOURCES = {"any": 0, "tracked": 1, "artist": 2, "rule": 3}
"""Whose lips: unknown, recordings of a real face, curves made by an artist, a model of coarticulation."""
AUDIO = "audio"
MOUTH = ("speech", "tongue")
"""Channels that rest while the face does not speak."""
RESTING = 0.6
"""What is left of them after each frame: the lips of an unfinished word come to rest within 0.3 s."""
ROOM = 32
"""Frames by which a face's memory of keys and values is larger than its window: it moves every 16 blocks only."""
UNSEEN = -1e4
"""Added to the score of a frame that is not there yet."""


@dataclass(frozen=True)
class SamplerSettings:
    """How motion is drawn from the model."""

    steps: int = 5
    """Denoising steps per block."""
    guidance: Mapping[str, float] = field(default_factory=dict)
    """Weight of a condition against the model's guess without it (classifier-free guidance: Ho and Salimans 2022);
    keys are "audio" and those of `CONDITIONS`. Each one that is not 1 costs another run of the model."""
    temperature: Mapping[str, float] = field(default_factory=lambda: {"speech": 0.3, "tongue": 0.3})
    """Size of the starting noise per channel: 1, the default, for the full variety; lower for steadier lips."""
    source: str = "any"
    """Whose lips, one of `SOURCES`; "any" suits every voice and language."""

    def __post_init__(self) -> None:
        for names, known in ((self.guidance, {AUDIO, *CONDITIONS}), (self.temperature, set(CHANNELS))):
            unknown = set(names) - known
            if unknown:
                raise VasaError(f"There is no '{min(unknown)}' here. Choose from: {', '.join(sorted(known))}.")


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

    def run(self, session: ort.InferenceSession, inputs: Mapping[str, NDArray[np.generic]]) -> list[Array]:
        """Outputs of one of the networks."""
        outputs: list[Array] = session.run(None, dict(inputs))
        return outputs


class Need(NamedTuple):
    """What a face's next block is made from."""

    features: Array | None
    """[12, 768] at 50 Hz of what is heard in the block, and of the 0.16 s after it as far as they are known; None where
    nothing is heard."""
    prosody: Array
    """[BLOCK, P] rows of `vasa_core.motion.prosody`."""
    direction: Direction
    """BLOCK frames."""


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
        self._levels = led_by(1 if self._random.random() < 0.5 else -1, self.model.levels)
        self.reset()

    def reset(self) -> None:
        """Back to a face at rest that has no past; the random numbers go on."""
        model = self.model
        # Keys and values are written behind one another, and moved to the front where there is no room left.
        self._past = np.zeros((self._runs, model.depth, 2, model.window + ROOM, model.width), np.float32)
        self._begin = 0
        self.seen = 0
        """Frames made since."""
        self._rows = np.zeros((BLOCK + 1, ROW_SIZE), np.float32)
        self._lead = np.zeros((model.kernel_past, model.feature_size), np.float32)

    @property
    def _runs(self) -> int:
        """Rows of a batch that this face takes: one with all conditions, and one without each guided one."""
        return 1 + len(self._guided)

    def step(self, features: Array | None, prosody: Array, direction: Direction) -> Performance:
        """The next block; see `Need`."""
        return sample([self], [Need(features, prosody, direction)])[0]

    def _inputs(self, need: Need, values: Array, asked: Array) -> dict[str, NDArray[np.generic]]:
        """The backbone's inputs [runs, ..] but for the past."""
        runs, state = self._runs, need.direction.state
        window = np.zeros((BLOCK_FEATURES + AHEAD_FEATURES, self.model.feature_size), np.float32)
        if need.features is not None:
            window[:] = need.features
        lead = self._lead
        self._lead = np.concatenate([lead, window[:BLOCK_FEATURES]])[-self.model.kernel_past :]
        conditions = np.repeat(values[None], runs, axis=0)
        keep = np.full((runs, BLOCK), need.features is not None, np.float32)
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
        return {
            "history": np.repeat(history[None], runs, axis=0),
            "features": np.repeat(window[None, None], runs, axis=0),
            "lead": np.repeat(lead[None], runs, axis=0),
            "prosody": np.repeat(need.prosody[None].astype(np.float32), runs, axis=0),
            "conditions": conditions,
            "state": np.repeat(state[None].astype(np.int64), runs, axis=0),
            "source": np.full(runs, SOURCES[self.settings.source], np.int64),
            "keep_audio": keep,
        }

    @property
    def _window(self) -> Array:
        """[runs, depth, 2, window, W] keys and values of the frames before."""
        return self._past[:, :, :, self._begin : self._begin + self.model.window]

    def _remember(self, new: Array) -> None:
        """Keep the keys and values [runs, depth, 2, BLOCK, W] of the newest block."""
        window = self.model.window
        if self._begin + window + BLOCK > self._past.shape[3]:
            self._past[:, :, :, :window] = self._window
            self._begin = 0
        end = self._begin + window
        self._past[:, :, :, end : end + BLOCK] = new
        self._begin += BLOCK
        self.seen += BLOCK

    def _draw(self) -> Array:
        """[BLOCK, R] where the next block starts from."""
        return self._noise * self._random.standard_normal((BLOCK, ROW_SIZE), dtype=np.float32)

    def _guide(self, clean: Array) -> Array:
        """[BLOCK, R] from the model's guesses [runs, BLOCK, R] with and without conditions."""
        full, *less = clean
        guided = full
        for name, without in zip(self._guided, less, strict=True):
            guided = guided + (self.settings.guidance[name] - 1) * (full - without)
        return guided

    def _finish(self, need: Need, innovation: Array, asked: Array) -> Performance:
        """The block from what is new in it [BLOCK, R]."""
        rows = renewed(continuation(self._rows[-1], self._rows[-2], asked), innovation)
        self._rest_lips(rows, need.direction)
        self._bound(rows)
        self._rows = np.concatenate([self._rows[-1:], rows])
        return Performance.from_rows(rows)

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


def sample(faces: Sequence[MotionSampler], needs: Sequence[Need]) -> list[Performance]:
    """The next block of each of many faces, as its own `step` would make it, to about 1e-5.

    The networks run once for all faces that share a model and number of steps and are 2.56 s old or of the same age.
    """
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for number, face in enumerate(faces):
        groups[id(face.model), face.settings.steps, min(face.seen, face.model.window)].append(number)
    made: dict[int, Performance] = {}
    for group in groups.values():
        made |= zip(group, _sample_alike([faces[i] for i in group], [needs[i] for i in group]), strict=True)
    return [made[number] for number in range(len(faces))]


def _sample_alike(faces: Sequence[MotionSampler], needs: Sequence[Need]) -> list[Performance]:
    values = [condition_rows(need.direction) for need in needs]
    asked = [asked_rows(rows, face._levels) for face, rows in zip(faces, values, strict=True)]
    parts = [face._inputs(*told) for face, told in zip(faces, zip(needs, values, asked, strict=True), strict=True)]
    tokens = _tokens(faces, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    model = faces[0].model
    new = model.offset + model.scale * _denoised(faces, tokens)
    return [face._finish(*made) for face, made in zip(faces, zip(needs, new, asked, strict=True), strict=True)]


def _tokens(faces: Sequence[MotionSampler], inputs: Mapping[str, NDArray[np.generic]]) -> Array:
    """The backbone's tokens [B, BLOCK, W]: each face's with all conditions, then without each guided one."""
    model, seen = faces[0].model, faces[0].seen
    mask = np.zeros((BLOCK, model.window + BLOCK), np.float32)
    mask[:, : max(model.window - seen, 0)] = UNSEEN
    past = np.concatenate([face._window for face in faces])
    tokens, new = model.run(model.backbone, {**inputs, "past": past, "mask": mask})
    for face, part in zip(faces, _parts(faces, new), strict=True):
        face._remember(part)
    return tokens


def _parts(faces: Sequence[MotionSampler], rows: Array) -> list[Array]:
    """Each face's rows of a batch."""
    return np.split(rows, np.cumsum([face._runs for face in faces])[:-1])


def _denoised(faces: Sequence[MotionSampler], tokens: Array) -> Array:
    """Innovations [F, BLOCK, R] in their own SDs."""
    model, runs = faces[0].model, [face._runs for face in faces]
    drawn: Array = np.stack([face._draw() for face in faces])
    for now, levels, after in _schedule(faces[0].settings.steps):
        inputs = {"noisy": np.repeat(drawn, runs, axis=0), "tokens": tokens, "time": np.full(len(tokens), now)}
        clean: Array = model.run(model.denoiser, inputs)[0]
        if len(clean) > len(faces):
            clean = np.stack([face._guide(part) for face, part in zip(faces, _parts(faces, clean), strict=True)])
        direction = (drawn - levels[0] * clean) / levels[1]
        drawn = after[0] * clean + after[1] * direction
    return drawn


@cache
def _schedule(steps: int) -> list[tuple[np.float32, Levels, Levels]]:
    """For each step its time, and the levels of signal and noise before and after it."""
    times = sampling_times(steps)
    levels = [(signal_level(time), noise_level(time)) for time in times]
    return [(time, *pair) for time, pair in zip(times[:-1], itertools.pairwise(levels), strict=True)]
