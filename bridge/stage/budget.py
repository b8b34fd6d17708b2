"""Who gives way when there is too much to draw: idle faces first, then those that speak and matter least."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

REVIEW_S = 0.5
"""s between two looks at what there is to do."""
USABLE = 0.85
"""Share of the drawing threads' time that may be planned: frames come unevenly."""
PATIENCE = 2
"""Reviews in a row that must find too much to do before anybody gives way."""
CALM = 4
"""Reviews in a row that must find room before anybody gets back what it gave."""
ROOM = 0.8
"""Share of what is usable below which there is room."""
IDLE_FLOOR = 3.0
SPEECH_FLOOR = 15.0
"""Frames a second that are left to idle and to speaking faces."""
SMALL = 256
"""px of the frames of faces that give way further."""
FIXED_SHARE = 0.3
"""Of the cost of a 512 px frame, what does not depend on its size."""
NEGLIGIBLE = 0.01
"""Of the usable time: nobody gives way for so little."""
TELLING_CHANGE = 0.15
"""A share that changed by so much is worth an event."""


@dataclass
class Claim:
    """What one face wants and gets."""

    speaking: bool
    importance: float
    fps: float
    size: int
    cost: float
    """s of a drawing thread for one frame at `size`."""
    share: float = 1.0
    """Of `fps`, that it gets."""
    size_now: int = 0

    def __post_init__(self) -> None:
        self.size_now = self.size_now or self.size

    @property
    def load(self) -> float:
        """s of a drawing thread a second."""
        return self.fps * self.share * self.cost * relative_cost(self.size_now, self.size)

    @property
    def rank(self) -> tuple[bool, float]:
        """Who has less gives way first."""
        return self.speaking, self.importance


def relative_cost(size: int, full: int) -> float:
    """Of a frame at `size` px against one at `full` px."""
    return FIXED_SHARE + (1 - FIXED_SHARE) * (size / full) ** 2


def allot(claims: list[Claim], usable: float) -> None:
    """Lower shares and sizes until all claims together fit into `usable` s of drawing a second, or nothing is left."""
    groups = [list(group) for _, group in groupby(sorted(claims, key=lambda claim: claim.rank), key=lambda c: c.rank)]
    idle = [group for group in groups if not group[0].speaking]
    speakers = [group for group in groups if group[0].speaking]
    steps: list[tuple[Callable[[list[Claim], float], None], list[Claim]]] = []
    steps += [(_fewer, group) for group in idle]
    steps += [(_smaller, group) for group in idle]
    for group in speakers:
        steps += [(_fewer, group), (_smaller, group)]
    for step, group in steps:
        over = sum(claim.load for claim in claims) - usable
        if over <= NEGLIGIBLE * usable:
            return
        step(group, over)


def _fewer(group: list[Claim], over: float) -> None:
    """Fewer frames, the same share of them for all."""
    load = sum(claim.load for claim in group)
    share = max(0.0, 1 - over / load) if load > 0 else 1.0
    for claim in group:
        floor = min(1.0, (SPEECH_FLOOR if claim.speaking else IDLE_FLOOR) / claim.fps)
        claim.share = max(share * claim.share, floor)


def _smaller(group: list[Claim], over: float) -> None:
    """Small frames; what that saves beyond what is needed is given back as frames."""
    before = sum(claim.load for claim in group)
    for claim in group:
        claim.size_now = min(claim.size, SMALL)
    spare = before - over - sum(claim.load for claim in group)
    load = sum(claim.load for claim in group)
    if spare > 0 and load > 0:
        for claim in group:
            claim.share = min(1.0, claim.share * (1 + spare / load))


class Budget:
    """Decides now and then; changes come only after several reviews agree."""

    def __init__(self, workers: int) -> None:
        self.usable = USABLE * max(1, workers)
        self.load = 0.0
        """Of all that is wanted, s of a drawing thread a second."""
        self._over = self._calm = 0
        self.is_over = False

    def review(self, claims: list[Claim]) -> bool:
        """Write into the claims what each gets; returns whether that is less than all of it for any."""
        self.load = sum(claim.load for claim in claims)
        self._over = self._over + 1 if self.load > self.usable else 0
        self._calm = self._calm + 1 if self.load < ROOM * self.usable else 0
        if self._over >= PATIENCE:
            self.is_over = True
        elif self._calm >= CALM:
            self.is_over = False
        if self.is_over:
            allot(claims, self.usable)
        return self.is_over
