"""An actor made of the sample portrait, whose motion is known."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vasa_core.export.sound import open_sound
from vasa_core.export.video import VideoWriter
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import Motion
from vasa_core.performance.capture import Performance, capture
from vasa_core.performance.solve import solve
from vasa_core.render.renderer import Renderer
from vasa_core.samples import LINES, PORTRAIT

FPS = 30
FRAMES = 60
SIZE = 384
BLINK = slice(40, 44)


@dataclass
class Actor:
    """A film and what really happens in it."""

    path: Path
    truth: Motion
    jaw: np.ndarray
    """[T] weight of the open jaw."""


@pytest.fixture(scope="session")
def space() -> LatentSpace:
    return LatentSpace.load()


@pytest.fixture(scope="session")
def portrait() -> FaceAsset:
    return enroll(PORTRAIT)


def acting(space: LatentSpace) -> tuple[Motion, np.ndarray]:
    """Two seconds: the jaw opens and closes, the head turns and nods, the eyes wander and blink once."""
    time = np.arange(FRAMES) / FPS
    motion = Motion.still(FRAMES, space.size, FPS)
    jaw = 0.35 * np.clip(np.sin(2 * np.pi * 2.5 * (time - 0.4)), 0, None) * (time > 0.4)
    motion.latent = space.from_arkit(jaw[:, None] * named_weights(jawOpen=1))
    motion.head_rotation[:, 1] = np.radians(10) * np.sin(2 * np.pi * 0.8 * time)
    motion.head_rotation[:, 0] = np.radians(5) * np.sin(2 * np.pi * 0.6 * time)
    motion.gaze[15:30, 0] = -np.radians(15)
    motion.blink[BLINK] = np.array([0.6, 1, 1, 0.5])[:, None]
    return motion, jaw


@pytest.fixture(scope="session")
def actor(tmp_path_factory: pytest.TempPathFactory, portrait: FaceAsset, space: LatentSpace) -> Actor:
    truth, jaw = acting(space)
    renderer = Renderer(portrait, space, SIZE)
    path = tmp_path_factory.mktemp("actor") / "actor.mp4"
    writer = VideoWriter(path, (SIZE, SIZE), Fraction(FPS), open_sound(LINES[1]))
    for i in range(len(truth)):
        writer.write(renderer.render(truth, i))
    writer.close()
    return Actor(path, truth, jaw)


@pytest.fixture(scope="session")
def performance(actor: Actor) -> Performance:
    return capture(actor.path)


@pytest.fixture(scope="session")
def solved(performance: Performance, space: LatentSpace) -> Motion:
    return solve(performance, Fraction(FPS), space)
