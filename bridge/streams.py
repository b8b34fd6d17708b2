"""From the stage to whoever listens: one `Streams` carries each message to the wire and to the sinks of the door.

    streams.publish(outgoing)                   # Stage; any thread, never blocks; False: the wire is full
    streams.subscribe(b"tex/hero\\0", sink)      # door; again with another topic for more; topics are prefixes
    streams.unsubscribe(b"tex/hero\\0", sink)

A sink is called as `sink(topic, header, payload)` in the thread that publishes: it must not block, and must copy the
payload (`bytes(payload)`) before it returns, for its buffer is used again.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from bridge.protocol.codec import Outgoing

Sink = Callable[[bytes, bytes, bytes | memoryview | None], None]
"""Takes topic, header and payload of a stream message."""
Watch = Callable[[bytes, bool], None]
"""Told of each new subscription (topic, True), and when the last of a topic is gone (topic, False)."""

MAX_TOPICS = 4096
"""Different topics that can be subscribed to: a hundred NPCs with three streams each are 300."""
MAX_TOPIC = 4 + 64 + 1
"""Bytes of the longest topic: kind, name, NUL."""


class Carrier(Protocol):
    """What takes messages on to other processes."""

    def put(self, outgoing: Outgoing) -> bool:
        """Take a message, or refuse it (False) where too many wait. Never blocks."""


class Streams:
    """Knows who listens to what. All methods are thread-safe and none blocks."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._lock = threading.Lock()
        self._sinks: dict[bytes, list[Sink]] = {}
        self._remote: set[bytes] = set()
        self._routes: dict[bytes, tuple[tuple[Sink, ...], bool]] = {}
        self._carrier: Carrier | None = None

    def carry_with(self, carrier: Carrier) -> None:
        """Where messages for other processes go."""
        self._carrier = carrier

    def publish(self, outgoing: Outgoing) -> bool:
        """Give a message to all that listen. False: too many wait on the wire, the message was dropped there."""
        route = self._routes.get(outgoing.topic)
        if route is None:
            route = self._find_route(outgoing.topic)
        sinks, remote = route
        for sink in sinks:
            sink(outgoing.topic, outgoing.header, outgoing.payload)
        if remote and self._carrier is not None:
            return self._carrier.put(outgoing)
        outgoing.done()
        return True

    def subscribe(self, topic: bytes, sink: Sink) -> bool:
        """From now on `sink` gets what is published on topics that begin with `topic`. False: there are too many."""
        with self._lock:
            if not self._has_room(topic):
                return False
            self._sinks.setdefault(topic, []).append(sink)
            self._routes = {}
        self._watch(topic, True)
        return True

    def unsubscribe(self, topic: bytes, sink: Sink) -> None:
        """No more of `topic` for this sink."""
        with self._lock:
            sinks = self._sinks.get(topic, [])
            if sink not in sinks:
                return
            sinks.remove(sink)
            if not sinks:
                del self._sinks[topic]
            self._routes = {}
            last = not self._wanted(topic)
        if last:
            self._watch(topic, False)

    def subscribed_remotely(self, topic: bytes, wanted: bool) -> None:
        """Another process subscribed to a topic, or the last one that did is gone."""
        with self._lock:
            if wanted:
                if not self._has_room(topic):
                    return
                self._remote.add(topic)
            elif topic in self._remote:
                self._remote.discard(topic)
            else:
                return
            self._routes = {}
            changed = wanted or not self._wanted(topic)
        if changed:
            self._watch(topic, wanted)

    def topics(self) -> list[str]:
        """What is subscribed to now, for people to read."""
        with self._lock:
            return sorted(topic.decode(errors="replace").rstrip("\0") for topic in {*self._sinks, *self._remote})

    def _wanted(self, topic: bytes) -> bool:
        return topic in self._sinks or topic in self._remote

    def _has_room(self, topic: bytes) -> bool:
        return len(topic) <= MAX_TOPIC and (
            self._wanted(topic) or len(self._sinks) + len(self._remote) < MAX_TOPICS
        )

    def _find_route(self, topic: bytes) -> tuple[tuple[Sink, ...], bool]:
        """Who gets a topic; remembered until the next change of the subscriptions."""
        with self._lock:
            sinks = [sink for prefix, several in self._sinks.items() if topic.startswith(prefix) for sink in several]
            once = tuple(dict.fromkeys(sinks))
            remote = any(topic.startswith(prefix) for prefix in self._remote)
            if len(self._routes) < MAX_TOPICS:
                self._routes[topic] = once, remote
            return once, remote
