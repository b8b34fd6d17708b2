"""Which topics anybody listens to: one thread takes note, any may ask."""

MAX_TOPICS = 4096
"""Different topics that are looked after: a hundred NPCs with three streams each are 300."""


class Topics:
    """Subscriptions are beginnings of topics."""

    def __init__(self) -> None:
        self._wanted: frozenset[bytes] = frozenset()
        self._routes: dict[bytes, bool] = {}
        """Answers given since the subscriptions changed."""

    def note(self, topic: bytes, wanted: bool) -> bool:
        """A topic got a subscriber, or lost its last one; False: nothing comes of it, there are too many."""
        if wanted and (len(self._wanted) < MAX_TOPICS or topic in self._wanted):
            self._wanted |= {topic}
        elif not wanted and topic in self._wanted:
            self._wanted -= {topic}
        else:
            return False
        self._routes = {}
        return True

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
