"""`vasa eval`: the quality of the motion, measured on recordings with truth."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vasa_core.cli.console import err, fail, notes, out, print_json, say, waiting, warn
from vasa_core.cli.options import JsonOption, Provider, ProviderOption, SeedOption, use_provider

if TYPE_CHECKING:
    from rich.table import Table

    from vasa_core.evaluation.quality import Quality, QualitySettings, Section

EXAMPLES = """Examples:

vasa eval clips/ -o report/

vasa eval clips/ --limit 100 --seeds 4 --json

vasa eval --plot-voice line.wav -o plot.png
"""

PLAIN_WIDTH = 120
"""Columns of the tables in a file or pipe."""


def run(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="Video clips of a person who speaks, with sound.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER|PNG",
            help="Folder for report.json, report.html, the plots and the tracked clips; with --plot-voice a .png. "
            r"\[default: report, or voice.png]",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="Most clips, spread evenly over the folder.")
    ] = 40,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Of folders with 100 clips and more also those that training may have seen; without it numbers 5, 15, "
            "25 ... of the alphabetical list, which training keeps out.",
        ),
    ] = False,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=20, metavar="K", help="Takes of each clip, for the diversity.")
    ] = 3,
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds",
            min=20,
            max=3600,
            help="Length of the clips' voices strung together, for head, blinks and gaze.",
        ),
    ] = 120,
    words: Annotated[
        Path | None,
        typer.Option(
            "--words",
            metavar="TSV",
            help=r"Word times (clip, start_s, end_s, word). \[default: words.tsv beside the clips, if there is one]",
            show_default=False,
        ),
    ] = None,
    clip: Annotated[
        str | None,
        typer.Option(
            "--clip", metavar="NAME", help=r"Which clip is plotted. \[default: the median one]", show_default=False
        ),
    ] = None,
    portrait: Annotated[
        Path | None,
        typer.Option(
            "--portrait",
            "-p",
            metavar="FILE",
            help="Measure gaze and distance on this portrait's drawn face too.",
            show_default=False,
        ),
    ] = None,
    plot_voice: Annotated[
        Path | None,
        typer.Option(
            "--plot-voice",
            metavar="AUDIO",
            help="Only plot the motion of this voice, without any recording: lips, head, lids and gaze.",
            show_default=False,
        ),
    ] = None,
    seed: SeedOption = 0,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Measure the motion against recordings: lips, head, lids, gaze, variety and obedience to controls."""
    use_provider(provider)
    with notes():
        from vasa_core.errors import VasaError

        if (folder is None) == (plot_voice is None):
            raise VasaError("Give either a folder of video clips, or --plot-voice AUDIO.")
        from vasa_core.evaluation.plots import check_plots

        check_plots()
        if plot_voice is not None:
            from vasa_core.evaluation.plot_voice import plot_voice as plot

            path = output or Path("voice.png")
            with waiting("Animating"):
                plot(plot_voice, path, seed)
            say(str(path))
            return
        from vasa_core.evaluation.quality import QualitySettings

        assert folder is not None
        settings = QualitySettings(limit, everything, seeds, seconds, portrait)
        _measure(folder, output or Path("report"), settings, words, clip, as_json)


def _measure(
    folder: Path, report: Path, settings: "QualitySettings", words: Path | None, clip: str | None, as_json: bool
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    from vasa_core.evaluation.quality import measure_quality
    from vasa_core.evaluation.report_page import write_report

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=err(), transient=True, disable=not err().is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def on_progress(task: str, done: int, of: int) -> None:
            if task not in tasks:
                tasks[task] = bar.add_task(task, total=of)
            bar.update(tasks[task], completed=done)

        quality = measure_quality(folder, report, settings, words, on_progress)
    for name, reason in quality.left_out.items():
        warn(f"{name} is left out: {reason}")
    for name, late in quality.odd().items():
        warn(f"{name}: its lips move {late:+.0f} ms from the recording's; its sound may be out of step. It is counted.")
    files = write_report(quality, report, clip)
    if as_json:
        print_json(json.loads((report / "report.json").read_text()))
        return
    _print(quality)
    for path in files:
        say(f"  {path}")


def _print(quality: "Quality") -> None:
    say(f"{len(quality.clips)} clips of {quality.folder}, {len(next(iter(quality.takes.values())))} takes of each")
    from rich.console import Console

    console = out() if out().is_terminal else Console(width=PLAIN_WIDTH, highlight=False)
    for section in quality.sections:
        if any(section.columns.values()):
            console.print(_table(section))
    say(quality.obedience.emotions_in_words())
    missed = quality.missed()
    if missed:
        fail(f"{len(missed)} outside the wanted range: {'; '.join(missed)}.")
    else:
        say("All within the wanted ranges.", style="green")


def _table(section: "Section") -> "Table":
    from rich.table import Table

    table = Table(title=section.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("", min_width=30)
    for name in section.columns:
        table.add_column(name, justify="right", min_width=10, no_wrap=True)
    table.add_column("wanted", min_width=13, no_wrap=True)
    for line in section.lines:
        if all(line.key not in column for column in section.columns.values()):
            continue
        cells = []
        for name, column in section.columns.items():
            value = column.get(line.key, float("nan"))
            colour = "" if name not in section.judged or not line.asked else "green" if line.reached(value) else "red"
            cells.append(f"[{colour}]{line.show(value)}[/]" if colour else line.show(value))
        table.add_row(line.title, *cells, line.range)
    return table
