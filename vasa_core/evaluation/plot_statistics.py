"""The plots of what is measured over many clips: spectra, blinks, gaze, tie to the voice, paths, obedience."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.blink_stats import LEAST_INTERVALS, blink_stats, fit_log_normal
from vasa_core.evaluation.face_curves import FaceCurves
from vasa_core.evaluation.gaze_stats import gaze_stats
from vasa_core.evaluation.jitter import spectrum
from vasa_core.evaluation.plots import OTHER, RESULT, SHADE, TRUTH, label, new_figure
from vasa_core.evaluation.quality import RECORDED, STREAMED, Quality
from vasa_core.evaluation.tie import BAND_HZ, Tie
from vasa_core.motion.track import MOTION_FPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.floating]

COHERENCE_SHOWN_HZ = 6.0


def draw_statistics(quality: Quality, clip: str) -> "Figure":
    """A figure of what is measured over all clips; the head's path is that of `clip`."""
    figure = new_figure(2, 4, size=(18, 8))
    truths, takes = list(quality.truths.values()), [row[0] for row in quality.takes.values()]
    heads, mouths, intervals, looks, shuffles, coherence, paths, obedience = figure.axes
    _draw_spectra(heads, [np.degrees(c.head) for c in takes], [np.degrees(c.head) for c in truths], "head, deg²/Hz", 8)
    _draw_spectra(mouths, [c.opening for c in takes], [c.opening for c in truths], "lip opening, 1/Hz", 12)
    _draw_intervals(intervals, quality.speaking)
    _draw_looks(looks, quality.speaking)
    _draw_tie(shuffles, coherence, quality.ties)
    _draw_paths(paths, quality, clip)
    _draw_obedience(obedience, quality)
    return figure


def _draw_tie(shuffles: "Axes", coherence: "Axes", ties: dict[str, Tie]) -> None:
    shuffles.set_xlabel("coherence of head speed and voice, 1-2 Hz", fontsize=8)
    coherence.set_xlabel("Hz", fontsize=8)
    label(coherence, "coherence of head speed and voice")
    if STREAMED not in ties:
        for axes in (shuffles, coherence):
            _say(axes, "too few clips to shuffle")
        return
    tie = ties[STREAMED]
    shuffles.hist(tie.shuffled, bins=40, color=TRUTH, label="other voices")
    shuffles.axvline(tie.coherence, color=RESULT, linewidth=2, label=f"own voice, p = {tie.p:.4f}")
    shuffles.legend(fontsize=7, frameon=False)
    shown = tie.frequencies <= COHERENCE_SHOWN_HZ
    coherence.axvspan(*BAND_HZ, color=SHADE, alpha=0.2)
    coherence.plot(tie.frequencies[shown], tie.shuffled_spectrum[shown], color=TRUTH, label="95% of other voices")
    for name, colour in ((STREAMED, RESULT), (RECORDED, OTHER)):
        if name in ties:
            coherence.plot(tie.frequencies[shown], ties[name].spectrum[shown], color=colour, label=f"own voice, {name}")
    coherence.legend(fontsize=7, frameon=False)


def _draw_looks(axes: "Axes", speaking: FaceCurves) -> None:
    stats = gaze_stats([speaking.gaze], MOTION_FPS)
    axes.set_xlabel("s of looks at the viewer and away, speaking", fontsize=8)
    if not len(stats.holds) or not len(stats.averts):
        _say(axes, "the gaze never averts")
        return
    bins = np.linspace(0, max(6.0, float(stats.holds.max()), float(stats.averts.max())), 25).tolist()
    for values, colour, name in ((stats.holds, TRUTH, "holds"), (stats.averts, RESULT, "averts")):
        axes.hist(values, bins=bins, color=colour, alpha=0.7, label=f"{name}, mean {values.mean():.1f} s")
    axes.legend(fontsize=7, frameon=False)


def _draw_obedience(axes: "Axes", quality: Quality) -> None:
    for asked, (yaw, pitch) in quality.obedience.gazes.items():
        wanted_yaw, wanted_pitch = (float(number) for number in asked.split())
        axes.plot([wanted_yaw, yaw], [wanted_pitch, pitch], color=TRUTH, linewidth=0.8)
        axes.plot(wanted_yaw, wanted_pitch, "o", color=TRUTH, markersize=5, fillstyle="none")
        axes.plot(yaw, pitch, "o", color=RESULT, markersize=4)
    axes.set_aspect("equal", "datalim")
    axes.set_xlabel("gaze asked (rings) and found (dots): yaw, degrees", fontsize=8)
    label(axes, "pitch, degrees")


def _say(axes: "Axes", text: str) -> None:
    """What is to be said where nothing can be shown."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", fontsize=8, color=TRUTH)


def _draw_spectra(axes: "Axes", results: list[Array], truths: list[Array], name: str, limit: float) -> None:
    for curves, colour, who in ((truths, TRUTH, "recorded"), (results, RESULT, "generated")):
        frequencies, density = spectrum(curves, MOTION_FPS)
        if np.isfinite(density).all():
            axes.semilogy(frequencies[1:], np.maximum(density[1:], 1e-12), color=colour, label=who)
    axes.axvspan(limit, MOTION_FPS / 2, color=SHADE, alpha=0.2)
    axes.set_xlabel("Hz", fontsize=8)
    label(axes, name)
    axes.legend(fontsize=7, frameon=False)


def _draw_intervals(axes: "Axes", speaking: FaceCurves) -> None:
    values = blink_stats([speaking.blink], MOTION_FPS).intervals
    axes.set_xlabel("s from blink to blink, speaking", fontsize=8)
    if len(values) < LEAST_INTERVALS:
        _say(axes, f"{len(values)} intervals: too few")
        return
    axes.hist(values, bins=np.linspace(0, max(10, values.max()), 26).tolist(), color=TRUTH, density=True)
    if fit := fit_log_normal(values):
        x = np.linspace(0.05, max(10, values.max()), 400)
        density = np.exp(-(np.log(x / fit.median) ** 2) / (2 * fit.sigma**2)) / (x * fit.sigma * np.sqrt(2 * np.pi))
        axes.plot(
            x, density, color=RESULT, label=f"log-normal, {fit.median:.1f} s, sigma {fit.sigma:.2f}, p {fit.p:.2f}"
        )
        axes.legend(fontsize=7, frameon=False)


def _draw_paths(axes: "Axes", quality: Quality, name: str) -> None:
    for take, curves in enumerate(quality.takes[name], start=1):
        yaw, pitch = np.degrees(curves.head[:, 1]), -np.degrees(curves.head[:, 0])
        axes.plot(-yaw, pitch, linewidth=1, label=f"take {take}")
    yaw, pitch = np.degrees(quality.truths[name].head[:, 1]), -np.degrees(quality.truths[name].head[:, 0])
    axes.plot(-yaw, pitch, color=TRUTH, linewidth=1.5, label="recorded")
    axes.set_aspect("equal", "datalim")
    axes.set_xlabel(f"head of {name}: to the viewer's right, degrees", fontsize=8)
    label(axes, "up, degrees")
    axes.legend(fontsize=7, frameon=False)
