"""Memory of the daemon with one NPC, and of each further one."""

from bridge.bench.crowds import MIB, measure
from bridge.bench.figures import Figure, Plan

ONE_MB, FURTHER_MB = 450.0, 30.0
FURTHER = 8
USUAL_S = 5.0


def run(plan: Plan) -> list[Figure]:
    """One that speaks; the same with others beside it that idle; all watched, raw."""
    seconds = plan.lasts(USUAL_S)
    alone = measure(plan.portrait, 1, 0, "wire", seconds)
    several = measure(plan.portrait, 1, FURTHER, "wire", seconds)
    each = (several.memory - alone.memory) / FURTHER
    return [
        Figure("memory with one NPC", round(alone.memory / MIB, 1), "MiB", ONE_MB),
        Figure("memory of each further NPC", round(each / MIB, 1), "MiB", FURTHER_MB, note=f"of {FURTHER}"),
    ]
