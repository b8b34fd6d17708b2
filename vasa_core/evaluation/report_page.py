"""The report of `vasa eval` on disk: report.json, plots as PNG, and a page that shows both."""

import html
import json
from pathlib import Path
from typing import TYPE_CHECKING

from vasa_core.evaluation.plot_statistics import draw_statistics
from vasa_core.evaluation.plot_voice import draw_face
from vasa_core.evaluation.plots import save_figure
from vasa_core.evaluation.quality import Quality, Section, strung_together
from vasa_core.evaluation.recordings import EvaluationError
from vasa_core.motion.track import MOTION_FPS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
        save_figure(draw_statistics(quality, _median_clip(quality)), plots / "statistics.png"),
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


def _page(quality: Quality, plots: list[Path]) -> str:
    parts = [
        "<!doctype html><meta charset='utf-8'><title>Motion against recordings</title>",
        f"<style>{STYLE}</style><h1>Motion against recordings</h1>",
        f"<p>{len(quality.clips)} clips of {html.escape(str(quality.folder))}</p>",
        *(_table(section) for section in quality.sections if any(section.columns.values())),
        f"<p>{html.escape(quality.obedience.emotions_in_words())}</p>",
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
