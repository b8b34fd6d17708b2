"""`Client`: a game's connection to the daemon, for code that runs in threads.

with Client() as client:
    client.enroll("hero", "hero.png")
    client.spawn("npc1", "hero")
    client.subscribe("npc1")
    client.speak("npc1", "greeting", Path("hello.wav").read_bytes())
    while (frame := client.frame("npc1", timeout=1)) is not None:
        show(frame.image())
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from functools import wraps
from time import monotonic
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from bridge.client import calls
from bridge.client.calls import Call
from bridge.client.frames import Frame, Motion
from bridge.client.link import ConnectionLost
from bridge.client.session import ENDINGS, Session, typed
from bridge.client.sockets import Keys
from bridge.client.view import View
from bridge.protocol.messages import Event, Welcome

DEFAULT_ENDPOINT = "tcp://127.0.0.1:5600"
DEFAULT_TIMEOUT = 20.0
"""s for a connection and a reply: enrolling a portrait takes some on a slow machine."""
CONFIRM = 2.0
"""s that `subscribe` waits at most for the NPC's state and newest frame."""

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
ItemT = TypeVar("ItemT")


def _method(make: Callable[P, Call[ResultT]]) -> "Callable[Concatenate[Client, P], ResultT]":
    """The method of `Client` that makes a call and waits for its reply."""

    @wraps(make)
    def method(self: "Client", *args: P.args, **kwargs: P.kwargs) -> ResultT:
        return self.ask(make(*args, **kwargs))

    return method


class Client:
    """A connection to the daemon; comes back by itself after a loss. All methods may be called from any thread.

    Requests raise `BridgeError` where the daemon refuses them and `ConnectionLost` where it does not answer.
    """

    def __init__(
        self,
        endpoint: str = DEFAULT_ENDPOINT,
        *,
        name: str = "python",
        keys: Keys | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        on_return: "Callable[[Client, bool], None] | None" = None,
    ) -> None:
        """Begin to connect; the first request waits for it.

        Parameters
        ----------
        name : tells the daemon's log who this is
        keys : for a daemon on another machine
        timeout : s that a request may take, connecting included
        on_return : called in a thread of its own each time the daemon came back after a loss, with True where it is a
            new one: faces and NPCs are gone then and are to be made again; subscriptions are kept.
        """
        self.timeout = timeout
        self._on_return = on_return
        self._news = threading.Condition()
        self._session = Session(endpoint, name, keys, self._changed, self._returned)

    enroll = _method(calls.enroll)
    forget = _method(calls.forget)
    spawn = _method(calls.spawn)
    despawn = _method(calls.despawn)
    speak = _method(calls.speak)
    open = _method(calls.open)
    push = _method(calls.push)
    close_utterance = _method(calls.close_utterance)
    interrupt = _method(calls.interrupt)
    pause = _method(calls.pause)
    resume = _method(calls.resume)
    seek = _method(calls.seek)
    clock = _method(calls.clock)
    listen = _method(calls.listen)
    set = _method(calls.set_controls)
    gesture = _method(calls.gesture)
    stats = _method(calls.stats)
    list = _method(calls.list_all)
    ping = _method(calls.ping)
    shutdown = _method(calls.shutdown)

    def ask(self, call: Call[ResultT], timeout: float | None = None) -> ResultT:
        """Make any call of `bridge.client.calls` and wait for its reply."""
        seconds = self.timeout if timeout is None else timeout
        future = self._session.start(call)
        try:
            return typed(call, future.result(seconds))
        except (TimeoutError, CancelledError):
            self._session.link.abandon(future)
            raise self._session.no_answer(call, seconds) from None

    def send(self, call: Call[Any]) -> None:
        """Make a call without waiting for its reply, as for `clock` in a game's loop; refusals go unseen.

        Nothing is done while the daemon is not there.
        """
        if self.connected:
            self._session.start(call)

    def hello(self, timeout: float | None = None) -> Welcome:
        """Wait for the connection; what the daemon says of itself."""
        losses = self._session.losses
        seconds = self.timeout if timeout is None else timeout
        welcome = self._wait(lambda: self._session.welcome if self._session.link.up else None, seconds, losses)
        if welcome is None:
            raise ConnectionLost(f"The daemon at {self._session.link.endpoint} cannot be reached; start `vasa serve`.")
        return welcome

    @property
    def connected(self) -> bool:
        """True while the daemon is there."""
        return self._session.link.up

    def subscribe(
        self, npc: str, *, textures: bool = True, motion: bool = False, events: bool = True, timeout: float = CONFIRM
    ) -> None:
        """Ask for an NPC's streams; for one that this client spawned, return when they flow, or after `timeout` s.

        Events and frames that come after that are not missed for having subscribed too late.
        """
        flowing = self._session.subscribe(npc, textures, motion, events)
        self._wait(flowing, timeout, self._session.losses)

    def unsubscribe(self, npc: str, *, textures: bool = True, motion: bool = True, events: bool = True) -> None:
        """Ask for no more of an NPC's streams."""
        self._session.unsubscribe(npc, textures, motion, events)

    def frame(self, npc: str, timeout: float = 0.0) -> Frame | None:
        """The newest frame that was not handed out yet; None if none comes within `timeout` s."""
        return self._wait(lambda: self._session.frame(npc), timeout, self._session.losses)

    def frame_at(self, npc: str, position: float, utterance: str | None = None) -> Frame | None:
        """The frame to show now: the newest whose pts has come, again and again until a newer one is due.

        `position`: samples of the utterance that were heard; see `bridge.client.PlaybackClock`.
        """
        return self._session.frame_at(npc, position, utterance)

    def motion(self, npc: str, timeout: float = 0.0) -> Motion | None:
        """The newest motion that was not handed out yet; None if none comes within `timeout` s."""
        return self._wait(lambda: self._session.motion(npc), timeout, self._session.losses)

    def event(self, npc: str | None = None, utterance: str | None = None, timeout: float = 0.0) -> Event | None:
        """The oldest event that was not handed out yet; None if none comes within `timeout` s."""
        return self._wait(lambda: self._session.event(npc, utterance), timeout, self._session.losses)

    def events(
        self, npc: str | None = None, utterance: str | None = None, timeout: float | None = None
    ) -> Iterator[Event]:
        """Events as they come, until none comes for `timeout` s, or, where `utterance` is named, until it ended."""
        losses = self._session.losses
        while event := self._wait(lambda: self._session.event(npc, utterance), timeout, losses):
            yield event
            if utterance is not None and event.event in ENDINGS:
                return

    def view(self, npc: str) -> View:
        """What is known of an NPC that was subscribed to: epoch, state, frames seen and dropped."""
        return self._session.view(npc)

    def close(self) -> None:
        """End the connection."""
        self._session.close()
        self._changed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self, take: Callable[[], ItemT | None], timeout: float | None, losses: int) -> ItemT | None:
        """What `take` gives as soon as it gives something; None after `timeout` s (None: never)."""
        end = None if timeout is None else monotonic() + timeout
        with self._news:
            while (item := take()) is None:
                left = None if end is None else end - monotonic()
                if left is not None and left <= 0:
                    return None
                self._session.check(losses)
                self._news.wait(left)
            return item

    def _changed(self) -> None:
        with self._news:
            self._news.notify_all()

    def _returned(self, restarted: bool) -> None:
        if self._on_return is not None:
            threading.Thread(target=self._on_return, args=(self, restarted), daemon=True).start()
