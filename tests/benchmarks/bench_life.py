"""Liveliness of the seeded behaviour on a real voice, and what it costs.

    python tests/benchmarks/bench_life.py AUDIO... [--seeds 8]

Prints, over seeds: SD of the head, delta-P, blinks a minute, gaze, how the head's speed goes with the voice (coherence
at 1-2 Hz against other moments of the voice), how far two seeds differ, and milliseconds per frame.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import coherence

from vasa_core.audio.reading import load_audio
from vasa_core.evaluation.life import find_blinks, head_delta, power_above
from vasa_core.motion.behaviour import Behaviour, BehaviourFrames, ProsodyFrame, ProsodyTracker

FPS = 25.0
REACTION_FRAMES = 2
"""A stroke is fastest about this long after the loudness peak that it belongs to."""
WANTED = {
    "head SD pitch, degrees": (2.5, 5.0),
    "head SD yaw, degrees": (2.5, 5.5),
    "head SD roll, degrees": (1.5, 3.5),
    "delta-P while speaking, degrees": (0.35, 0.55),
    "furthest head angle, degrees": (0.0, 12.0),
    "blinks a minute, speaking": (15.0, 30.0),
    "blinks that shut": (0.95, 1.0),
    "closing, ms": (70.0, 130.0),
    "opening, ms": (150.0, 320.0),
    "ms a frame": (0.0, 1.0),
}


def voice_tie(energy: NDArray[np.float64], speed: NDArray[np.float64]) -> tuple[float, float]:
    """Mean coherence of head speed and voice energy at 1-2 Hz, and the share of shifted voices that do better."""

    def tie(shift: int) -> float:
        hertz, values = coherence(np.roll(energy, shift), speed, FPS, nperseg=64)
        return float(values[(hertz >= 1) & (hertz <= 2)].mean())

    own = tie(REACTION_FRAMES)
    others = [tie(shift) for shift in range(50, len(energy) - 50, max(len(energy) // 200, 1))]
    return own, float(np.mean([other >= own for other in others]))


def figures_of(frames: list[ProsodyFrame], results: list[BehaviourFrames]) -> dict[str, float]:
    """Means over the results of all seeds."""
    speaking = np.array([frame.pause < 1 for frame in frames])
    energy = np.array([frame.energy for frame in frames])[1:]
    rows = []
    for result in results:
        angles = np.degrees(result.head_rotation)
        blinks = find_blinks(result.blink.mean(axis=1), FPS)
        spoken = [speaking[round(t * FPS)] for t in blinks.time]
        step = np.abs(np.diff(angles, axis=0)).mean(axis=1)
        tie, chance = voice_tie(energy, np.linalg.norm(np.diff(angles, axis=0), axis=1))
        rows.append(
            {
                "head SD pitch, degrees": angles[:, 0].std(),
                "head SD yaw, degrees": angles[:, 1].std(),
                "head SD roll, degrees": angles[:, 2].std(),
                "delta-P, degrees": head_delta(result.head_rotation, FPS),
                "delta-P while speaking, degrees": step[speaking[1:]].mean(),
                "head above 8 Hz, degrees": power_above(angles, FPS, 8.0),
                "furthest head angle, degrees": np.abs(angles).max(),
                "coherence with the voice at 1-2 Hz": tie,
                "... p against shifted voices": chance,
                "blinks a minute, speaking": sum(spoken) * 60 * FPS / speaking.sum(),
                "blinks that shut": (blinks.depth >= 0.95).mean(),
                "closing, ms": 1000 * np.median(blinks.closing),
                "opening, ms": 1000 * np.median(blinks.opening),
            }
        )
    figures = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    paths = np.degrees([result.head_rotation for result in results])
    apart = [np.abs(a - b).mean() for i, a in enumerate(paths) for b in paths[:i]]
    if apart:
        figures["mean distance of two seeds, degrees"] = float(np.mean(apart))
    return figures


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Liveliness and cost of the seeded behaviour.")
    parser.add_argument("audio", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=8)
    given = parser.parse_args()
    samples = np.concatenate([load_audio(path) for path in given.audio])
    begin = time.perf_counter()
    tracker = ProsodyTracker()
    frames = tracker.push(samples) + tracker.finish()
    heard = time.perf_counter()
    results = [Behaviour(seed).push(frames) for seed in range(given.seeds)]
    done = time.perf_counter()
    figures = figures_of(frames, results)
    figures["ms a frame"] = 1000 * (heard - begin + (done - heard) / given.seeds) / len(frames)
    print(f"{len(samples) / 16000:.0f} s of sound, {given.seeds} seeds")
    for name, value in figures.items():
        low, high = WANTED.get(name, (-np.inf, np.inf))
        wanted = f"{low:g} to {high:g}" if name in WANTED else ""
        print(f"{name:36}{value:9.3f}   {wanted:14}{'' if low <= value <= high else 'OUTSIDE'}")


if __name__ == "__main__":
    main()
