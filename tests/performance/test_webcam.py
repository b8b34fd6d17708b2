"""Recording from a camera, played by a film."""

import itertools

import cv2
import numpy as np
import pytest

from vasa_core.errors import VideoError
from vasa_core.performance import webcam
from vasa_core.performance.film import Film

from .conftest import FPS, SIZE, Actor


class Camera:
    """Gives the actor's frames as `cv2.VideoCapture` gives a camera's; every third does not come."""

    def __init__(self, frames: list[np.ndarray]) -> None:
        self.frames = iter(frames)
        self.count = 0
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        self.count += 1
        frame = None if self.count % 3 == 0 else next(self.frames, None)
        return frame is not None, frame

    def release(self) -> None:
        self.released = True


@pytest.fixture
def frames(actor: Actor) -> list[np.ndarray]:
    with Film(actor.path) as film:
        return [cv2.cvtColor(frame.picture, cv2.COLOR_RGB2BGR) for frame in film]


def plug_in(monkeypatch: pytest.MonkeyPatch, camera: Camera) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(webcam, "find_camera", lambda _: None)
    monkeypatch.setattr(webcam.cv2, "VideoCapture", lambda _: camera)
    monkeypatch.setattr(webcam.time, "monotonic", lambda: next(ticks) / FPS)


def test_a_recording_ends_after_its_time(frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    camera, seen = Camera(frames), []
    plug_in(monkeypatch, camera)
    performance = webcam.record(0, 1.0, lambda done, expected: seen.append((done, expected)))
    assert performance.times[0] == 0
    assert performance.times[-1] < 1.0
    assert len(performance.times) == len(seen) == round(FPS * 2 / 3)
    assert performance.found.all() and performance.film is None
    assert performance.points[..., :2].max() < 1.2 * SIZE
    assert camera.released


def test_a_camera_that_is_pulled_out(frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(frames[:9])
    plug_in(monkeypatch, camera)
    assert len(webcam.record(0, 60.0).times) == 9
    assert camera.released


def test_a_camera_without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(monkeypatch, Camera([]))
    with pytest.raises(VideoError, match="camera 0 has 0 frames"):
        webcam.record(0, 1.0)
