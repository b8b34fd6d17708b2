"""`vasa doctor`: what this machine can do and what is missing."""

import typer

from vasa_core.cli.console import out, print_json
from vasa_core.cli.options import JsonOption

EXAMPLES = "Example: vasa doctor --json"
MARKS = {"ok": ("green", "ok"), "note": ("yellow", "note"), "problem": ("bold red", "problem")}


def run(as_json: JsonOption = False) -> None:
    """Check providers, cores, audio devices, encoders, models and caches; exit code 1 if something must be mended."""
    from vasa_core.cli.checks import all_checks

    checks = all_checks()
    broken = any(check.state == "problem" for check in checks)
    if as_json:
        print_json({"healthy": not broken, "checks": [check.__dict__ for check in checks]})
    else:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for check in checks:
            style, mark = MARKS[check.state]
            advice = f"\n{check.advice}" if check.advice else ""
            table.add_row(Text(mark, style), Text(check.subject, "bold"), Text(check.found + advice))
        out().print(table)
    if broken:
        raise typer.Exit(1)
