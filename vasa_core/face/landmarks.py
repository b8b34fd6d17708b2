"""478 landmarks of one face from its region of interest: an upright square, half as large again as the face."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.face.detector import Detection
from vasa_core.face.topology import OUTER_EYE_CORNERS
from vasa_core.runtime import open_session

INPUT = 256
"""Side of the net's input, px."""
MARGIN = 1.5
"""Side of the region against the longer side of the face's box (MediaPipe)."""


@dataclass(frozen=True)
class Region:
    """An upright square around a face."""

    centre: NDArray[np.float64]
    """[2] px."""
    size: float
    """Side, px."""
    angle: float
    """Roll of the head, rad; positive: the eye line falls to the viewer's right."""

    def to_image(self, side: int = INPUT) -> NDArray[np.float64]:
        """[2, 3] affine map from pixels of a crop of `side` to pixels of the picture (pixel centres at integers)."""
        scale = self.size / side
        turn = scale * np.array([[np.cos(self.angle), -np.sin(self.angle)], [np.sin(self.angle), np.cos(self.angle)]])
        middle = (side - 1) / 2
        return np.column_stack([turn, self.centre - turn @ [middle, middle]])


@dataclass(frozen=True)
class Landmarks:
    """A face's landmarks in a picture."""

    points: NDArray[np.float32]
    """[478, 3] px of the picture, pixel centres at whole numbers; z in px too, against the face's middle."""
    score: float
    """Probability that the region held a face, 0 to 1."""


def region_from_detection(detection: Detection) -> Region:
    """Region of a face that has just been found; turned upright by the eyes."""
    right, left = detection.keypoints[:2].astype(np.float64)
    angle = float(np.arctan2(*(left - right)[::-1]))
    centre = (detection.box[:2] + detection.box[2:]).astype(np.float64) / 2
    return Region(centre, detection.size * MARGIN, angle)


def region_from_landmarks(points: NDArray[np.float32]) -> Region:
    """Region of a face whose landmarks [478, 3] are known, for instance from the frame before."""
    flat = points[:, :2].astype(np.float64)
    right, left = flat[list(OUTER_EYE_CORNERS)]
    angle = float(np.arctan2(*(left - right)[::-1]))
    cos, sin = np.cos(angle), np.sin(angle)
    upright = flat @ np.array([[cos, -sin], [sin, cos]])
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre = np.array([[cos, -sin], [sin, cos]]) @ ((low + high) / 2)
    return Region(centre, float((high - low).max()) * MARGIN, angle)


class FaceLandmarker:
    """Finds the landmarks of the face in a region."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session("face_landmarks", threads)

    def find(self, image: NDArray[np.uint8], region: Region) -> Landmarks:
        """Landmarks of the face of `image` [H, W, 3] RGB that fills `region`."""
        crop = cut_region(image, region, INPUT)
        landmarks, presence = self._session.run(
            ["landmarks", "presence"], {"image": crop[None].astype(np.float32) / 255}
        )
        points = landmarks.reshape(-1, 3).astype(np.float64)
        matrix = region.to_image()
        # The net measures from the corner of the crop's first pixel, the affine map from its centre.
        flat = (points[:, :2] - 0.5) @ matrix[:, :2].T + matrix[:, 2]
        depth = points[:, 2:] * (region.size / INPUT)
        score = 1 / (1 + np.exp(-float(np.clip(presence.item(), -80, 80))))
        return Landmarks(np.concatenate([flat, depth], axis=1).astype(np.float32), score)


def cut_region(image: NDArray[np.uint8], region: Region, side: int) -> NDArray[np.uint8]:
    """The region as an upright [side, side, 3] picture; edge pixels repeat outside of the picture."""
    matrix = region.to_image(side)
    shrink = int(region.size / side)
    if shrink >= 2:
        # Linear sampling would skip pixels: average them first.
        low = np.clip(np.floor(region.centre - region.size), 0, np.array(image.shape[1::-1]) - 1).astype(int)
        high = np.maximum(np.ceil(region.centre + region.size).astype(int), low + 1)
        image = image[low[1] : high[1], low[0] : high[0]]
        matrix[:, 2] -= low
        height, width = image.shape[:2]
        size = (max(width // shrink, 1), max(height // shrink, 1))
        ratio = np.array([size[0] / width, size[1] / height])
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = matrix * ratio[:, None]
        matrix[:, 2] += ratio / 2 - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)
