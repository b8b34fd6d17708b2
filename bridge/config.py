"""What can be chosen about the daemon, and where each choice comes from: flags, environment, a TOML file, defaults.

The first of these that says something counts. Names are the same everywhere: `port` in the file is `--port` and
VASA_PORT. In the environment, folders and faces ("hero=hero.png") are separated as in PATH, other lists by commas.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer
from msgspec import Meta, Struct

from vasa_core.errors import VasaError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORT = 5600
"""Of control; the streams are one port further on, the door two."""
FOLDER = Path(typer.get_app_dir("vasa"))
"""Of the user's settings and keys."""
CONFIG_FILE = "bridge.toml"
ENVIRONMENT = "VASA_"

Port = Annotated[int, Meta(ge=0, le=65_535)]


class ConfigError(VasaError):
    """A setting that cannot be used; a sentence that says which, where it came from, and what to do."""


class Settings(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """All settings of `vasa serve`."""

    host: str = "127.0.0.1"
    """Address to listen on; any other than this host's own needs keys (`vasa keys`)."""
    port: Port = PORT
    """Of control; 0: any free ones."""
    stream_port: Port | None = None
    """Of the streams; left out: `port` + 1."""
    ipc: Path | None = None
    """Folder for Unix sockets `control` and `streams`, besides TCP."""
    faces: dict[str, Path] = {}
    """Faces that are there from the start: name -> portrait or .vasa file."""
    allow: tuple[Path, ...] = ()
    """Folders whose files requests may name."""
    allow_shutdown: bool = False
    """Whether clients may end the daemon."""
    max_npcs: Annotated[int, Meta(ge=1, le=1024)] = 128
    max_faces: Annotated[int, Meta(ge=1, le=1024)] = 64
    workers: Annotated[int, Meta(ge=0, le=256)] = 0
    """Threads that render; 0: one for each core."""
    provider: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the networks run; auto takes CUDA where it is."""
    keys: Path | None = None
    """Folder of the CURVE keys (`vasa keys`); given, every client over TCP needs one."""
    allow_address: tuple[str, ...] = ()
    """Addresses that clients may come from; empty: any that has a key."""
    door: bool = False
    """Whether there is a WebSocket door, with a page, on this host."""
    door_port: Port | None = None
    """Left out: `port` + 2."""
    door_token: str | None = None
    """Left out: drawn anew at each start."""
    door_origins: tuple[str, ...] = ()
    """Web pages besides the daemon's own that may use the door."""
    metrics_port: Port | None = None
    """Of the Prometheus page on this host; left out: none."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this host can reach the daemon."""
        return self.host in LOOPBACK

    def port_after(self, steps: int, given: int | None) -> int:
        """A port that was given, or the one `steps` after `port`."""
        if given is not None:
            return given
        return self.port + steps if self.port else 0


Sources = dict[str, str]
"""Of each setting, where it came from: "default", "flag", the variable, or the file."""


def load_settings(
    flags: Mapping[str, Any], file: Path | None = None, environment: Mapping[str, str] = os.environ
) -> tuple[Settings, Sources]:
    """All settings and their sources. `flags`: those that were given. Raises `ConfigError`."""
    values: dict[str, Any] = {}
    sources: Sources = {}
    path = file or (Path(named) if (named := environment.get(f"{ENVIRONMENT}CONFIG")) else None)
    asked = path is not None
    path = path or FOLDER / CONFIG_FILE
    if asked or path.is_file():
        for name, value in _read_file(path).items():
            values[name], sources[name] = _from_base(name, value, path.parent), str(path)
    for name in Settings.__struct_fields__:
        text = environment.get(f"{ENVIRONMENT}{name.upper()}")
        if text is not None:
            values[name], sources[name] = _from_text(name, text), f"{ENVIRONMENT}{name.upper()}"
    for name, value in flags.items():
        values[name], sources[name] = value, "flag"
    settings = _check(values, sources)
    return settings, {name: sources.get(name, "default") for name in Settings.__struct_fields__}


def show_settings(settings: Settings, sources: Sources) -> str:
    """All settings as a TOML file, each with its source; the token of the door is not told."""
    lines = []
    for name, value in msgspec.to_builtins(settings, enc_hook=str).items():
        source = f"  # {sources[name]}"
        if value is None:
            lines.append(f"# {name} = (none){source}")
        elif name == "door_token":
            lines.append(f"# {name} = (set){source}")
        else:
            lines.append(f"{name} = {_as_toml(value)}{source}")
    return "\n".join(lines)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(f"The settings {str(path)!r} cannot be read: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"The settings {str(path)!r} are no TOML: {problem}.") from None


def _from_base(name: str, value: Any, base: Path) -> Any:
    """Paths in a file are relative to the file."""
    match name, value:
        case ("ipc" | "keys", str()):
            return str(base / Path(value).expanduser())
        case "allow", list():
            return [_from_base("keys", each, base) for each in value]
        case "faces", dict():
            return {face: _from_base("keys", each, base) for face, each in value.items()}
    return value


def _from_text(name: str, text: str) -> Any:
    """A setting of the environment."""
    if name in ("allow", "allow_address", "door_origins"):
        separator = os.pathsep if name == "allow" else ","
        return [part for part in text.split(separator) if part]
    if name == "faces":
        return parse_faces([part for part in text.split(os.pathsep) if part])
    if text == "" and name not in ("host",):
        return None
    return text


def parse_faces(pairs: list[str]) -> dict[str, str]:
    """Faces as they are given in flags: "hero=hero.png". Raises `ConfigError`."""
    faces = {}
    for pair in pairs:
        name, mark, path = pair.partition("=")
        if not mark or not name or not path:
            raise ConfigError(f"{pair!r} is no face. Write NAME=FILE, such as hero=hero.png.")
        faces[name] = path
    return faces


def _check(values: dict[str, Any], sources: Sources) -> Settings:
    """Settings of the right types; the error names the one that is wrong, and its source."""
    unknown = next((name for name in values if name not in Settings.__struct_fields__), None)
    if unknown is not None:
        known = ", ".join(Settings.__struct_fields__)
        raise ConfigError(f"There is no setting {unknown!r} (from {sources[unknown]}). There are: {known}.")
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_paths)
    except msgspec.ValidationError as problem:
        name = str(problem).rpartition("$.")[2].split("[")[0].strip("`. ")
        source = sources.get(name, "settings")
        what = str(problem).partition(" - at")[0]
        raise ConfigError(f"The setting {name!r} (from {source}) cannot be used: {what}.") from None


def _paths(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, (str, Path)):
        return Path(value)
    raise NotImplementedError(f"a {kind}")


def _as_toml(value: Any) -> str:
    """TOML's strings, numbers and lists are written as JSON's are."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_as_toml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)
