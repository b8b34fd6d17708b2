"""CURVE keys: the daemon's own, and the list of clients that may come over a network.

A folder holds `server.key` (public), `server.key_secret`, and `clients/NAME.key` for each client that is let in. The
client itself needs `NAME.key_secret` and `server.key`. Files as ZeroMQ's zcert writes them (RFC 26: CurveZMQ).
"""

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator

from vasa_core.errors import VasaError

log = logging.getLogger(__name__)

SERVER = "server"
CLIENTS = "clients"
PUBLIC = ".key"
SECRET = ".key_secret"
DOMAIN = b"vasa"
"""Name under which ZeroMQ asks the authenticator (RFC 27: ZAP)."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class KeysError(VasaError):
    """Keys that cannot be made, read or used; a sentence that says why and what to do."""


def make_server_keys(folder: Path) -> bool:
    """Make the daemon's own pair, if it has none yet. True if it was made."""
    if (folder / (SERVER + SECRET)).exists():
        return False
    _make_pair(folder, SERVER, public_to=folder, secret_to=folder)
    return True


def make_client_keys(folder: Path, name: str, output: Path) -> list[Path]:
    """Make a pair for a client and let it in. Returns what the client needs, written to `output`: two files."""
    if not _NAME.fullmatch(name):
        raise KeysError(f"{name!r} is no name for a client. Use up to 64 letters, digits, '_', '-' and '.'.")
    if (folder / CLIENTS / (name + PUBLIC)).exists():
        raise KeysError(f"There is a client {name!r} already. Choose another name, or remove it first.")
    make_server_keys(folder)
    secret, server = output / (name + SECRET), output / (SERVER + PUBLIC)
    if secret.exists():
        raise KeysError(f"'{secret}' is there already. Choose another folder with --output.")
    _make_pair(folder, name, public_to=folder / CLIENTS, secret_to=output)
    if server.resolve() != (folder / (SERVER + PUBLIC)).resolve():
        _written(lambda: shutil.copyfile(folder / (SERVER + PUBLIC), server), server)
    return [secret, server]


def read_client_keys(secret: Path, server: Path) -> dict[str, str]:
    """What a client needs, as Z85 text: `server`, the daemon's public key, and its own `public` and `secret` one."""
    own_public, own_secret = _read(secret)
    if own_secret is None:
        raise KeysError(f"'{secret}' holds no secret key. Give the file that ends in {SECRET}.")
    return {"server": _read(server)[0].decode(), "public": own_public.decode(), "secret": own_secret.decode()}


def list_client_keys(folder: Path) -> dict[str, str]:
    """Names and public keys (Z85) of the clients that are let in."""
    return {path.stem: _read(path)[0].decode() for path in sorted((folder / CLIENTS).glob("*" + PUBLIC))}


def remove_client_keys(folder: Path, name: str) -> None:
    """Let a client in no longer."""
    path = folder / CLIENTS / (name + PUBLIC)
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(list_client_keys(folder)) or "none"
        raise KeysError(f"There is no client {name!r} in '{folder}'. There are: {known}.")
    _written(path.unlink, path)


class Gate:
    """Lets in over TCP only those whose keys are in the folder. `close` ends its thread."""

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", folder: Path, addresses: Sequence[str] = ()) -> None:
        if not zmq.has("curve"):
            raise KeysError("This ZeroMQ was built without CURVE; install pyzmq from PyPI.")
        self._clients = folder / CLIENTS
        self._public, secret = _read(folder / (SERVER + SECRET))
        if secret is None:
            raise KeysError(f"'{folder / (SERVER + SECRET)}' holds no secret key. Make keys with: vasa keys new NAME")
        self._secret = secret
        if not list_client_keys(folder):
            raise KeysError(f"'{folder}' lets no client in. Make keys for one with: vasa keys new NAME")
        self._seen = self._changed()
        self._authenticator = ThreadAuthenticator(context, log=log)
        self._authenticator.start()
        if addresses:
            self._authenticator.allow(*addresses)
        self._authenticator.configure_curve(DOMAIN.decode(), self._clients)

    def secure(self, each: "zmq.Socket[bytes]") -> None:
        """Demand keys of whoever connects to a socket; to be called before it is bound."""
        each.setsockopt(zmq.CURVE_SERVER, 1)
        each.setsockopt(zmq.CURVE_SECRETKEY, self._secret)
        each.setsockopt(zmq.CURVE_PUBLICKEY, self._public)
        each.setsockopt(zmq.ZAP_DOMAIN, DOMAIN)

    def refresh(self) -> None:
        """Take note of keys that were added or removed; to be called every second or so."""
        now = self._changed()
        if now != self._seen:
            self._seen = now
            self._authenticator.configure_curve(DOMAIN.decode(), self._clients)
            log.info("Clients that are let in now: %s", ", ".join(path.stem for path in self._keys()) or "none")

    def close(self) -> None:
        """End the thread."""
        self._authenticator.stop()

    def _keys(self) -> list[Path]:
        return sorted(self._clients.glob("*" + PUBLIC))

    def _changed(self) -> list[tuple[str, int]]:
        return [(path.name, path.stat().st_mtime_ns) for path in self._keys() if path.exists()]


def _make_pair(folder: Path, name: str, public_to: Path, secret_to: Path) -> None:
    """Write a pair so that nobody else can read the secret half at any time, and half a pair never stays."""

    def write() -> None:
        for each in (folder, public_to, secret_to):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=secret_to) as private:
            public, secret = (Path(path) for path in zmq.auth.create_certificates(private, name))
            secret.chmod(0o600)
            os.replace(secret, secret_to / secret.name)
            try:
                shutil.copyfile(public, public_to / public.name)
            except OSError:
                (secret_to / secret.name).unlink()
                (public_to / public.name).unlink(missing_ok=True)
                raise

    _written(write, folder)


def _read(path: Path) -> tuple[bytes, bytes | None]:
    """Public and, where it is there, secret key of a file."""
    try:
        public, secret = zmq.auth.load_certificate(path)
    except OSError as problem:
        raise KeysError(f"The key '{path}' cannot be read: {problem.strerror or problem}.") from None
    except ValueError as problem:
        raise KeysError(f"'{path}' is no key: {problem}.") from None
    return public, secret


def _written(write: Callable[[], object], path: Path) -> None:
    try:
        write()
    except OSError as problem:
        raise KeysError(f"'{path}' cannot be written: {problem.strerror or problem}.") from None
