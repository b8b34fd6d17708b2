"""Where the head with its hair is in the portrait, roughly: what goes along when it moves."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import Layer, Mask, blur, grow, polygon, shrink

SHRINK = 4
"""The head is looked for on a picture so many times smaller: its outline need not be exact."""
SURE_ELLIPSE = 0.75
"""Around the eyes, in radii of the head: certainly head above the eyes."""
FAR_ELLIPSE = 1.35
"""Beyond so many radii of the head there is none."""
ROUNDS = 3


def find_head(image: NDArray[np.uint8], oval: NDArray[np.float32], radius: Layer) -> Mask:
    """Separate head and hair from the background by colour (GrabCut, Rother 2004).

    Parameters: `image` [H, W, 3]; `oval` [n, 2] px ring around the face; `radius` [H, W] distance from the eyes in
    radii of the usual head with hair. Returns [H, W].
    """
    small = cv2.resize(image, None, fx=1 / SHRINK, fy=1 / SHRINK, interpolation=cv2.INTER_AREA)
    near = radius[SHRINK // 2 :: SHRINK, SHRINK // 2 :: SHRINK][: small.shape[0], : small.shape[1]]
    face = polygon(oval / SHRINK, small.shape) > 0.5
    labels = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    labels[near < 1] = cv2.GC_PR_FGD
    labels[near > FAR_ELLIPSE] = cv2.GC_BGD
    labels[(near < SURE_ELLIPSE) | face] = cv2.GC_FGD
    if not np.isin(labels, (cv2.GC_BGD, cv2.GC_PR_BGD)).any():
        return np.ones(image.shape[:2], np.bool_)
    cv2.setRNGSeed(0)
    cv2.grabCut(small, labels, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    found = grow(shrink(grow(found, 2), 4), 2)
    _, parts = cv2.connectedComponents(found.astype(np.uint8))
    found = found & (parts == np.bincount(parts[face]).argmax())
    whole = cv2.resize(found.astype(np.float32), image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(blur(whole, SHRINK / 2) > 0.5)
