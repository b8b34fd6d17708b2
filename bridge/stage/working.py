"""What the stage's threads do: work while there is some, sleep until there may be more."""

import logging
import math
from collections.abc import Callable
from threading import Condition
from typing import Protocol

from bridge.metrics import Counts
from bridge.stage.clock import Time

log = logging.getLogger(__name__)

LONGEST_SLEEP_S = 0.25
"""Threads look around at least this often."""

Work = Callable[[], tuple[bool, float]]
"""Does one piece of work, if there is some; returns whether there was, and otherwise when there will be, s."""


class Workplace(Protocol):
    """What a thread needs to know of the stage; all of it guarded by the condition's lock."""

    time: Time
    counts: Counts
    changes: int
    """Counts how often there may have been something new to do."""
    closing: bool


def go_on(work: Work, place: Workplace, condition: Condition) -> None:
    """Work until the stage closes."""
    while True:
        with condition:
            if place.closing:
                return
            seen = place.changes
        try:
            busy, wake = work()
        except Exception:
            log.exception("A thread of the stage failed and goes on")
            place.counts.add("failed.thread")
            busy, wake = False, math.inf
        if busy:
            continue
        with condition:
            pause = min(wake - place.time.now(), LONGEST_SLEEP_S)
            if place.changes == seen and not place.closing and pause > 0:
                condition.wait(pause)
