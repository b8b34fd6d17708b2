"""`Reader`: a game's end of a ring of textures."""

import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bridge.protocol.fields import Origin, PixelFormat
from bridge.protocol.streams import FrameHeader
from bridge.ring.layout import (
    ALPHAS,
    FIRST_SLOT,
    FORMATS,
    LIVE,
    MAGIC,
    NEWEST_OFFSET,
    ORIGINS,
    PAGE,
    RING_HEADER,
    RING_VERSION,
    SLOT_FIELDS,
    SLOT_FIELDS_OFFSET,
    SLOT_HEADER_BYTES,
    STATE,
    STATE_OFFSET,
    WORD,
    Alpha,
    RingGoneError,
    fence,
    slot_of,
    slot_start,
)

_FORMATS = {number: name for name, number in FORMATS.items()}
_ORIGINS = {number: name for name, number in ORIGINS.items()}
_ALPHAS = {number: name for name, number in ALPHAS.items()}


@dataclass(frozen=True, slots=True)
class RingFrame:
    """A texture copied out of a ring, and what its slot says of it; fields as in `FrameHeader`."""

    texture: bytes
    stamp: int
    pts: int
    rate: int
    epoch: int
    seq: int
    width: int
    height: int
    format: PixelFormat
    origin: Origin
    alpha: Alpha
    sent: int


class Reader:
    """Copies textures out of a ring. A reader disturbs nobody: it may be slow, stop, or die. One thread at a time."""

    def __init__(self, path: str | Path) -> None:
        """Map the ring at `path`, as the reply to `spawn` tells it; raises `RingGoneError` if there is none."""
        self.path = Path(path)
        try:
            with self.path.open("rb") as file:
                length = os.fstat(file.fileno()).st_size
                if length < FIRST_SLOT:
                    raise RingGoneError(f"{self.path} is no ring of textures: it has only {length} bytes.")
                self._map = mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ)
        except OSError as problem:
            raise RingGoneError(
                f"The ring {self.path} cannot be opened ({problem.strerror}): the daemon has gone or somebody removed "
                "it. Spawn the NPC again."
            ) from None
        self._bytes = memoryview(self._map)
        self._words = self._bytes[: length // WORD * WORD].cast("Q")
        magic, version, _, slots, header, stride, room, first, _, writer = RING_HEADER.unpack_from(self._map)
        if magic != MAGIC or version != RING_VERSION:
            self.close()
            raise RingGoneError(f"{self.path} is no ring of textures of version {RING_VERSION}.")
        self.slots: int = slots
        self.room: int = room
        self.writer: int = writer
        """Process id of the daemon."""
        self._stride: int = stride
        fits = header == SLOT_HEADER_BYTES and first == FIRST_SLOT and stride % PAGE == 0 and header + room <= stride
        if not (fits and slots > 0 and slot_start(slots, stride) <= length):
            self.close()
            raise RingGoneError(f"The ring {self.path} is damaged: its header does not fit its length.")

    def closed(self) -> bool:
        """Whether the daemon has closed the ring. One that was killed did not: its heartbeats on the wire stop."""
        return bool(STATE.unpack_from(self._map, STATE_OFFSET)[0] != LIVE)

    def texture(self, header: FrameHeader) -> bytes | None:
        """The texture that a header of the stream tells of; None if it has been written over."""
        if header.slot is None or header.stamp is None:
            raise ValueError(f"Frame {header.seq} of {header.npc} does not lie in shared memory.")
        found = self._copy(header.slot, header.stamp)
        return None if found is None else found[0]

    def newest(self, after: int = 0) -> RingFrame | None:
        """The newest frame, for games that do not follow the stream; None if its stamp is not above `after`.

        Also None if frames came faster than they could be copied. Raises `RingGoneError` once the daemon has closed
        the ring.
        """
        if self.closed():
            raise RingGoneError(f"The daemon has closed the ring {self.path}. Spawn the NPC again.")
        for _ in range(self.slots):
            stamp = self._words[NEWEST_OFFSET // WORD]
            if stamp <= after:
                return None
            found = self._copy(slot_of(stamp, self.slots), stamp)
            if found is not None:
                texture, (pts, rate, epoch, seq, width, height, format, origin, alpha, sent) = found
                look = _FORMATS[format], _ORIGINS[origin], _ALPHAS[alpha]
                return RingFrame(texture, stamp, pts, rate, epoch, seq, width, height, *look, sent)
        return None

    def _copy(self, slot: int, stamp: int) -> tuple[bytes, tuple[Any, ...]] | None:
        """A slot's texture and fields, if it held the frame of `stamp` before and after it was copied."""
        if not 0 <= slot < self.slots:
            raise ValueError(f"The ring {self.path} has no slot {slot}; its slots are 0 to {self.slots - 1}.")
        start = slot_start(slot, self._stride)
        if self._words[start // WORD] != stamp:
            return None
        fence()
        length, *fields = SLOT_FIELDS.unpack_from(self._map, start + SLOT_FIELDS_OFFSET)
        begin = start + SLOT_HEADER_BYTES
        texture = bytes(self._bytes[begin : begin + min(length, self.room)])
        fence()
        if self._words[start // WORD] != stamp:
            return None
        return texture, tuple(fields)

    def close(self) -> None:
        """Let go of the memory. May be called again."""
        self._words.release()
        self._bytes.release()
        self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
