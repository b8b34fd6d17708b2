"""The files that rings lie in: made so that nobody guesses or reads them, and removed when their daemon died."""

import contextlib
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path

from bridge.protocol.errors import BridgeError

if sys.platform != "win32":
    import fcntl

MEMORY_FOLDER = Path("/dev/shm")
"""Where Linux keeps files that are memory and nothing else."""
NAME = re.compile(r"vasa-ring-\d+-[0-9a-f]{32}")
"""Names of rings: the writer's process id, for people who look, and 128 random bits."""
OPEN_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
FILL_BYTES = 1 << 20
"""Bytes written at a time where a file must be filled to be sure of its room."""


def usual_folder() -> Path:
    """Where rings are: in memory on Linux, else in the folder of temporary files."""
    return MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else Path(tempfile.gettempdir())


def new_file(folder: Path, length: int) -> tuple[int, Path]:
    """A file of `length` bytes for a ring of this process, all its room reserved: its descriptor and path.

    Only this user may open it. On POSIX it is locked for as long as the descriptor is open, which is how `remove_stale`
    tells a living ring from what a dead daemon left. Raises `BridgeError` "disk" where there is no room.
    """
    while True:
        path = folder / f"vasa-ring-{os.getpid()}-{secrets.token_hex(16)}"
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, 0o600)
        except OSError as problem:
            raise BridgeError("disk", f"No shared memory can be made in {folder}: {problem.strerror}.") from None
        try:
            if sys.platform != "win32":
                fcntl.flock(fd, fcntl.LOCK_EX)
            _reserve(fd, length)
        except (OSError, OverflowError) as problem:
            os.close(fd)
            remove(path)
            raise BridgeError(
                "disk",
                f"{folder} has no room for a ring of textures of {length / 1e6:.1f} MB ({problem}); make it larger "
                '(docker: --shm-size), or spawn with transport "wire".',
            ) from None
        if not is_removed(fd):  # another daemon's `remove_stale` may have come before the lock
            return fd, path
        os.close(fd)


def _reserve(fd: int, length: int) -> None:
    """Give the file its length and real room: a mapped file that finds none later kills the process."""
    if sys.platform == "linux":
        os.posix_fallocate(fd, 0, length)
        return
    for start in range(0, length, FILL_BYTES):
        os.write(fd, bytes(min(FILL_BYTES, length - start)))


def is_removed(fd: int) -> bool:
    """Whether the open file has no name any more."""
    return sys.platform != "win32" and os.fstat(fd).st_nlink == 0


def remove(path: Path) -> bool:
    """Remove a file; False if it is not there or cannot be removed."""
    with contextlib.suppress(OSError):
        path.unlink()
        return True
    return False


def remove_stale(folder: Path | None = None) -> list[Path]:
    """Remove the rings of daemons that died without closing them; returns which. To be called when a daemon starts."""
    folder = usual_folder() if folder is None else folder
    return [path for path in folder.glob("vasa-ring-*") if NAME.fullmatch(path.name) and _remove_if_stale(path)]


if sys.platform == "win32":

    def _remove_if_stale(path: Path) -> bool:
        """Remove a ring unless a process has it open: then it is refused."""
        return remove(path)

else:

    def _remove_if_stale(path: Path) -> bool:
        """Remove a ring if nobody writes to it. Others' files and what is no plain file cannot be opened, and stay."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | OPEN_FLAGS)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return remove(path)
        except OSError:
            return False
        finally:
            os.close(fd)
