"""The requests of protocol 1: what a game asks of the daemon. Their limits are enforced while they are read."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from bridge.protocol.fields import (
    VERSION,
    Background,
    Direction,
    Encoding,
    Finite,
    GestureName,
    Name,
    Origin,
    Pace,
    PcmEncoding,
    Picture,
    Piece,
    PixelFormat,
    Rate,
    RequestId,
    Samples,
    Shares,
    Sound,
    Start,
    Text,
    Transport,
    Turn,
)


class Controls(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked of a face; null leaves it to the model. Angles in rad. Words and ranges: docs/director.md."""

    gaze: Direction | Text | UnsetType | None = UNSET
    """Where to look in the world: yaw (viewer's right, up to 0.785) and pitch (up, up to 0.436), or a name: "left"."""
    distance: Finite | UnsetType | None = UNSET
    """Of the head over that of the portrait, 0.5 to 3: 2 is twice as far."""
    emotion: Shares | Text | UnsetType | None = UNSET
    """Like "happy:0.5,surprised:0.3", or 7 shares, 0 to 1, in the order that `hello` tells."""
    expressiveness: Finite | UnsetType | None = UNSET
    """0 to 2; 1 is usual."""
    stillness: Finite | UnsetType | None = UNSET
    """0, lively, to 1, a head that hardly moves."""
    blink_rate: Finite | UnsetType | None = UNSET
    """Blinks a minute, 0 to 60."""
    head: Turn | UnsetType | None = UNSET
    """Turn (viewer's right, within 0.524), nod (down, 0.436) and tilt (0.349), added to the head's motion."""


class Request(Struct, kw_only=True, tag_field="op", forbid_unknown_fields=True, omit_defaults=True):
    """What all requests have: `v`, the protocol's version, and `id` (1 and up), which the reply repeats."""

    v: int = VERSION
    id: RequestId = 0


class Hello(Request, tag="hello"):
    """The first message of a client: which versions it speaks."""

    versions: Annotated[list[int], Meta(min_length=1, max_length=16)]
    """Of the protocol, up to 16; the daemon chooses the newest that it speaks too."""
    client: Text = ""
    """Name and version of the client, for the daemon's log."""


class Enroll(Request, tag="enroll"):
    """Make a face of a portrait (or of a .vasa file), given as bytes or as a path in an allowed folder."""

    face: Name
    image: Picture | None = None
    """Give either this or `path`."""
    path: Text | None = None
    """On the daemon's machine."""
    replace: bool = False
    """True: a face of this name may be there already; NPCs that wear it keep the old one."""


class Forget(Request, tag="forget"):
    """Drop a face; NPCs that wear it keep it."""

    face: Name


class Spawn(Request, tag="spawn"):
    """Put an NPC into the world; it idles from now on."""

    npc: Name
    face: Name
    format: PixelFormat = "rgba"
    transport: Transport = "wire"
    """ "shm": frames lie in a shared-memory ring, headers still come by the stream."""
    size: Annotated[int, Meta(ge=256, le=1024)] = 512
    """Edge of the textures in pixels."""
    fps: Annotated[float, Meta(ge=1, le=120)] = 40.0
    """Textures a second while it speaks or listens."""
    idle_fps: Annotated[float, Meta(ge=1, le=120)] = 15.0
    """Textures a second while it idles."""
    origin: Origin = "top-left"
    background: Background = "transparent"
    """Of the portrait: left out, kept, or blurred."""
    quality: Annotated[int, Meta(ge=10, le=100)] = 90
    """Of JPEG."""
    seed: Annotated[int, Meta(ge=0, le=(1 << 53))] | None = None
    """The same seed, sounds and wishes give the same motion; left out: drawn at random, and told."""
    look_ahead: Annotated[float, Meta(ge=0.08, le=0.40)] = 0.16
    """s of sound the lips may know ahead, in steps of 0.02."""
    lead: Annotated[float, Meta(ge=0, le=1)] = 0.08
    """s by which frames come before their time, so that the game may hold them until then."""
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
    """Chosen by the client; not the name of another one that the NPC has not ended."""
    audio: Sound | None = None
    path: Text | None = None
    """A sound file in an allowed folder of the daemon's machine, in place of `audio`."""
    encoding: Encoding = "file"
    rate: Rate = 16_000
    """Of s16 and f32; of files, the rate that pts count in."""
    pace: Pace = "realtime"
    start: Start = "auto"


class Open(Request, tag="open"):
    """Begin an utterance whose sound comes in pieces."""

    npc: Name
    utterance: Name
    encoding: PcmEncoding = "s16"
    rate: Rate = 16_000
    pace: Pace = "realtime"
    start: Start = "auto"


class Push(Request, tag="push"):
    """The next piece of an opened utterance."""

    npc: Name
    utterance: Name
    audio: Piece


class Close(Request, tag="close"):
    """No more pieces will come; the utterance ends when its last frame has been shown."""

    npc: Name
    utterance: Name


class Interrupt(Request, tag="interrupt"):
    """Break off all an NPC says and is about to say."""

    npc: Name


class Pause(Request, tag="pause"):
    """Hold the utterance where it is; the face idles."""

    npc: Name


class Resume(Request, tag="resume"):
    """Go on with a paused utterance."""

    npc: Name


class Seek(Request, tag="seek"):
    """Go on from another place of a whole sound."""

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
    audio: Piece = b""
    encoding: PcmEncoding = "s16"
    rate: Rate = 16_000
    end: bool = False
    """True: the other has finished."""


class Set(Request, tag="set"):
    """Ask something else of a face from now on."""

    npc: Name
    controls: Controls = Controls()
    ease: Annotated[float, Meta(ge=0, le=10)] | None = None
    """s to get there; left out: as suits each."""
    importance: Annotated[float, Meta(ge=0, le=1)] | None = None
    """This and those below: as in `spawn`; null: as it was."""
    fps: Annotated[float, Meta(ge=1, le=120)] | None = None
    idle_fps: Annotated[float, Meta(ge=1, le=120)] | None = None


class Gesture(Request, tag="gesture"):
    """Nod, shake or tilt the head now."""

    npc: Name
    gesture: GestureName
    size: Annotated[float, Meta(gt=0, le=2)] = 1.0
    """1 is usual."""
    times: Annotated[int, Meta(ge=1, le=10)] | None = None
    """How often to and fro; null: as suits it."""


class Stats(Request, tag="stats"):
    """What the daemon does and how long it takes."""


class List(Request, tag="list"):
    """Faces and NPCs."""


class Ping(Request, tag="ping"):
    """Are you there?"""


class Shutdown(Request, tag="shutdown"):
    """End the daemon, where that is allowed."""


AnyRequest = (
    Hello | Enroll | Forget | Spawn | Despawn | Speak | Open | Push | Close | Interrupt | Pause | Resume | Seek | Clock
    | Listen | Set | Gesture | Stats | List | Ping | Shutdown
)  # fmt: skip
