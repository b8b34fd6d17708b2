"""`vasa keys`: who may come to the daemon over a network."""

from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import print_json, say
from vasa_core.cli.options import JsonOption

EXAMPLES = "Example: vasa keys new laptop -o for-laptop/ --keys keys/, then: vasa serve --host 0.0.0.0 --keys keys/"
app = typer.Typer(
    help="Make, list and remove the keys of clients that reach the daemon over a network.", no_args_is_help=True
)

KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FOLDER", help="Of all keys (beside the settings).", show_default=False),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Of the client.", show_default=False)]


@app.command()
def new(
    name: NameArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the client's files go.")
    ] = Path(),
    keys: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make keys for a client and let it in; the first time, for the daemon too."""
    from bridge.keys import make_client_keys, read_client_keys

    folder = _folder(keys)
    secret, server = make_client_keys(folder, name, output)
    if as_json:
        print_json({"files": [str(secret), str(server)], "keys": str(folder), **read_client_keys(secret, server)})
        return
    say(f"The client {name!r} is let in. It needs these two files; keep the first one secret:")
    say(f"  {secret}\n  {server}")
    say(f"The daemon needs: --keys {folder}")


@app.command(name="list")
def show(keys: KeysOption = None, as_json: JsonOption = False) -> None:
    """Show the clients that are let in, with their public keys."""
    from bridge.keys import list_client_keys

    folder = _folder(keys)
    known = list_client_keys(folder)
    if as_json:
        print_json(known)
    elif not known:
        say(f"No client is let in yet ({folder}). Make keys with: vasa keys new NAME")
    for name, public in known.items() if not as_json else ():
        say(f"{name:<16} {public}")


@app.command()
def remove(name: NameArgument, keys: KeysOption = None) -> None:
    """Let a client in no longer; a daemon that runs takes note within a second, for new connections."""
    from bridge.keys import remove_client_keys

    remove_client_keys(_folder(keys), name)
    say(f"The client {name!r} is let in no longer.")


def _folder(given: Path | None) -> Path:
    from bridge.config import FOLDER

    return given or FOLDER / "keys"
