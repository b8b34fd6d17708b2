"""Where the person is in a portrait, roughly: MediaPipe's selfie segmentation, looked at several times."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.runtime import open_session

INPUT = 256
"""Side of the net's input, px."""
LOOKS = ((1.0, 0.0, 0.0), (1.0, 0.03, 0.0), (1.0, -0.03, 0.02), (0.85, 0.0, 0.04), (1.2, 0.0, 0.0))
"""Size of the part that is looked at and its shift to the right and down, as shares of the picture."""


class PersonSegmenter:
    """Finds the person in a square picture."""

    def __init__(self, threads: int = 1) -> None:
        self._session = open_session("person_mask", threads)

    def find(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[256, 256] probability of person over the whole of `picture` [P, P, 3]: the mean of several looks."""
        kernel = cv2.INTER_AREA if len(picture) > 2 * INPUT else cv2.INTER_CUBIC
        small = cv2.GaussianBlur(cv2.resize(picture, (2 * INPUT, 2 * INPUT), interpolation=kernel), (3, 3), 0)
        total = np.zeros((INPUT, INPUT), np.float32)
        weight = np.zeros((INPUT, INPUT), np.float32)
        for size, right, down in LOOKS:
            # From px of the look to px of the map over the whole picture, pixel centres at whole numbers.
            shift = (np.array([right, down]) + (1 - size) / 2) * INPUT + (size - 1) / 2
            to_map = np.column_stack([size * np.eye(2), shift])
            to_small = 2 * to_map
            to_small[:, 2] += 0.5
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            seen = cv2.warpAffine(small, to_small, (INPUT, INPUT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
            mask = (self._look(seen) + self._look(seen[:, ::-1])[:, ::-1]) * np.float32(0.5)
            total += cv2.warpAffine(mask, to_map, (INPUT, INPUT))
            weight += cv2.warpAffine(np.ones_like(mask), to_map, (INPUT, INPUT))
        return np.asarray(total / np.maximum(weight, 1e-3), np.float32)

    def _look(self, seen: NDArray) -> NDArray[np.float32]:
        image = np.ascontiguousarray(seen)[None].astype(np.float32) / 255
        return np.asarray(self._session.run(["person"], {"image": image})[0][0, 0], np.float32)
