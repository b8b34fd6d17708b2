"""What one speaking face costs before it is drawn: processor time from a voice to motion, stage by stage, on one core.

python tests/benchmarks/bench_motion.py [--seconds 60] [--look-ahead 0.16] [--faces 1]

Faces that speak at the same time share the model, but each has its own encoder and its own state.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from long_voice import write_long_voice

from vasa_core.audio.encoder import LIVE, SpeechEncoder
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.mel_stream import MelStream
from vasa_core.audio.reading import load_audio
from vasa_core.motion import generator
from vasa_core.motion.generator import AnimationSettings, MotionGenerator
from vasa_core.motion.prosody import ProsodyTracker
from vasa_core.motion.sampler import MotionModel, MotionSampler

BUDGET = 0.15
"""Of one core, for everything from voice to motion of one face."""
WARM_UP_HOPS = 15
STAGES = {
    "mel": (MelStream, "push"),
    "encoder": (SpeechEncoder, "push"),
    "prosody": (ProsodyTracker, "push"),
    "sampler": (MotionSampler, "step"),
    "compose": (generator, "compose"),
}
WHOLE = "whole"


class Stopwatch:
    """Processor time of each stage in each hop, without that of the stages inside it."""

    def __init__(self) -> None:
        self.hops: list[dict[str, float]] = []
        self._inside: list[float] = []

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def run(*arguments: Any, **options: Any) -> Any:
            self._inside.append(0.0)
            begin = time.thread_time()
            result = work(*arguments, **options)
            spent = time.thread_time() - begin
            inside = self._inside.pop()
            self.hops[-1][stage] += spent - inside
            if self._inside:
                self._inside[-1] += spent
            return result

        return run


def measure(seconds: float, look_ahead: float, faces: int) -> list[dict[str, float]]:
    """Seconds of processor time per stage for every hop of every face."""
    watch = Stopwatch()
    for stage, (owner, name) in STAGES.items():
        setattr(owner, name, watch.timed(stage, getattr(owner, name)))
    with tempfile.TemporaryDirectory() as folder:
        samples = load_audio(write_long_voice(Path(folder) / "voice.wav", seconds))
    model, settings = MotionModel(), AnimationSettings(look_ahead=look_ahead)
    samplers = [MotionSampler(seed, settings.sampler, model) for seed in range(faces)]
    speaking = [MotionGenerator(settings, sampler=sampler) for sampler in samplers]
    push = watch.timed(WHOLE, MotionGenerator.push)
    hop = round(LIVE.hop * SAMPLE_RATE)
    for begin in range(0, len(samples), hop):
        for face in speaking:
            watch.hops.append(dict.fromkeys([*STAGES, WHOLE], 0.0))
            push(face, samples[begin : begin + hop])
    return watch.hops[WARM_UP_HOPS * faces :]


def main() -> None:
    """Let the faces speak, hop by hop, and print what each stage cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--look-ahead", type=float, default=LIVE.look_ahead)
    parser.add_argument("--faces", type=int, default=1)
    options = parser.parse_args()
    hops = measure(options.seconds, options.look_ahead, options.faces)
    print(f"{len(hops)} hops of {1000 * LIVE.hop:.0f} ms, look-ahead {1000 * options.look_ahead:.0f} ms, one thread")
    print(f"{'ms per hop':12} {'median':>7} {'95 %':>7}   of one core")
    rows = {stage: np.array([hop[stage] for hop in hops]) for stage in STAGES}
    rows["other"] = np.array([hop[WHOLE] for hop in hops])
    rows["together"] = np.array([sum(hop.values()) for hop in hops])
    for stage, spent in rows.items():
        median, high = 1000 * np.percentile(spent, [50, 95])
        print(f"{stage:12} {median:7.2f} {high:7.2f} {np.median(spent) / LIVE.hop:12.1%}")
    share = np.median(rows["together"]) / LIVE.hop
    print(f"{'within' if share <= BUDGET else 'over'} the budget of {BUDGET:.0%} of one core for each speaking face")


if __name__ == "__main__":
    main()
