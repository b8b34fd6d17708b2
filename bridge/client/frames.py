"""What a client gets of an NPC: frames of texture and of motion, each with the header that came with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.client.pictures import to_rgba
from bridge.protocol.messages import FrameHeader, MotionHeader


@dataclass(frozen=True, slots=True)
class Frame:
    """One texture of an NPC."""

    header: FrameHeader
    pixels: bytes | memoryview
    """As `header.format` and `header.origin` say."""
    received: float
    """s of `time.monotonic`."""

    @property
    def time(self) -> float:
        """s from the utterance's beginning; for idle frames, from the beginning of the idling."""
        return self.header.pts / self.header.rate

    def image(self) -> NDArray[np.uint8]:
        """The picture [height, width, 4] as RGBA, top row first, with alpha as `header.alpha` says."""
        return to_rgba(self.pixels, self.header)


@dataclass(frozen=True, slots=True)
class Motion:
    """One frame of an NPC's motion."""

    header: MotionHeader
    values: NDArray[np.float32]
    """All fields, one after the other."""
    received: float
    """s of `time.monotonic`."""

    @property
    def time(self) -> float:
        """s from the utterance's beginning; for idle frames, from the beginning of the idling."""
        return self.header.pts / self.header.rate

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """One field: latent, head_rotation, head_translation, gaze, blink, tongue or arkit."""
        start = 0
        for field, length in self.header.fields.items():
            if field == name:
                return self.values[start : start + length]
            start += length
        raise KeyError(f"There is no field {name!r} of motion; there are {', '.join(self.header.fields)}.")
