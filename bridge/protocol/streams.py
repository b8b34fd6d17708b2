"""The streams of protocol 1: headers of textures and motion, and events, each under a topic per NPC."""

from typing import Any, ClassVar, Literal

from msgspec import Struct

from bridge.protocol.fields import VERSION, Microseconds, Name, Origin, PixelFormat
from bridge.protocol.replies import Failure


class Topic:
    """Topics of the streams; each ends with NUL, so that `npc1` does not also get `npc10`."""

    TEXTURE: ClassVar[bytes] = b"tex/"
    MOTION: ClassVar[bytes] = b"mot/"
    EVENT: ClassVar[bytes] = b"evt/"

    @staticmethod
    def of(kind: bytes, npc: str) -> bytes:
        """The topic of one NPC's textures, motion or events."""
        return kind + npc.encode() + b"\0"


class FrameHeader(Struct, kw_only=True):
    """Goes before each texture; the payload is its bytes, or empty where they lie in shared memory.

    Every field is always sent.
    """

    npc: Name
    epoch: int
    seq: int
    """Counts the NPC's frames; a gap is a dropped frame."""
    pts: int
    """Samples of the utterance at `rate`; where there is none, samples at 16 kHz since the NPC idles or listens."""
    rate: int
    """Samples a second that `pts` counts in."""
    utterance: str | None = None
    """null: the NPC idles or listens."""
    width: int
    height: int
    format: PixelFormat
    origin: Origin
    colorspace: Literal["srgb"] = "srgb"
    alpha: Literal["premultiplied", "none"] = "premultiplied"
    sent: Microseconds
    slot: int | None = None
    """Of the shared-memory ring."""
    stamp: int | None = None
    """Even number the slot's header must hold while this frame lies there."""
    v: int = VERSION


class MotionHeader(Struct, kw_only=True):
    """Goes before each frame of motion; the payload is float32, little-endian, in the order of `fields`.

    Every field is always sent.
    """

    npc: Name
    epoch: int
    seq: int
    """Counts the NPC's frames of motion."""
    pts: int
    """As in `FrameHeader`."""
    rate: int
    utterance: str | None = None
    sent: Microseconds
    fields: dict[str, int]
    """Names and lengths: latent, head_rotation, head_translation, gaze, blink, tongue, arkit."""
    v: int = VERSION


EventKind = Literal[
    "state", "ready", "started", "progress", "finished", "failed", "interrupted", "overloaded", "recovered", "gone"
]


class Event(Struct, kw_only=True, omit_defaults=True):
    """Something happened to an NPC. Every accepted utterance ends with exactly one of finished, failed, interrupted."""

    event: EventKind
    npc: Name
    epoch: int
    utterance: str | None = None
    sent: Microseconds
    position: int | None = None
    """Samples of the utterance."""
    error: Failure | None = None
    detail: dict[str, Any] | None = None
    """state: what a late subscriber needs (speaking, utterance, fps, size ...); overloaded: fps and size now."""
    v: int = VERSION
