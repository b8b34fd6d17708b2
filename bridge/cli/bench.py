"""`vasa bench`: how fast and how steady the daemon is on this machine."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vasa_core.cli.console import err, out, print_json, warn
from vasa_core.cli.options import JsonOption
from vasa_core.errors import VasaError

if TYPE_CHECKING:
    from rich.table import Table

    from bridge.bench.figures import Figure

EXAMPLES = "Examples: vasa bench --only speak,push --seconds 20  or: vasa bench --minutes 5 --json > bench.json"
FAILED = 1
"""Exit code where a bench could not run; a goal that is missed is no error."""


class BenchError(VasaError):
    """A bench that is not there; a sentence that says which there are."""


def run(
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="NAMES", help="Some of the benches, with commas.", show_default=False),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=2.0, help="Of each measurement; left out: as each needs.", show_default=False),
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", min=0.1, help="Of the soak.")] = 30.0,
    portrait: Annotated[
        Path | None,
        typer.Option("--portrait", "-p", metavar="FILE", help="Of the faces (the sample's).", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the daemon on this machine: times, frames a second, memory, and a soak. Takes about 40 minutes.

    Each bench starts daemons of its own. Run it while nothing else needs the processor.
    """
    from bridge.bench import BENCHES
    from bridge.bench.figures import Plan
    from vasa_core.samples import PORTRAIT

    names = list(BENCHES) if only is None else [name.strip() for name in only.split(",")]
    for name in names:
        if name not in BENCHES:
            raise BenchError(f"There is no bench {name!r}. There are: {', '.join(BENCHES)}.")
    plan = Plan(portrait or PORTRAIT, seconds, minutes)
    machine = _machine()
    if not as_json:
        out().print(", ".join(f"{name} {value}" for name, value in machine.items()), markup=False)
    figures: dict[str, list[dict[str, Any]]] = {}
    failures: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        with err().status(f"Measuring {name} ({number} of {len(names)})"):
            try:
                found: Sequence[Figure] = import_module(f"bridge.bench.{name}").run(plan)
            except Exception as problem:  # the other benches still tell something
                failures[name] = f"{type(problem).__name__}: {problem}"
                warn(f"The bench {name!r} could not be done. {failures[name]}")
                continue
        figures[name] = [{**asdict(figure), "met": figure.met} for figure in found]
        if not as_json:
            out().print(_table(name, figures[name]))
    if as_json:
        print_json({"machine": machine, "figures": figures, "failures": failures})
    if failures:
        raise typer.Exit(FAILED)


def _machine() -> dict[str, str]:
    """What the figures depend on."""
    from vasa_core import __version__

    load = f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "vasa": __version__,
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "load before": load,
    }


def _table(name: str, figures: Sequence[Mapping[str, Any]]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(name, min_width=44)
    table.add_column("measured", justify="right", min_width=12)
    table.add_column("goal", justify="right", min_width=8)
    table.add_column("", min_width=6)
    for figure in figures:
        verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure["met"]]
        goal = "" if figure["goal"] is None else f"{'>=' if figure['at_least'] else '<='} {figure['goal']:g}"
        note = f"\n  [dim]{escape(figure['note'])}[/]" if figure["note"] else ""
        table.add_row(figure["name"] + note, f"{figure['value']:g} {figure['unit']}".strip(), goal, verdict)
    return table
