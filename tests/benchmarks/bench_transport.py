"""Transport of a frame at any size and rate: `python -m tests.benchmarks.bench_transport [--json]`.

What is measured: `bridge.bench.transport`, which is `vasa bench --only transport`. Prints p50 and p99 beside what they
should be on an idle machine; nothing fails.
"""

import argparse
import json
from dataclasses import asdict

from bridge.bench.transport import GOALS_MS, measure, ways


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="side of the frames, px")
    parser.add_argument("--fps", type=float, default=40.0)
    parser.add_argument("--frames", type=int, default=600, help="that count, each way")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = [measure(way, arguments.size, arguments.fps, arguments.frames) for way in ways()]
    if arguments.json:
        print(json.dumps([asdict(each) for each in found]))
        return
    print(f"{arguments.size} x {arguments.size} RGBA, {4 * arguments.size**2 / 2**20:.2f} MiB, {arguments.fps:g} fps")
    print("way   p50 ms (goal)   p99 ms (goal)   worst   lost   processor ms a frame: sender, receiver")
    for each in found:
        p50, p99 = GOALS_MS[each.way]
        print(
            f"{each.way:4s} {each.p50_ms:7.2f}  ({p50:.1f})  {each.p99_ms:7.2f}   ({p99:.1f})  {each.worst_ms:7.2f}"
            f" {each.lost:5d}/{arguments.frames}   {each.sender_ms:19.2f} {each.receiver_ms:10.2f}"
        )


if __name__ == "__main__":
    main()
