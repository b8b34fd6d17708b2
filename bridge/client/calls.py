"""One function per request, making the request and naming its result. `Client` and `AsyncClient` are made of these."""

from dataclasses import dataclass
from os import PathLike, fspath
from typing import Generic, TypedDict, TypeVar, Unpack

import numpy as np
from numpy.typing import NDArray

from bridge.protocol import messages as m

ResultT = TypeVar("ResultT")

RawSound = NDArray[np.float32] | NDArray[np.int16] | bytes
"""Mono samples as an array, floats in [-1, 1] or 16-bit integers; or bytes as `encoding` says."""


@dataclass(frozen=True, slots=True)
class Call(Generic[ResultT]):
    """A request and the type of its result."""

    request: m.Request
    result: type[ResultT]


class SpawnOptions(TypedDict, total=False):
    """How an NPC is to look and behave; see `bridge.protocol.requests.Spawn`."""

    format: m.PixelFormat
    transport: m.Transport
    size: int
    fps: float
    idle_fps: float
    origin: m.Origin
    background: m.Background
    quality: int
    seed: int | None
    look_ahead: float
    lead: float
    importance: float
    controls: m.Controls


class PlayOptions(TypedDict, total=False):
    """How an utterance is played; see `bridge.protocol.requests.Speak`."""

    rate: int
    pace: m.Pace
    start: m.Start


def enroll(face: str, portrait: bytes | str | PathLike[str], replace: bool = False) -> Call[m.Enrolled]:
    """Make a face of a portrait or a .vasa file: its bytes, or its path on the daemon's machine."""
    image, path = (portrait, None) if isinstance(portrait, bytes) else (None, fspath(portrait))
    return Call(m.Enroll(face=face, image=image, path=path, replace=replace), m.Enrolled)


def forget(face: str) -> Call[m.Result]:
    """Drop a face; NPCs that wear it keep it."""
    return Call(m.Forget(face=face), m.Result)


def spawn(npc: str, face: str, **options: Unpack[SpawnOptions]) -> Call[m.Spawned]:
    """Put an NPC into the world; it idles from now on."""
    return Call(m.Spawn(npc=npc, face=face, **options), m.Spawned)


def despawn(npc: str) -> Call[m.Result]:
    """Take an NPC out; what it says fails with an ending event."""
    return Call(m.Despawn(npc=npc), m.Result)


def speak(
    npc: str,
    utterance: str,
    audio: RawSound | None = None,
    *,
    path: str | PathLike[str] | None = None,
    encoding: m.Encoding = "file",
    **options: Unpack[PlayOptions],
) -> Call[m.Accepted]:
    """Let an NPC say a whole sound, given as an array, as bytes, or as a path on the daemon's machine."""
    data, kind = (None, encoding) if audio is None else _sound(audio, encoding)
    where = None if path is None else fspath(path)
    return Call(m.Speak(npc=npc, utterance=utterance, audio=data, path=where, encoding=kind, **options), m.Accepted)


def open(
    npc: str, utterance: str, *, encoding: m.PcmEncoding = "s16", **options: Unpack[PlayOptions]
) -> Call[m.Accepted]:
    """Begin an utterance whose sound comes in pieces."""
    return Call(m.Open(npc=npc, utterance=utterance, encoding=encoding, **options), m.Accepted)


def push(npc: str, utterance: str, audio: bytes) -> Call[m.Accepted]:
    """The next piece of an opened utterance, as bytes of its encoding."""
    return Call(m.Push(npc=npc, utterance=utterance, audio=audio), m.Accepted)


def close_utterance(npc: str, utterance: str) -> Call[m.Accepted]:
    """No more pieces will come; the utterance ends when its last frame has been shown."""
    return Call(m.Close(npc=npc, utterance=utterance), m.Accepted)


def interrupt(npc: str) -> Call[m.NewEpoch]:
    """Break off all an NPC says and is about to say."""
    return Call(m.Interrupt(npc=npc), m.NewEpoch)


def pause(npc: str) -> Call[m.Result]:
    """Hold the utterance where it is; the face idles."""
    return Call(m.Pause(npc=npc), m.Result)


def resume(npc: str) -> Call[m.Result]:
    """Go on with a paused utterance."""
    return Call(m.Resume(npc=npc), m.Result)


def seek(npc: str, utterance: str, position: float) -> Call[m.NewEpoch]:
    """Go on from another place (samples) of a whole sound."""
    return Call(m.Seek(npc=npc, utterance=utterance, position=int(position)), m.NewEpoch)


def clock(npc: str, utterance: str, position: float, age: float = 0.0) -> Call[m.Drift]:
    """Tell where the engine's sound is, in samples of the utterance, `age` s ago."""
    return Call(m.Clock(npc=npc, utterance=utterance, position=int(position), age=age), m.Drift)


def listen(
    npc: str, audio: RawSound = b"", *, encoding: m.PcmEncoding = "s16", rate: int = 16_000, end: bool = False
) -> Call[m.Result]:
    """A piece of what somebody else says to the NPC; `end` after the last one."""
    data, kind = _pcm(audio, encoding)
    return Call(m.Listen(npc=npc, audio=data, encoding=kind, rate=rate, end=end), m.Result)


def set_controls(
    npc: str,
    controls: m.Controls | None = None,
    *,
    ease: float | None = None,
    importance: float | None = None,
    fps: float | None = None,
    idle_fps: float | None = None,
) -> Call[m.Result]:
    """Ask something else of a face from now on, to be reached in `ease` s."""
    wishes = m.Controls() if controls is None else controls
    request = m.Set(npc=npc, controls=wishes, ease=ease, importance=importance, fps=fps, idle_fps=idle_fps)
    return Call(request, m.Result)


def gesture(npc: str, gesture: m.GestureName, size: float = 1.0, times: int | None = None) -> Call[m.Result]:
    """Nod, shake or tilt the head now."""
    return Call(m.Gesture(npc=npc, gesture=gesture, size=size, times=times), m.Result)


def stats() -> Call[dict]:
    """What the daemon does and how long it takes."""
    return Call(m.Stats(), dict)


def list_all() -> Call[m.Listing]:
    """Faces and NPCs."""
    return Call(m.List(), m.Listing)


def ping() -> Call[m.Pong]:
    """Is the daemon there? Tells its clock."""
    return Call(m.Ping(), m.Pong)


def shutdown() -> Call[m.Result]:
    """End the daemon, where that is allowed."""
    return Call(m.Shutdown(), m.Result)


def _sound(audio: RawSound, encoding: m.Encoding) -> tuple[bytes, m.Encoding]:
    """Bytes and encoding of a sound; an array says by itself what it is."""
    return (audio, encoding) if isinstance(audio, bytes) else _pcm(audio, "s16")


def _pcm(audio: RawSound, encoding: m.PcmEncoding) -> tuple[bytes, m.PcmEncoding]:
    if isinstance(audio, bytes):
        return audio, encoding
    if audio.dtype == np.int16:
        return audio.astype("<i2").tobytes(), "s16"
    return audio.astype("<f4").tobytes(), "f32"
