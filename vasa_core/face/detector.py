"""Find faces in a picture: a 128x128 net run over the whole picture, a padded one and tiles, joined afterwards."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.runtime import open_session

INPUT = 128
"""Side of the net's input, px."""
MIN_SCORE = 0.5
"""Below this nothing is a face (MediaPipe's own default)."""
MIN_TILE_SCORE = 0.65
"""Tiles see more texture without context, so they must be surer."""
SAME_FACE = 0.3
"""Boxes that overlap more than this (intersection over union) are one face."""
CONTAINED = 0.6
"""A box of which more than this share lies in a surer one is a part of that face."""
PADDING = 2.0
"""Canvas of the padded pass against the picture: for faces that fill the frame."""
WORKING_SIDE = 1024
"""Longer side that larger pictures are searched at, px: the smallest tiles then still have twice the net's pixels."""
TILINGS = (2, 4)
"""Tiles per longer side in the passes for small faces; neighbours overlap by half."""


@dataclass(frozen=True)
class Detection:
    """A face in a picture."""

    box: NDArray[np.float32]
    """[4] left, top, right, bottom; px. From the brows to the chin, ears outside."""
    score: float
    """0 to 1."""
    keypoints: NDArray[np.float32]
    """[6, 2] px: right eye, left eye, nose tip, mouth, right ear, left ear (the subject's own sides)."""

    @property
    def size(self) -> float:
        """Longer side of the box, px."""
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))

    def scaled(self, factor: float) -> "Detection":
        """The same face in a picture `factor` times as large."""
        return Detection(self.box * np.float32(factor), self.score, self.keypoints * np.float32(factor))


@cache
def _anchors() -> NDArray[np.float32]:
    """[896, 2] anchor centres in [0, 1]: two per cell of a 16x16 grid, six per cell of an 8x8 one (MediaPipe)."""
    parts = []
    for cells, count in ((16, 2), (8, 6)):
        centres = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        x, y = np.meshgrid(centres, centres)
        parts.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), count, axis=0))
    return np.concatenate(parts)


class FaceDetector:
    """Finds the faces of a picture, from faces that fill it to faces of about a thirtieth of its longer side."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session("face_detector", threads)

    def detect(self, image: NDArray[np.uint8], small: bool = True) -> list[Detection]:
        """Faces in `image` [H, W, 3] RGB, the largest first.

        With `small` the picture is searched in tiles too (about 60 passes of 1 ms); without, only faces larger
        than about a tenth of it are found.
        """
        if max(image.shape[:2]) > WORKING_SIDE:
            reduced = reduce_image(image)
            factor = max(image.shape[:2]) / max(reduced.shape[:2])
            return [face.scaled(factor) for face in self.detect(reduced, small)]
        height, width = image.shape[:2]
        side = float(max(height, width))
        centre = np.array([width / 2, height / 2])
        found = [self._detect_square(image, centre - side * scale / 2, side * scale) for scale in (1.0, PADDING)]
        if small:
            for tiling in TILINGS:
                tile = side / tiling
                for y in _starts(height, tile):
                    for x in _starts(width, tile):
                        found.append(self._detect_square(image, np.array([x, y]), tile, MIN_TILE_SCORE))
        return sorted(_join(np.concatenate(found)), key=lambda detection: -detection.size)

    def _detect_square(
        self, image: NDArray[np.uint8], corner: NDArray[np.float64], side: float, least: float = MIN_SCORE
    ) -> NDArray[np.float32]:
        """Candidates [n, 17] in one square of the picture: box, keypoints (px of the picture), score."""
        square = cut_square(image, corner, side, INPUT)
        boxes, scores = self._session.run(None, {"image": square[None].astype(np.float32) / 127.5 - 1})
        score = 1 / (1 + np.exp(-np.clip(scores[0, :, 0], -80, 80)))
        kept = np.flatnonzero(score >= least)
        raw = boxes[0, kept].reshape(-1, 8, 2) / INPUT
        raw[:, [0, *range(2, 8)]] += _anchors()[kept, None]
        half = raw[:, 1] / 2
        points = np.concatenate([raw[:, :1] - half[:, None], raw[:, :1] + half[:, None], raw[:, 2:]], axis=1)
        points = points * side + corner
        return np.concatenate([points.reshape(len(kept), 16), score[kept, None]], axis=1).astype(np.float32)


def reduce_image(image: NDArray[np.uint8], side: int = WORKING_SIDE) -> NDArray[np.uint8]:
    """The picture scaled down until its longer side is at most `side` px."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def cut_square(image: NDArray[np.uint8], corner: NDArray[np.float64], side: float, size: int) -> NDArray[np.uint8]:
    """A square of the picture scaled to `size`; black outside of the picture."""
    first = np.maximum(np.floor(corner).astype(int), 0)
    last = np.minimum(np.ceil(corner + side).astype(int), image.shape[1::-1])
    part = image[first[1] : last[1], first[0] : last[0]]
    scale = size / side
    if scale < 0.5:
        # Linear sampling would skip pixels: average them first.
        reduced = np.maximum(np.round((last - first) * scale * 1.5), 1).astype(int)
        part = np.asarray(cv2.resize(part, (int(reduced[0]), int(reduced[1])), interpolation=cv2.INTER_AREA), np.uint8)
    per_pixel = (last - first) / part.shape[1::-1] * scale
    shift = (first - corner) * scale + per_pixel / 2 - 0.5
    matrix = np.array([[per_pixel[0], 0, shift[0]], [0, per_pixel[1], shift[1]]])
    return np.asarray(cv2.warpAffine(part, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8)


def _starts(length: int, tile: float) -> list[float]:
    """Starts of half-overlapping tiles that cover `length`; a length below one tile gives one centred tile."""
    if length <= tile:
        return [(length - tile) / 2]
    count = int(np.ceil((length - tile) / (tile / 2))) + 1
    return list(np.linspace(0, length - tile, count))


def _join(candidates: NDArray[np.float32]) -> list[Detection]:
    """Non-maximum suppression; what overlaps the surest box is averaged into it, weighted by score."""
    left = candidates[np.argsort(-candidates[:, 16])]
    faces = []
    while len(left):
        union, contained = _overlaps(left[0, :4], left[:, :4])
        same = left[union > 0.5]
        mean = np.average(same[:, :16], axis=0, weights=same[:, 16]).astype(np.float32)
        faces.append(Detection(mean[:4], float(left[0, 16]), mean[4:].reshape(6, 2)))
        left = left[(union <= SAME_FACE) & (contained <= CONTAINED)]
    return faces


def _overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> tuple[NDArray, NDArray]:
    """Intersection over union, and over the smaller box, of `box` [4] with `others` [n, 4]."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    area = np.prod(box[2:] - box[:2])
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return shared / (area + areas - shared), shared / np.minimum(area, areas)
