"""`vasa top`: what a daemon does: its NPCs, their frames, how long each stage takes, processor and memory."""

from collections.abc import Mapping
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.connecting import ADDRESS, KeyOption, ToOption, reach
from vasa_core.cli.console import out, print_json

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

EXAMPLES = "Examples: vasa top  or: vasa top --json"
MIB = 1 << 20
FRAME_SHARE = 0.97
"""Of the wished frames a second: below, the figure is marked."""


def run(
    once: Annotated[bool, typer.Option("--once", help="Print it once and end.")] = False,
    every: Annotated[float, typer.Option("--every", min=0.1, help="Seconds between two looks.")] = 1.0,
    to: ToOption = ADDRESS,
    key: KeyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures once, as JSON.")] = False,
) -> None:
    """Watch a running daemon: NPCs, frames a second, latencies, drops, processor, memory. Ends with Ctrl-C."""
    from rich.live import Live

    with reach(to, key, "top") as client:
        client.stats()  # the processor's share is counted from one look to the next
        sleep(min(every, 1.0))
        stats = client.stats()
        if as_json:
            print_json(stats)
            return
        if once or not out().is_terminal:
            out().print(draw(stats, to))
            return
        with Live(draw(stats, to), console=out(), screen=True, auto_refresh=False) as live:
            try:
                while True:
                    live.update(draw(client.stats(), to), refresh=True)
                    sleep(every)
            except KeyboardInterrupt:
                return


def draw(stats: Mapping[str, Any], address: str) -> "Group":
    """All tables of one look."""
    from rich.console import Group

    return Group(_head(stats, address), "", _npcs(stats), "", _durations(stats), "", _counts(stats))


def _head(stats: Mapping[str, Any], address: str) -> str:
    daemon = stats["daemon"]
    process = daemon["process"]
    queues = {**daemon["queues"], **stats.get("queues", {})}
    waiting = "  ".join(f"{name} {depth}" for name, depth in queues.items())
    return (
        f"[bold]{address}[/]  up {_time(daemon['uptime_seconds'])}  processor {process['cpu_percent']:.0f}%  "
        f"memory {process['memory_bytes'] / MIB:.0f} MiB  {process['threads']} threads\nwaiting: {waiting}"
    )


def _npcs(stats: Mapping[str, Any]) -> "Table":
    from rich.markup import escape

    table = _table("NPC", "does", "fps", "of", "px", "format", "frame ms", "frames", "dropped", "epoch")
    for name, npc in sorted(stats.get("npcs", {}).items()):
        sent, wished = npc["fps_sent"], npc["fps"]
        slow = npc["watched"] and sent < FRAME_SHARE * wished
        drops = "  ".join(f"{reason} {count}" for reason, count in npc["drops"].items())
        table.add_row(
            escape(name),
            _doing(npc),
            f"[red]{sent:.1f}[/]" if slow else f"{sent:.1f}",
            f"{wished:.1f}",
            str(npc["size"]),
            f"{npc['format']} {npc['transport']}",
            f"{npc['frame_ms']:.2f}",
            str(npc["frames"]),
            drops or "0",
            str(npc["epoch"]),
        )
    return table


def _doing(npc: Mapping[str, Any]) -> str:
    """What an NPC does, in a word or two."""
    if not npc["watched"]:
        return "unwatched" + (", speaks" if npc["speaking"] else "")
    for state in ("paused", "speaking", "listening"):
        if npc[state]:
            return f"{state} {npc['utterance'] or ''}".strip()
    return "idle"


def _durations(stats: Mapping[str, Any]) -> "Table":
    table = _table("stage, ms", "count", "p50", "p95", "p99", "most")
    both = {**stats["daemon"]["durations"], **stats.get("durations", {})}
    for name, took in sorted(both.items()):
        figures = (took[each] for each in ("p50_ms", "p95_ms", "p99_ms", "max_ms"))
        table.add_row(name, str(took["count"]), *(f"{each:.2f}" for each in figures))
    return table


def _counts(stats: Mapping[str, Any]) -> "Table":
    table = _table("count", "times")
    for name, times in sorted({**stats["daemon"]["counts"], **stats.get("counts", {})}.items()):
        table.add_row(name, str(times))
    return table


def _table(*columns: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place and name not in ("does", "format") else "left")
    return table


def _time(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
