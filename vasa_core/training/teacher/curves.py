"""The pieces that the teacher's movements are made of, as whole curves at 25 Hz."""

from math import exp

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.signal import lfilter

Floats = NDArray[np.floating]

FRAME_S = 0.04

DRIFT_S = (2.8, 1.0, 0.36)
DRIFT_SHARES = (0.66, 0.58, 0.48)
"""Time constants of slow wandering and the SD of each part; together about 1/f with SD 1."""
DRIFT_SMOOTHING = 0.35
"""Time constant of each of the two smoothing stages, as a share of the part's own."""
DRIFT_WARM_UP_S = 9.0

STROKE_SHARPNESS = 2.5
STROKE_SWING = 0.22
STROKE_SWING_LATE = 3.0
"""A stroke swings past rest by the second, this many times as late as its top."""
STROKE_LENGTH = 9.0
"""Over after this many times its rise."""
HOLD_SAG = 0.45
"""Faces do not hold still: a held expression sags by this share before it is let go."""


def log_normal(random: np.random.Generator, mean: float, spread: float) -> float:
    """A positive random number with this mean; `spread` is the SD of its logarithm."""
    return mean * exp(spread * random.standard_normal() - spread * spread / 2)


def smooth_step(share: Floats) -> Floats:
    """From 0 to 1 with the least jerk, as limbs and heads go (Flash and Hogan 1985); held outside [0, 1]."""
    share = np.clip(share, 0.0, 1.0)
    return np.asarray(share**3 * (10 + share * (6 * share - 15)))


def add_move(curve: Floats, at: float, lasts: float, by: Floats) -> None:
    """Move a curve [T, C] for good by `by` [C], beginning at frame `at` (fractions count), taking `lasts` seconds."""
    length = lasts / FRAME_S
    begin, end = max(int(at), 0), max(int(np.ceil(at + length)), 0)
    frames = np.arange(begin, min(end, len(curve)))
    curve[frames] += smooth_step((frames - at) / length)[:, None] * by
    curve[end:] += by


def add_stroke(curve: Floats, at: float, rise: float, size: Floats) -> None:
    """Add one movement out and back [C], its top `rise` seconds after frame `at`, with a slight swing past rest."""
    begin = max(int(np.ceil(at)), 0)
    frames = np.arange(begin, min(begin + int(STROKE_LENGTH * rise / FRAME_S) + 1, len(curve)))
    time = (frames - at) * FRAME_S / rise
    swing = STROKE_SWING * _bump(time / STROKE_SWING_LATE) * np.minimum(time / 2, 1.0)
    curve[frames] += (_bump(time) - swing)[:, None] * size


def add_hold(curve: Floats, at: int, rise: float, hold: float, fall: float, size: float) -> None:
    """Add to a curve [T] a rise from frame `at`, a hold that sags, and a slower return; times in seconds.

    It rises to `size` above rest, however much is left of earlier ones.
    """
    begin = max(at, 0)
    size -= float(curve[min(at + round(rise / FRAME_S), len(curve) - 1)])
    if size <= 0:
        return
    frames = np.arange(begin, min(begin + int((rise + hold + fall) / FRAME_S) + 2, len(curve)))
    time = (frames - at) * FRAME_S
    sag = 1 - HOLD_SAG * smooth_step((time - 0.5 * rise) / (0.5 * rise + hold + fall))
    curve[frames] += size * sag * (smooth_step(time / rise) - smooth_step((time - rise - hold) / fall))


def add_swings(curve: Floats, at: float, hertz: float, count: int, size: Floats, keep: float) -> None:
    """Add `count` movements out and back [C] in a row, each `keep` times as large as the one before: nods, shakes."""
    begin = max(int(np.ceil(at)), 0)
    frames = np.arange(begin, min(begin + int(count / hertz / FRAME_S) + 2, len(curve)))
    turns = np.clip((frames - at) * FRAME_S * hertz, 0, count)
    each = np.minimum(turns.astype(int), count - 1)
    # The first and the last quarter rise and fall softly; in between the swings run into each other.
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * turns)
    curve[frames] += (wave * keep**each)[:, None] * size


def follow(target: Floats, quickness: float) -> Floats:
    """Follow [T, C] or [T] without a jump in place, speed or acceleration, from rest at 0; `quickness` in rad/s."""
    keep = exp(-quickness * FRAME_S)
    first = exp(-1.5 * quickness * FRAME_S)
    for decay in (first, keep, keep):
        target = lfilter([1 - decay], [1, -decay], target, axis=0)
    return target


def lag(target: Floats, seconds: float, start: float = 0.0) -> Floats:
    """Follow [T] with one time constant."""
    decay = exp(-FRAME_S / seconds)
    return np.asarray(lfilter([1 - decay], [1, -decay], target, axis=0, zi=np.array([start * decay]))[0])


def attack_decay(target: Floats, attack: float, decay: float) -> Floats:
    """Follow [T] with one time constant upwards and another downwards, from 0."""
    up, down = 1 - exp(-FRAME_S / attack), 1 - exp(-FRAME_S / decay)
    value, result = 0.0, []
    for aim in target.tolist():
        value += (aim - value) * (up if aim > value else down)
        result.append(value)
    return np.array(result)


def eased(target: Floats, quickness: float) -> Floats:
    """As `follow`, but from the first value on."""
    return target[:1] + follow(target - target[:1], quickness)


def drift(random: np.random.Generator, frames: int, size: int, pace: Floats | None = None) -> Floats:
    """Slow wandering [frames, size] with SD 1, from anywhere; `pace` [frames] lets it hurry (above 1) and rest."""
    places = np.arange(frames, dtype=float) if pace is None else np.cumsum(pace)
    warm_up = int(DRIFT_WARM_UP_S / FRAME_S)
    length = warm_up + int(places[-1] if frames else 0) + 4
    total = np.zeros((length, size))
    for time, share in zip(DRIFT_S, DRIFT_SHARES, strict=True):
        keep, smooth = exp(-FRAME_S / time), exp(-FRAME_S / (DRIFT_SMOOTHING * time))
        noise = lfilter([(1 - keep**2) ** 0.5], [1, -keep], random.standard_normal((length, size)), axis=0)
        for _ in range(2):
            noise = lfilter([1 - smooth], [1, -smooth], noise, axis=0)
        total += share * (1 + DRIFT_SMOOTHING) / (1 + DRIFT_SMOOTHING / 2) ** 0.5 * noise
    if pace is None:
        return total[warm_up : warm_up + frames]
    return np.asarray(CubicSpline(np.arange(length), total, axis=0)(warm_up + places))


def _bump(at: Floats) -> Floats:
    at = np.maximum(at, 0.0)
    return np.asarray((at * np.exp(1 - at)) ** STROKE_SHARPNESS)
