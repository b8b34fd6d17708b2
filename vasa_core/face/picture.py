"""Read a portrait from a file, bytes or an array into upright uint8 RGB, whatever its colour mode."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from vasa_core.errors import PortraitError

MAX_PIXELS = 100_000_000
"""Larger pictures are refused before they are decoded."""
WORKING_SIDE = 6000
"""Longer side that larger pictures are scaled down to, px."""
SCALABLE = ("RGB", "L", "CMYK", "YCbCr")
"""Modes that may be scaled down before anything else, to save memory."""
BACKDROP = (128, 128, 128)
"""What shows through transparent pixels."""
READABLE = "PNG, JPEG, WebP, TIFF, BMP and GIF"
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
"""Pillow's names of these; its decoders of other kinds are never asked."""

Source = str | Path | bytes | NDArray


@dataclass(frozen=True)
class Picture:
    """A portrait as read."""

    pixels: NDArray[np.uint8]
    """[H, W, 3] RGB, upright as its EXIF orientation says."""
    name: str
    """File name, or "picture" for bytes and arrays."""
    sha256: str
    """Of the file's bytes, or of the array's."""
    reduced: float
    """Scale against the picture as given: 1, or less where it was scaled down."""
    opacity: NDArray[np.uint8] | None = None
    """[H, W] of a picture that is transparent in parts, as game art often is; `pixels` show the backdrop there."""


def read_picture(source: Source) -> Picture:
    """Read a portrait. Of an animation the first frame counts.

    Raises `PortraitError` if it is missing, not an image, damaged or absurdly large.
    """
    if isinstance(source, np.ndarray):
        pixels = _from_array(source)
        opacity = _opacity(Image.fromarray(source)) if source.shape[2:] == (4,) and source.dtype == np.uint8 else None
        return Picture(pixels, "picture", hashlib.sha256(source.tobytes()).hexdigest(), 1.0, opacity)
    name = "the picture" if isinstance(source, bytes) else Path(source).name
    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except OSError as error:
        raise PortraitError(f"The portrait {source!s} cannot be read: {error.strerror}. Check the path.") from error
    pixels, reduced, opacity = _decode(data, name)
    return Picture(pixels, name, hashlib.sha256(data).hexdigest(), reduced, opacity)


def _decode(data: bytes, name: str) -> tuple[NDArray[np.uint8], float, NDArray[np.uint8] | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = image.size
        _refuse_size(width, height, name)
        if max(width, height) > WORKING_SIDE:
            image.draft(None, (WORKING_SIDE, WORKING_SIDE))
        image.load()
        if image.mode in SCALABLE:
            _scale_down(image)
        ImageOps.exif_transpose(image, in_place=True)
        rgb = _to_rgb(image)
        _scale_down(rgb)
        opacity = _opacity(image, rgb.size)
    except Image.DecompressionBombError as error:
        raise PortraitError(f"{name} is absurdly large. Scale it below {MAX_PIXELS // 10**6} megapixels.") from error
    except UnidentifiedImageError as error:
        raise PortraitError(f"{name} is not an image that can be read. Give one of {READABLE}.") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PortraitError(f"{name} is damaged and cannot be decoded ({error}). Save or download it again.") from error
    return np.array(rgb), max(rgb.size) / max(width, height), opacity


def _opacity(image: Image.Image, size: tuple[int, int] | None = None) -> NDArray[np.uint8] | None:
    """[H, W] of an image with transparent parts, scaled to `size` (width, height); None where all of it is opaque."""
    if "transparency" not in image.info and "A" not in image.mode.upper().removeprefix("LAB"):
        return None
    layer = image.convert("RGBA").getchannel("A")
    if layer.getextrema()[0] == 255:
        return None
    return np.array(layer if size in (None, layer.size) else layer.resize(size, Image.Resampling.LANCZOS))


def _scale_down(image: Image.Image) -> None:
    if max(image.size) > WORKING_SIDE:
        image.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)


def _refuse_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise PortraitError(
            f"{name} is absurdly large ({width}x{height} pixels). Scale it below {MAX_PIXELS // 10**6} megapixels."
        )


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to 8 bit sRGB; transparency over the backdrop."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_to_8_bit(np.array(image))).convert("RGB")
    profile = image.info.get("icc_profile")
    if "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa"):
        image = image.convert("RGBA")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            pass  # A broken profile is no reason to refuse the picture.
    if image.mode == "RGBA":
        backdrop = Image.new("RGBA", image.size, (*BACKDROP, 255))
        image = Image.alpha_composite(backdrop, image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_8_bit(values: NDArray) -> NDArray[np.uint8]:
    """16-bit, 32-bit and float greys to 8 bits; what goes above 255 is taken for 16 bits, below 1 for [0, 1]."""
    values = np.nan_to_num(values.astype(np.float64))
    top = values.max(initial=0)
    scale = 255 / 65535 if top > 255 else 255.0 if 0 < top <= 1 else 1.0
    return np.clip(np.round(values * scale), 0, 255).astype(np.uint8)


def _from_array(array: NDArray) -> NDArray[np.uint8]:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)) or array.size == 0:
        raise PortraitError(f"An array of shape {array.shape} is no picture. Give [height, width, 3] uint8 RGB.")
    _refuse_size(array.shape[1], array.shape[0], "The picture")
    if array.dtype != np.uint8:
        if array.dtype.kind not in "uif":
            raise PortraitError(f"An array of {array.dtype} is no picture. Give [height, width, 3] uint8 RGB.")
        array = _to_8_bit(array)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return np.array(_to_rgb(Image.fromarray(np.ascontiguousarray(array))))
