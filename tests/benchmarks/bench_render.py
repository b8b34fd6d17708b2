"""How long each stage of the renderer takes on one core: `python -m tests.benchmarks.bench_render [PORTRAIT]`.

Prints the median of many frames in which head, lips, lids and eyes all move. Time of the process, so that other
programs on the machine count less.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion

FRAMES = 200
SAMPLE = Path(__file__).parents[2] / "vasa_core" / "samples" / "portrait.png"


def busy_motion(space: LatentSpace, frames: int) -> Motion:
    """Motion in which everything moves in every frame."""
    motion = Motion.still(frames, space.size)
    phase = np.linspace(0, 6 * np.pi, frames)[:, None]
    talk = space.from_arkit(named_weights(jawOpen=0.3, mouthFunnel=0.2, mouthSmileLeft=0.2, mouthSmileRight=0.2))
    motion.latent[:] = talk * (0.5 - 0.5 * np.cos(4 * phase))
    motion.head_rotation[:] = np.radians([3, 6, 3]) * np.sin(phase * np.array([1.0, 0.7, 0.6]))
    motion.head_translation[:] = np.array([0.03, 0.03, 0.2]) * np.sin(phase * np.array([0.8, 0.9, 0.5]))
    motion.gaze[:] = np.radians([8, 4]) * np.sin(phase * np.array([0.9, 1.3]))
    motion.blink[:] = np.clip(np.sin(2 * phase) * 3 - 2, 0, 1)
    return motion


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portrait", nargs="?", type=Path, default=SAMPLE)
    arguments = parser.parse_args()

    begin = time.perf_counter()
    from vasa_core.render import renderer as module

    print(f"import (compiles on the first run)   {time.perf_counter() - begin:8.2f} s")
    from vasa_core.face.asset import FaceAsset
    from vasa_core.face.enroll import enroll

    is_asset = arguments.portrait.suffix == ".vasa"
    asset = FaceAsset.load(arguments.portrait) if is_asset else enroll(arguments.portrait)
    space = LatentSpace.load()
    begin = time.perf_counter()
    renderer = module.Renderer(asset, space)
    print(f"preparing the portrait               {time.perf_counter() - begin:8.2f} s")

    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            result = function(*args, **kwargs)
            spent[name] += time.process_time() - start
            return result

        return wrapper

    motion = busy_motion(space, FRAMES)
    for i in range(10):
        renderer.render(motion, i)
    whole = []
    for i in range(FRAMES):
        start = time.process_time()
        renderer.render(motion, i)
        whole.append(time.process_time() - start)

    for name in ("deform", "X"):
        setattr(module, name, timed(name, getattr(module, name)))
    start = time.process_time()
    for i in range(FRAMES):
        renderer.render(motion, i)
    total = time.process_time() - start
    spent["everything else"] = total - sum(spent.values())
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{name:36s} {1e3 * seconds / FRAMES:8.3f} ms  {100 * seconds / total:5.1f} %")
    median = float(np.median(whole))
    print(f"{'whole frame, median':36s} {1e3 * median:8.3f} ms  {1 / median:5.0f} frames a second on one core")


if __name__ == "__main__":
    main()
