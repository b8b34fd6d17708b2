"""Peak memory of `vasa render` on a long file: it must not grow with the length.

python tests/benchmarks/bench_memory.py [--seconds 3600]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from long_voice import write_long_voice

from vasa_core.samples import PORTRAIT

SAMPLE_SECONDS = 0.5


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process in MB, from /proc."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    """Render and sample the memory until the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        voice = write_long_voice(Path(folder) / "voice.wav", options.seconds)
        command = [sys.executable, "-m", "vasa_core.cli", "render", "-p", str(PORTRAIT), "-a", str(voice)]
        command += ["-o", str(Path(folder) / "out.mp4")]
        samples: list[float] = []
        begin = time.perf_counter()
        process = subprocess.Popen(command)
        while process.poll() is None:
            samples.append(resident_megabytes(process.pid))
            time.sleep(SAMPLE_SECONDS)
        if process.returncode:
            sys.exit(f"vasa render failed with exit code {process.returncode}")
        elapsed = time.perf_counter() - begin
        size = (Path(folder) / "out.mp4").stat().st_size / 1e6
    quarter = samples[len(samples) // 4]
    print(f"{options.seconds / 60:.0f} minutes of speech in {elapsed / 60:.1f} minutes, {size:.0f} MB of video")
    print(f"memory of vasa render: peak {max(samples):.0f} MB (below 1000)")
    print(f"after a quarter {quarter:.0f} MB, at the end {samples[-2]:.0f} MB")


if __name__ == "__main__":
    main()
