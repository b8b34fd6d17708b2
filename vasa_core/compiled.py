"""Where numba keeps compiled code, so that only the first start compiles.

numba tries a folder the user names (NUMBA_CACHE_DIR), the package's own `__pycache__` and the user's cache folder, and
refuses to start where none can be written: a read-only install without a home. There a temporary folder serves.
"""

import os
import stat
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.misc.appdirs import AppDirs

config: Any = numba.config


def usual_folders() -> list[Path]:
    """The folders that numba itself tries, in its order."""
    named = [Path(config.CACHE_DIR)] if config.CACHE_DIR else []
    return [*named, Path(__file__).parent / "__pycache__", Path(AppDirs("numba", appauthor=False).user_cache_dir)]


@cache
def cache_folder() -> tuple[Path, bool]:
    """The folder numba uses from now on, and whether it is only a temporary one.

    Must have run before the first function is compiled; importing this package sees to it.
    """
    for folder in usual_folders():
        if _can_be_written(folder):
            return folder, False
    folder = _temporary_folder()
    config.CACHE_DIR = str(folder)
    return folder, True


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _temporary_folder() -> Path:
    """A folder that later starts of the same user find again, and nobody else can put code into."""
    user = os.getuid() if hasattr(os, "getuid") else None
    folder = Path(tempfile.gettempdir()) / f"vasa-numba-{'cache' if user is None else user}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.stat(follow_symlinks=False)
        private = stat.S_ISDIR(found.st_mode) and (user is None or (found.st_uid == user and not found.st_mode & 0o077))
        if private and _can_be_written(folder):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="vasa-numba-"))
