"""The .csv that Apple's ARKit users know from the Live Link Face app: a time code, a count and 61 curves per frame.

Angles are in rad with the signs of Unreal's rotators, as the app writes them: yaw positive to the subject's right,
pitch positive downwards, roll positive towards the subject's left shoulder.
"""

from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.export.files import PartFile, explained
from vasa_core.latent.arkit import ARKIT_NAMES

ANGLES = [f"{part}{angle}" for part in ("Head", "LeftEye", "RightEye") for angle in ("Yaw", "Pitch", "Roll")]
COLUMNS = ["Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in ARKIT_NAMES), *ANGLES]
CURVES = len(COLUMNS) - 2


def timecode(frame: int, fps: float) -> str:
    """HH:MM:SS:FF.mmm of frame number `frame`: whole frames of the second, and thousandths of a frame."""
    seconds, rest = divmod(frame / fps + 1e-9, 1)
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    part = int(rest * fps * 1000 + 1e-3)
    return f"{hours:02d}:{minute:02d}:{second:02d}:{part // 1000:02d}.{part % 1000:03d}"


def rotator(rotation: NDArray[np.float32]) -> NDArray[np.float64]:
    """Yaw, pitch, roll [T, 3] in rad of rotation vectors [T, 3] (x right, y down, z away), applied roll first."""
    from scipy.spatial.transform import Rotation

    m = Rotation.from_rotvec(np.asarray(rotation, np.float64)).as_matrix()
    # Unreal's axes are X = z (away), Y = x (right), Z = -y (up).
    yaw = np.arctan2(m[:, 0, 2], m[:, 2, 2])
    pitch = np.arcsin(np.clip(-m[:, 1, 2], -1.0, 1.0))
    roll = np.arctan2(m[:, 1, 0], m[:, 1, 1])
    return np.stack([yaw, pitch, roll], axis=1)


class CurveFile:
    """Writes rows as they come; the file gets its name when it is complete."""

    def __init__(self, path: Path, fps: float) -> None:
        self._fps = fps
        self._frame = 0
        self._part = PartFile(path)
        with explained(path):
            self._file = self._part.path.open("w", encoding="ascii", newline="\n")
            self._file.write(",".join(COLUMNS) + "\n")

    def append(
        self, weights: NDArray[np.float32], head_rotation: NDArray[np.float32], gaze: NDArray[np.float32]
    ) -> None:
        """Append T rows: `weights` [T, 52], `head_rotation` [T, 3] rad, `gaze` [T, 2] rad."""
        eye = np.stack([-gaze[:, 0], -gaze[:, 1], np.zeros(len(gaze))], axis=1)
        table = np.concatenate([weights, rotator(head_rotation), eye, eye], axis=1) + 0.0
        with explained(self._part.target):
            for row in table:
                values = ",".join(f"{value:.4f}" for value in row)
                self._file.write(f"{timecode(self._frame, self._fps)},{CURVES},{values}\n")
                self._frame += 1

    def close(self) -> None:
        """Give the file its name."""
        with explained(self._part.target):
            self._file.close()
        self._part.commit()

    def abort(self) -> None:
        """Drop everything; harmless after `close`."""
        with suppress(OSError):
            self._file.close()
        self._part.discard()
