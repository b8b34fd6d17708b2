"""How far pts and the engine's sound drift apart in an hour, in simulated time."""

import random
from collections.abc import Iterator

from bridge.bench.figures import Figure, Plan
from bridge.client import PlaybackClock
from bridge.stage.clock import AudioClock

GOAL_MS = 10.0
HOUR_S = 3600.0
CRYSTALS = (200e-6, -200e-6)
"""By how much the engine's sound card runs faster than the daemon's clock."""
RATE = 48_000
FPS = 40.0
LEAD_S = 0.08
DEVICE_S = 0.020
"""Block of the sound card: the engine hears of its position once in a block."""
CALLBACK_S = 0.005
"""By which the card's callback comes late at most."""
TRAVEL_S = 0.002
"""Reports come so late at most."""
SETTLE_S = 10.0
"""After which drift counts; before, the filter learns."""


def run(plan: Plan) -> list[Figure]:
    """A fast and a slow crystal."""
    figures = []
    for crystal in CRYSTALS:
        worst = max(abs(apart) for apart in drift(crystal, HOUR_S))
        name = f"drift over an hour, {1e6 * crystal:+.0f} ppm"
        figures.append(Figure(name, round(1e3 * worst, 2), "ms", GOAL_MS, note="simulated clocks, 20 ms blocks"))
    return figures


def drift(crystal: float, seconds: float) -> Iterator[float]:
    """s by which each frame is apart from the sound that is heard as it is due, after the filter settled."""
    chance = random.Random(1)
    daemon, engine = AudioClock(), PlaybackClock(RATE)
    daemon.start(0.0, -LEAD_S)
    at = LEAD_S
    for number in range(round(seconds * FPS)):
        place = number / FPS
        while at <= daemon.when(place):  # the card plays a block at a time, and its callback comes late
            heard = (at - LEAD_S) * (1 + crystal)
            engine.update(heard * RATE, at + chance.uniform(0, CALLBACK_S))
            now = at + CALLBACK_S
            if engine.report_due(now):
                daemon.report(now + chance.uniform(0, TRAVEL_S), engine.position(now) / RATE)
            at += DEVICE_S
        due = daemon.when(place)
        if due > SETTLE_S:
            yield (due - LEAD_S) * (1 + crystal) - place
