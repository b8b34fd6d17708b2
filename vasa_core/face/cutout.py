"""Cut the person out of a portrait: matte and filled background."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.asset import MARGIN_SHARE
from vasa_core.face.background import fill_background
from vasa_core.face.matting import guided_filter
from vasa_core.face.segmentation import PersonSegmenter
from vasa_core.face.topology import FACE_OVAL


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
        mask = self._segmenter.find(picture)
        work = min(side, 640)
        small = np.asarray(cv2.resize(picture, (work, work), interpolation=cv2.INTER_AREA))
        rough = np.asarray(cv2.resize(mask, (work, work), interpolation=cv2.INTER_LINEAR))
        oval = (landmarks[FACE_OVAL, :2] + margin) * (work / side)
        face = np.zeros((work, work), np.uint8)
        cv2.fillPoly(face, [np.round(oval).astype(np.int32)], (1,))
        rough = np.maximum(rough, face.astype(np.float32))
        fine = guided_filter(small.astype(np.float32) / 255, rough, work // 80)
        fine = np.clip((fine - 0.1) / 0.8, 0, 1)
        whole = cv2.resize(fine, (side, side), interpolation=cv2.INTER_LINEAR)
        matte = np.clip(whole * 255, 0, 255).round().astype(np.uint8)
        return matte, fill_background(picture, matte, side - 2 * margin)
