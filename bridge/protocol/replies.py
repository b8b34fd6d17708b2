"""The replies of protocol 1: `Reply` goes over the wire, its `result` is one of the others, by the request's `op`."""

from typing import Any

from msgspec import Struct

from bridge.protocol.fields import VERSION, Microseconds, RequestId


class Failure(Struct, kw_only=True):
    """Why a request or an utterance failed."""

    code: str
    """One of the codes below, or one that a later daemon knows."""
    message: str


class Reply(Struct, kw_only=True, omit_defaults=True):
    """The answer to the request `id`: exactly one of `result` and `error`."""

    id: RequestId
    v: int = VERSION
    result: dict[str, Any] | None = None
    error: Failure | None = None


class Result(Struct, kw_only=True, omit_defaults=True):
    """What a request that was done tells; empty for most. A client looks past fields that it does not know."""


class Welcome(Result):
    """Of `hello`: what this daemon is and can do."""

    version: int
    """Of the protocol, as agreed."""
    server: str
    """Name and version of the daemon."""
    stream: str
    """ZeroMQ endpoint of the streams; a client of another host puts its own name of the host into it."""
    formats: list[str]
    """Of pixels."""
    transports: list[str]
    sizes: list[int]
    """Smallest and largest edge of a texture, in pixels."""
    max_npcs: int
    emotions: list[str]
    """Names of the shares of `Controls.emotion`, in their order."""
    motion_fps: float
    """Frames a second of the motion that the model makes; NPCs have their own."""
    instance: str = ""
    """Drawn at random when the daemon starts: another one after a reconnect means that all NPCs are gone."""


class Enrolled(Result):
    """Of `enroll`."""

    face: str
    width: int
    """Of the portrait, in pixels."""
    height: int
    seconds: float
    """How long it took."""
    warnings: list[str] = []
    """Sentences about what is not as good as it could be, like a small or a turned face."""


class Spawned(Result):
    """Of `spawn`."""

    npc: str
    epoch: int
    """The first one of its frames."""
    seed: int
    """The one asked for, or the one that was drawn."""
    delay: float
    """s from a sound's arrival to the frame it moves: the look-ahead and the windows of the networks."""
    ring: dict[str, Any] | None = None
    """The shared-memory ring of "shm" transport; see `bridge/RING.md`."""


class Accepted(Result):
    """Of `speak`, `open`, `push` and `close`."""

    utterance: str
    epoch: int
    """The utterance's frames carry this epoch; later ones mean that it was broken off."""
    samples: int
    """All samples of the utterance that have come so far."""
    seconds: float | None = None
    """Length of a whole sound."""


class NewEpoch(Result):
    """Of `interrupt` and `seek`: whatever carries an older epoch is to be thrown away."""

    epoch: int


class Drift(Result):
    """Of `clock`."""

    drift: float
    """s by which the engine's position is ahead of the daemon's idea of it, before it was corrected."""


class Listing(Result):
    """Of `list`."""

    faces: list[str]
    npcs: list[dict[str, Any]]
    """Of each a map with `npc`, its name, `epoch`, and what the `detail` of a `state` event has."""


class Pong(Result):
    """Of `ping`."""

    time: Microseconds


class Statistics(Result):
    """Of `stats`: figures of the daemon and of each NPC; more may come with each version of the package."""

    daemon: dict[str, Any]
    """Process, queues, times (p50, p95 and p99 in ms) and counts."""


RESULTS: dict[str, type[Result]] = {
    "hello": Welcome,
    "enroll": Enrolled,
    "spawn": Spawned,
    "speak": Accepted,
    "open": Accepted,
    "push": Accepted,
    "close": Accepted,
    "interrupt": NewEpoch,
    "seek": NewEpoch,
    "clock": Drift,
    "list": Listing,
    "ping": Pong,
    "stats": Statistics,
}
"""What the requests that tell something tell; the results of the others are empty."""
