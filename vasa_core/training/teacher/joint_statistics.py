"""Joint statistics of performances: how one channel moves, or how two go together.

Blinks with gaze shifts, the head after the eyes, brows with the voice: `figures` takes any performances, so that the
model is measured with the same ruler as its teacher.
"""

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.gaze_stats import averted
from vasa_core.evaluation.life import BROWS, MOUTH_CORNERS, find_blinks, power_above
from vasa_core.evaluation.tie import head_speed, tie_of
from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.channels import EXPRESSION_UNITS, IDLE, LISTENING, SPEAKING, Performance
from vasa_core.motion.prosody import ProsodyFrame

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]

FPS = 25.0
STATES = {"speaking": SPEAKING, "listening": LISTENING, "idle": IDLE}
SACCADE_DEG = 0.8
"""Change of gaze in a frame that belongs to a saccade."""
LARGE_SHIFT_DEG = 8.0
NEAR_FRAMES = (-4, 6)
"""A blink so many frames around the beginning of a gaze shift goes with it."""
LAGS = range(-5, 16)
STRESS_LAGS = range(0, 16)


@dataclass(frozen=True)
class Clip:
    """One performance and what led to it."""

    performance: Performance
    prosody: list[ProsodyFrame]
    state: NDArray[np.int64]
    """[T]."""
    voice: str = ""
    """Clips with the same name are takes of the same sound."""
    target: NDArray[np.float32] | None = None
    """[T, 2] asked gaze, rad."""


def figures(clips: list[Clip]) -> dict[str, float]:
    """All figures over all clips; NaN where there is nothing to measure."""
    result: dict[str, float] = {}
    for name, state in STATES.items():
        masks = [clip.state == state for clip in clips]
        if sum(mask.sum() for mask in masks) > 10 * FPS:
            result |= {f"{key}, {name}": value for key, value in _one_state(clips, masks).items()}
    result |= _blink_shape(clips) | _gaze_shape(clips) | _together(clips)
    speaking = [clip for clip in clips if (clip.state == SPEAKING).mean() > 0.5]
    if speaking:
        result |= _voice(speaking)
    return result


def _one_state(clips: list[Clip], masks: list[Flags]) -> dict[str, float]:
    degrees = [np.degrees(clip.performance.head_rotation) for clip in clips]
    pairs = [(turn, mask) for turn, mask in zip(degrees, masks, strict=True) if mask.sum() > 2 * FPS]
    sd = np.mean([turn[mask].std(axis=0) for turn, mask in pairs], axis=0)
    step = np.concatenate([np.abs(np.diff(turn, axis=0)).mean(axis=1)[mask[1:]] for turn, mask in pairs])
    minutes = sum(int(mask.sum()) for mask in masks) / FPS / 60
    blinks = 0
    holds: list[list[float]] = [[], []]
    brows, widths, aways = [], [], []
    for clip, mask in zip(clips, masks, strict=True):
        gone = averted(clip.performance.gaze, (0.0, 0.0) if clip.target is None else clip.target)
        aways.append(gone[mask])
        found = find_blinks(clip.performance.blink.mean(axis=1), FPS)
        blinks += int(mask[np.minimum(np.round(found.time * FPS).astype(int), len(mask) - 1)].sum())
        for away, begin, end in _runs(gone):
            if begin > 0 and end < len(mask) and mask[begin:end].all():
                holds[away].append((end - begin) / FPS)
        if mask.sum() > 2 * FPS:
            brow, width = face_sizes(clip.performance)
            brows.append(brow[mask].std())
            widths.append(width[mask].std())
    return {
        "head SD pitch, degrees": float(sd[0]),
        "head SD yaw, degrees": float(sd[1]),
        "head SD roll, degrees": float(sd[2]),
        "head step, degrees": float(step.mean()),
        "blinks a minute": blinks / minutes,
        "gaze hold, s": _mean(holds[0]),
        "gaze avert, s": _mean(holds[1]),
        "gaze away, share": _mean(np.concatenate(aways)),
        "brow height SD": _mean(brows),
        "mouth width SD without speech": _mean(widths),
    }


def face_sizes(performance: Performance) -> tuple[Floats, Floats]:
    """Brow height and mouth width [T] in outer inter-ocular distances, as the units alone make them."""
    neutral, moves = _points_by_unit()
    points = neutral + np.tensordot(performance.units, moves, 1)
    return -points[:, :2, 1].mean(axis=1), np.linalg.norm(points[:, 2] - points[:, 3], axis=1)


@cache
def _points_by_unit() -> tuple[Floats, Floats]:
    """Brows and corners of the mouth of a neutral face [4, 3], and how each unit moves them [29, 4, 3]."""
    space, points = LatentSpace.load(), [*BROWS, *MOUTH_CORNERS]
    latents = space.arkit_latents[[ARKIT_INDEX[unit] for unit in EXPRESSION_UNITS]]
    return space.neutral[points].astype(float), space.decode(latents)[:, points].astype(float)


def _blink_shape(clips: list[Clip]) -> dict[str, float]:
    found = [find_blinks(clip.performance.blink.mean(axis=1), FPS) for clip in clips]
    depth, closing, opening = (np.concatenate([getattr(f, n) for f in found]) for n in ("depth", "closing", "opening"))
    intervals = np.concatenate([np.diff(f.time) for f in found])
    intervals = intervals[intervals > 0]
    return {
        "closing, ms": 1000 * float(np.median(closing)) if len(closing) else np.nan,
        "opening, ms": 1000 * float(np.median(opening)) if len(opening) else np.nan,
        "blinks that shut": float((depth >= 0.95).mean()) if len(depth) else np.nan,
        "SD of the logarithm of blink intervals": float(np.log(intervals).std()) if len(intervals) else np.nan,
    }


def _gaze_shape(clips: list[Clip]) -> dict[str, float]:
    sizes, lasts, jitter, head = [], [], [], []
    for clip in clips:
        for begin, end, size in saccades(clip.performance.gaze):
            sizes.append(size)
            lasts.append(end - begin)
        jitter.append(power_above(np.degrees(clip.performance.head_rotation), FPS, 8.0))
        head.append(np.abs(np.degrees(clip.performance.head_rotation)).max())
    sized, frames = np.array(sizes), np.array(lasts)
    seconds = sum(len(clip.performance) for clip in clips) / FPS
    ranges = {"2 to 5": (2, 5), "5 to 10": (5, 10), "over 10": (10, 90)}
    shape = {
        f"frames of a saccade of {name} degrees": _mean(frames[(sized > low) & (sized <= high)])
        for name, (low, high) in ranges.items()
    }
    return {
        **shape,
        "gaze shifts a minute over 0.8 degrees": 60 * len(sizes) / seconds,
        "head above 8 Hz, degrees": _mean(jitter),
        "furthest head angle, degrees": float(max(head)),
    }


def saccades(gaze: NDArray) -> list[tuple[int, int, float]]:
    """Saccades of a gaze [T, 2] in rad: the frame before, the last frame, and the size in degrees."""
    speed = np.degrees(np.linalg.norm(np.diff(gaze, axis=0), axis=1))
    runs = [(begin, end) for fast, begin, end in _runs(speed > SACCADE_DEG) if fast]
    return [(begin, end, float(np.degrees(np.linalg.norm(gaze[end] - gaze[begin])))) for begin, end in runs]


def _together(clips: list[Clip]) -> dict[str, float]:
    """How the channels go together."""
    with_blink, by_chance, lagged = [], [], []
    brow_head, brow_blink = [], []
    for clip in clips:
        made = clip.performance
        frames = len(made)
        shut = np.zeros(frames, bool)
        for time in find_blinks(made.blink.mean(axis=1), FPS).time:
            at = round(time * FPS)
            shut[max(at - NEAR_FRAMES[1], 0) : at - NEAR_FRAMES[0]] = True
        large = [begin for begin, _, size in saccades(made.gaze) if size > LARGE_SHIFT_DEG]
        with_blink += [bool(shut[at]) for at in large]
        by_chance.append(float(shut.mean()))
        eyes = np.diff(made.gaze, axis=0)
        head = np.stack([-np.diff(made.head_rotation[:, 1]), -np.diff(made.head_rotation[:, 0])], axis=1)
        large = [at for at in large if LAGS[-1] <= at < frames - 1 - LAGS[-1]]
        if large:
            ways = np.array([eyes[at : at + 3].sum(axis=0) for at in large])
            lagged.append([float((ways * head[np.array(large) + lag]).sum()) for lag in LAGS])
        brow, _ = face_sizes(made)
        speed = head_speed(made.head_rotation, FPS)
        if frames > 10 * FPS and brow.std() > 0:
            brow_head.append(np.corrcoef(np.abs(np.gradient(brow)), speed)[0, 1])
            brow_blink.append(np.corrcoef(brow, made.blink.mean(axis=1))[0, 1])
    curve = np.sum(lagged, axis=0) if lagged else np.full(len(LAGS), np.nan)
    return {
        "large gaze shifts with a blink": _mean(with_blink),
        "... by chance": _mean(by_chance),
        "head after gaze, ms": 1000 * LAGS[int(np.argmax(curve))] / FPS if lagged else np.nan,
        "correlation of brow and head speed": _mean(brow_head),
        "correlation of brow and lids": _mean(brow_blink),
    }


def _voice(clips: list[Clip]) -> dict[str, float]:
    """What goes with the face's own voice."""
    energies: dict[str, Floats] = {}
    speeds: dict[str, list[Floats]] = {}
    brow_gain, brow_pitch, nod_gain = [], [], []
    for number, clip in enumerate(clips):
        name = clip.voice or str(number)
        energies[name] = np.array([frame.energy for frame in clip.prosody])
        speeds.setdefault(name, []).append(head_speed(clip.performance.head_rotation, FPS))
        stress = [i for i, f in enumerate(clip.prosody) if f.emphasis > 0.5 and i + STRESS_LAGS[-1] < len(clip.prosody)]
        brow, _ = face_sizes(clip.performance)
        if stress and brow.std() > 0:
            at = np.array(stress)
            curves = np.stack([brow[at + lag] for lag in STRESS_LAGS])
            brow_gain.append((curves - curves[0]).mean(axis=1).max() / brow.std())
            speed = speeds[name][-1]
            nod_gain.append(np.max([speed[at + lag].mean() for lag in STRESS_LAGS]) / speed.mean())
        voiced = np.array([frame.voiced for frame in clip.prosody])
        if voiced.sum() > 25 and brow.std() > 0:
            pitch = np.array([frame.pitch for frame in clip.prosody])
            brow_pitch.append(np.corrcoef(pitch[voiced], brow[voiced])[0, 1])
    takes = min(len(each) for each in speeds.values())
    tie = tie_of(list(energies.values()), [each[:takes] for each in speeds.values()], FPS, permutations=500)
    return {
        "coherence with the voice at 1-2 Hz": tie.coherence if tie else np.nan,
        "... of other voices": float(tie.shuffled.mean()) if tie else np.nan,
        "p of the tie to the voice": tie.p if tie else np.nan,
        "brow after stress, SD": _mean(brow_gain),
        "head speed after stress, against the mean": _mean(nod_gain),
        "correlation of brow and pitch": _mean(brow_pitch),
        "seeds against clips": _diversity(clips),
    }


def _diversity(clips: list[Clip]) -> float:
    """Distance of the head's paths between takes of one voice, against that between voices."""
    same: list[float] = []
    other: list[float] = []
    for i, one in enumerate(clips):
        for two in clips[:i]:
            length = min(len(one.performance), len(two.performance))
            paths = (clip.performance.head_rotation[:length] for clip in (one, two))
            distance = np.linalg.norm(next(paths) - next(paths), axis=1).mean()
            (same if one.voice and one.voice == two.voice else other).append(float(distance))
    return _mean(same) / _mean(other) if same and other else float("nan")


def _runs(flags: Flags) -> list[tuple[bool, int, int]]:
    """Value, begin and end of each stretch of equal values."""
    edges = [0, *(np.flatnonzero(np.diff(flags)) + 1).tolist(), len(flags)]
    return [(bool(flags[a]), a, b) for a, b in itertools.pairwise(edges) if b > a]


def _mean(values: object) -> float:
    array = np.asarray(values, float)
    return float(array.mean()) if array.size else float("nan")
