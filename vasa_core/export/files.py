"""Writing under a temporary name: a full disk or Ctrl-C leaves the old file or none, never a broken one."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from vasa_core.errors import ExportError

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EFBIG: "the file would be larger than allowed here",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "the name is too long",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of the operating system while writing `path` into one sentence."""
    try:
        yield
    except (OSError, av.FFmpegError) as error:
        number = error.errno or 0
        reason = REASONS.get(number) or error.strerror or str(error)
        raise ExportError(f"Could not write {path}: {reason}. Free some space or choose another place.") from error


class PartFile:
    """A file (or folder) that gets its name only when it is complete.

    Write to `path`, then call `commit`; `discard` removes it and is harmless after `commit`.
    """

    def __init__(self, target: Path, folder: bool = False) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}.{os.getpid()}.part")
        self._folder = folder
        with explained(target):
            if target.is_dir() and (not folder or any(target.iterdir())):
                what = "is not empty" if folder else "is a folder"
                raise ExportError(f"Could not write {target}: it {what}. Choose another name.")
            target.parent.mkdir(parents=True, exist_ok=True)
            if folder:
                self.path.mkdir()
            else:
                self.path.touch()

    def commit(self) -> None:
        """Give the finished file its name."""
        with explained(self.target):
            if self._folder and self.target.is_dir():
                self.target.rmdir()
            os.replace(self.path, self.target)

    def discard(self) -> None:
        """Remove what was written so far."""
        if self._folder:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
