"""Textures on their way over the wire: encoded once, sent without another copy, buffers used again when it let go."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.textures import Encoder, RawEncoder

BUFFERS = 4
"""Send buffers per NPC: one being written, the two frames that the wire may hold, one just let go."""


class Lent(NamedTuple):
    """A send buffer that nobody else writes to until it is given back."""

    view: memoryview
    give_back: Callable[[], None]
    """To be called once, from any thread."""


class SendBuffers:
    """A few buffers of one length, lent in turn: what is sent without copying must not be written before it is back."""

    def __init__(self, length: int, count: int = BUFFERS) -> None:
        self.length = length
        self._free = deque(memoryview(bytearray(length)) for _ in range(count))

    def take(self) -> Lent | None:
        """A free buffer; None while the wire holds them all."""
        try:
            view = self._free.popleft()
        except IndexError:
            return None
        return Lent(view, lambda: self._free.append(view))


class Packed(NamedTuple):
    """A texture ready for the wire."""

    payload: bytes | memoryview
    sent: Callable[[], None] | None
    """To be called once, when the wire has let go of `payload`: `Outgoing.sent`."""


class WirePacker:
    """Encodes an NPC's frames for the wire. One thread at a time; `Packed.sent` may be called from any."""

    def __init__(self, encoder: Encoder, size: int, buffers: int = BUFFERS) -> None:
        """For frames of at most `size` x `size` px."""
        self.encoder = encoder
        copies = isinstance(encoder, RawEncoder) and not encoder.keeps
        self._buffers = SendBuffers(encoder.room(size), buffers) if copies else None

    def pack(self, frame: NDArray[np.uint8]) -> Packed | None:
        """Encode a frame [size or smaller, same, 4]; None, and nothing done, while the wire holds all buffers.

        A frame that needs no change is sent as it lies: nobody may write to it afterwards (the renderer does not).
        """
        if self._buffers is None:
            if isinstance(self.encoder, RawEncoder):
                return Packed(np.ascontiguousarray(frame).data.cast("B"), None)
            return Packed(self.encoder.encode(frame), None)
        lent = self._buffers.take()
        if lent is None:
            return None
        length = self.encoder.encode_into(frame, lent.view)
        return Packed(lent.view[:length], lent.give_back)
