"""Real-time factor of `vasa render` as a whole, and the speed of its renderer.

python tests/benchmarks/bench_pipeline.py [--seconds 60] [--fps 25]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from long_voice import write_long_voice

from vasa_core.cli.checks import usable_cores
from vasa_core.samples import PORTRAIT


def main() -> None:
    """Render a minute of speech by the command line, twice, and print the second run's figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--fps", type=float, default=25.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        voice = write_long_voice(Path(folder) / "voice.wav", options.seconds)
        for _ in range(2):
            command = [sys.executable, "-m", "vasa_core.cli", "render", "--json", "-p", str(PORTRAIT), "-a", str(voice)]
            command += ["-o", str(Path(folder) / "out.mp4"), "--fps", str(options.fps)]
            begin, busy = time.perf_counter(), os.times()
            figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            whole, after = time.perf_counter() - begin, os.times()
            used = after.children_user + after.children_system - busy.children_user - busy.children_system
    print(f"{figures['frames']} frames at {figures['fps']:g} fps, 512x512, {usable_cores()} cores")
    print(f"vasa render, without start-up: {figures['real_time_factor']:.2f}x real time (at least 3 at 25 fps)")
    print(f"vasa render, with start-up:    {figures['seconds'] / whole:.2f}x real time ({whole:.1f} s)")
    print(f"processor time: {used:.1f} s, start-up included, for {figures['seconds']:.0f} s of film")
    print(f"renderer inside vasa render:   {figures['renderer_fps']:.0f} fps, encoding beside it")


if __name__ == "__main__":
    main()
