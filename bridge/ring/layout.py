"""Where what lies in a ring's file, as `bridge/RING.md` says it: little-endian, fields at multiples of their sizes."""

import struct
import threading
from typing import Final, Literal

from bridge.protocol.fields import Origin, PixelFormat

MAGIC: Final = b"VASARING"
RING_VERSION: Final = 1
"""Of the layout."""
LIVE: Final = 1
CLOSED: Final = 2
"""States of a ring: closed once its writer has gone in good order."""

RING_HEADER: Final = struct.Struct("<8sIIIIQQQQI")
"""Magic, version, state, slots, bytes of a slot's header, bytes from slot to slot, bytes of the longest texture, where
the first slot begins, stamp of the newest frame, the writer's process id."""
STATE: Final = struct.Struct("<I")
STATE_OFFSET: Final = 12
NEWEST_OFFSET: Final = 48

FIRST_SLOT: Final = 4096
PAGE: Final = 4096
"""Slots begin at multiples of this, so that each can be mapped alone."""
SLOT_HEADER_BYTES: Final = 64
SLOT_FIELDS: Final = struct.Struct("<QqIIQIIIBBxxQ")
"""After the stamp: length of the texture, pts, rate, epoch, seq, width, height, format, origin, alpha, sent (us)."""
SLOT_FIELDS_OFFSET: Final = 8
WORD: Final = 8
"""Bytes of a stamp. Stamps are read and written whole, never byte by byte."""

Alpha = Literal["premultiplied", "none"]
FORMATS: Final[dict[PixelFormat, int]] = {"rgba": 1, "bgra": 2, "jpeg": 3, "bc1": 4, "bc3": 5}
ORIGINS: Final[dict[Origin, int]] = {"top-left": 0, "bottom-left": 1}
ALPHAS: Final[dict[Alpha, int]] = {"none": 0, "premultiplied": 1}

_fences = threading.local()


class RingGoneError(Exception):
    """The ring has been closed or removed, or is none. The message says what to do."""


def slot_start(slot: int, stride: int) -> int:
    """Where a slot begins in the file."""
    return FIRST_SLOT + slot * stride


def slot_of(stamp: int, slots: int) -> int:
    """The slot in which the frame of a stamp lies: stamps count by 2, round and round the slots."""
    return (stamp // 2 - 1) % slots


def fence() -> None:
    """Let no read or write of memory move across this line: two locks are a full fence, on ARM too."""
    for lock in _locks():
        with lock:
            pass


def _locks() -> tuple[threading.Lock, threading.Lock]:
    """Two locks of this thread, which nobody else takes."""
    try:
        locks: tuple[threading.Lock, threading.Lock] = _fences.locks
    except AttributeError:
        locks = _fences.locks = (threading.Lock(), threading.Lock())
    return locks
