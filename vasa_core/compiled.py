"""Where numba keeps compiled code, so that only the first start compiles.

numba tries a folder the user names (NUMBA_CACHE_DIR), the package's own `__pycache__` and the user's cache folder, and
refuses to start where none can be written: a read-only install without a home. There a temporary folder serves.
"""

import os
import stat
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.misc.appdirs import AppDirs

config: Any = numba.config

HELPER = "VASA_COMPILES"
"""Environment variable of the process that helps to compile: it starts no helper of its own."""
COMPILED_LAST = (
    "vasa_core.render.mouthblend",
    "vasa_core.render.mouthpose",
    "vasa_core.render.relief",
    "vasa_core.render.light",
    "vasa_core.render.eyedraw",
)
"""Slow modules that the renderer comes to last, the last one first."""


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


@cache
def compile_together() -> None:
    """On the very first start, let a second process compile what this one comes to last; both meet in the middle.

    What is compiled reaches the other through numba's folder. Compiling takes about 17 s of one core. To be called
    before the first function of this package is compiled.
    """
    folder, _ = cache_folder()
    if HELPER in os.environ or (os.cpu_count() or 1) < 2 or _holds_code(folder):
        return
    command = [sys.executable, "-c", "import " + ", ".join(COMPILED_LAST)]
    environment = {**os.environ, HELPER: "1"}
    try:
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return  # alone it takes longer, that is all


def _holds_code(folder: Path) -> bool:
    """Whether numba has compiled something of this package before, into a folder or beside the sources."""
    place = folder if config.CACHE_DIR else Path(__file__).parent
    return any(place.rglob("*.nbi"))


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
