"""Animation curves without a face: the whole motion as .npz, or ARKit curves as a Live Link Face .csv."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import ExportError
from vasa_core.export.live_link import CurveFile
from vasa_core.export.npz import NpzStream
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.motion.track import ARRAY_FIELDS, Motion

if TYPE_CHECKING:
    from vasa_core.latent.space import LatentSpace

# ARKit's eyeLook weights per rad of eye rotation, fitted on phone captures that carry both (residual below 0.02).
LOOK_DOWN, LOOK_UP, LOOK_IN, LOOK_OUT = 1.64, 2.16, 1.61, 1.73


CURVE_KINDS = (".npz", ".csv")
"""Endings of the motion files that can be written."""


class CurveWriter(Protocol):
    """Takes the pieces of one motion, in order."""

    def write(self, motion: Motion) -> None:
        """Take the next piece."""

    def close(self) -> None:
        """Finish: only now the file appears under its name."""

    def abort(self) -> None:
        """Drop everything; harmless after `close`."""


def full_arkit(motion: Motion, space: "LatentSpace") -> NDArray[np.float32]:
    """All 52 ARKit weights [T, 52] in [0, 1]: the latent's own, with blinks, gaze and tongue put in their places."""
    weights = np.array(space.to_arkit(motion.latent), np.float32)
    column = {name: i for i, name in enumerate(ARKIT_NAMES)}
    yaw, pitch = motion.gaze[:, 0], motion.gaze[:, 1]  # viewer's right (the subject's left), up
    for side, blink, outwards in (("Left", motion.blink[:, 0], yaw), ("Right", motion.blink[:, 1], -yaw)):
        weights[:, column[f"eyeBlink{side}"]] = blink
        weights[:, column[f"eyeLookOut{side}"]] = LOOK_OUT * outwards
        weights[:, column[f"eyeLookIn{side}"]] = -LOOK_IN * outwards
        weights[:, column[f"eyeLookUp{side}"]] = LOOK_UP * pitch
        weights[:, column[f"eyeLookDown{side}"]] = -LOOK_DOWN * pitch
    weights[:, column["tongueOut"]] = motion.tongue[:, 0]
    return np.clip(weights, 0.0, 1.0)


def open_curves(path: Path, space: "LatentSpace", fps: float, mesh: bool = False) -> CurveWriter:
    """A writer for `path`: .npz or .csv. `mesh` adds the vertices (only in .npz)."""
    kind = path.suffix.lower()
    if kind == ".npz":
        return NpzWriter(path, space, fps, mesh)
    if kind == ".csv":
        if mesh:
            raise ExportError(f"A .csv holds no vertices, but {path} was asked for with the mesh. Write .npz instead.")
        return CsvWriter(path, space, fps)
    raise ExportError(f"'{path.name}' is no kind of motion file known here. End the name in .npz or .csv.")


class NpzWriter:
    """Writes `motion.npz`, readable with `numpy.load`, in constant memory.

    fps : frames a second, float64 []
    latent : [T, D] float32, in units of the latent space
    head_rotation : [T, 3] float32, rotation vector in rad (x right, y down, z away from the viewer)
    head_translation : [T, 3] float32, in outer inter-ocular distances, same axes
    gaze : [T, 2] float32, yaw (positive: the viewer's right) and pitch (positive: up) of the eyes in rad
    blink : [T, 2] float32, closure of the subject's left and right eye, 0 to 1
    tongue : [T, 3] float32 in [0, 1], out between the teeth, tip up, back up
    arkit : [T, 52] float32 in [0, 1], `arkit_names` : [52] strings
    vertices : [T, 478, 3] float32, nobody's face moving in the canonical frame, irises at rest (only with `mesh`)
    """

    def __init__(self, path: Path, space: "LatentSpace", fps: float, mesh: bool = False) -> None:
        self._space = space
        self._mesh = mesh
        self._file = NpzStream(path, fps=np.float64(fps), arkit_names=np.array(ARKIT_NAMES))

    def write(self, motion: Motion) -> None:
        """Append the next piece."""
        for name in ARRAY_FIELDS:
            self._file.append(name, getattr(motion, name))
        self._file.append("arkit", full_arkit(motion, self._space))
        if self._mesh:
            lids = np.zeros((len(motion), len(ARKIT_NAMES)), np.float32)
            lids[:, [ARKIT_NAMES.index("eyeBlinkLeft"), ARKIT_NAMES.index("eyeBlinkRight")]] = motion.blink
            moved = self._space.decode(motion.latent + self._space.from_arkit(lids))
            self._file.append("vertices", self._space.neutral + moved)

    def close(self) -> None:
        """Put the pieces together under the file's name."""
        self._file.close()

    def abort(self) -> None:
        """Drop everything; harmless after `close`."""
        self._file.abort()


class CsvWriter:
    """Writes the Live Link Face columns, one row per frame."""

    def __init__(self, path: Path, space: "LatentSpace", fps: float) -> None:
        self._space = space
        self._file = CurveFile(path, fps)

    def write(self, motion: Motion) -> None:
        """Append the next piece."""
        self._file.append(full_arkit(motion, self._space), motion.head_rotation, motion.gaze)

    def close(self) -> None:
        """Give the file its name."""
        self._file.close()

    def abort(self) -> None:
        """Drop everything; harmless after `close`."""
        self._file.abort()
