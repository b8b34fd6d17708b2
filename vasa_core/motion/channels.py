"""What the motion model generates for every frame, and what it can be asked for: the layout of its rows.

A row of `Performance` channels is what the diffusion transformer sees and makes. It is turned into a `Motion` by
`vasa_core.motion.compose`: the expression units are added to the speech latent, and the gaze, which is a direction in
the world here, becomes the eyes' direction in the moving head.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

LATENT_SIZE = 64
EXPRESSION_UNITS = (
    "browInnerUp",
    "browDownLeft",
    "browDownRight",
    "browOuterUpLeft",
    "browOuterUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPucker",
    "jawOpen",
)
"""ARKit units that carry brows, expression and emotion; speech itself is in the latent."""


def _other_side(name: str) -> str:
    return name.replace("Left", "#").replace("Right", "Left").replace("#", "Right")


MIRRORED_UNITS = [EXPRESSION_UNITS.index(_other_side(name)) for name in EXPRESSION_UNITS]
"""Which unit of the mirrored face each one is."""


@dataclass
class Performance:
    """T frames at 25 Hz of everything a face does; float32."""

    speech: Array
    """[T, 64] motion latent of what the voice alone does to lips, jaw and cheeks."""
    units: Array
    """[T, 29] weights of `EXPRESSION_UNITS` in [0, 1], added to the speech."""
    blink: Array
    """[T, 2] closure of the subject's left and right eye in [0, 1]."""
    gaze: Array
    """[T, 2] direction of sight in the world, yaw (viewer's right) and pitch (up), rad; 0 looks at the viewer."""
    head_rotation: Array
    """[T, 3] rotation vector in rad against the enrolled pose; x right (nods down), y down (turns to the viewer's
    left), z away."""
    head_translation: Array
    """[T, 3] in outer inter-ocular distances, same axes, against where `distance` puts the head."""
    tongue: Array
    """[T, 3] in [0, 1], as in `Motion`."""

    def __len__(self) -> int:
        return len(self.speech)

    def rows(self) -> Array:
        """[T, 106] all channels side by side."""
        return np.concatenate([getattr(self, f.name) for f in fields(self)], axis=1).astype(np.float32)

    @staticmethod
    def from_rows(rows: Array) -> "Performance":
        """The inverse of `rows`."""
        return Performance(**{name: rows[:, part] for name, part in CHANNELS.items()})


SIZES = {
    "speech": LATENT_SIZE,
    "units": len(EXPRESSION_UNITS),
    "blink": 2,
    "gaze": 2,
    "head_rotation": 3,
    "head_translation": 3,
    "tongue": 3,
}


def _slices(sizes: dict[str, int]) -> dict[str, slice]:
    ends = np.cumsum(list(sizes.values())).tolist()
    return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}


CHANNELS = _slices(SIZES)
ROW_SIZE = sum(SIZES.values())

IDLE, SPEAKING, LISTENING = 0, 1, 2
"""What the face is doing: nothing, saying what is heard, or hearing somebody else say it."""

EMOTIONS = ("happy", "sad", "angry", "afraid", "surprised", "disgusted", "contempt")
"""Axes of the emotion space: a point has one share in [0, 1] each; their sum is the strength, 0 is neutral."""


@dataclass
class Direction:
    """What the director asks for, frame by frame; float32. None leaves it to the model."""

    state: NDArray[np.int64]
    """[T] of IDLE, SPEAKING, LISTENING."""
    gaze: Array | None = None
    """[T, 2] where to look, in the world: yaw (viewer's right) and pitch (up), rad. 0 is the viewer."""
    distance: Array | None = None
    """[T] distance of the head over that of the portrait: 1 as enrolled, 2 twice as far (half as large)."""
    emotion: Array | None = None
    """[T, 7] shares of `EMOTIONS`, added to what the voice says by itself."""
    expressiveness: Array | None = None
    """[T] size of lips', brows' and head's motion, 0 to 2; 1 is usual."""
    stillness: Array | None = None
    """[T] 0 a lively head, 1 a head that hardly moves."""
    blink_rate: Array | None = None
    """[T] blinks a minute."""

    def __len__(self) -> int:
        return len(self.state)

    def slice(self, begin: int, end: int) -> "Direction":
        """Frames begin..end-1."""
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        cut: dict[str, Any] = {name: None if part is None else part[begin:end] for name, part in parts.items()}
        return Direction(**cut)


CONDITION_SIZES = {
    "gaze": 2,
    "distance": 1,
    "emotion": len(EMOTIONS),
    "expressiveness": 1,
    "stillness": 1,
    "blink_rate": 1,
}
CONDITIONS = _slices(CONDITION_SIZES)
CONDITION_SIZE = sum(CONDITION_SIZES.values())
