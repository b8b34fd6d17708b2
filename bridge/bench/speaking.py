"""NPCs that speak at once: frames a second of each, over TCP and through shared memory."""

from bridge.bench.crowds import measure
from bridge.bench.figures import Figure, Plan
from bridge.protocol.messages import Transport

NUMBERS = (1, 2, 4, 8, 16)
GOAL_NPCS = 4
GOAL_FPS = 39.0
"""None of so many under this, of the 40 that are asked for."""
USUAL_S = 10.0


def run(plan: Plan) -> list[Figure]:
    """Measure each number of speakers, each way."""
    figures = []
    ways: tuple[tuple[Transport, str], ...] = (("wire", "raw"), ("shm", "shm"))
    for transport, way in ways:
        for number in NUMBERS:
            crowd = measure(plan.portrait, number, 0, transport, plan.lasts(USUAL_S))
            goal = GOAL_FPS if number <= GOAL_NPCS else None
            mean = sum(crowd.speaking) / number
            note = f"mean {mean:.1f}; {crowd.note}"
            name = f"{number} speaking, 512 px RGBA {way}, slowest"
            figures.append(Figure(name, round(min(crowd.speaking), 1), "fps", goal, True, note))
    return figures
