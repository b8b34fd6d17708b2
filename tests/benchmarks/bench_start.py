"""Seconds from starting Python to the first frame: cold (nothing compiled yet) and warm.

python tests/benchmarks/bench_start.py
"""

import os
import subprocess
import sys
import tempfile
import time

FIRST_FRAME = """
import os, time
import vasa_core.pipeline as pipeline
from vasa_core.samples import LINES, PORTRAIT
class FirstFrame(Exception): pass
def stop(done, expected): raise FirstFrame
try:
    pipeline.render(PORTRAIT, LINES[1], os.path.join(os.environ["OUT"], "out.mp4"), on_progress=stop)
except FirstFrame:
    pass
"""
RUNS = 3


def first_frame(cache: str) -> tuple[float, float]:
    """Seconds of a fresh process that enrols, animates and draws one frame: by the clock, and of the processor."""
    with tempfile.TemporaryDirectory() as out:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "OUT": out}
        begin, busy = time.perf_counter(), child_seconds()
        subprocess.run([sys.executable, "-c", FIRST_FRAME], env=environment, check=True)
        return time.perf_counter() - begin, child_seconds() - busy


def child_seconds() -> float:
    """Processor seconds of the child processes so far; on a busy machine they tell more than the clock."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    """Print both figures; warm is the median of a few runs."""
    with tempfile.TemporaryDirectory() as cache:
        cold = first_frame(cache)
        warm = sorted(first_frame(cache) for _ in range(RUNS))[RUNS // 2]
    print(f"first frame, cold: {cold[0]:.1f} s (at most 10), {cold[1]:.1f} s of processor time")
    print(f"first frame, warm: {warm[0]:.1f} s (at most 3), {warm[1]:.1f} s of processor time")


if __name__ == "__main__":
    main()
