"""Protocol 1, message by message: what travels between a game and the daemon. `bridge/PROTOCOL.md` explains it.

Every request is one of `Request`, told apart by its `op`; its reply is `Done` or `Failed`. Streams carry `FrameHeader`,
`MotionHeader` and the events. The limits stated here are enforced while a message is read.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from bridge.protocol.errors import Code

VERSION = 1

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$(?!\n)")]
"""Of a face, an NPC or an utterance; begins with a letter, a digit or `_`, so that it may be part of a file's name."""
Text = Annotated[str, Meta(max_length=1024)]
Sound = Annotated[bytes, Meta(max_length=64 << 20)]
"""Mono samples, little-endian, as `encoding` says."""
Picture = Annotated[bytes, Meta(max_length=32 << 20)]
Rate = Annotated[int, Meta(ge=8000, le=192_000)]
"""Samples a second."""
Samples = Annotated[int, Meta(ge=0, le=1 << 53)]
"""A place or a length in samples at the utterance's rate."""
RequestId = Annotated[int, Meta(ge=0, le=1 << 53)]
Microseconds = Annotated[int, Meta(ge=0)]
"""Of the daemon's monotonic clock."""

PixelFormat = Literal["rgba", "bgra", "jpeg", "bc1", "bc3"]
Transport = Literal["wire", "shm"]
Origin = Literal["top-left", "bottom-left"]
Background = Literal["transparent", "keep", "blur"]
Encoding = Literal["s16", "f32", "file"]
"""16-bit integers, floats in [-1, 1], or a whole sound file (wav, flac, ogg, mp3 ...) as it is."""
Pace = Literal["realtime", "asap"]
Start = Literal["auto", "engine"]
"""When an utterance's clock starts: with its first frame, or with the engine's first `clock` report."""


Finite = Annotated[float, Meta(ge=-1e6, le=1e6)]
"""No infinity and no NaN; what each control may be, the daemon checks and says with `bad_control`."""
Direction = Annotated[Sequence[Finite], Meta(min_length=2, max_length=2)]
"""No tuple: msgspec 0.22 misreads a union of a tuple and a string of limited length, and crashes."""
Turn = Annotated[Sequence[Finite], Meta(min_length=3, max_length=3)]
Shares = Annotated[Sequence[Finite], Meta(min_length=7, max_length=7)]


class Controls(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked of a face; left out: as it was; null: left to the model. Angles in rad. See docs/director.md."""

    gaze: Direction | Text | UnsetType | None = UNSET
    """Where to look in the world: yaw (viewer's right) and pitch (up), or a name such as "left"."""
    distance: Finite | UnsetType | None = UNSET
    emotion: Shares | Text | UnsetType | None = UNSET
    """ "happy:0.6", or 7 shares."""
    expressiveness: Finite | UnsetType | None = UNSET
    stillness: Finite | UnsetType | None = UNSET
    blink_rate: Finite | UnsetType | None = UNSET
    head: Turn | UnsetType | None = UNSET


class Request(Struct, kw_only=True, tag_field="op", forbid_unknown_fields=True, omit_defaults=True):
    """What all requests have: `v`, the protocol's version, and `id` (1 and up), which the reply repeats."""

    v: int = VERSION
    id: RequestId = 0


class Hello(Request, tag="hello"):
    """The first message of a client: which versions it speaks. Replies `Welcome`."""

    versions: Annotated[list[int], Meta(min_length=1, max_length=16)]
    client: Text = ""


class Enroll(Request, tag="enroll"):
    """Make a face of a portrait (or of a .vasa file), given as bytes or as a path in an allowed folder."""

    face: Name
    image: Picture | None = None
    path: Text | None = None
    replace: bool = False


class Forget(Request, tag="forget"):
    """Drop a face; NPCs that wear it keep it."""

    face: Name


class Spawn(Request, tag="spawn"):
    """Put an NPC into the world; it idles from now on. Replies `Spawned`."""

    npc: Name
    face: Name
    format: PixelFormat = "rgba"
    transport: Transport = "wire"
    """ "shm": frames lie in a shared-memory ring, headers still come by the stream."""
    size: Annotated[int, Meta(ge=256, le=1024)] = 512
    fps: Annotated[float, Meta(ge=1, le=120)] = 40.0
    idle_fps: Annotated[float, Meta(ge=1, le=120)] = 15.0
    origin: Origin = "top-left"
    background: Background = "transparent"
    quality: Annotated[int, Meta(ge=10, le=100)] = 90
    """Of JPEG."""
    seed: Annotated[int, Meta(ge=0, le=(1 << 53))] | None = None
    """The same seed, sounds and wishes give the same motion; left out: drawn at random, and told."""
    look_ahead: Annotated[float, Meta(ge=0.08, le=0.40)] = 0.16
    """s of sound the lips may know ahead, in steps of 0.02."""
    lead: Annotated[float, Meta(ge=0, le=1)] = 0.08
    """s by which frames come before their time."""
    importance: Annotated[float, Meta(ge=0, le=1)] = 1.0
    """Under load the least important faces lose frames and size first."""
    controls: Controls = Controls()


class Despawn(Request, tag="despawn"):
    """Take an NPC out; what it says fails with an ending event."""

    npc: Name


class Speak(Request, tag="speak"):
    """Let an NPC say a whole sound, after what it says already."""

    npc: Name
    utterance: Name
    audio: Sound | None = None
    path: Text | None = None
    """A sound file in an allowed folder, in place of `audio`."""
    encoding: Encoding = "file"
    rate: Rate = 16_000
    """Of s16 and f32; of files, the rate that pts count in."""
    pace: Pace = "realtime"
    start: Start = "auto"


class Open(Request, tag="open"):
    """Begin an utterance whose sound comes in pieces."""

    npc: Name
    utterance: Name
    encoding: Literal["s16", "f32"] = "s16"
    rate: Rate = 16_000
    pace: Pace = "realtime"
    start: Start = "auto"


class Push(Request, tag="push"):
    """The next piece of an opened utterance."""

    npc: Name
    utterance: Name
    audio: Annotated[bytes, Meta(max_length=4 << 20)]


class Close(Request, tag="close"):
    """No more pieces will come; the utterance ends when its last frame has been shown."""

    npc: Name
    utterance: Name


class Interrupt(Request, tag="interrupt"):
    """Break off all an NPC says and is about to say. Replies `NewEpoch`."""

    npc: Name


class Pause(Request, tag="pause"):
    """Hold the utterance where it is; the face idles."""

    npc: Name


class Resume(Request, tag="resume"):
    """Go on with a paused utterance."""

    npc: Name


class Seek(Request, tag="seek"):
    """Go on from another place of a whole sound. Replies `NewEpoch`."""

    npc: Name
    utterance: Name
    position: Samples


class Clock(Request, tag="clock"):
    """Where the engine's sound is: position in samples of the utterance. Send it four times a second or so."""

    npc: Name
    utterance: Name
    position: Samples
    age: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """s since that position was read."""


class Listen(Request, tag="listen"):
    """A piece of what somebody else says to the NPC; `end` after the last one. Refused while it speaks."""

    npc: Name
    audio: Annotated[bytes, Meta(max_length=4 << 20)] = b""
    encoding: Literal["s16", "f32"] = "s16"
    rate: Rate = 16_000
    end: bool = False


class Set(Request, tag="set"):
    """Ask something else of a face from now on."""

    npc: Name
    controls: Controls = Controls()
    ease: Annotated[float, Meta(ge=0, le=10)] | None = None
    """s to get there; left out: as suits each."""
    importance: Annotated[float, Meta(ge=0, le=1)] | None = None
    fps: Annotated[float, Meta(ge=1, le=120)] | None = None
    idle_fps: Annotated[float, Meta(ge=1, le=120)] | None = None


class Gesture(Request, tag="gesture"):
    """Nod, shake or tilt the head now."""

    npc: Name
    gesture: Literal["nod", "shake", "tilt"]
    size: Annotated[float, Meta(gt=0, le=2)] = 1.0
    times: Annotated[int, Meta(ge=1, le=10)] | None = None


class Stats(Request, tag="stats"):
    """What the daemon does and how long it takes; see `bridge/PROTOCOL.md`."""


class List(Request, tag="list"):
    """Faces and NPCs."""


class Ping(Request, tag="ping"):
    """Are you there? Replies the daemon's clock."""


class Shutdown(Request, tag="shutdown"):
    """End the daemon, where that is allowed."""


AnyRequest = (
    Hello | Enroll | Forget | Spawn | Despawn | Speak | Open | Push | Close | Interrupt | Pause | Resume | Seek | Clock
    | Listen | Set | Gesture | Stats | List | Ping | Shutdown
)  # fmt: skip


class Failure(Struct, kw_only=True):
    """Why a request or an utterance failed."""

    code: Code
    message: str


class Reply(Struct, kw_only=True, omit_defaults=True):
    """The answer to the request `id`: exactly one of `result` and `error`."""

    id: RequestId
    v: int = VERSION
    result: dict[str, Any] | None = None
    error: Failure | None = None


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
    """Goes before each texture; the payload is its bytes, or empty where they lie in shared memory. Every field is always sent."""

    npc: Name
    epoch: int
    seq: int
    """Counts the NPC's frames; a gap is a dropped frame."""
    pts: int
    """Samples of the utterance at `rate`; where there is none, samples at 16 kHz since the NPC idles or listens."""
    rate: int
    utterance: str | None = None
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
    """Goes before each frame of motion; the payload is float32, little-endian, in the order of `fields`. Every field is always sent."""

    npc: Name
    epoch: int
    seq: int
    pts: int
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
