"""`vasa serve`: the daemon that games talk to."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vasa_core.cli.console import say
from vasa_core.cli.options import Provider

EXAMPLES = "Example: vasa serve --face hero=portrait.jpg --allow voices/ --door"
NETWORK, LIMITS, OPTIONAL = "Network", "Limits", "Extras"


def _flag(panel: str, *names: str, metavar: str | None = None, text: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=text, show_default=False, rich_help_panel=panel)


def run(
    face: Annotated[
        list[str] | None,
        typer.Option("--face", metavar="NAME=FILE", help="A face from the start: a portrait or a .vasa file. Repeat."),
    ] = None,
    allow: Annotated[
        list[Path] | None,
        typer.Option("--allow", metavar="FOLDER", help="Requests may name files in this folder. Repeat."),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings as TOML.", show_default=False)
    ] = None,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Print all settings, where each came from, and end.")
    ] = False,
    parent_pid: Annotated[
        int | None,
        typer.Option("--parent-pid", metavar="PID", help="End when this process is gone.", show_default=False),
    ] = None,
    host: Annotated[str | None, _flag(NETWORK, "--host", metavar="ADDRESS", text="Listen here (127.0.0.1).")] = None,
    port: Annotated[
        int | None, _flag(NETWORK, "--port", text="Of control (5600); 0 takes free ones, for the streams too.")
    ] = None,
    stream_port: Annotated[int | None, _flag(NETWORK, "--stream-port", text="Of the streams (port + 1).")] = None,
    ipc: Annotated[
        Path | None, _flag(NETWORK, "--ipc", metavar="FOLDER", text="Unix sockets `control` and `streams` there too.")
    ] = None,
    keys: Annotated[
        Path | None, _flag(NETWORK, "--keys", metavar="FOLDER", text="Let in only clients with keys (vasa keys).")
    ] = None,
    allow_address: Annotated[
        list[str] | None, _flag(NETWORK, "--allow-address", metavar="IP", text="Clients may come from here. Repeat.")
    ] = None,
    max_npcs: Annotated[int | None, _flag(LIMITS, "--max-npcs", text="NPCs at once (128).")] = None,
    max_faces: Annotated[int | None, _flag(LIMITS, "--max-faces", text="Faces at once (64).")] = None,
    workers: Annotated[int | None, _flag(LIMITS, "--workers", text="Threads that render (one a core).")] = None,
    allow_shutdown: Annotated[
        bool | None, _flag(LIMITS, "--allow-shutdown/--no-shutdown", text="Clients may end the daemon.")
    ] = None,
    door: Annotated[
        bool | None, _flag(OPTIONAL, "--door/--no-door", text="A WebSocket door with a page, on this host.")
    ] = None,
    door_port: Annotated[int | None, _flag(OPTIONAL, "--door-port", text="Of the door (port + 2).")] = None,
    door_origin: Annotated[
        list[str] | None, _flag(OPTIONAL, "--door-origin", metavar="URL", text="This page may use the door. Repeat.")
    ] = None,
    metrics_port: Annotated[
        int | None, _flag(OPTIONAL, "--metrics-port", text="A Prometheus page, on this host.")
    ] = None,
    log_level: Annotated[
        str | None, _flag(OPTIONAL, "--log-level", metavar="debug|info|warning|error", text="What is told (info).")
    ] = None,
    log_json: Annotated[bool | None, _flag(OPTIONAL, "--log-json/--log-text", text="Log lines as JSON.")] = None,
    provider: Annotated[
        Provider | None, _flag(LIMITS, "--provider", text="Where the networks run (auto: CUDA where it is).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print where it listens as one line of JSON.")] = False,
) -> None:
    """Serve talking NPCs to games until stopped (Ctrl-C, SIGTERM, or --parent-pid gone)."""
    from bridge.config import load_settings, parse_faces, show_settings

    given = {
        "faces": parse_faces(face) if face else None,
        "allow": allow,
        "host": host,
        "port": port,
        "stream_port": stream_port,
        "ipc": ipc,
        "keys": keys,
        "allow_address": allow_address,
        "max_npcs": max_npcs,
        "max_faces": max_faces,
        "workers": workers,
        "provider": provider,
        "allow_shutdown": allow_shutdown,
        "door": door,
        "door_port": door_port,
        "door_origins": door_origin,
        "metrics_port": metrics_port,
        "log_level": log_level,
        "log_json": log_json,
    }
    flags = {name: value for name, value in given.items() if value is not None and value != []}
    settings, sources = load_settings(flags, config)
    if show_config:
        say(show_settings(settings, sources))
        return
    from bridge.serving import serve

    serve(settings, parent_pid, as_json)
