"""Head, blinks and gaze of generated faces: how much, how smooth, how tied to the voice, how varied."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.blink_stats import LEAST_INTERVALS, blink_stats, fit_log_normal
from vasa_core.evaluation.diversity import diversity
from vasa_core.evaluation.face_curves import FaceCurves
from vasa_core.evaluation.gaze_stats import gaze_stats
from vasa_core.evaluation.jitter import power_ratio, share_ratio
from vasa_core.evaluation.life import head_delta
from vasa_core.motion.track import MOTION_FPS

Array = NDArray[np.floating]
Figures = dict[str, float]

HEAD_JITTER_HZ, LIP_JITTER_HZ = 8.0, 12.0
"""Nothing that a head or lips do on purpose is faster."""


def life_figures(stretches: list[FaceCurves]) -> Figures:
    """Size and statistics of the motion of one face over several stretches; deviations are those within a stretch."""
    turn = [np.degrees(curves.head) for curves in stretches]
    spread = np.sqrt(np.mean([angles.var(axis=0) for angles in turn], axis=0))
    opening = np.concatenate([curves.opening for curves in stretches])
    blinks = blink_stats([curves.blink for curves in stretches], MOTION_FPS)
    gaze = gaze_stats([curves.gaze for curves in stretches], MOTION_FPS)
    figures = {
        "opening_95": float(np.percentile(opening, 95)),
        "mouth_width_sd": _spread([curves.width for curves in stretches]),
        "brow_sd": _spread([curves.brows for curves in stretches]),
        "head_sd_pitch": float(spread[0]),
        "head_sd_yaw": float(spread[1]),
        "head_sd_roll": float(spread[2]),
        "head_delta": float(np.mean([head_delta(curves.head, MOTION_FPS) for curves in stretches])),
        "blinks_per_minute": blinks.per_minute,
        "blink_closing_ms": blinks.closing_ms,
        "blink_opening_ms": blinks.opening_ms,
        "blink_full": blinks.full,
        "gaze_hold_s": gaze.hold_s,
        "gaze_avert_s": gaze.avert_s,
        "gaze_away": gaze.away,
    }
    if len(blinks.intervals) >= LEAST_INTERVALS and (fit := fit_log_normal(blinks.intervals)):
        figures |= {"blink_interval_s": fit.median, "blink_interval_sigma": fit.sigma, "blink_interval_p": fit.p}
    return figures


def jitter_figures(results: list[FaceCurves], truths: list[FaceCurves]) -> Figures:
    """Power of trembling against the recordings'."""
    heads = [np.degrees(curves.head) for curves in results], [np.degrees(curves.head) for curves in truths]
    mouths = [curves.opening for curves in results], [curves.opening for curves in truths]
    return {
        "head_jitter": power_ratio(*heads, MOTION_FPS, HEAD_JITTER_HZ),
        "head_jitter_share": share_ratio(*heads, MOTION_FPS, HEAD_JITTER_HZ),
        "lip_jitter": power_ratio(*mouths, MOTION_FPS, LIP_JITTER_HZ),
        "lip_jitter_share": share_ratio(*mouths, MOTION_FPS, LIP_JITTER_HZ),
    }


def diversity_figures(takes: list[list[FaceCurves]]) -> Figures:
    """How far the takes (seeds) of each clip are apart, and against different clips."""
    same, other = diversity([[curves.head for curves in row] for row in takes])
    return {"seeds_apart": same, "clips_apart": other, "diversity": same / other if other else float("nan")}


def _spread(curves: list[Array]) -> float:
    return float(np.sqrt(np.mean([curve.var() for curve in curves])))
