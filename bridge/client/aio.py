"""`AsyncClient`: a game's connection to the daemon, for asyncio. The same as `Client`, to be awaited.

async with AsyncClient() as client:
    await client.enroll("hero", "hero.png")
    await client.spawn("npc1", "hero")
    await client.subscribe("npc1")
    await client.speak("npc1", "greeting", Path("hello.wav").read_bytes())
    async for event in client.events("npc1", "greeting"):
        print(event.event)
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from bridge.client import calls
from bridge.client.calls import Call
from bridge.client.client import CONFIRM, DEFAULT_ENDPOINT, DEFAULT_TIMEOUT
from bridge.client.frames import Frame, Motion
from bridge.client.link import ConnectionLost
from bridge.client.session import ENDINGS, Session, typed
from bridge.client.sockets import Keys
from bridge.client.view import View
from bridge.protocol.messages import Event, Welcome

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
ItemT = TypeVar("ItemT")


def _method(
    make: Callable[P, Call[ResultT]],
) -> "Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, ResultT]]":
    """The method of `AsyncClient` that makes a call and awaits its reply."""

    @wraps(make)
    async def method(self: "AsyncClient", *args: P.args, **kwargs: P.kwargs) -> ResultT:
        return await self.ask(make(*args, **kwargs))

    return method


class AsyncClient:
    """A connection to the daemon; comes back by itself after a loss. To be used in the loop that made it.

    Requests raise `BridgeError` where the daemon refuses them and `ConnectionLost` where it does not answer.
    """

    def __init__(
        self,
        endpoint: str = DEFAULT_ENDPOINT,
        *,
        name: str = "python",
        keys: Keys | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        on_return: "Callable[[AsyncClient, bool], Awaitable[None]] | None" = None,
    ) -> None:
        """Begin to connect; see `Client`. `on_return` is awaited in a task of its own."""
        self.timeout = timeout
        self._on_return = on_return
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Future[None]] = set()
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

    async def ask(self, call: Call[ResultT], timeout: float | None = None) -> ResultT:
        """Make any call of `bridge.client.calls` and await its reply."""
        seconds = self.timeout if timeout is None else timeout
        future = self._session.start(call)
        try:
            return typed(call, await asyncio.wait_for(asyncio.wrap_future(future), seconds))
        except TimeoutError:
            raise self._session.no_answer(call, seconds) from None
        finally:
            if not future.done() or future.cancelled():
                self._session.link.abandon(future)

    def send(self, call: Call[object]) -> None:
        """Make a call without waiting for its reply, as for `clock` in a game's loop; refusals go unseen.

        Nothing is done while the daemon is not there.
        """
        if self.connected:
            self._session.start(call)

    async def hello(self, timeout: float | None = None) -> Welcome:
        """Wait for the connection; what the daemon says of itself."""
        losses = self._session.losses
        seconds = self.timeout if timeout is None else timeout
        welcome = await self._wait(lambda: self._session.welcome if self._session.link.up else None, seconds, losses)
        if welcome is None:
            raise ConnectionLost(f"The daemon at {self._session.link.endpoint} cannot be reached; start `vasa serve`.")
        return welcome

    @property
    def connected(self) -> bool:
        """True while the daemon is there."""
        return self._session.link.up

    async def subscribe(
        self, npc: str, *, textures: bool = True, motion: bool = False, events: bool = True, timeout: float = CONFIRM
    ) -> None:
        """Ask for an NPC's streams; for one that this client spawned, return when they flow, or after `timeout` s.

        Events and frames that come after that are not missed for having subscribed too late.
        """
        flowing = self._session.subscribe(npc, textures, motion, events)
        await self._wait(flowing, timeout, self._session.losses)

    def unsubscribe(self, npc: str, *, textures: bool = True, motion: bool = True, events: bool = True) -> None:
        """Ask for no more of an NPC's streams."""
        self._session.unsubscribe(npc, textures, motion, events)

    async def frame(self, npc: str, timeout: float = 0.0) -> Frame | None:
        """The newest frame that was not handed out yet; None if none comes within `timeout` s."""
        return await self._wait(lambda: self._session.frame(npc), timeout, self._session.losses)

    def frame_at(self, npc: str, position: float, utterance: str | None = None) -> Frame | None:
        """The frame to show now: the newest whose pts has come, again and again until a newer one is due.

        `position`: samples of the utterance that were heard; see `bridge.client.PlaybackClock`.
        """
        return self._session.frame_at(npc, position, utterance)

    async def motion(self, npc: str, timeout: float = 0.0) -> Motion | None:
        """The newest motion that was not handed out yet; None if none comes within `timeout` s."""
        return await self._wait(lambda: self._session.motion(npc), timeout, self._session.losses)

    async def event(self, npc: str | None = None, utterance: str | None = None, timeout: float = 0.0) -> Event | None:
        """The oldest event that was not handed out yet; None if none comes within `timeout` s."""
        return await self._wait(lambda: self._session.event(npc, utterance), timeout, self._session.losses)

    async def events(
        self, npc: str | None = None, utterance: str | None = None, timeout: float | None = None
    ) -> AsyncIterator[Event]:
        """Events as they come, until none comes for `timeout` s, or, where `utterance` is named, until it ended."""
        losses = self._session.losses
        while event := await self._wait(lambda: self._session.event(npc, utterance), timeout, losses):
            yield event
            if utterance is not None and event.event in ENDINGS:
                return

    def view(self, npc: str) -> View:
        """What is known of an NPC that was subscribed to: epoch, state, frames seen and dropped."""
        return self._session.view(npc)

    async def close(self) -> None:
        """End the connection."""
        await asyncio.to_thread(self._session.close)
        self._news.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _wait(self, take: Callable[[], ItemT | None], timeout: float | None, losses: int) -> ItemT | None:
        """What `take` gives as soon as it gives something; None after `timeout` s (None: never)."""
        end = None if timeout is None else self._loop.time() + timeout
        while (item := take()) is None:
            left = None if end is None else end - self._loop.time()
            if left is not None and left <= 0:
                return None
            self._session.check(losses)
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)
        return item

    def _changed(self) -> None:
        self._in_loop(self._news.set)

    def _returned(self, restarted: bool) -> None:
        if self._on_return is not None:
            self._in_loop(self._begin_return, restarted)

    def _begin_return(self, restarted: bool) -> None:
        if self._on_return is not None:
            task = asyncio.ensure_future(self._on_return(self, restarted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _in_loop(self, work: Callable[..., object], *args: object) -> None:
        """Have the loop do something; a loop that is closed needs nothing any more."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work, *args)
