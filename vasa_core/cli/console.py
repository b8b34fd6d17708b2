"""What goes to the terminal: results to stdout, everything else (progress, warnings, errors) to stderr."""

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from vasa_core.pipeline import Progress


@cache
def out() -> "Console":
    """The console for results."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def err() -> "Console":
    """The console for everything that is no result."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(message: str, style: str | None = None) -> None:
    """One line of result."""
    out().print(message, style=style, markup=False, soft_wrap=True)


def warn(message: str) -> None:
    """Something may be worse than it should, but the work goes on."""
    err().print(f"Note: {message}", style="yellow", markup=False, soft_wrap=True)


def fail(message: str) -> None:
    """The work stopped; the message says why and what to do."""
    err().print(message, style="bold red", markup=False, soft_wrap=True)


def say_bug(error: Exception) -> None:
    """An error that nobody foresaw."""
    missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    if missing == "onnxruntime":
        fail('onnxruntime is missing. In the checkout: pip install -e ".[cpu]", or anywhere: pip install onnxruntime.')
        return
    fail(f"Unexpected {type(error).__name__}: {error}. Run again with --debug for the details.")


def print_json(values: dict[str, Any] | list[Any]) -> None:
    """Machine-readable results."""
    sys.stdout.write(json.dumps(values, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def notes() -> Iterator[None]:
    """Show Python warnings of the libraries as notes, without file names and source lines."""

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        warn(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = show
        yield


@contextmanager
def progress(task: str) -> "Iterator[Progress]":
    """A progress bar on stderr (nothing where stderr is no terminal); yields the function to report frames to."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames, {task.fields[rate]:.0f} a second"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=err(), transient=True, disable=not err().is_terminal) as bar:
        identity = bar.add_task(task, total=None, rate=0.0)

        def report(done: int, expected: int) -> None:
            speed = bar.tasks[0].speed or 0.0
            bar.update(identity, completed=done, total=max(expected, done) if expected else None, rate=speed)

        yield report


@contextmanager
def waiting(task: str) -> Iterator[None]:
    """A spinner on stderr for work without a known end."""
    with err().status(task):
        yield
