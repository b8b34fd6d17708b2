"""What is seen behind the person: the portrait's own background, a blurred one, one colour or nothing."""

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.errors import PortraitError
from vasa_core.face.asset import FaceAsset
from vasa_core.render.raster import opaque

BLUR = 0.025
"""Standard deviation of the blurred background, as a share of the frame's side."""
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def make_background(asset: FaceAsset, background: str) -> NDArray[np.uint8]:
    """The background of a face asset: [size, size, 4] RGBA, premultiplied.

    Parameters
    ----------
    background : "keep" the portrait's own, filled in behind the person; "blur" the same out of focus;
        "transparent" nothing, opacity 0; or a colour as "#rrggbb".

    Raises
    ------
    PortraitError
        If it is none of these.
    """
    size = asset.size
    if background == "transparent":
        return np.zeros((size, size, 4), np.uint8)
    if background in ("keep", "blur"):
        picture = asset.background
        if background == "blur":
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), BLUR * size), np.uint8)
        inside = slice(asset.margin, asset.margin + size)
        return opaque(picture[inside, inside])
    if COLOUR.fullmatch(background):
        colour = [int(background[k : k + 2], 16) for k in (1, 3, 5)]
        return opaque(np.full((size, size, 3), colour, np.uint8))
    raise PortraitError(f"'{background}' is no background. Use keep, blur, transparent or a colour such as #20304a.")
