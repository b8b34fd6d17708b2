"""Few-step sampling of the motion diffusion transformer in onnxruntime: a block of frames at a time, forever."""

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from vasa_core.motion.holding import MOUTH, hold, steady
from vasa_core.motion.innovations import BLOCK, continuation, renewed, with_velocity
from vasa_core.motion.schedule import sampling_times, solver_weights
from vasa_core.runtime import open_session

Array = NDArray[np.float32]

BACKBONE, DENOISER = "motion_backbone", "motion_denoiser"
SOURCES = {"any": 0, "tracked": 1, "artist": 2, "rule": 3}
"""Whose lips: unknown, recordings of a real face, curves made by an artist, a model of coarticulation."""
AUDIO = "audio"
ROOM = 32
"""Frames by which a face's memory of keys and values is larger than its window: it moves every 16 blocks only."""
UNSEEN = -1e4
"""Added to the score of a frame that is not there yet."""


TEMPERATURE = {"speech": 0.1, "tongue": 0.1, "head_rotation": 1.22, "gaze": 0.95, "blink": 1.08}
"""Size of the starting noise where it is not 1: lips keep to the voice; few steps calm the head and lose
blinks, and looks aside add up."""


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
        self.runs = 1 + len(self._guided)
        """Rows of a batch that this face takes: one with all conditions, and one without each guided one."""
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
        model = self.model
        # Keys and values are written behind one another, and moved to the front where there is no room left.
        self._past = np.zeros((self.runs, model.depth, 2, model.window + ROOM, model.width), np.float32)
        self._begin = 0
        self.seen = 0
        """Frames made since."""
        self._rows = np.zeros((BLOCK + 1, ROW_SIZE), np.float32)
        self._lead = np.zeros((model.kernel_past, model.feature_size), np.float32)

    def step(self, features: Array | None, prosody: Array, direction: Direction) -> Performance:
        """The next block; see `Need`."""
        return sample([self], [Need(features, prosody, direction)])[0]

    def _memory(self) -> Array:
        """[runs, depth, 2, window, W] keys and values of the frames before."""
        return self._past[:, :, :, self._begin : self._begin + self.model.window]

    def _remember(self, new: Array) -> None:
        """Keep the keys and values [runs, depth, 2, BLOCK, W] of the newest block."""
        window = self.model.window
        if self._begin + window + BLOCK > self._past.shape[3]:
            self._past[:, :, :, :window] = self._memory()
            self._begin = 0
        end = self._begin + window
        self._past[:, :, :, end : end + BLOCK] = new
        self._begin += BLOCK
        self.seen += BLOCK

    def _leave_out(self, conditions: Array, keep_audio: Array) -> None:
        """Take what each run but the first does without out of the backbone's inputs [runs, BLOCK, ..], in place."""
        for run, name in enumerate(self._guided, 1):
            if name == AUDIO:
                keep_audio[run] = 0
            else:
                conditions[run, :, CONDITIONS[name]] = 0
                conditions[run, :, list(CONDITIONS).index(name) - len(CONDITIONS)] = 0

    def _guide(self, clean: Array) -> Array:
        """[BLOCK, R] from the model's guesses [runs, BLOCK, R] with and without conditions."""
        full, *less = clean
        guided = full
        for name, without in zip(self._guided, less, strict=True):
            guided = guided + (self.settings.guidance[name] - 1) * (full - without)
        return guided

    def _draw(self) -> Array:
        """[BLOCK, R] noise that the next block starts from."""
        return self._noise * self._random.standard_normal((BLOCK, ROW_SIZE), dtype=np.float32)


def sample(faces: Sequence[MotionSampler], needs: Sequence[Need]) -> list[Performance]:
    """The next block of each of many faces, as its own `step` would make it, to about 1e-5.

    The networks run once for all faces that share a model and number of steps. In a face's first 2.56 s the backbone
    runs for those of its age.
    """
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in sorted(range(len(faces)), key=lambda number: _age(faces[number])):
        groups[id(faces[number].model), faces[number].settings.steps].append(number)
    made: dict[int, Performance] = {}
    for group in groups.values():
        made |= zip(group, _sample_alike([faces[i] for i in group], [needs[i] for i in group]), strict=True)
    return [made[number] for number in range(len(faces))]


def _sample_alike(faces: Sequence[MotionSampler], needs: Sequence[Need]) -> list[Performance]:
    """The same of F faces that the denoiser can run for at once, by their age; arrays of all faces are [F, ..]."""
    state = np.stack([need.direction.state for need in needs])
    values = [condition_rows(need.direction) for need in needs]
    asked = np.stack([asked_rows(rows, face._levels) for face, rows in zip(faces, values, strict=True)])
    before = np.stack([face._rows for face in faces])
    conditions, history = np.stack(values), _history(before, asked, state)
    ages = [len(list(same)) for _, same in itertools.groupby(faces, _age)]
    alike = [slice(end - count, end) for count, end in zip(ages, itertools.accumulate(ages), strict=True)]
    tokens = np.concatenate([_tokens(faces[own], needs[own], conditions[own], history[own]) for own in alike])
    model = faces[0].model
    new = model.offset + model.scale * _denoised(faces, tokens)
    rows = renewed(continuation(before[:, -1], before[:, -2], asked), new)
    hold(rows, before[:, -1], state)
    for face, kept in zip(faces, np.concatenate([before[:, -1:], rows], axis=1), strict=True):
        face._rows = kept
    steady(rows, before[:, -1])
    return [Performance.from_rows(own) for own in rows]


def _age(face: MotionSampler) -> int:
    """Frames of the past that the backbone may look at."""
    return min(face.seen, face.model.window)


def _history(before: Array, asked: Array, state: NDArray[np.int64]) -> Array:
    """What the model sees [F, BLOCK, H] of the rows `before` [F, BLOCK + 1, R]."""
    history = with_velocity(before[:, 1:], before[:, 0])
    history[..., :ROW_SIZE] -= asked
    for name in MOUTH:
        history[..., CHANNELS[name]] *= (state == SPEAKING)[..., None]
    return history


def _tokens(faces: Sequence[MotionSampler], needs: Sequence[Need], conditions: Array, history: Array) -> Array:
    """The backbone's tokens [B, BLOCK, W] of faces of one age: for each a row with all conditions, then one without
    each guided."""
    model = faces[0].model
    features = np.zeros((len(faces), 1, BLOCK_FEATURES + AHEAD_FEATURES, model.feature_size), np.float32)
    for row, need in zip(features, needs, strict=True):
        if need.features is not None:
            row[0] = need.features
    lead = np.stack([face._lead for face in faces])
    for face, newest in zip(faces, np.concatenate([lead, features[:, 0, :BLOCK_FEATURES]], axis=1), strict=True):
        face._lead = newest[-model.kernel_past :]
    inputs = {
        "history": history,
        "features": features,
        "lead": lead,
        "prosody": np.stack([need.prosody for need in needs]).astype(np.float32),
        "conditions": conditions,
        "state": np.stack([need.direction.state for need in needs]).astype(np.int64),
        "source": np.array([SOURCES[face.settings.source] for face in faces], np.int64),
        "keep_audio": np.repeat(np.array([[need.features is not None] for need in needs], np.float32), BLOCK, axis=1),
    }
    if any(face.runs > 1 for face in faces):
        runs = [face.runs for face in faces]
        inputs = {name: np.repeat(values, runs, axis=0) for name, values in inputs.items()}
        parts = (_parts(faces, inputs[name]) for name in ("conditions", "keep_audio"))
        for face, *told in zip(faces, *parts, strict=True):
            face._leave_out(*told)
    inputs["past"] = np.concatenate([face._memory() for face in faces])
    inputs["mask"] = np.zeros((BLOCK, model.window + BLOCK), np.float32)
    inputs["mask"][:, : model.window - _age(faces[0])] = UNSEEN
    tokens, new = model.run(model.backbone, inputs)
    for face, part in zip(faces, _parts(faces, new), strict=True):
        face._remember(part)
    return tokens


def _parts(faces: Sequence[MotionSampler], rows: Array) -> list[Array]:
    """Each face's runs of a batch."""
    ends = itertools.accumulate(face.runs for face in faces)
    return [rows[end - face.runs : end] for face, end in zip(faces, ends, strict=True)]


def _denoised(faces: Sequence[MotionSampler], tokens: Array) -> Array:
    """Innovations [F, BLOCK, R] in their own SDs, by DPM-Solver++(2M) (Lu et al. 2022, algorithm 2)."""
    model, runs, weights = faces[0].model, [face.runs for face in faces], faces[0]
    drawn: Array = np.stack([face._draw() for face in faces])
    earlier = None
    for step, time in enumerate(weights._times[:-1]):
        noisy = drawn if len(tokens) == len(faces) else np.repeat(drawn, runs, axis=0)
        inputs = {"noisy": noisy, "tokens": tokens, "time": np.full(len(tokens), time, np.float32)}
        clean: Array = model.run(model.denoiser, inputs)[0]
        if len(tokens) > len(faces):
            clean = np.stack([face._guide(part) for face, part in zip(faces, _parts(faces, clean), strict=True)])
        ahead = clean if earlier is None else clean + weights._trend[step] * (clean - earlier)
        drawn = weights._kept[step] * drawn + weights._added[step] * ahead
        earlier = clean
    return drawn
