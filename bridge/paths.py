"""Files that requests may name: only regular files of limited size, inside the folders that were allowed.

What lies outside is refused with the same sentence whether it exists or not.
"""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from bridge.protocol.errors import BridgeError


def read_allowed(path: str, folders: Sequence[Path], most: int, what: str) -> bytes:
    """The bytes of the file `path` (absolute, or relative to one of `folders`).

    `most`: bytes that are read at most; `what`: the file in a word, for the errors, such as "sound".
    Raises `BridgeError`: "not_allowed", "bad_path", "too_large" or "disk".
    """
    real = find_allowed(path, folders)
    try:
        descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as problem:
        raise BridgeError("bad_path", f"The {what} {path!r} cannot be opened: {problem.strerror}.") from None
    with open(descriptor, "rb") as file:
        _check_opened(descriptor, path, folders)
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise BridgeError("bad_path", f"The {what} {path!r} is no file.")
        if state.st_size > most:
            raise _too_large(path, what, state.st_size, most)
        try:
            data = file.read(most + 1)
        except OSError as problem:
            raise BridgeError("disk", f"The {what} {path!r} cannot be read: {problem.strerror}.") from None
    if len(data) > most:  # it grew meanwhile
        raise _too_large(path, what, len(data), most)
    return data


def find_allowed(path: str, folders: Sequence[Path]) -> Path:
    """The file that `path` names, all links resolved. Raises `BridgeError` if it is not inside one of `folders`."""
    if not folders:
        raise BridgeError(
            "not_allowed", "This daemon reads no files; start it with --allow FOLDER, or send the bytes instead."
        )
    if "\0" in path or path.startswith(("\\\\", "//")):
        raise BridgeError("bad_path", f"{path!r} is no path of a file on this machine.")
    given = Path(path)
    candidates = [given] if given.is_absolute() else [folder / given for folder in folders]
    try:
        inside = [real for real in (candidate.resolve() for candidate in candidates) if _is_inside(real, folders)]
        found = next((real for real in inside if real.is_file()), None)
    except (OSError, RuntimeError):  # a loop of links, or a name that is too long
        inside = []
    if not inside:
        allowed = ", ".join(str(folder) for folder in folders)
        raise BridgeError("bad_path", f"{path!r} is not in a folder that may be read ({allowed}).")
    if found is None:
        raise BridgeError("bad_path", f"There is no file {path!r}.")
    return found


def _is_inside(real: Path, folders: Sequence[Path]) -> bool:
    return any(real.is_relative_to(folder) for folder in folders)


def _check_opened(descriptor: int, path: str, folders: Sequence[Path]) -> None:
    """Refuse a file that is outside after all, because a folder was exchanged for a link between check and opening."""
    link = Path(f"/proc/self/fd/{descriptor}")
    if link.exists() and not _is_inside(link.resolve(), folders):
        raise BridgeError("bad_path", f"{path!r} is not in a folder that may be read.")


def _too_large(path: str, what: str, size: int, most: int) -> BridgeError:
    return BridgeError(
        "too_large", f"The {what} {path!r} has {size / (1 << 20):.1f} MiB; at most {most >> 20} MiB are read."
    )
