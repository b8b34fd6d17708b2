"""The report of `vasa eval` on disk: report.json, plots as PNG, and a page that shows both."""

import html
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.blink_stats import blink_stats, fit_log_normal
from vasa_core.evaluation.face_curves import FaceCurves
from vasa_core.evaluation.jitter import spectrum
from vasa_core.evaluation.plot_voice import draw_face
from vasa_core.evaluation.plots import OTHER, RESULT, SHADE, TRUTH, label, new_figure, save_figure
from vasa_core.evaluation.quality import STREAMED, Quality, Section, strung_together
from vasa_core.evaluation.recordings import EvaluationError
from vasa_core.motion.track import MOTION_FPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.floating]

SHOWN_S = 20.0
"""So much of the long voice is plotted."""
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}
h1{font-size:1.4em}h2{font-size:1.1em;margin:1.8em 0 .4em}img{max-width:100%}
table{border-collapse:collapse}td,th{padding:.15em 1em .15em 0;text-align:right;font-variant-numeric:tabular-nums}
td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}tr{border-bottom:1px solid #eee}
.in{color:#1b7f3b}.out{color:#b3202c;font-weight:600}"""


def write_report(quality: Quality, folder: Path, clip: str | None = None) -> list[Path]:
    """Write report.json, plots/*.png and report.html; gives their paths (of the plots, the folder).

    `clip` names the clip that is plotted; None takes the one of median correlation.
    """
    chosen = clip or _median_clip(quality)
    if chosen not in quality.truths:
        raise EvaluationError(f"{chosen} is none of the clips that were measured: {', '.join(quality.truths)}.")
    folder.mkdir(parents=True, exist_ok=True)
    plots = folder / "plots"
    names = [
        save_figure(_draw_clip(quality, chosen), plots / "clip.png"),
        save_figure(_draw_long(quality), plots / "long.png"),
        save_figure(_draw_statistics(quality), plots / "statistics.png"),
    ]
    data = folder / "report.json"
    data.write_text(json.dumps(quality.as_dict(), indent=1), encoding="utf-8")
    page = folder / "report.html"
    page.write_text(_page(quality, [path.relative_to(folder) for path in names]), encoding="utf-8")
    return [page, data, plots]


def _median_clip(quality: Quality) -> str:
    names = sorted(quality.clips, key=lambda name: quality.clips[name]["opening_correlation"])
    return names[len(names) // 2]


def _draw_clip(quality: Quality, name: str) -> "Figure":
    recording = next(r for r in quality.recordings if r.name == name)
    row = quality.clips[name]
    title = f"{name}, streamed: lip opening correlates {row['opening_correlation']:.2f}, lag {row['lag_ms']:+.0f} ms"
    return draw_face(recording.samples, quality.takes[name][0], quality.truths[name], recording.words, title)


def _draw_long(quality: Quality) -> "Figure":
    seconds = min(SHOWN_S, len(quality.speaking) / MOTION_FPS)
    curves = quality.speaking.slice(round(seconds * MOTION_FPS))
    return draw_face(strung_together(quality.recordings, seconds), curves, title="Voices strung together")


def _draw_statistics(quality: Quality) -> "Figure":
    figure = new_figure(2, 3, size=(14, 8))
    truths, takes = list(quality.truths.values()), [row[0] for row in quality.takes.values()]
    heads, mouths, intervals, shuffles, coherence, paths = figure.axes
    _draw_spectra(heads, [np.degrees(c.head) for c in takes], [np.degrees(c.head) for c in truths], "head, deg²/Hz", 8)
    _draw_spectra(mouths, [c.opening for c in takes], [c.opening for c in truths], "lip opening, 1/Hz", 12)
    _draw_intervals(intervals, quality.speaking)
    if STREAMED in quality.ties:
        tie = quality.ties[STREAMED]
        shuffles.hist(tie.shuffled, bins=40, color=TRUTH, label="other voices")
        shuffles.axvline(tie.coherence, color=RESULT, linewidth=2, label=f"own voice, p = {tie.p:.4f}")
        shuffles.set_xlabel("coherence of head speed and voice, 1-2 Hz", fontsize=8)
        shuffles.legend(fontsize=7, frameon=False)
        shown = tie.frequencies <= 6
        coherence.axvspan(1, 2, color=SHADE, alpha=0.2)
        coherence.plot(tie.frequencies[shown], tie.shuffled_spectrum[shown], color=TRUTH, label="95% of other voices")
        for name, colour in ((STREAMED, RESULT), ("recordings", OTHER)):
            if name in quality.ties:
                coherence.plot(
                    tie.frequencies[shown], quality.ties[name].spectrum[shown], color=colour, label=f"own voice, {name}"
                )
        coherence.set_xlabel("Hz", fontsize=8)
        label(coherence, "coherence of head speed and voice")
        coherence.legend(fontsize=7, frameon=False)
    _draw_paths(paths, quality)
    return figure


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
    if not len(values):
        return
    axes.hist(values, bins=np.linspace(0, max(10, values.max()), 26).tolist(), color=TRUTH, density=True)
    if fit := fit_log_normal(values):
        x = np.linspace(0.05, max(10, values.max()), 400)
        density = np.exp(-(np.log(x / fit.median) ** 2) / (2 * fit.sigma**2)) / (x * fit.sigma * np.sqrt(2 * np.pi))
        axes.plot(
            x, density, color=RESULT, label=f"log-normal, {fit.median:.1f} s, sigma {fit.sigma:.2f}, p {fit.p:.2f}"
        )
        axes.legend(fontsize=7, frameon=False)


def _draw_paths(axes: "Axes", quality: Quality) -> None:
    name = _median_clip(quality)
    for seed, curves in enumerate(quality.takes[name]):
        yaw, pitch = np.degrees(curves.head[:, 1]), -np.degrees(curves.head[:, 0])
        axes.plot(-yaw, pitch, linewidth=1, label=f"seed {seed}")
    yaw, pitch = np.degrees(quality.truths[name].head[:, 1]), -np.degrees(quality.truths[name].head[:, 0])
    axes.plot(-yaw, pitch, color=TRUTH, linewidth=1.5, label="recorded")
    axes.set_aspect("equal", "datalim")
    axes.set_xlabel(f"head of {name}: to the viewer's right, degrees", fontsize=8)
    label(axes, "up, degrees")
    axes.legend(fontsize=7, frameon=False)


def _page(quality: Quality, plots: list[Path]) -> str:
    parts = [
        "<!doctype html><meta charset='utf-8'><title>Motion against recordings</title>",
        f"<style>{STYLE}</style><h1>Motion against recordings</h1>",
        f"<p>{len(quality.clips)} clips of {html.escape(str(quality.folder))}</p>",
        *(_table(section) for section in quality.sections),
        *(f"<h2>{path.stem.capitalize()}</h2><img src='{path.as_posix()}' alt='{path.stem}'>" for path in plots),
    ]
    if quality.left_out:
        rows = (f"<li>{html.escape(name)}: {html.escape(why)}</li>" for name, why in quality.left_out.items())
        parts.append(f"<h2>Left out</h2><ul>{''.join(rows)}</ul>")
    return "\n".join(parts)


def _table(section: Section) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in section.columns)
    rows = []
    for line in section.lines:
        if all(line.key not in column for column in section.columns.values()):
            continue
        cells = ""
        for name, column in section.columns.items():
            value = column.get(line.key, float("nan"))
            kind = ("in" if line.reached(value) else "out") if line.asked and name in section.judged else ""
            cells += f"<td class='{kind}'>{html.escape(line.show(value))}</td>"
        rows.append(f"<tr><td>{html.escape(line.title)}</td>{cells}<td>{html.escape(line.range)}</td></tr>")
    return f"<h2>{html.escape(section.title)}</h2><table><tr><th></th>{head}<th>wanted</th></tr>{''.join(rows)}</table>"
