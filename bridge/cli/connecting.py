"""How verbs reach a daemon that runs: the options that name it, errors as sentences, and an NPC that is there."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack

import typer

from vasa_core.errors import VasaError

if TYPE_CHECKING:
    from bridge.client import Client, Keys, SpawnOptions

ADDRESS = "tcp://127.0.0.1:5600"
"""Where `vasa serve` listens unless told otherwise."""
REACH_S = 5.0
"""s until a daemon that does not answer counts as not running."""
ENROLL_S = 120.0
"""s that making a face may take on a machine with other work."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")

ToOption = Annotated[
    str,
    typer.Option("--to", metavar="ADDRESS", envvar="VASA_DAEMON", help="Of the daemon, as `vasa serve` prints it."),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="NAME.key_secret of `vasa keys new`, with server.key beside it; for a daemon with keys.",
        show_default=False,
    ),
]
NpcArgument = Annotated[str, typer.Argument(metavar="NPC", help="Name of the NPC.", show_default=False)]
SpawnPortraitOption = Annotated[
    Path | None,
    typer.Option(
        "--portrait",
        "-p",
        metavar="FILE",
        help="If the NPC is not there, let it wear this face: a picture or a .vasa file.",
        show_default=False,
    ),
]
SpawnFaceOption = Annotated[
    str | None,
    typer.Option(
        "--face",
        metavar="NAME",
        help="If the NPC is not there, let it wear this face, which the daemon has.",
        show_default=False,
    ),
]


class ReachError(VasaError):
    """A daemon does not answer, or refuses what a verb asks of it; a sentence that says why and what to do."""


@contextmanager
def reach(address: str, key: Path | None, verb: str) -> "Iterator[Client]":
    """A connected client; what the daemon refuses, and its end, become a `ReachError`."""
    from bridge.client import BridgeError, Client, ConnectionLost

    try:
        client = Client(address, name=f"vasa {verb}", keys=_read_keys(key))
    except ValueError as problem:
        raise ReachError(str(problem)) from None
    with client:
        try:
            client.hello(REACH_S)
            yield client
        except BridgeError as problem:
            raise ReachError(problem.message) from None
        except ConnectionLost as problem:
            raise ReachError(str(problem)) from None


def bring_in(
    client: "Client", npc: str, portrait: Path | None, face: str | None, **options: "Unpack[SpawnOptions]"
) -> bool:
    """Spawn an NPC if it is not there; True if it was spawned. Raises `ReachError` where no face is given for it."""
    from bridge.client import calls

    there = client.list()
    names = [str(each["npc"]) for each in there.npcs]
    if npc in names:
        return False
    if portrait is not None:
        face = _NOT_IN_NAMES.sub("_", portrait.stem)[:64].lstrip(".-") or "face"
        client.ask(calls.enroll(face, _bytes_of(portrait), replace=True), timeout=ENROLL_S)
    elif face is None:
        raise ReachError(
            f"There is no NPC {npc!r}; there are: {', '.join(names) or 'none'}. Name one of these, or give it a face "
            "with --portrait FILE or --face NAME."
        )
    client.spawn(npc, face, **options)
    return True


def _read_keys(key: Path | None) -> "Keys | None":
    if key is None:
        return None
    from bridge.client import Keys
    from bridge.keys import PUBLIC, SERVER, read_client_keys

    return Keys(**read_client_keys(key, key.with_name(SERVER + PUBLIC)))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ReachError(f"{os.fspath(path)!r} cannot be read: {problem.strerror}. Check the path.") from None
