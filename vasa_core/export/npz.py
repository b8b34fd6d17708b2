"""Arrays that grow along their first axis, written to one .npz without ever being in memory as a whole."""

import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from vasa_core.export.files import PartFile, explained


class NpzStream:
    """`append` pieces of named arrays, then `close`. Each array waits in a temporary file beside the target."""

    def __init__(self, path: Path, **fixed: NDArray[np.generic] | np.generic) -> None:
        """Begin the file `path`; `fixed` arrays are written as they are."""
        self._fixed = fixed
        self._part = PartFile(path)
        self._pieces = PartFile(path.with_name(path.name + ".arrays"), folder=True)
        self._files: dict[str, IO[bytes]] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._types: dict[str, np.dtype[np.generic]] = {}

    def append(self, name: str, piece: NDArray[np.generic]) -> None:
        """Append `piece` [n, ...] to the array `name`."""
        with explained(self._part.target):
            if name not in self._files:
                self._files[name] = (self._pieces.path / name).open("wb")
                self._shapes[name] = (0, *piece.shape[1:])
                self._types[name] = piece.dtype
            self._files[name].write(np.ascontiguousarray(piece).tobytes())
        self._shapes[name] = (self._shapes[name][0] + len(piece), *piece.shape[1:])

    def close(self) -> None:
        """Put all arrays into the .npz and give it its name."""
        with explained(self._part.target), zipfile.ZipFile(self._part.path, "w", zipfile.ZIP_STORED) as archive:
            for name, array in self._fixed.items():
                with archive.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, np.asarray(array))
            for name, file in self._files.items():
                file.close()
                self._add(archive, name)
        self._pieces.discard()
        self._part.commit()

    def _add(self, archive: zipfile.ZipFile, name: str) -> None:
        header = {
            "descr": np.lib.format.dtype_to_descr(self._types[name]),
            "fortran_order": False,
            "shape": self._shapes[name],
        }
        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array_header_2_0(member, header)
            with (self._pieces.path / name).open("rb") as pieces:
                shutil.copyfileobj(pieces, member, 1 << 20)

    def abort(self) -> None:
        """Remove everything; harmless after `close`."""
        for file in self._files.values():
            with suppress(OSError):
                file.close()
        self._pieces.discard()
        self._part.discard()
