"""How long each stage of the renderer takes on one core: `python -m tests.benchmarks.bench_render [PORTRAIT]`.

Prints the median of many RGBA frames on a transparent background, speaking (head, lips, lids and eyes all move in every
frame) and idle (blinks, gaze and a slow head, lips shut), their stages' shares, the cost of other sizes, and the memory
of a face. Time is that of the process, so that other programs on the machine count less.
"""

import argparse
import gc
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion

FRAMES = 200
FACES = 6
"""Faces kept at once when their memory is measured."""
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


def idle_motion(space: LatentSpace, frames: int) -> Motion:
    """Motion of a face that waits: lips shut, a slow head, a blink every four seconds, saccades now and then."""
    motion = Motion.still(frames, space.size)
    time_s = np.arange(frames)[:, None] / motion.fps
    motion.head_rotation[:] = np.radians([1.0, 2.0, 1.0]) * np.sin(time_s * np.array([0.9, 0.5, 0.4]))
    motion.head_translation[:] = 0.01 * np.sin(time_s * np.array([0.6, 1.5, 0.4]))
    motion.gaze[:] = np.radians([4, 2]) * np.sign(np.sin(time_s * np.array([0.8, 1.1])))
    motion.blink[:] = np.clip(1.5 - np.abs((time_s % 4.0) - 2.0) * 12, 0, 1)
    return motion


def timed_frames(renderer: Any, motion: Motion) -> float:
    """Median seconds of processor time per frame."""
    for i in range(10):
        renderer.render(motion, i)
    spent = []
    for i in range(len(motion)):
        start = time.process_time()
        renderer.render(motion, i)
        spent.append(time.process_time() - start)
    return float(np.median(spent))


def print_stages(renderer: Any, motion: Motion) -> None:
    """Each stage's time in milliseconds and its share of the whole."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            result = function(*args, **kwargs)
            spent[name] += time.perf_counter() - start
            return result

        return wrapper

    stages = [
        ("face shape", renderer, "shape"),
        ("head motion", renderer, "head"),
        ("light", renderer.light, "gain"),
        ("background", renderer._painter, "begin"),
        ("background", renderer._painter, "lay_over"),
        ("creases", renderer.creases, "draw"),
        ("mouth", renderer.mouth, "draw"),
        ("eyes", renderer.eyes[0], "draw"),
        ("eyes", renderer.eyes[1], "draw"),
        ("person", renderer.sheet, "draw"),
    ]
    for name, owner, method in stages:
        setattr(owner, method, timed(name, getattr(owner, method)))
    start = time.perf_counter()
    for i in range(len(motion)):
        renderer.render(motion, i)
    total = time.perf_counter() - start
    for _, owner, method in stages:
        delattr(owner, method)
    spent["everything else"] = total - sum(spent.values())
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:34s} {1e3 * seconds / len(motion):8.3f} ms  {100 * seconds / total:5.1f} %")


def together(renderers: list[Any], motion: Motion) -> float:
    """Frames a second of renderers in a thread each; real time, so the machine should have nothing else to do."""
    gate = threading.Barrier(len(renderers) + 1)

    def draw(renderer: Any) -> None:
        gate.wait()
        for i in range(len(motion)):
            renderer.render(motion, i)

    threads = [threading.Thread(target=draw, args=(renderer,)) for renderer in renderers]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return len(renderers) * len(motion) / (time.perf_counter() - start)


def resident_bytes() -> int:
    """Memory of this process that lies in RAM."""
    fields = Path("/proc/self/status").read_text().split("VmRSS:")
    return int(fields[1].split()[0]) * 1024


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("portrait", nargs="?", type=Path, default=SAMPLE)
    arguments = parser.parse_args()

    begin = time.perf_counter()
    from vasa_core.render.renderer import Renderer

    print(f"import (compiles on the first run)   {time.perf_counter() - begin:8.2f} s")
    from vasa_core.face.enroll import Enroller

    enroller = Enroller()
    begin = time.perf_counter()
    is_asset = arguments.portrait.suffix == ".vasa"
    asset = FaceAsset.load(arguments.portrait) if is_asset else enroller.enroll(arguments.portrait)
    print(f"enrolling the portrait               {time.perf_counter() - begin:8.2f} s")
    space = LatentSpace.load()
    begin = time.perf_counter()
    renderer = Renderer(asset, space, background="transparent")
    print(f"preparing the renderer               {time.perf_counter() - begin:8.2f} s")
    mesh = renderer.mesh
    print(f"mesh                                 {len(mesh.rest)} vertices, {len(mesh.triangles)} triangles")

    for name, motion in (("speaking", busy_motion(space, FRAMES)), ("idle", idle_motion(space, FRAMES))):
        median = timed_frames(renderer, motion)
        print(f"\n{name}, 512x512 RGBA: {1e3 * median:.3f} ms, {1 / median:.0f} frames a second on one core (median)")
        print_stages(renderer, motion)

    pair = [renderer, Renderer(asset, space, background="transparent")]
    for each in pair:
        each.render(busy_motion(space, 1), 0)
    alone, both = (together(renderers, busy_motion(space, FRAMES)) for renderers in (pair[:1], pair))
    print(
        f"\nspeaking, one thread: {alone:.0f} frames a second; two threads: {both:.0f}, {both / alone:.2f} times that"
    )

    print()
    usual = timed_frames(renderer, busy_motion(space, FRAMES))
    for size in (256, 1024):
        other = timed_frames(Renderer(asset, space, size, "transparent"), busy_motion(space, FRAMES))
        print(f"speaking, {size}x{size}: {1e3 * other:.3f} ms, {other / usual:.2f} times that of 512")

    gc.collect()
    before = resident_bytes()
    faces = []
    for _ in range(FACES):
        again = FaceAsset.load(arguments.portrait) if is_asset else enroller.enroll(arguments.portrait)
        faces.append(Renderer(again, space, background="transparent"))
        faces[-1].render(busy_motion(space, 1), 0)
    gc.collect()
    print(f"\nmemory of one enrolled face: {(resident_bytes() - before) / FACES / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
