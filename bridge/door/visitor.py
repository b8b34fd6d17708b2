"""One WebSocket client: its requests go to the daemon's control socket, the streams it wants come back.

To the daemon a visitor is a ZeroMQ client like any other, with its own identity, and the same limits hold for it.
"""

import asyncio
from contextlib import suppress
from typing import Any

import zmq
import zmq.asyncio
from msgspec import UNSET, MsgspecError, Struct, UnsetType, json, msgpack
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from bridge.door.framing import Framing, Streamed, pack
from bridge.door.messages import DoorRequest, Subscribe
from bridge.door.outbox import Outbox, OverfullError
from bridge.protocol.codec import UNREADABLE_ID, encode, encode_done, encode_failed
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Despawn, Topic

FRAMES_ON_THE_WAY = 4
"""Frames that are sent before the client has answered for the first of them. Each is followed by a ping, which the
client's library answers when it has read so far; else megabytes of old frames would lie in the sockets' buffers."""
REQUESTS_UNDER_WAY = 64
"""Requests of one client that wait for their replies; further ones are not read before."""
MAX_SUBSCRIPTIONS = 512
FRAME_MARK = 16
"""Frames that may wait between the daemon and the door, besides those that the daemon lets wait: the door takes them
out at once, and what waits longer is old."""
EVENT_MARK = 4096
"""The same for events, which nobody can do without; they have a socket of their own, so that frames crowd none out."""
FAREWELL_SECONDS = 1.0
"""For the NPCs of a client that is gone to be taken out."""
TOO_SLOW = 1008
"""Close code "policy violation" (RFC 6455, 7.4.1)."""

_requests: json.Decoder[DoorRequest] = json.Decoder(DoorRequest)
_subscribes = msgpack.Decoder(Subscribe)


class _Peek(Struct):
    """What the door must know of a request that it passes on."""

    op: Any = None
    id: Any = UNREADABLE_ID
    npc: Any = None


class _PeekReply(Struct):
    id: int = UNREADABLE_ID
    error: dict[str, Any] | UnsetType | None = UNSET


_peeks = msgpack.Decoder(_Peek)
_reply_peeks = msgpack.Decoder(_PeekReply)


class Visitor:
    """Serves one connection until it closes. `tidy`: the NPCs that it spawned are despawned then."""

    def __init__(
        self, socket: ServerConnection, context: zmq.asyncio.Context, control: str, stream: str, tidy: bool
    ) -> None:
        self._socket = socket
        self._tidy = tidy
        self._control = context.socket(zmq.DEALER)
        self._frames = context.socket(zmq.SUB)
        self._events = context.socket(zmq.SUB)
        self._frames.rcvhwm, self._events.rcvhwm = FRAME_MARK, EVENT_MARK
        for each, endpoint in ((self._control, control), (self._frames, stream), (self._events, stream)):
            each.linger = 0
            each.connect(endpoint)
        self._outbox = Outbox()
        self._wake = asyncio.Event()
        self._on_the_way = 0
        self._slots = asyncio.Semaphore(REQUESTS_UNDER_WAY)
        self._as_text: set[int] = set()
        """Ids of requests that came as text."""
        self._framings: dict[bytes, Framing] = {}
        """Of the topics that are subscribed."""
        self._spawning: dict[int, tuple[str, str]] = {}
        """Requests that spawn or despawn: id -> (op, npc)."""
        self._npcs: set[str] = set()

    @property
    def dropped(self) -> int:
        """Frames this client was too slow for."""
        return self._outbox.dropped

    async def serve(self) -> None:
        """Until the client goes, or does not read any more."""
        streams = self._take_streams(self._frames), self._take_streams(self._events)
        works = (self._take_requests(), self._take_replies(), *streams, self._send())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except OverfullError:
            await self._socket.close(TOO_SLOW, "The client does not read what it is sent.")
        except ConnectionClosed:
            pass
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._despawn_all(), FAREWELL_SECONDS)
            for each in (self._control, self._frames, self._events):
                each.close()

    async def _take_requests(self) -> None:
        async for message in self._socket:
            if isinstance(message, str):
                await self._take_text(message)
            else:
                await self._take_binary(message)

    async def _take_text(self, text: str) -> None:
        """The daemon itself says what is wrong with a request that is JSON, but not as it should be."""
        try:
            request = _requests.decode(text)
        except (MsgspecError, RecursionError) as problem:
            try:
                asked = json.decode(text)
                number = asked["id"] if type(asked.get("id")) is int and asked["id"] >= 0 else UNREADABLE_ID
                data = msgpack.encode(asked)
            except (MsgspecError, RecursionError, AttributeError, OverflowError):
                self._refuse(UNREADABLE_ID, f"The text is no JSON object: {problem}.", True)
                return
            if asked.get("op") == "subscribe":
                self._refuse(number, f"The request 'subscribe' cannot be read: {problem}.", True)
                return
            await self._pass_on(data, number, True)
            return
        if isinstance(request, Subscribe):
            self._subscribe(request, "json")
            return
        await self._pass_on(encode(request), request.id, True)

    async def _take_binary(self, data: bytes) -> None:
        try:
            peek = _peeks.decode(data)
        except (MsgspecError, RecursionError, ValueError):
            peek = _Peek()
        number = peek.id if type(peek.id) is int and peek.id >= 0 else UNREADABLE_ID
        if peek.op != "subscribe":
            await self._pass_on(data, number, False)
            return
        try:
            self._subscribe(_subscribes.decode(data), "msgpack")
        except (MsgspecError, RecursionError, ValueError) as problem:
            self._refuse(number, f"The request 'subscribe' cannot be read: {problem}.", False)

    async def _pass_on(self, data: bytes, number: int, as_text: bool) -> None:
        await self._slots.acquire()
        (self._as_text.add if as_text else self._as_text.discard)(number)
        if self._tidy:
            peek = _peeks.decode(data)
            if peek.op in ("spawn", "despawn") and isinstance(peek.npc, str):
                self._spawning[number] = (peek.op, peek.npc)
        await self._control.send(data)

    async def _take_replies(self) -> None:
        while True:
            data = await self._control.recv()
            self._slots.release()
            peek = _reply_peeks.decode(data)
            self._note_npcs(peek)
            as_text = peek.id in self._as_text
            self._as_text.discard(peek.id)
            self._reply(data, as_text)

    async def _take_streams(self, socket: zmq.asyncio.Socket) -> None:
        while True:
            message = Streamed(*await socket.recv_multipart())
            framing = self._framings.get(message.topic)
            if framing is not None:
                self._outbox.put_stream(message, framing)
                self._wake.set()

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (waiting := self._outbox.take_ordered()) is not None:
                await self._socket.send(pack(*waiting) if isinstance(waiting, tuple) else waiting)
            while self._on_the_way < FRAMES_ON_THE_WAY and (frame := self._outbox.take_frame()) is not None:
                await self._socket.send(pack(*frame))
                self._on_the_way += 1
                asyncio.ensure_future(await self._socket.ping()).add_done_callback(self._landed)

    def _landed(self, pong: "asyncio.Future[float]") -> None:
        self._on_the_way -= 1
        if not pong.cancelled() and pong.exception() is None:
            self._wake.set()

    def _subscribe(self, request: Subscribe, usual: Framing) -> None:
        as_text = usual == "json"
        wanted = request.wanted()
        fresh = sum(wish and topic not in self._framings for topic, wish in wanted.items())
        if len(self._framings) + fresh > MAX_SUBSCRIPTIONS:
            error = BridgeError("too_many", f"A client may subscribe to {MAX_SUBSCRIPTIONS} streams; let go of others.")
            self._reply(encode_failed(request.id, error), as_text)
            return
        self._reply(encode_done(request.id, {}), as_text)
        for topic, wish in wanted.items():
            socket = self._events if topic.startswith(Topic.EVENT) else self._frames
            if wish and topic not in self._framings:
                socket.subscribe(topic)
            elif not wish and topic in self._framings:
                del self._framings[topic]
                socket.unsubscribe(topic)
                self._outbox.forget(topic)
            if wish:
                self._framings[topic] = request.framing or usual

    def _refuse(self, number: int, sentence: str, as_text: bool) -> None:
        self._reply(encode_failed(number, BridgeError("bad_message", sentence)), as_text)

    def _reply(self, data: bytes, as_text: bool) -> None:
        self._outbox.put_reply(json.encode(msgpack.decode(data)).decode() if as_text else data)
        self._wake.set()

    def _note_npcs(self, reply: _PeekReply) -> None:
        op, npc = self._spawning.pop(reply.id, ("", ""))
        if op == "spawn" and not reply.error:
            self._npcs.add(npc)
        elif op == "despawn" and not reply.error:
            self._npcs.discard(npc)

    async def _despawn_all(self) -> None:
        for npc in self._npcs:
            await self._control.send(encode(Despawn(npc=npc)))
        for _ in self._npcs:
            await self._control.recv()
