"""Textures back to pictures: what an engine's graphics card does, for windows, files and tests."""

import cv2
import etcpak
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from bridge.protocol.messages import FrameHeader


def to_rgba(pixels: bytes | memoryview, header: FrameHeader) -> NDArray[np.uint8]:
    """The picture [height, width, 4] of a texture: RGBA, top row first, with alpha as `header.alpha` says."""
    width, height = header.width, header.height
    if header.format == "jpeg":
        picture = simplejpeg.decode_jpeg(bytes(pixels), "RGBA")
    elif header.format in ("bc1", "bc3"):
        decompress = etcpak.decompress_bc1 if header.format == "bc1" else etcpak.decompress_bc3
        picture = np.frombuffer(decompress(bytes(pixels), width, height), np.uint8).reshape(height, width, 4)
    else:
        picture = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
    if header.format not in ("rgba", "jpeg"):
        picture = cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA)
    return np.ascontiguousarray(picture if header.origin == "top-left" else picture[::-1])
