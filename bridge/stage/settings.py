"""What the daemon's owner may set about the stage."""

import os
from dataclasses import dataclass, field


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class StageSettings:
    """Limits and means of the stage."""

    max_npcs: int = 128
    max_faces: int = 128
    workers: int = field(default_factory=_cores)
    """Threads that draw. 0: no threads at all, `Stage.turn` does what is due; for tests with a clock of their own."""
    network_threads: int = 1
    """CPU threads of the networks."""
    max_utterances: int = 32
    """Utterances of one NPC that wait to be said."""
    longest_sound: float = 1800.0
    """s of one utterance, whole or pushed ahead of what has been said."""
    sound_room: int = 1 << 30
    """Bytes of all sounds that are kept."""
