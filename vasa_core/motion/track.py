"""`Motion`: a track of facial dynamics, head pose, gaze and blinks; what flows from the voice to the renderer."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOTION_FPS = 25.0
CAMERA_DISTANCE = 7.0
"""Inter-ocular distances from the viewer to a head that has not moved: about 62 cm, how near people stand to talk."""


@dataclass
class Motion:
    """Motion of T frames. Frame i belongs to the time `start + i / fps` seconds of its utterance.

    Lid closure lives in `blink` and eye direction in `gaze`, not in `latent`: both are exact there, because how far a
    lid must travel depends on the portrait's own eye.
    """

    latent: NDArray[np.float32]
    """[T, D] motion latent: lips, jaw, cheeks, brows; in units of the latent space (standard deviations)."""
    head_rotation: NDArray[np.float32]
    """[T, 3] rotation vector in rad against the enrolled pose; x right, y down, z away from the viewer."""
    head_translation: NDArray[np.float32]
    """[T, 3] in outer inter-ocular distances, same axes."""
    gaze: NDArray[np.float32]
    """[T, 2] yaw and pitch of the eyes in the head, rad; positive yaw: the viewer's right, positive pitch: up."""
    blink: NDArray[np.float32]
    """[T, 2] closure of the subject's left and right eye: 0 as enrolled, 1 shut."""
    fps: float = MOTION_FPS
    start: float = 0.0
    tongue: NDArray[np.float32] = None  # type: ignore[assignment]
    """[T, 3] in [0, 1], zeros unless given: `out` between the teeth (th), `tip_up` to the ridge behind the upper teeth
    (l, n, d), `back_up` (k, g, ee). With the jaw it sinks by itself."""

    def __post_init__(self) -> None:
        if self.tongue is None:
            self.tongue = np.zeros((len(self.latent), 3), np.float32)

    def __len__(self) -> int:
        return len(self.latent)

    def slice(self, begin: int, end: int) -> "Motion":
        """Frames begin..end-1, with `start` moved along."""
        arrays = {name: getattr(self, name)[begin:end] for name in ARRAY_FIELDS}
        return Motion(**arrays, fps=self.fps, start=self.start + begin / self.fps)

    @staticmethod
    def still(frames: int, latent_size: int, fps: float = MOTION_FPS) -> "Motion":
        """Motion of a face that does nothing."""
        sizes = {"latent": latent_size, "head_rotation": 3, "head_translation": 3, "gaze": 2, "blink": 2, "tongue": 3}
        arrays: dict[str, Any] = {name: np.zeros((frames, size), np.float32) for name, size in sizes.items()}
        return Motion(**arrays, fps=fps)

    @staticmethod
    def concatenate(parts: "list[Motion]") -> "Motion":
        """Join consecutive pieces of one track."""
        arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAY_FIELDS}
        return Motion(**arrays, fps=parts[0].fps, start=parts[0].start)

    def resample(self, times: NDArray[np.float64]) -> "Motion":
        """The motion at `times` (s of the utterance, rising evenly), smoothly interpolated, held at both ends."""
        from vasa_core.motion.resampling import resample

        return resample(self, times)


ARRAY_FIELDS = tuple(field.name for field in fields(Motion) if field.name not in ("fps", "start"))
