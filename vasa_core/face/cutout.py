"""Cut the person out of a portrait: matte and filled background."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import MARGIN_SHARE
from vasa_core.face.background import fill_background
from vasa_core.face.crown import round_crown
from vasa_core.face.matting import find_matte
from vasa_core.face.segmentation import PersonSegmenter
from vasa_core.face.silhouette import find_silhouette
from vasa_core.face.stray import add_strays


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
        silhouette = find_silhouette(picture, self._segmenter.find(picture), points)
        size = side - 2 * margin
        matte = add_strays(picture, find_matte(picture, silhouette), size)
        return round_crown(matte, margin), fill_background(picture, matte, size)
