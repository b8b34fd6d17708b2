"""Recording an actor from a camera, tracked as the frames come."""

import time
from collections.abc import Iterator

import cv2
import numpy as np

from vasa_core.errors import VideoError
from vasa_core.performance.capture import Performance, Progress, track_frames
from vasa_core.performance.film import FilmFrame, find_camera

EXPECTED_FPS = 30
"""What cameras usually give: only for the progress shown."""
MOST_MISSED = 30
"""So many frames that do not come, one after the other, end a recording."""


def record(number: int, seconds: float, on_progress: Progress | None = None) -> Performance:
    """Track the largest face before camera `number` for so many seconds; Ctrl-C ends it early.

    Raises
    ------
    VideoError
        If there is no such camera, it gives no pictures, or they show no face.
    """
    name = f"camera {number}"
    camera = _open(number)
    try:
        frames = _frames(camera, seconds)
        return track_frames(frames, name, expected=round(seconds * EXPECTED_FPS), on_progress=on_progress)
    finally:
        camera.release()


def _open(number: int) -> cv2.VideoCapture:
    """The camera, open."""
    find_camera(number)
    camera = cv2.VideoCapture(number)
    if not camera.isOpened():
        raise VideoError(
            f"Camera {number} cannot be opened. Check that it is plugged in and used by nothing else, "
            "or give a recorded film with --video."
        )
    return camera


def _frames(camera: cv2.VideoCapture, seconds: float) -> Iterator[FilmFrame]:
    """Frames as they come, with the time they came at."""
    begin, last, missed = None, -1.0, 0
    while missed < MOST_MISSED:
        came, picture = camera.read()
        now = time.monotonic()
        if not came or picture is None:
            missed += 1
            continue
        begin, missed = now if begin is None else begin, 0
        if now - begin >= seconds:
            return
        if now - begin > last:
            last = now - begin
            yield FilmFrame(last, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))
