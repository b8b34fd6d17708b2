"""The command line: one file per verb. It only reads options, calls the public Python API and prints."""

import os
import signal
import sys
from importlib import import_module
from typing import Annotated

import typer

from vasa_core.cli import demo, doctor, enroll, eval, models, motion, reenact, render
from vasa_core.cli.console import fail, say_bug
from vasa_core.cli.usage import help_of, usage_sentence

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
WRONG_USE = 2
ONE_THREAD = "1"
"""For NumPy's and SciPy's algebra: matrices are small here, and threads that wait for each other in each of thousands
of calls make a face's second of preparing a minute where other work keeps the cores busy. Read when NumPy is loaded."""

app = typer.Typer(
    name="vasa",
    help="One portrait and a voice become a living, talking face.",
    epilog="Begin with: vasa demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (demo, enroll, render, reenact, motion, eval, models, doctor):
    app.command(name=verb.__name__.rsplit(".", 1)[1], epilog=verb.EXAMPLES)(verb.run)
BRIDGE_VERBS = ("serve", "keys", "say", "watch", "live", "top", "bench")
"""Verbs of the daemon, each a file of `bridge.cli`: with a `run`, or an `app` of further verbs."""


def _add_bridge_verbs() -> None:
    """Late, because this package needs nothing of the bridge."""
    for name in BRIDGE_VERBS:
        verb = import_module(f"bridge.cli.{name}")
        if hasattr(verb, "app"):
            app.add_typer(verb.app, name=name, epilog=verb.EXAMPLES)
        else:
            app.command(name=name, epilog=verb.EXAMPLES)(verb.run)


def _version(wanted: bool) -> None:
    if wanted:
        from vasa_core import __version__

        typer.echo(f"vasa {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the whole traceback of an error (may stand anywhere).")
    ] = False,
) -> None:
    """One portrait and a voice become a living, talking face."""


def main() -> None:
    """Run the command line; every error ends in one sentence and an exit code."""
    from vasa_core.errors import VasaError

    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", ONE_THREAD)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that unfinished files are removed as on Ctrl-C
    if not {command.name for command in app.registered_commands} & set(BRIDGE_VERBS):
        _add_bridge_verbs()
    try:
        code = app(arguments, standalone_mode=False)
    except typer.Abort:
        code = INTERRUPTED
    except VasaError as error:
        if debug:
            raise
        fail(str(error))
        sys.exit(WRONG_USE)
    except Exception as error:
        if help_of(error) is not None:
            typer.echo(help_of(error), err=True)
            sys.exit(WRONG_USE)
        sentence = usage_sentence(error)
        if sentence is not None:
            fail(sentence)
            sys.exit(WRONG_USE)
        if debug:
            raise
        say_bug(error)
        sys.exit(1)
    if code == INTERRUPTED:
        fail("Interrupted. Nothing unfinished was left behind.")
    sys.exit(code if isinstance(code, int) else 0)
