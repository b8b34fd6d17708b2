"""Textures in shared memory: a ring of slots in a file that the games of the same host map. `bridge/RING.md` has all.

`Ring` is the daemon's end, `Reader` a game's. The writer never waits: it goes round the slots, and a reader that was
too slow finds another stamp on the slot than the one it was told, and takes a newer frame.
"""

from bridge.ring.files import remove_stale
from bridge.ring.layout import RingGoneError
from bridge.ring.reader import Reader, RingFrame
from bridge.ring.writer import Ring, slots_for

__all__ = ["Reader", "Ring", "RingFrame", "RingGoneError", "remove_stale", "slots_for"]
