"""What both clients are made of: the link, the NPCs' views, the events that wait to be read. Safe from any thread."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any, TypeVar

import numpy as np
from msgspec import ValidationError, convert

from bridge.client.calls import Call
from bridge.client.frames import Frame, Motion
from bridge.client.link import ConnectionLost, Link
from bridge.client.shared import SharedTextures
from bridge.client.sockets import Keys
from bridge.client.view import View
from bridge.protocol.codec import Streamed
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import (
    Event,
    FrameHeader,
    Interrupt,
    MotionHeader,
    Seek,
    Spawn,
    Topic,
    Welcome,
)

MAX_EVENTS = 4096
"""Events that wait to be read; the oldest give way in a client that reads none."""
ENDINGS = frozenset({"finished", "failed", "interrupted"})
"""Exactly one of these ends each utterance."""

ResultT = TypeVar("ResultT")


class Session:
    """The state of one client. `changed` and `returned` are called in the link's thread and must not wait."""

    def __init__(
        self,
        endpoint: str,
        name: str,
        keys: Keys | None,
        changed: Callable[[], None],
        returned: Callable[[bool], None],
    ) -> None:
        self.welcome: Welcome | None = None
        """What the daemon said of itself when it was reached last."""
        self.losses = 0
        """How often the connection was lost."""
        self._changed, self._returned = changed, returned
        self._lock = threading.Lock()
        self._views: dict[str, View] = {}
        self._shared: dict[str, SharedTextures] = {}
        self._events: deque[Event] = deque(maxlen=MAX_EVENTS)
        self._spawned: set[str] = set()
        self.link = Link(endpoint, name, keys, self._take_stream, self._connected, self._lost)

    def start(self, call: Call[Any]) -> Future[dict[str, Any]]:
        """Send a request; the future is done when its reply came, and after what the reply tells was taken in."""
        request = call.request
        if not isinstance(request, (Spawn, Interrupt, Seek)):
            return self.link.post(request)
        npc, spawns = request.npc, isinstance(request, Spawn)
        return self.link.post(request, lambda result: self._take_epoch(npc, result, spawns))

    def subscribe(self, npc: str, textures: bool, motion: bool, events: bool) -> Callable[[], bool | None]:
        """Ask for an NPC's streams. What is returned is true once they flow, and None before that.

        It is true at once for an NPC that this client did not spawn: who knows whether it is there.
        """
        with self._lock:
            view = self._views.get(npc)
            if view is None:
                view = self._views[npc] = View(self._textures(npc).fetch)
            if events:
                view.state = None
            frames, motions = view.frames_seen + textures, view.motions_seen + (motion and not textures)
            known = npc in self._spawned
        for kind, wanted in ((Topic.EVENT, events), (Topic.TEXTURE, textures), (Topic.MOTION, motion)):
            if wanted:
                self.link.subscribe(Topic.of(kind, npc), True)

        def flowing() -> bool | None:
            told = view.state is not None or not events
            return (told and view.frames_seen >= frames and view.motions_seen >= motions) or None

        return flowing if known else lambda: True

    def unsubscribe(self, npc: str, textures: bool, motion: bool, events: bool) -> None:
        """Ask for no more of an NPC's streams."""
        for kind, unwanted in ((Topic.TEXTURE, textures), (Topic.MOTION, motion), (Topic.EVENT, events)):
            if unwanted:
                self.link.subscribe(Topic.of(kind, npc), False)

    def frame(self, npc: str) -> Frame | None:
        """The newest frame that was not handed out yet."""
        with self._lock:
            return self.view(npc).newest()

    def frame_at(self, npc: str, position: float, utterance: str | None) -> Frame | None:
        """The newest frame whose time has come; see `View.due`."""
        with self._lock:
            return self.view(npc).due(position, utterance)

    def motion(self, npc: str) -> Motion | None:
        """The newest motion that was not handed out yet."""
        with self._lock:
            return self.view(npc).motion()

    def event(self, npc: str | None, utterance: str | None) -> Event | None:
        """The oldest event that was not handed out yet, of this NPC and this utterance if they are named."""
        with self._lock:
            for place, event in enumerate(self._events):
                if npc in (None, event.npc) and utterance in (None, event.utterance):
                    del self._events[place]
                    return event
        return None

    def view(self, npc: str) -> View:
        """What is known of an NPC. Raises `ValueError` for one that was not subscribed to."""
        view = self._views.get(npc)
        if view is None:
            raise ValueError(f"There is no subscription to {npc!r}; call subscribe({npc!r}) first.")
        return view

    def check(self, losses: int) -> None:
        """Raise `ConnectionLost` if the connection was lost since there were so many losses."""
        if self.link.refused is not None:
            raise self.link.refused
        if self.losses != losses:
            raise ConnectionLost(f"The daemon at {self.link.endpoint} went away; what NPCs were saying may be lost.")

    def no_answer(self, call: Call[Any], seconds: float) -> ConnectionLost:
        """The error for a request that nobody answered in time."""
        op = call.request.__struct_config__.tag
        why = "is connected but has not answered" if self.link.up else "cannot be reached; it did not get"
        return ConnectionLost(f"The daemon at {self.link.endpoint} {why} {op!r} within {seconds:g} s.")

    def close(self) -> None:
        """End the connection and let go of shared memory."""
        self.link.close()
        with self._lock:
            for textures in self._shared.values():
                textures.close()

    def _textures(self, npc: str) -> SharedTextures:
        return self._shared.setdefault(npc, SharedTextures())

    def _take_epoch(self, npc: str, result: dict[str, Any], spawns: bool) -> None:
        epoch = result.get("epoch")
        with self._lock:
            if spawns:
                self._spawned.add(npc)
                self._textures(npc).told(result.get("ring"))
            view = self._views.get(npc)
            if view is None or not isinstance(epoch, int):
                return
            if spawns:
                view.begin(epoch)
            else:
                view.reached(epoch)

    def _take_stream(self, message: Streamed) -> None:
        header, now = message.header, monotonic()
        with self._lock:
            view = self._views.get(header.npc)
            if view is None:
                return
            if isinstance(header, FrameHeader):
                view.add_frame(Frame(header, message.payload, now))
            elif isinstance(header, MotionHeader):
                if len(message.payload) != 4 * sum(header.fields.values()):
                    raise BridgeError("bad_message", f"Motion {header.seq} of {header.npc!r} has another length.")
                view.add_motion(Motion(header, np.frombuffer(message.payload, "<f4"), now))
            else:
                view.add_event(header)
                if header.event == "state" and header.detail is not None:
                    self._textures(header.npc).told(header.detail.get("ring"))
                self._events.append(header)
        self._changed()

    def _connected(self, welcome: Welcome) -> None:
        before, self.welcome = self.welcome, welcome
        if before is not None:
            restarted = welcome.instance != before.instance or not welcome.instance
            if restarted:
                with self._lock:
                    self._spawned.clear()
                    for view in self._views.values():
                        view.begin(0)
            self._returned(restarted)
        self._changed()

    def _lost(self) -> None:
        self.losses += 1
        self._changed()


def typed(call: Call[ResultT], result: dict[str, Any]) -> ResultT:
    """A reply's result as what the call promises. Raises `BridgeError` where the daemon sent something else."""
    try:
        return convert(result, call.result)
    except ValidationError as problem:
        op = call.request.__struct_config__.tag
        raise BridgeError("bad_message", f"The daemon's result of {op!r} cannot be read: {problem}.") from None
