"""Textures back to pictures: what an engine's graphics card does, for windows, files and tests."""

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from bridge.protocol.messages import FrameHeader

BLOCK_KINDS = {"bc1": 1, "bc3": 3}
"""Pillow's numbers of the block formats. (etcpak 0.9.15 can decode them too, and crashes.)"""


def to_rgba(pixels: bytes | memoryview, header: FrameHeader) -> NDArray[np.uint8]:
    """The picture [height, width, 4] of a texture: RGBA, top row first, with alpha as `header.alpha` says."""
    width, height = header.width, header.height
    kind = BLOCK_KINDS.get(header.format)
    if header.format == "jpeg":
        picture = simplejpeg.decode_jpeg(bytes(pixels), "RGBA")
    elif kind is not None:
        picture = np.asarray(Image.frombytes("RGBA", (width, height), bytes(pixels), "bcn", kind, ""))
    else:
        picture = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
        if header.format == "bgra":
            picture = picture[..., [2, 1, 0, 3]]
    return np.ascontiguousarray(picture if header.origin == "top-left" else picture[::-1])
