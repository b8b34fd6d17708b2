"""Curves of a face under the waveform of its voice: lips, head, lids, gaze; with the recording's where there is one."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.reading import load_audio
from vasa_core.evaluation.face_curves import FaceCurves, curves_of_motion
from vasa_core.evaluation.performer import Performer
from vasa_core.evaluation.plots import OTHER, RESULT, SHADE, TRUTH, draw_wave, label, legend, new_figure, save_figure
from vasa_core.evaluation.words import Words
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.floating]

AXES = ("pitch", "yaw", "roll")
TURN_COLOURS = (RESULT, OTHER, SHADE)


def plot_voice(audio: Path, path: Path, seed: int = 0) -> FaceCurves:
    """Plot the motion that is made of a voice, streamed, to a PNG."""
    samples = load_audio(audio)
    curves = curves_of_motion(Performer().speak(samples, seed), LatentSpace.load())
    save_figure(draw_face(samples, curves, title=f"{audio.name}, seed {seed}"), path)
    return curves


def draw_face(
    samples: Array,
    result: FaceCurves,
    truth: FaceCurves | None = None,
    words: Words | None = None,
    title: str = "",
) -> "Figure":
    """A figure of all curves, one time axis for all.

    Parameters
    ----------
    samples : [n] mono at 16 kHz
    result : generated curves
    truth : the recording's
    words : word times, written into the waveform
    """
    seconds = len(samples) / SAMPLE_RATE
    figure = new_figure(6, size=(min(max(9, seconds * 0.9), 18), 10), one_time=True)
    wave, opening, width, head, lids, gaze = figure.axes
    figure.suptitle(title, fontsize=10)
    draw_wave(wave, samples)
    for start, end, word in words or []:
        if word not in ("sil", "sp"):
            wave.text((start + end) / 2, wave.get_ylim()[1], word, fontsize=7, ha="center", va="bottom")
            wave.axvline(start, color=SHADE, linewidth=0.6)
    _draw_curve(opening, "opening", result, truth, "lip opening")
    _draw_curve(width, "width", result, truth, "mouth width\nagainst its median", centred=True)
    _draw_head(head, result, truth)
    _draw_curve(lids, "blink", result, truth, "lids shut")
    lids.set_ylim(-0.05, 1.05)
    _draw_gaze(gaze, result, truth)
    gaze.set_xlabel("s", fontsize=8)
    gaze.set_xlim(0, seconds)
    return figure


def _times(curve: Array) -> Array:
    return np.arange(len(curve)) / MOTION_FPS


def _draw_curve(
    axes: "Axes", field: str, result: FaceCurves, truth: FaceCurves | None, name: str, centred: bool = False
) -> None:
    for face, colour, width, who in ((truth, TRUTH, 1.6, "recorded"), (result, RESULT, 1.2, "generated")):
        if face is not None:
            curve = getattr(face, field)
            axes.plot(_times(curve), curve - centred * np.median(curve), color=colour, linewidth=width, label=who)
    label(axes, name)
    if truth is not None:
        legend(axes)


def _draw_head(axes: "Axes", result: FaceCurves, truth: FaceCurves | None) -> None:
    for axis, (name, colour) in enumerate(zip(AXES, TURN_COLOURS, strict=True)):
        angle = np.degrees(result.head[:, axis])
        axes.plot(_times(angle), angle, color=colour, linewidth=1.2, label=name)
        if truth is not None:
            angle = np.degrees(truth.head[:, axis])
            axes.plot(_times(angle), angle, color=colour, linewidth=0.9, linestyle=":", label=f"{name}, recorded")
    label(axes, "head, degrees")
    axes.legend(fontsize=7, frameon=False, loc="lower right", bbox_to_anchor=(1, 0.96), ncols=6, borderaxespad=0)


def _draw_gaze(axes: "Axes", result: FaceCurves, truth: FaceCurves | None) -> None:
    for axis, (name, colour) in enumerate((("yaw", OTHER), ("pitch", RESULT))):
        angle = np.degrees(result.gaze[:, axis])
        axes.plot(_times(angle), angle, color=colour, linewidth=1.1, label=name, drawstyle="steps-mid")
        if truth is not None:
            angle = np.degrees(truth.gaze[:, axis])
            axes.plot(_times(angle), angle, color=colour, linewidth=0.9, linestyle=":", label=f"{name}, recorded")
    label(axes, "gaze in the world,\ndegrees")
    legend(axes)
