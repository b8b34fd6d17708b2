"""How many NPCs can idle beside one that speaks."""

from bridge.bench.crowds import measure
from bridge.bench.figures import Figure, Plan

NUMBERS = (10, 20, 30, 40, 60)
GOAL = 30
SPEAKING_FPS, IDLE_FPS = 39.0, 14.5
"""The slowest may have so little, of 40 and 15."""
USUAL_S = 10.0


def run(plan: Plan) -> list[Figure]:
    """More and more of them, as long as all get their frames."""
    figures, most = [], 0
    for number in NUMBERS:
        crowd = measure(plan.portrait, 1, number, "shm", plan.lasts(USUAL_S))
        speaker, slowest = crowd.speaking[0], min(crowd.idle)
        note = f"slowest idle {slowest:.1f} fps; {crowd.note}"
        figures.append(Figure(f"one speaks beside {number} idle, speaker", round(speaker, 1), "fps", None, True, note))
        if speaker < SPEAKING_FPS or slowest < IDLE_FPS:
            break
        most = number
    return [Figure("idle at 15 fps beside one speaker at 40", most, "NPCs", GOAL, True), *figures]
