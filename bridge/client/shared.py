"""Textures that lie in shared memory, fetched when they are shown."""

from dataclasses import replace

from bridge.client.frames import Frame
from bridge.ring import Reader, RingGoneError


class SharedTextures:
    """An NPC's ring, as the reply to `spawn` or a `state` event told of it. One thread at a time."""

    def __init__(self) -> None:
        self._path: str | None = None
        self._reader: Reader | None = None

    def told(self, ring: object) -> None:
        """The daemon says where the ring is; another one than before after a restart, or when it was removed."""
        path = ring.get("path") if isinstance(ring, dict) else None
        if isinstance(path, str) and path != self._path:
            self.close()
            self._path = path

    def fetch(self, frame: Frame) -> Frame | None:
        """The frame with its pixels; None where it was written over, or its ring is not there."""
        if frame.header.slot is None:
            return frame
        if self._reader is None and self._path is not None:
            try:
                self._reader = Reader(self._path)
            except RingGoneError:
                self._path = None
        if self._reader is None or frame.header.slot >= self._reader.slots:
            return None
        texture = self._reader.texture(frame.header)
        return None if texture is None else replace(frame, pixels=texture)

    def close(self) -> None:
        """Let go of the memory."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._path = None
