"""A queue in which peers take turns, so that one that asks for much holds up nobody else."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

Work = Callable[[], object]


class Turns:
    """Work is done by one thread: urgent work first, then one piece of each peer after the other."""

    def __init__(self, name: str) -> None:
        self._change = threading.Condition()
        self._urgent: deque[Work] = deque()
        self._peers: OrderedDict[Hashable, deque[Work]] = OrderedDict()
        self._open = True
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, peer: Hashable, work: Work, urgent: bool = False) -> bool:
        """Have work done for a peer, after its earlier work; urgent: before all other. False: it is closed."""
        with self._change:
            if not self._open:
                return False
            (self._urgent if urgent else self._peers.setdefault(peer, deque())).append(work)
            self._change.notify()
            return True

    def close(self) -> None:
        """Do what waits, and end."""
        with self._change:
            self._open = False
            self._change.notify()
        self._thread.join()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Work | None:
        with self._change:
            while not (self._urgent or self._peers):
                if not self._open:
                    return None
                self._change.wait()
            if self._urgent:
                return self._urgent.popleft()
            peer, waiting = self._peers.popitem(last=False)
            work = waiting.popleft()
            if waiting:
                self._peers[peer] = waiting
            return work
