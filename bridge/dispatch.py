"""Requests to replies: whatever a peer (a client of the wire) submits gets exactly one reply.

    peer = dispatcher.attach(reply)     # reply(message: bytes): called from any thread, must not block
    peer.submit(message)                # bytes of a request; any thread, never blocks

Order: requests about one NPC (or one face) are carried out one after the other, as they came; those about different
ones at the same time, so that enrolling a face (seconds) holds up nobody else's voice. An interrupt overtakes: what
waits to be said is refused, and what is being prepared is broken off as soon as it is accepted.
"""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from bridge.metrics import Counts, Durations
from bridge.protocol.codec import decode_request, encode_done, encode_failed
from bridge.protocol.errors import BadRequestError, BridgeError
from bridge.protocol.messages import AnyRequest, Despawn, Enroll, Forget, Interrupt, Spawn, Speak
from bridge.turns import Turns

log = logging.getLogger(__name__)

PEER_REQUESTS = 1024
"""Requests of one peer that may wait: a hundred NPCs that all get a few in the same frame of a game."""
PEER_BYTES = 192 << 20
"""Bytes of one peer's requests that may wait: three of the longest sounds."""
TOTAL_BYTES = 768 << 20
"""Bytes of all peers' requests that may wait."""
ENROLL_NICE = 10
"""Of the thread that enrols; 0 is usual, 19 the most considerate."""
SOUND_THREADS = 2
"""Sounds that are read and decoded, and NPCs that are spawned, at the same time."""

Carry = Callable[[AnyRequest], dict[str, Any]]
"""Carries a request out and returns the map of its reply; raises `BridgeError`."""
Reply = Callable[[bytes], None]
Lane = tuple[str, str]
"""What must be done one after the other: ("npc", name) or ("face", name)."""


class Peer:
    """One client: what of its requests waits, and where its replies go."""

    def __init__(self, dispatcher: "Dispatcher", reply: Reply) -> None:
        self.answer = reply
        self.requests = 0
        self.bytes = 0
        self._dispatcher = dispatcher

    def submit(self, message: bytes) -> None:
        """Take a request; its reply comes later, from another thread, or at once where it is refused."""
        self._dispatcher.submit(self, message)


class _Task:
    """A request on its way."""

    __slots__ = ("bytes", "came", "lanes", "overtaken", "peer", "request", "started")

    def __init__(self, peer: Peer, request: AnyRequest, size: int) -> None:
        self.peer = peer
        self.request = request
        self.bytes = size
        self.lanes = _lanes_of(request)
        self.came = perf_counter()
        self.started = False
        self.overtaken = False
        """An interrupt came while this was carried out."""


class Dispatcher:
    """Takes requests from any thread and has them carried out on its own."""

    def __init__(self, carry: Carry, durations: Durations, counts: Counts) -> None:
        self._carry = carry
        self._durations = durations
        self._counts = counts
        self._lock = threading.Lock()
        self._bytes = 0
        self._waiting: dict[Lane, deque[_Task]] = {}
        self._open = True
        self._prompt = Turns("prompt")
        self._sounds = ThreadPoolExecutor(SOUND_THREADS, "sound")
        self._faces = ThreadPoolExecutor(1, "face", initializer=_give_way)

    def attach(self, reply: Reply) -> Peer:
        """A new client; `reply` is called from any thread and must not block."""
        return Peer(self, reply)

    def submit(self, peer: Peer, message: bytes) -> None:
        """Read a request and have it carried out after what its NPC or face waits for."""
        try:
            request = decode_request(message)
        except BadRequestError as problem:
            self._counts.add(f"refused.{problem.code}")
            peer.answer(encode_failed(problem.request, problem))
            return
        task = _Task(peer, request, len(message))
        ready: list[_Task] = []
        refused: list[_Task] = []
        with self._lock:
            obstacle = self._obstacle(task)
            if obstacle is None:
                self._take(task, ready, refused)
        if obstacle is not None:
            self._counts.add(f"refused.{obstacle.code}")
            peer.answer(encode_failed(request.id, obstacle))
            return
        for other in refused:
            self._finish(other, BridgeError("wrong_state", "It was interrupted before it began."))
        for other in ready:
            self._start(other)

    def later(self, work: Callable[[], object]) -> None:
        """Do a short piece of the daemon's own work between requests."""
        self._prompt.put(None, lambda: _logged(work))

    def waiting(self) -> dict[str, int]:
        """Depths of the queues: requests that wait for their turn, and bytes of all that are not yet answered."""
        with self._lock:
            depth = sum(not task.started for lane in self._waiting.values() for task in lane)
            return {"requests": depth, "bytes": self._bytes}

    def close(self) -> None:
        """Refuse what comes from now on and what waits; return when nothing is being carried out any more."""
        with self._lock:
            self._open = False
            waiting = dict.fromkeys(task for lane in self._waiting.values() for task in lane if not task.started)
            for task in waiting:
                task.started = True
        for task in waiting:
            self._finish(task, _shutting_down())
        for pool in (self._faces, self._sounds):
            pool.shutdown()
        self._prompt.close()

    def _obstacle(self, task: _Task) -> BridgeError | None:
        """Why a request cannot be taken now."""
        peer = task.peer
        if not self._open:
            return _shutting_down()
        if peer.requests >= PEER_REQUESTS or peer.bytes + task.bytes > PEER_BYTES:
            return BridgeError(
                "too_many",
                f"{peer.requests} requests with {peer.bytes >> 20} MiB of this client wait already; "
                "wait for replies before sending more.",
            )
        if self._bytes + task.bytes > TOTAL_BYTES:
            return BridgeError("too_many", f"{self._bytes >> 20} MiB of requests wait already; try again in a second.")
        return None

    def _take(self, task: _Task, ready: list[_Task], refused: list[_Task]) -> None:
        """Queue a request; `ready`: what may start now, `refused`: what an interrupt overtook."""
        task.peer.requests += 1
        task.peer.bytes += task.bytes
        self._bytes += task.bytes
        if isinstance(task.request, Interrupt):
            lane = self._waiting.get(task.lanes[0], ())
            for other in lane:
                if other.started:
                    other.overtaken = True
                elif not isinstance(other.request, (Spawn, Despawn)):
                    other.started = True
                    refused.append(other)
            task.started = not any(isinstance(other.request, (Spawn, Despawn)) for other in lane)
        for lane_name in task.lanes:
            self._waiting.setdefault(lane_name, deque()).append(task)
        if task.started or self._is_next(task):
            task.started = True
            ready.append(task)

    def _is_next(self, task: _Task) -> bool:
        return all(self._waiting[lane][0] is task for lane in task.lanes)

    def _start(self, task: _Task) -> None:
        """Hand a request to the thread that is right for it: enrolling takes seconds, reading a sound a moment."""
        try:
            if isinstance(task.request, Enroll):
                self._faces.submit(self._run, task)
            elif isinstance(task.request, (Speak, Spawn)):
                self._sounds.submit(self._run, task)
            elif not self._prompt.put(task.peer, lambda: self._run(task), isinstance(task.request, Interrupt)):
                self._finish(task, _shutting_down())
        except RuntimeError:  # the pool was shut down meanwhile
            self._finish(task, _shutting_down())

    def _run(self, task: _Task) -> None:
        """Carry a request out, in a thread of a pool."""
        start = perf_counter()
        outcome: dict[str, Any] | BridgeError
        try:
            outcome = self._carry(task.request)
            if task.overtaken and isinstance(task.request, Speak):
                self._carry(Interrupt(npc=task.request.npc))
        except BridgeError as problem:
            outcome = problem
        except Exception:
            log.exception("The request %r failed", _op(task.request))
            outcome = BridgeError(
                "internal", f"The request {_op(task.request)!r} failed unexpectedly; the daemon's log says where."
            )
        self._durations.record(f"request.{_op(task.request)}", perf_counter() - start)
        self._finish(task, outcome)

    def _finish(self, task: _Task, outcome: dict[str, Any] | BridgeError) -> None:
        """Answer a request and let those go on that waited for it."""
        ready: list[_Task] = []
        with self._lock:
            task.peer.requests -= 1
            task.peer.bytes -= task.bytes
            self._bytes -= task.bytes
            for lane in task.lanes:
                queue = self._waiting[lane]
                queue.remove(task)
                if not queue:
                    del self._waiting[lane]
                elif not queue[0].started and self._is_next(queue[0]):
                    queue[0].started = True
                    ready.append(queue[0])
        self._durations.record("request", perf_counter() - task.came)
        task.peer.answer(_reply_to(task.request, outcome))
        for other in ready:
            self._start(other)


def _give_way() -> None:
    """Enrolling takes seconds of a core: where threads have a priority of their own, others go first."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ENROLL_NICE)


def _lanes_of(request: AnyRequest) -> tuple[Lane, ...]:
    if isinstance(request, (Enroll, Forget)):
        return (("face", request.face),)
    if isinstance(request, Spawn):
        return ("face", request.face), ("npc", request.npc)
    npc = getattr(request, "npc", None)
    return () if npc is None else (("npc", npc),)


def _op(request: AnyRequest) -> str:
    return str(request.__struct_config__.tag)


def _reply_to(request: AnyRequest, outcome: dict[str, Any] | BridgeError) -> bytes:
    if isinstance(outcome, BridgeError):
        return encode_failed(request.id, outcome)
    try:
        return encode_done(request.id, outcome)
    except (TypeError, ValueError, OverflowError):
        log.exception("The reply to %r cannot be written", _op(request))
        return encode_failed(request.id, BridgeError("internal", "The reply could not be written; see the log."))


def _shutting_down() -> BridgeError:
    return BridgeError("shutting_down", "The daemon is shutting down; start it again and repeat the request.")


def _logged(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        log.exception("The daemon's own work failed")
