"""`Ring`: the daemon's end of a ring of textures of one NPC."""

import contextlib
import mmap
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.protocol.streams import FrameHeader
from bridge.ring.files import is_removed, new_file, remove, usual_folder
from bridge.ring.layout import (
    ALPHAS,
    CLOSED,
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
    RingGoneError,
    fence,
    slot_of,
    slot_start,
)

FEWEST, MOST = 4, 48
"""Slots of a ring: being written, being read and two on the way; and no more than 48 MiB of RGBA at 512 px."""
SPARE = 3
"""Slots beyond those of frames whose time has not come: being written, being shown, just sent."""


def slots_for(lead: float, fps: float) -> int:
    """How many slots a ring needs for a frame to stay until its time has come, `lead` s after it was sent."""
    return max(FEWEST, min(MOST, SPARE + int(lead * fps + 1)))


class Ring:
    """Writes textures into shared memory. May be used from any thread."""

    def __init__(self, room: int, slots: int = FEWEST, folder: Path | None = None) -> None:
        """Make the file and map it; raises `BridgeError` "disk" where there is no room for it.

        Parameters
        ----------
        room : bytes of the longest texture; see `Encoder.room`
        slots : how many textures lie in the ring; see `slots_for`
        folder : where the file is; left out: `usual_folder`
        """
        self.room = room
        self.slots = slots
        self.stride = -(-(SLOT_HEADER_BYTES + room) // PAGE) * PAGE
        self._lock = threading.Lock()
        self._written = 0
        length = slot_start(slots, self.stride)
        self._fd, self.path = new_file(usual_folder() if folder is None else folder, length)
        self._open = True
        self._map = mmap.mmap(self._fd, length, access=mmap.ACCESS_WRITE)
        self._bytes = memoryview(self._map)
        self._words = self._bytes.cast("Q")
        fixed = (slots, SLOT_HEADER_BYTES, self.stride, room, FIRST_SLOT, 0, os.getpid())
        RING_HEADER.pack_into(self._map, 0, MAGIC, RING_VERSION, LIVE, *fixed)

    def describe(self) -> dict[str, Any]:
        """For the reply to `spawn`: where the ring is. The rest stands at the beginning of the file."""
        return {"path": str(self.path), "version": RING_VERSION, "slots": self.slots, "room": self.room}

    def write(self, header: FrameHeader, fill: Callable[[memoryview], int]) -> None:
        """Put a texture into the next slot and tell `header` its slot and stamp.

        `fill` writes the texture to the beginning of a buffer of `room` bytes and returns its length. If it raises, the
        slot cannot be read until its next turn. Raises `RingGoneError` once the ring is closed.
        """
        with self._lock:
            if not self._open:
                raise RingGoneError(f"The ring {self.path} is closed; its NPC has gone.")
            self._written += 1
            stamp = 2 * self._written
            slot = slot_of(stamp, self.slots)
            start = slot_start(slot, self.stride)
            self._words[start // WORD] = stamp - 1
            fence()
            texture = start + SLOT_HEADER_BYTES
            length = fill(self._bytes[texture : texture + self.room])
            self._describe_slot(start + SLOT_FIELDS_OFFSET, header, length)
            fence()
            self._words[start // WORD] = stamp
            fence()
            self._words[NEWEST_OFFSET // WORD] = stamp
            header.slot, header.stamp = slot, stamp

    def _describe_slot(self, offset: int, header: FrameHeader, length: int) -> None:
        SLOT_FIELDS.pack_into(
            self._map,
            offset,
            length,
            header.pts,
            header.rate,
            header.epoch,
            header.seq,
            header.width,
            header.height,
            FORMATS[header.format],
            ORIGINS[header.origin],
            ALPHAS[header.alpha],
            header.sent,
        )

    def removed(self) -> bool:
        """Whether somebody removed the file. Readers that have it go on; others cannot open it: make a new ring."""
        with self._lock:
            return self._open and is_removed(self._fd)

    def close(self) -> None:
        """Tell readers that nothing more comes, and remove the file. May be called again."""
        with self._lock:
            if not self._open:
                return
            self._open = False
            STATE.pack_into(self._map, STATE_OFFSET, CLOSED)
            with contextlib.suppress(BufferError):  # somebody's view of a slot keeps the mapping until it goes
                self._words.release()
                self._bytes.release()
                self._map.close()
            os.close(self._fd)
            remove(self.path)
