"""Follow one face through the frames of a video; detect again when it is lost."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.detector import FaceDetector
from vasa_core.face.landmarks import (
    FaceLandmarker,
    Landmarks,
    Region,
    region_from_detection,
    region_from_landmarks,
)

LOST = 0.5
"""Presence below which the face is lost."""
FOLLOW = 0.3
"""Share of a small change of the region that is taken over per frame: a still head keeps a still region, and the
region does not pump with the jaw."""
JUMP = 0.08
"""A region that moved by more than this share of its size is taken over whole."""
SETTLE = 2
"""Extra passes after a detection, because the detector's box is coarser than the landmarks' own."""


class FaceTracker:
    """Landmarks of the largest face, frame after frame."""

    def __init__(self, threads: int = 1) -> None:
        self._detector = FaceDetector(threads)
        self._landmarker = FaceLandmarker(threads)
        self._region: Region | None = None

    def reset(self) -> None:
        """Forget the face: the next frame belongs to something else."""
        self._region = None

    def track(self, frame: NDArray[np.uint8]) -> Landmarks | None:
        """Landmarks in the next frame [H, W, 3] RGB, or None where no face is."""
        if self._region is not None:
            followed = self._landmarker.find(frame, self._region)
            if followed.score >= LOST:
                self._region = follow(self._region, region_from_landmarks(followed.points))
                return followed
        self._region, found = self._find_again(frame)
        return found

    def _find_again(self, frame: NDArray[np.uint8]) -> tuple[Region | None, Landmarks | None]:
        found = self._detector.detect(frame, small=False) or self._detector.detect(frame)
        if not found:
            return None, None
        region = region_from_detection(found[0])
        for _ in range(SETTLE):
            region = region_from_landmarks(self._landmarker.find(frame, region).points)
        landmarks = self._landmarker.find(frame, region)
        return (region, landmarks) if landmarks.score >= LOST else (None, None)


def follow(old: Region, new: Region) -> Region:
    """The next region: light smoothing of small changes, none of large ones."""
    moved = float(np.abs(new.centre - old.centre).max()) / old.size
    turned = (new.angle - old.angle + np.pi) % (2 * np.pi) - np.pi
    if max(moved, abs(new.size / old.size - 1), abs(turned)) > JUMP:
        return new
    return Region(
        old.centre + FOLLOW * (new.centre - old.centre),
        old.size + FOLLOW * (new.size - old.size),
        old.angle + FOLLOW * turned,
    )
