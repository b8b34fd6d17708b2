"""Joint statistics of the teacher as a table, marked where they lie outside of what people do.

python -m vasa_core.training.teacher.report AUDIO... [--seeds 4]
"""

import argparse
from pathlib import Path

import numpy as np

from vasa_core.audio.reading import load_audio
from vasa_core.motion.channels import IDLE, LISTENING, SPEAKING, Direction
from vasa_core.motion.prosody import SAMPLE_RATE, ProsodyTracker
from vasa_core.training.teacher.joint_statistics import FPS, Clip, figures
from vasa_core.training.teacher.perform import perform

IDLE_S = 180.0
"""Length of the command's idle clip for each seed."""

WANTED = {
    "head SD pitch, degrees, speaking": (2.0, 4.0),
    "head SD yaw, degrees, speaking": (2.5, 5.5),
    "head SD roll, degrees, speaking": (1.5, 3.5),
    "head step, degrees, speaking": (0.35, 0.55),
    "p of the tie to the voice": (0.0, 0.01),
    "blinks a minute, speaking": (15.0, 30.0),
    "blinks a minute, listening": (10.0, 28.0),
    "blinks a minute, idle": (10.0, 22.0),
    "closing, ms": (70.0, 130.0),
    "opening, ms": (150.0, 320.0),
    "blinks that shut": (0.95, 1.0),
    "gaze hold, s, speaking": (2.0, 4.5),
    "gaze avert, s, speaking": (0.5, 1.3),
    "gaze hold, s, listening": (5.0, 11.0),
    "gaze avert, s, listening": (0.25, 0.6),
    "head after gaze, ms": (40.0, 400.0),
    "brow height SD, speaking": (0.02, 0.04),
    "seeds against clips": (0.5, 2.0),
}
"""What people do, or what is asked of the product."""


def table(result: dict[str, float]) -> str:
    """The figures as lines, marked where they lie outside of what is wanted."""
    lines = []
    for name, value in result.items():
        low, high = WANTED.get(name, (-np.inf, np.inf))
        wanted = f"{low:g} to {high:g}" if name in WANTED else ""
        lines.append(f"{name:44}{value:9.3f}   {wanted:14}{'' if low <= value <= high else 'OUTSIDE'}".rstrip())
    return "\n".join(lines)


def teacher_clips(audio: list[Path], seeds: int) -> list[Clip]:
    """The teacher on voices as speaker and as listener, and idling."""
    clips = []
    for path in audio:
        tracker = ProsodyTracker()
        prosody = tracker.push(load_audio(path)) + tracker.finish()
        for state in (SPEAKING, LISTENING):
            direction = Direction(state=np.full(len(prosody), state))
            for seed in range(seeds):
                clips.append(Clip(perform(prosody, direction, seed), prosody, direction.state, path.stem))
    quiet = ProsodyTracker().push(np.zeros(int(IDLE_S * SAMPLE_RATE), np.float32))
    idle = Direction(state=np.full(len(quiet), IDLE))
    return clips + [Clip(perform(quiet, idle, seed), quiet, idle.state) for seed in range(seeds)]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Joint statistics of the teacher on voices.")
    parser.add_argument("audio", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=4)
    given = parser.parse_args()
    clips = teacher_clips(given.audio, given.seeds)
    print(f"{sum(len(clip.performance) for clip in clips) / FPS:.0f} s of performances")
    print(table(figures(clips)))


if __name__ == "__main__":
    main()
