"""Cut the person out of a portrait: matte and filled background."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import MARGIN_SHARE
from vasa_core.face.background import fill_background
from vasa_core.face.crop import extend
from vasa_core.face.crown import round_crown
from vasa_core.face.matting import find_matte, without_islands
from vasa_core.face.picture import BACKDROP
from vasa_core.face.segmentation import PersonSegmenter
from vasa_core.face.silhouette import FacePlace, find_silhouette
from vasa_core.face.stray import add_strays

FACE_SHARE = np.float32(0.94)
"""Share of the ring around the face, from the eyes outwards, that is person whatever its colours."""
ALIKE = 0.83
"""Least share of the opaque part of a source that is person where its opacity is taken for the matte."""


class PersonCutter:
    """Finds matte and background of portraits; keeps the net loaded."""

    def __init__(self, threads: int = 1) -> None:
        self._segmenter = PersonSegmenter(threads)

    def cut(
        self, picture: NDArray[np.uint8], landmarks: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Matte [P, P] and background [P, P, 3] of `picture` [P, P, 3] with `landmarks` [478, 3] px of the frame."""
        side = len(picture)
        margin = side // (MARGIN_SHARE + 2)
        points = landmarks + np.array([margin, margin, 0], np.float32)
        size = side - 2 * margin
        silhouette = find_silhouette(picture, self._segmenter.find(picture), points)
        place = FacePlace.of(points)
        inner = FacePlace(place.eyes + FACE_SHARE * (place.oval - place.eyes), place.eyes, place.unit, place.down)
        matte = np.where(inner.mask(side) > 0, 255, find_matte(picture, silhouette)).astype(np.uint8)
        matte = without_islands(add_strays(picture, matte, size))
        return round_crown(matte, margin), fill_background(picture, matte, size)

    def cut_transparent(
        self, picture: NDArray[np.uint8], landmarks: NDArray[np.float32], opacity: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """Picture, matte and background of a source that is transparent in parts; `opacity` [P, P], the rest as above.

        Where what is opaque is a person, its opacity is the matte. A picture with a shape of its own, as with round
        corners, is filled up and cut like any other: the net would take any shape before a plain backdrop for a person.
        """
        margin = len(picture) // (MARGIN_SHARE + 2)
        opaque = opacity > 127
        full = extend(picture, opaque, len(picture) - 2 * margin)
        seen = self._segmenter.find(full)
        small = np.asarray(cv2.resize(opaque.astype(np.uint8), seen.shape[::-1], interpolation=cv2.INTER_AREA)) > 0
        if small.any() and (seen[small] > 0.5).mean() > ALIKE:
            background = np.empty_like(picture)
            background[:] = BACKDROP
            return picture, round_crown(opacity, margin), background
        return full, *self.cut(full, landmarks)
