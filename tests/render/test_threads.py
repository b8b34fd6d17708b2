"""Renderers in several threads at once: compiled code releases Python's lock, and nothing that changes is shared."""

import importlib
import pkgutil
import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

import vasa_core.render
from tests.benchmarks.bench_render import busy_motion, idle_motion
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.render.renderer import Renderer

FRAMES = 12
ROUNDS = 3


def drawn(renderer: Renderer, motion: Motion) -> list[np.ndarray]:
    return [renderer.render(motion, i) for i in range(len(motion))]


def together(*jobs: Callable[[], list[np.ndarray]]) -> list[list[np.ndarray]]:
    """What jobs return that run at the same time, changing places as often as can be."""
    results: list[list[np.ndarray]] = [[] for _ in jobs]
    gate = threading.Barrier(len(jobs))

    def run(k: int) -> None:
        gate.wait()
        results[k] = jobs[k]()

    threads = [threading.Thread(target=run, args=(k,)) for k in range(len(jobs))]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return results


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) == FRAMES and all(map(np.array_equal, one, other))


@pytest.fixture(scope="module")
def motions(space: LatentSpace) -> tuple[Motion, Motion]:
    return busy_motion(space, FRAMES), idle_motion(space, FRAMES)


def test_two_renderers_of_one_face_draw_what_each_draws_alone(smiling: FaceAsset, space, motions) -> None:
    first, second = Renderer(smiling, space, 256), Renderer(smiling, space, 256)
    alone = [drawn(first, motions[0]), drawn(second, motions[1])]
    for _ in range(ROUNDS):
        both = together(lambda: drawn(first, motions[0]), lambda: drawn(second, motions[1]))
        assert same(both[0], alone[0]) and same(both[1], alone[1])


def test_a_renderer_is_prepared_while_another_draws(smiling: FaceAsset, space, motions) -> None:
    first = Renderer(smiling, space, 256)
    alone = drawn(first, motions[0])
    both = together(lambda: drawn(first, motions[0]), lambda: drawn(Renderer(smiling, space, 256), motions[0]))
    assert same(both[0], alone) and same(both[1], alone)


def test_a_renderer_may_change_threads_between_frames(smiling: FaceAsset, space, motions) -> None:
    renderer = Renderer(smiling, space, 256)
    alone = drawn(renderer, motions[0])
    frames: list[np.ndarray] = []
    for i in range(FRAMES):
        thread = threading.Thread(target=lambda i=i: frames.append(renderer.render(motions[0], i)))
        thread.start()
        thread.join()
    assert same(frames, alone)


def test_frames_that_were_given_out_are_not_drawn_over(smiling: FaceAsset, space, motions) -> None:
    for background in ("keep", "transparent"):
        renderer = Renderer(smiling, space, 256, background)
        frames = drawn(renderer, motions[0])
        copies = [frame.copy() for frame in frames]
        drawn(renderer, motions[1])
        assert same(frames, copies)


def test_all_compiled_code_releases_the_lock() -> None:
    holding = []
    for module in pkgutil.iter_modules(vasa_core.render.__path__):
        for name, found in vars(importlib.import_module(f"vasa_core.render.{module.name}")).items():
            if isinstance(found, CPUDispatcher) and not found.targetoptions.get("nogil"):
                holding.append(f"{module.name}.{name}")
    assert holding == []
