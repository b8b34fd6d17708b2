"""Which topics anybody listens to: one thread takes note, any may ask."""

from math import inf

TELL_AGAIN = 0.05
"""s after which a topic's subscriptions are told of again: each makes the stage send state and a frame to all."""
MAX_TOPICS = 4096
"""Different topics that are looked after: a hundred NPCs with three streams each are 300."""


class Topics:
    """Subscriptions are beginnings of topics."""

    def __init__(self) -> None:
        self._wanted: frozenset[bytes] = frozenset()
        self._routes: dict[bytes, bool] = {}
        """Answers given since the subscriptions changed."""
        self._news: dict[bytes, bool] = {}
        self._told: dict[bytes, float] = {}

    def note(self, topic: bytes, wanted: bool) -> None:
        """A topic got a subscriber, or lost its last one. Nothing comes of it where there are too many."""
        if wanted and (len(self._wanted) < MAX_TOPICS or topic in self._wanted):
            self._wanted |= {topic}
        elif not wanted and topic in self._wanted:
            self._wanted -= {topic}
        else:
            return
        self._routes = {}
        self._news[topic] = wanted

    def news(self, now: float) -> list[tuple[bytes, bool]]:
        """What is to be told: topics with new subscribers (True), or without any now. `now`: monotonic, s."""
        due = [each for each in self._news.items() if now - self._told.get(each[0], -inf) >= TELL_AGAIN]
        for topic, _ in due:
            del self._news[topic]
            self._told[topic] = now
        if len(self._told) > MAX_TOPICS:
            self._told = {topic: at for topic, at in self._told.items() if now - at < TELL_AGAIN}
        return due

    @property
    def has_news(self) -> bool:
        """Whether something is to be told, now or soon."""
        return bool(self._news)

    def is_wanted(self, topic: bytes) -> bool:
        """Whether anybody subscribed to a topic."""
        routes = self._routes  # taken before the subscriptions, so that an old answer never outlives them
        wanted = routes.get(topic)
        if wanted is None:
            wanted = any(topic.startswith(prefix) for prefix in self._wanted)
            if len(routes) < MAX_TOPICS:
                routes[topic] = wanted
        return wanted

    def names(self) -> list[str]:
        """All subscriptions, for people to read."""
        return sorted(topic.decode(errors="replace").rstrip("\0") for topic in self._wanted)
