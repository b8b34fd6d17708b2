"""From the renderer's frames to textures as a game wants them: raw pixels, JPEG, BC1 or BC3, either row first.

An encoder takes frames [size, size, 4], uint8 RGBA, colours premultiplied by opacity, top row first, and makes the
bytes of one texture of them, either into a buffer that is given (a slot of a shared-memory ring, a send buffer) or
fresh. Encoders have work space of their own: one thread at a time.
"""

from abc import ABC, abstractmethod
from typing import Literal

import cv2
import etcpak
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from bridge.protocol.errors import BridgeError
from bridge.protocol.fields import Origin, PixelFormat

Alpha = Literal["premultiplied", "none"]
Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

CHANNELS = 4
OPAQUE = 255
BLACK: Colour = (0, 0, 0)
BLOCK = 4
"""px of the side of a block of BC1 and BC3."""
BLOCK_BYTES: dict[str, int] = {"bc1": 8, "bc3": 16}
JPEG_BYTES_PER_PIXEL = 3
JPEG_ROOM = 2048
"""bytes; with the above, what libjpeg-turbo's tjBufSize() says no JPEG with halved colour exceeds."""
JPEG_BLOCK = 16
"""px: JPEGs with halved colour are made of squares of this side."""
DEFAULT_QUALITY = 90


class Encoder(ABC):
    """Makes textures of one format and origin."""

    format: PixelFormat
    alpha: Alpha
    """What the texture's opacity is, for the frame's header."""

    def __init__(self, origin: Origin) -> None:
        self.origin: Origin = origin
        self._flipped: NDArray[np.uint8] | None = None

    @abstractmethod
    def room(self, size: int) -> int:
        """Bytes that a texture of `size` x `size` px has at most; raw and BC textures have exactly as many."""

    @abstractmethod
    def encode(self, frame: NDArray[np.uint8]) -> bytes:
        """The texture of a frame, as fresh bytes."""

    def encode_into(self, frame: NDArray[np.uint8], buffer: memoryview) -> int:
        """Write the texture of a frame to the beginning of `buffer`; returns its length in bytes."""
        texture = self.encode(frame)
        buffer[: len(texture)] = texture
        return len(texture)

    def _rows_in_order(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The frame with the row first that comes first in the texture."""
        if self.origin == "top-left":
            return frame
        if self._flipped is None or self._flipped.shape != frame.shape:
            self._flipped = np.empty_like(frame)
        return np.asarray(cv2.flip(frame, 0, dst=self._flipped), np.uint8)


class RawEncoder(Encoder):
    """Pixels of four bytes, premultiplied: RGBA or BGRA."""

    alpha: Alpha = "premultiplied"

    def __init__(self, format: Literal["rgba", "bgra"], origin: Origin) -> None:
        super().__init__(origin)
        self.format = format
        self.keeps = format == "rgba" and origin == "top-left"
        """Whether textures are the frames' own bytes."""

    def room(self, size: int) -> int:
        """Bytes of a texture of `size` x `size` px."""
        return CHANNELS * size * size

    def encode(self, frame: NDArray[np.uint8]) -> bytes:
        """The texture of a frame, as fresh bytes."""
        buffer = bytearray(frame.nbytes)
        self.encode_into(frame, memoryview(buffer))
        return bytes(buffer)

    def encode_into(self, frame: NDArray[np.uint8], buffer: memoryview) -> int:
        """Write the texture of a frame to the beginning of `buffer`; returns its length in bytes."""
        texture = np.frombuffer(buffer, np.uint8, frame.nbytes).reshape(frame.shape)
        rows = frame if self.origin == "top-left" else frame[::-1]
        if self.format == "bgra":
            cv2.cvtColor(rows, cv2.COLOR_RGBA2BGRA, dst=texture)
        else:
            np.copyto(texture, rows)
        return frame.nbytes


class JpegEncoder(Encoder):
    """JPEG with halved colour (4:2:0), over a colour where the frame is transparent."""

    format: PixelFormat = "jpeg"
    alpha: Alpha = "none"

    def __init__(self, origin: Origin, quality: int = DEFAULT_QUALITY, behind: Colour = BLACK) -> None:
        super().__init__(origin)
        self.quality = quality
        self._under = Under(behind)

    def room(self, size: int) -> int:
        """Bytes that no texture of `size` x `size` px exceeds."""
        side = -(-size // JPEG_BLOCK) * JPEG_BLOCK
        return JPEG_BYTES_PER_PIXEL * side * side + JPEG_ROOM

    def encode(self, frame: NDArray[np.uint8]) -> bytes:
        """The texture of a frame, as fresh bytes."""
        whole = self._under.lay(self._rows_in_order(frame))
        return bytes(simplejpeg.encode_jpeg(whole, self.quality, "RGBA", "420"))


class BlockEncoder(Encoder):
    """BC1 (no opacity: over a colour) or BC3 (premultiplied), as graphics cards read them: rows of 4 x 4 px blocks."""

    def __init__(self, format: Literal["bc1", "bc3"], origin: Origin, behind: Colour = BLACK) -> None:
        super().__init__(origin)
        self.format = format
        self.alpha = "none" if format == "bc1" else "premultiplied"
        self._under = Under(behind)

    def room(self, size: int) -> int:
        """Bytes of a texture of `size` x `size` px."""
        return BLOCK_BYTES[self.format] * (size // BLOCK) ** 2

    def encode(self, frame: NDArray[np.uint8]) -> bytes:
        """The texture of a frame, as fresh bytes. The library holds Python's lock for it, 1 ms or so at 512 px."""
        height, width = frame.shape[:2]
        rows = np.ascontiguousarray(self._rows_in_order(frame))
        if self.format == "bc1":
            return bytes(etcpak.compress_bc1(self._under.lay(rows), width, height))  # type: ignore[arg-type]
        return bytes(etcpak.compress_bc3(rows, width, height))  # type: ignore[arg-type]


class Under:
    """A colour that lies under premultiplied frames."""

    def __init__(self, colour: Colour) -> None:
        clear = OPAQUE - np.arange(OPAQUE + 1)[:, None]
        share = (clear * np.array([*colour, OPAQUE]) + OPAQUE // 2) // OPAQUE
        self._share = np.ascontiguousarray(share.astype(np.uint8)).view(np.uint32)[:, 0]
        """[256] the pixel (four bytes) that an opacity lets through of the colour."""
        self._is_black = colour == BLACK
        self._work = np.empty((0, 0), np.uint32)

    def lay(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The frame over the colour, RGBA; opacity is left as it was over black, which needs no work."""
        if self._is_black:
            return frame
        if self._work.shape != frame.shape[:2]:
            self._work = np.empty(frame.shape[:2], np.uint32)
        self._share.take(frame[..., 3], out=self._work, mode="clip")
        seen = self._work.view(np.uint8).reshape(frame.shape)
        return np.asarray(cv2.add(frame, seen, dst=seen), np.uint8)


def make_encoder(
    format: PixelFormat,
    size: int,
    origin: Origin = "top-left",
    quality: int = DEFAULT_QUALITY,
    behind: Colour = BLACK,
) -> Encoder:
    """The encoder of a format.

    Parameters
    ----------
    size : side of the textures, px; it is only looked at: BC1 and BC3 refuse one that is no multiple of 4
    quality : of JPEG, 10 to 100
    behind : colour seen through transparent parts of formats without opacity, JPEG and BC1
    """
    if format == "rgba" or format == "bgra":
        return RawEncoder(format, origin)
    if format == "jpeg":
        return JpegEncoder(origin, quality, behind)
    if size % BLOCK:
        raise BridgeError(
            "bad_message",
            f"{format.upper()} is made of blocks of {BLOCK} x {BLOCK} pixels and {size} is no multiple of {BLOCK}; "
            f"ask for {whole_blocks(size)} pixels, or for another format.",
        )
    return BlockEncoder(format, origin, behind)


def whole_blocks(size: int) -> int:
    """The nearest size not above `size` that every format can have, px."""
    return size // BLOCK * BLOCK
