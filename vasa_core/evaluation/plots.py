"""What the plots share: matplotlib, colours, axes under a waveform."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.errors import ExportError, VasaError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.floating]

TRUTH, RESULT, OTHER, SHADE = "#8a8f98", "#d1495b", "#00798c", "#edae49"
"""The recording, the motion, a third curve, and areas."""
DPI = 110
WAVE_POINTS = 2000
"""Columns of a waveform: more are not seen."""


def check_plots() -> None:
    """Refuse, before any work, to plot without matplotlib."""
    if find_spec("matplotlib") is None:
        raise VasaError('Plots need matplotlib, which is not installed. Run: pip install "matplotlib>=3.8".')


def new_figure(rows: int, columns: int = 1, size: tuple[float, float] = (11, 8), one_time: bool = False) -> "Figure":
    """An empty figure (no screen needed) with axes in `rows` and `columns`, which may share one time axis."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    figure.subplots(rows, columns, sharex=one_time)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25, linewidth=0.5)
    return figure


def save_figure(figure: "Figure", path: Path) -> Path:
    """Write a figure as PNG."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, facecolor="white")
    except (OSError, ValueError) as error:
        raise ExportError(f"The plot {path} cannot be written ({error}). Give a path that ends in .png.") from error
    return path


def draw_wave(axes: "Axes", samples: Array) -> None:
    """The waveform of mono samples at 16 kHz as an area."""
    step = max(len(samples) // WAVE_POINTS, 1)
    blocks = np.asarray(samples[: len(samples) // step * step]).reshape(-1, step)
    times = np.arange(len(blocks)) * step / SAMPLE_RATE
    axes.fill_between(times, blocks.min(axis=1), blocks.max(axis=1), color="#5b6270", linewidth=0)
    loudest = max(float(np.abs(samples).max(initial=0)), 1e-3)
    axes.set_ylim(-1.05 * loudest, 1.05 * loudest)
    axes.set_yticks([])
    axes.grid(visible=False)
    label(axes, "voice")


def label(axes: "Axes", text: str) -> None:
    """What an axis shows, at its left."""
    axes.set_ylabel(text, fontsize=8)


def legend(axes: "Axes") -> None:
    """A small legend above the axes at the right."""
    axes.legend(fontsize=7, frameon=False, loc="lower right", bbox_to_anchor=(1, 0.96), ncols=4, borderaxespad=0)
