"""Training batches: crops of sessions, mirrored and disturbed, with the innovations that the model shall make."""

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vasa_core.audio.encoder import BLOCK_FEATURES
from vasa_core.motion.channels import CHANNELS, CONDITION_SIZE, CONDITIONS, MIRRORED_UNITS, ROW_SIZE, SPEAKING
from vasa_core.motion.conditions import asked_rows, led_by
from vasa_core.motion.holding import MOUTH
from vasa_core.motion.innovations import BLOCK, HISTORY_SIZE, TREMBLE, continuation, innovations, with_velocity
from vasa_core.training.mishaps import MishapSettings, displacements
from vasa_core.training.motion_model import KERNEL
from vasa_core.training.sessions import Session
from vasa_core.training.voices import Voice

Array = NDArray[np.float32]

LEAD = KERNEL - 2
"""Features before a crop that its first frame looks at."""


SOURCE_SHARES = (0.64, 0.12, 0.24)
"""Share of the crops by whose lips they carry, in the order of `SOURCES`: recordings teach the most."""
LEAST_SPREAD = 2e-3
"""Channels that hardly ever move are not blown up beyond this."""


@dataclass(frozen=True)
class BatchSettings:
    """How batches are drawn; kept in the model's card."""

    frames: int = 128
    """Frames of a crop, 5.1 s."""
    crops: int = 20
    live_share: float = 0.85
    """Share of the crops whose features have a stream's short look-ahead; the others a file's."""
    start_share: float = 0.08
    """Of the crops, so many begin where the session does: with a face at rest and no past."""
    clean_share: float = 0.25
    """Of the voices, so many are heard as recorded; the others are drawn from all variants."""
    drop_condition: float = 0.2
    drop_audio: float = 0.05
    drop_prosody: float = 0.1
    drop_source: float = 0.4
    drop_speech_history: float = 0.4
    speech_noise: float = 1.0
    """Upper bound of the noise (latent SDs) on the mouth of the past: the voice tells more about lips than they do."""
    mishaps: MishapSettings = field(default_factory=MishapSettings)
    motion_noise: float = 0.25
    """Upper bound of the noise on everything else of the past, in SDs of the innovations: what the sampler's own small
    errors look like."""


def is_live(variant: str) -> bool:
    """Whether a variant's features were computed with a stream's short look-ahead; of changed voices the even ones."""
    return int(variant.removeprefix("aug")) % 2 == 0 if variant.startswith("aug") else variant == "live"


@dataclass(frozen=True)
class Scales:
    """What the model's numbers are measured in."""

    offset: Array
    scale: Array
    """[BLOCK, R] mean and SD of the innovations."""
    levels: Array
    """[7, 29] mean units of each emotion at full strength, against no emotion, of a face that leads with its left."""


class Mirror:
    """Flips a face left to right: no crooked mouth and no favourite side is learned."""

    def __init__(self, speech: Array) -> None:
        """`speech` [64]: the signs that flip a motion latent."""
        self.order = np.arange(ROW_SIZE)
        self.sign = np.ones(ROW_SIZE, np.float32)
        self.sign[CHANNELS["speech"]] = speech
        self.order[CHANNELS["units"]] = self.order[CHANNELS["units"]][MIRRORED_UNITS]
        self.order[CHANNELS["blink"]] = self.order[CHANNELS["blink"]][::-1]
        self.sign[CHANNELS["gaze"].start] = -1
        self.sign[CHANNELS["head_rotation"]] = (1, -1, -1)
        self.sign[CHANNELS["head_translation"].start] = -1

    def rows(self, rows: Array) -> Array:
        """Rows [T, R] of the mirrored face."""
        return rows[:, self.order] * self.sign


class BatchSampler:
    """Draws batches from sessions."""

    def __init__(
        self, sessions: list[Session], settings: BatchSettings, scales: Scales, mirror: Mirror, seed: int
    ) -> None:
        self.sessions = sessions
        self.settings = settings
        self.scales = scales
        self.mirror = mirror
        self.spread = scales.scale[0].copy()
        """[R] of the channels' innovations in their own units."""
        self.spread[CHANNELS["gaze"]] *= TREMBLE
        self.rng = np.random.default_rng(seed)
        self._shares = session_shares(sessions)
        self._faces = np.concatenate([session.rows[::25] for session in sessions])

    def draw(self) -> dict[str, Tensor]:
        """The backbone's inputs, and `target`, `before`, `tongue_known` for the loss; [B, frames, ..] each."""
        crops = [self._crop() for _ in range(self.settings.crops)]
        return {name: torch.from_numpy(np.stack([crop[name] for crop in crops])) for name in crops[0]}

    def _crop(self) -> dict[str, NDArray[np.generic]]:
        s, rng = self.settings, self.rng
        session = self.sessions[int(rng.choice(len(self.sessions), p=self._shares))]
        begin = int(rng.integers(0, max(1, len(session) - s.frames))) // BLOCK * BLOCK
        if rng.random() < s.start_share:
            begin = 0
        end = begin + s.frames
        rows = cut(session.rows, begin - BLOCK - 1, end)
        conditions = cut(session.conditions, begin, end)
        side = session.side
        if rng.random() < 0.5:
            side = -side
            rows = self.mirror.rows(rows)
            conditions = conditions.copy()
            conditions[:, CONDITIONS["gaze"].start] *= -1
        self._drop(conditions)
        asked = asked_rows(conditions, led_by(side, self.scales.levels))
        valid = self._mishaps(rows)
        past = self._disturb(rows)
        history = with_velocity(past[1:-BLOCK], past[0])
        history[:, :ROW_SIZE] -= asked
        state = cut(session.state[:, None], begin, end)[:, 0].astype(np.int64)
        for name in MOUTH:
            history[:, CHANNELS[name]] *= (state == SPEAKING)[:, None]
        blocks = s.frames // BLOCK
        last, before = past[BLOCK:-BLOCK:BLOCK], past[BLOCK - 1 : -BLOCK : BLOCK]
        expected = continuation(last, before, asked.reshape(blocks, BLOCK, ROW_SIZE))
        wanted = innovations(rows[BLOCK + 1 :].reshape(blocks, BLOCK, ROW_SIZE), expected)
        heard = cut(session.heard[:, None], begin, end)[:, 0]
        source = cut(session.source[:, None], begin, end)[:, 0].astype(np.int64)
        features = self._features(session, begin, end)
        return {
            "history": history,
            "lead": features[0, BLOCK_FEATURES - LEAD : BLOCK_FEATURES],
            "features": features[1:],
            "prosody": cut(session.prosody, begin, end) * np.float32(rng.random() >= s.drop_prosody),
            "conditions": conditions,
            "state": state,
            "source": np.array(0 if rng.random() < s.drop_source else source.max()),
            "keep_audio": heard * np.float32(rng.random() >= s.drop_audio),
            "target": (wanted - self.scales.offset) / self.scales.scale,
            "before": rows[BLOCK:-1:BLOCK][:blocks, None, CHANNELS["speech"]],
            "valid": valid.reshape(blocks, BLOCK),
            "tongue_known": cut(session.tongue_known[:, None], begin, end).reshape(blocks, BLOCK),
        }

    def _mishaps(self, rows: Array) -> Array:
        """Displace rows [BLOCK + 1 + T, R] in place; [T] 0 where the displacement itself would be the target."""
        lead = BLOCK + 1
        moved, valid = displacements(rows[lead:], self._faces, self.settings.mishaps, self.rng)
        rows[lead:] += moved
        rows[:lead] += moved[0]
        valid[:BLOCK] = 1
        for name in ("units", "blink"):
            part = rows[:, CHANNELS[name]]
            np.clip(part, 0, 1, out=part)
        return valid

    def _drop(self, conditions: Array) -> None:
        """Take conditions away at random, in place."""
        for number, part in enumerate(CONDITIONS.values()):
            if self.rng.random() < self.settings.drop_condition:
                conditions[:, part] = 0
                conditions[:, CONDITION_SIZE + number] = 0

    def _disturb(self, rows: Array) -> Array:
        """Rows [T, R] as the model may find its own past."""
        s, rng = self.settings, self.rng
        noise = rng.standard_normal(rows.shape, dtype=np.float32)
        noise *= self.spread * np.float32(rng.uniform(0, s.motion_noise))
        speech = CHANNELS["speech"]
        size = np.float32(rng.uniform(0, s.speech_noise))
        noise[:, speech] = size * rng.standard_normal(noise[:, speech].shape, dtype=np.float32)
        past = rows + noise
        if rng.random() < s.drop_speech_history:
            past[:, speech] = 0
        return past

    def _features(self, session: Session, begin: int, end: int) -> Array:
        """[blocks + 1, 12, F] features from the block before `begin` on, zeros where nothing was placed."""
        shape = next(iter(session.placed[0].voice.features.values())).shape[1:]
        first, last = begin // BLOCK - 1, end // BLOCK
        out = np.zeros((last - first, *shape), np.float32)
        live = self.rng.random() < self.settings.live_share
        for part in session.placed:
            start = part.begin // BLOCK
            low, high = max(start, first), min(part.end // BLOCK, last)
            if low < high:
                variant = self._variant(part.voice, live)
                out[low - first : high - first] = part.voice.features[variant][low - start : high - start]
        return out

    def _variant(self, voice: Voice, live: bool) -> str:
        """Which of the voice's variants is heard."""
        usable = [v for v in voice.features if is_live(v) == live] or list(voice.features)
        clean = [v for v in usable if not v.startswith("aug")]
        if clean and self.rng.random() < self.settings.clean_share:
            return clean[0]
        return usable[int(self.rng.integers(len(usable)))]


def cut(array: NDArray[np.generic], begin: int, end: int) -> Array:
    """Rows begin..end-1 as float32; rows outside the array are zeros (a face at rest, no sound)."""
    out = np.zeros((end - begin, array.shape[1]), np.float32)
    low, high = max(begin, 0), min(end, len(array))
    if low < high:
        out[low - begin : high - begin] = array[low:high]
    return out


def emotion_levels(sessions: list[Session]) -> Array:
    """[7, 29] mean units of each emotion at full strength, against no emotion, of a face that leads with its left."""
    units = np.concatenate([led_by(session.side, session.rows[:, CHANNELS["units"]]) for session in sessions])
    asked = np.concatenate([session.conditions[:, CONDITIONS["emotion"]] for session in sessions])
    shares = np.concatenate([np.ones((len(asked), 1)), asked], axis=1)
    return np.asarray(np.linalg.lstsq(shares, units, rcond=None)[0][1:], np.float32)


def measure_scales(sessions: list[Session]) -> Scales:
    """The scales of sessions."""
    levels = emotion_levels(sessions)
    parts = []
    for session in sessions:
        rows = session.rows[: len(session) // BLOCK * BLOCK]
        last, before = rows[BLOCK - 1 : -BLOCK : BLOCK], rows[BLOCK - 2 : -BLOCK : BLOCK]
        asked = asked_rows(session.conditions[: len(rows)], led_by(session.side, levels))
        asked = asked[BLOCK:].reshape(-1, BLOCK, ROW_SIZE)
        parts.append(innovations(rows[BLOCK:].reshape(-1, BLOCK, ROW_SIZE), continuation(last, before, asked)))
    all_ = np.concatenate(parts)
    spread = np.maximum(all_.std(0), LEAST_SPREAD)
    # One size for all speech latents: their loss weighs them by what they do to the face.
    spread[:, CHANNELS["speech"]] = np.sqrt((spread[:, CHANNELS["speech"]] ** 2).mean())
    return Scales(all_.mean(0).astype(np.float32), spread.astype(np.float32), levels)


def session_shares(sessions: list[Session]) -> NDArray[np.float64]:
    """How often each session is drawn: by its length, and by the share of its source."""
    source = np.array([session.source.max() for session in sessions])
    shares = np.array([len(session) for session in sessions], float)
    for number in np.unique(source[source > 0]):
        here = source == number
        shares[here] *= SOURCE_SHARES[number - 1] / shares[here].sum()
    return np.asarray(shares / shares.sum())


def history_statistics(sessions: list[Session], levels: Array) -> tuple[Array, Array]:
    """Mean and 1 / SD [HISTORY_SIZE] of what the model sees of the past."""
    sample = np.concatenate([with_velocity(s.rows, s.rows[0]) for s in sessions[::4]])
    sample[:, :ROW_SIZE] -= np.concatenate([asked_rows(s.conditions, led_by(s.side, levels)) for s in sessions[::4]])
    assert sample.shape[1] == HISTORY_SIZE
    return sample.mean(0), 1 / np.maximum(sample.std(0), LEAST_SPREAD)
