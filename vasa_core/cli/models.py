"""`vasa models`: what ships inside, from where, under which licence."""

from vasa_core.cli.console import out, print_json
from vasa_core.cli.options import JsonOption

EXAMPLES = "Example: vasa models --json"


def run(as_json: JsonOption = False) -> None:
    """List the shipped models with licence, source, hash and what they were trained on."""
    from vasa_core.models import all_cards

    cards = all_cards()
    if as_json:
        print_json([card.__dict__ for card in cards])
        return
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    for card in cards:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        size = f"{card.path.stat().st_size / 1e6:.1f} MB" if card.path.is_file() else "missing"
        for label, value in (
            ("file", f"{card.file} ({size})"),
            ("purpose", card.purpose),
            ("licence", card.licence),
            ("source", card.source),
            ("trained on", card.training_data),
            ("sha256", card.sha256),
        ):
            table.add_row(label, Text(value))
        out().print(Panel(table, title=card.name, title_align="left"))
