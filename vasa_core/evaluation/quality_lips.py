"""How well generated lips follow recorded ones, over many clips of one speaker."""

import itertools

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.evaluation import lips
from vasa_core.evaluation.face_curves import FaceCurves
from vasa_core.evaluation.lag import common_lag
from vasa_core.evaluation.words import Words
from vasa_core.motion.track import MOTION_FPS

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]
Figures = dict[str, float]

TOUCHING = 0.012
"""Lips further apart than this never count as closed, however little a face closes them, inter-ocular distances: the
room that performance capture leaves for the tracker's noise."""
QUIET_DB = -35.0
"""Sound this far below a clip's loudest 0.1 s is no voice."""
QUIET_LEAST_S, QUIET_AFTER_S, QUIET_BEFORE_S = 0.5, 0.2, 0.5
"""Shorter silences are pauses within speech; lips still move after a word and open well before the next."""


def lip_figures(
    results: dict[str, FaceCurves], truths: dict[str, FaceCurves], words: dict[str, Words], silences: dict[str, Mask]
) -> Figures:
    """Figures of generated lips against recorded ones.

    Parameters
    ----------
    results, truths : curves by clip; both are cut to the shorter one
    words : word times by clip, where they are known
    silences : [T] by clip: frames without a voice
    """
    pairs = {name: _same_length(results[name], truths[name]) for name in results}
    openings = [(a.opening, b.opening) for a, b in pairs.values()]
    widths = [(a.width, b.width) for a, b in pairs.values()]
    scores = [lips.correlation(a, b) for a, b in openings]
    speeds = [(np.diff(a) * MOTION_FPS, np.diff(b) * MOTION_FPS) for a, b in openings]
    figures = {
        "opening_correlation": float(np.mean(scores)),
        "opening_correlation_worst": float(np.min(scores)),
        "width_correlation": float(np.mean([lips.correlation(a, b) for a, b in widths])),
        "lag_ms": 1000 * common_lag(openings, MOTION_FPS),
        "width_lag_ms": 1000 * common_lag(widths, MOTION_FPS),
        "amplitude_ratio": float(np.mean([a.std() / max(b.std(), 1e-9) for a, b in openings])),
        "velocity_error": float(
            np.concatenate([np.abs(a - b) for a, b in speeds]).mean()
            / np.concatenate([np.abs(b) for _, b in speeds]).mean()
        ),
    }
    return figures | _closures(pairs, words, silences)


def _closures(
    pairs: dict[str, tuple[FaceCurves, FaceCurves]], words: dict[str, Words], silences: dict[str, Mask]
) -> Figures:
    quiet = np.concatenate([silences[name][: len(a)] for name, (a, _) in pairs.items()])
    result = np.concatenate([a.opening for a, _ in pairs.values()])
    truth = np.concatenate([b.opening for _, b in pairs.values()])
    scale = lips.range_of(result, ~quiet, min(float(np.percentile(result, 2)), TOUCHING))
    truth_scale = lips.range_of(truth, ~quiet)
    figures = {
        "false_closures": float(
            np.nanmean([lips.false_closure_rate(a.opening, scale, b.opening, truth_scale) for a, b in pairs.values()])
        )
    }
    spoken = {name: lips.bilabial_starts(words[name]) for name in pairs if name in words}
    if any(len(starts) for starts in spoken.values()):
        recall = [lips.closures(pairs[name][0].opening, MOTION_FPS, at, scale) for name, at in spoken.items()]
        errors = [
            lips.contact_errors(pairs[name][0].opening, MOTION_FPS, at, pairs[name][1].opening)
            for name, at in spoken.items()
        ]
        figures["closures_checked"] = float(sum(map(len, recall)))
        figures["closure_recall"] = float(np.concatenate(recall).mean())
        figures["contact_error_frames"] = float(np.median(np.concatenate(errors)))
    curves = [(a.opening, silences[name][: len(a)]) for name, (a, _) in pairs.items()]
    return figures | silence_figures(curves, scale)


def recorded_lip_figures(truths: dict[str, FaceCurves], words: dict[str, Words], silences: dict[str, Mask]) -> Figures:
    """What the recordings themselves reach in the measures that need no second face."""
    quiet = np.concatenate([silences[name] for name in truths])
    scale = lips.range_of(np.concatenate([curves.opening for curves in truths.values()]), ~quiet)
    figures = silence_figures([(curves.opening, silences[name]) for name, curves in truths.items()], scale)
    spoken = {name: lips.bilabial_starts(words[name]) for name in truths if name in words}
    if any(len(starts) for starts in spoken.values()):
        recall = [lips.closures(truths[name].opening, MOTION_FPS, at, scale) for name, at in spoken.items()]
        figures["closure_recall"] = float(np.concatenate(recall).mean())
    return figures


def silence_figures(curves: list[tuple[Array, Mask]], scale: lips.Range) -> Figures:
    """What lips do without a voice: 95th percentiles of their speed and of their opening, against speech.

    Parameters
    ----------
    curves : opening [T] and silent frames [T] of each clip
    """
    quiet = np.concatenate([silence for _, silence in curves])
    if not quiet.any() or quiet.all():
        return {}
    speed = np.concatenate([np.abs(np.gradient(opening)) * MOTION_FPS for opening, _ in curves])
    opening = np.concatenate([opening for opening, _ in curves])
    return {
        "silence_speed": float(np.percentile(speed[quiet], 95) / max(np.percentile(speed[~quiet], 95), 1e-9)),
        "silence_opening": lips.silence_opening(opening, quiet, scale),
    }


def silence_of(samples: Array, words: Words | None, frames: int) -> Mask:
    """[frames] at 25 Hz without a voice: by the word times, or where there are none by the sound's level."""
    if words:
        return lips.silence_mask(words, frames, MOTION_FPS)
    per_frame = round(SAMPLE_RATE / MOTION_FPS)
    padded = np.pad(np.asarray(samples, float), (0, max(frames * per_frame - len(samples), 0)))
    power = (padded[: frames * per_frame].reshape(frames, per_frame) ** 2).mean(axis=1)
    power = np.convolve(power, np.ones(3) / 3, mode="same")
    loud = power > max(power.max(), 1e-12) * 10 ** (QUIET_DB / 10)
    mask = np.zeros(frames, bool)
    edges = [0, *(np.flatnonzero(np.diff(loud)) + 1).tolist(), frames]
    for begin, end in itertools.pairwise(edges):
        if not loud[begin] and end - begin >= QUIET_LEAST_S * MOTION_FPS:
            first = begin + (round(QUIET_AFTER_S * MOTION_FPS) if begin else 0)
            mask[first : end - (round(QUIET_BEFORE_S * MOTION_FPS) if end < frames else 0)] = True
    return mask


def _same_length(a: FaceCurves, b: FaceCurves) -> tuple[FaceCurves, FaceCurves]:
    count = min(len(a), len(b))
    return a.slice(count), b.slice(count)
