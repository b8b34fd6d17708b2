"""What can be chosen about the door."""

import secrets
from pathlib import Path

from msgspec import Struct, field

import vasa_core
from vasa_core.samples import SAMPLES_DIR

DEFAULT_PORT = 5602
TOKEN_BYTES = 16
"""128 random bits: nobody guesses them over a socket."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def make_token() -> str:
    """A new random token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def sample_folders() -> tuple[Path, ...]:
    """Where the page's portraits and voice lines lie: those of the package and, in a checkout, its drawn characters."""
    characters = Path(vasa_core.__file__).parents[1] / "samples" / "npc"
    return (SAMPLES_DIR, characters) if characters.is_dir() else (SAMPLES_DIR,)


class DoorSettings(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Where the door is and whom it lets in."""

    host: str = "127.0.0.1"
    """An address of this host only: the door has no encryption."""
    port: int = DEFAULT_PORT
    """0: any free one."""
    token: str = field(default_factory=make_token)
    """What every client must know; left out: drawn anew at each start."""
    origins: tuple[str, ...] = ()
    """Web pages besides the daemon's own that may come in, as browsers tell them: "https://example.org:8443"."""
    max_clients: int = 16
    max_message: int = 88 << 20
    """Bytes of the longest message from a client: the longest sound (64 MiB) as base64, and room for the rest."""
    samples: tuple[Path, ...] = field(default_factory=sample_folders)
    """Folders whose pictures and sounds the page offers."""
