import io

import numpy as np
import pytest
from PIL import Image

from vasa_core.errors import PortraitError
from vasa_core.face.picture import BACKDROP, MAX_PIXELS, WORKING_SIDE, read_picture

GRADIENT = np.zeros((40, 60, 3), np.uint8)
GRADIENT[..., 0] = np.arange(60) * 4
GRADIENT[..., 1] = np.arange(40)[:, None] * 6
GRADIENT[..., 2] = 77


def encode(image: Image.Image, kind: str, **options) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "TIFF"])
def test_lossless_kinds(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = read_picture(encode(Image.fromarray(GRADIENT), kind, **options))
    np.testing.assert_array_equal(picture.pixels, GRADIENT)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "YCbCr", "1", "LAB"])
def test_other_modes_become_rgb(mode):
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG", "LAB": "TIFF"}.get(mode, "PNG")
    image = Image.fromarray(GRADIENT)
    if mode == "LAB":
        from PIL import ImageCms

        image = ImageCms.profileToProfile(
            image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    else:
        image = image.convert(mode)
    pixels = read_picture(encode(image, kind)).pixels
    assert pixels.shape == GRADIENT.shape and pixels.dtype == np.uint8
    tolerance = {"1": 255, "P": 60, "L": 255}.get(mode, 25)
    assert np.abs(pixels.astype(int) - GRADIENT).mean() < tolerance / 2


def test_transparency_shows_the_backdrop():
    rgba = np.dstack([GRADIENT, np.full(GRADIENT.shape[:2], 255, np.uint8)])
    rgba[:10, :, 3] = 0
    pixels = read_picture(encode(Image.fromarray(rgba), "PNG")).pixels
    assert (pixels[:10] == BACKDROP).all()
    np.testing.assert_array_equal(pixels[10:], GRADIENT[10:])
    np.testing.assert_array_equal(read_picture(rgba).pixels, pixels)


def test_sixteen_bit_grey():
    deep = (np.arange(60)[None] * 1000 + np.zeros((40, 1))).astype(np.uint16)
    pixels = read_picture(encode(Image.fromarray(deep), "PNG")).pixels
    np.testing.assert_allclose(pixels[..., 0], deep / 257, atol=0.6)


def test_first_frame_of_an_animation():
    frames = [Image.fromarray(GRADIENT), Image.new("RGB", (60, 40), "red")]
    for kind in ("GIF", "WEBP", "PNG"):
        pixels = read_picture(encode(frames[0], kind, save_all=True, append_images=frames[1:])).pixels
        assert np.abs(pixels.astype(int) - GRADIENT).mean() < 12


def test_exif_orientation():
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held on its side.
    data = encode(Image.fromarray(np.rot90(GRADIENT)), "PNG", exif=exif)
    np.testing.assert_array_equal(read_picture(data).pixels, GRADIENT)


def test_colour_profiles_are_applied_and_broken_ones_ignored():
    assert read_picture(encode(Image.fromarray(GRADIENT), "PNG", icc_profile=b"nonsense")).pixels.shape == (40, 60, 3)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"%PDF-1.4"])
def test_not_an_image(data):
    with pytest.raises(PortraitError, match=r"not an image|damaged"):
        read_picture(data)


@pytest.mark.parametrize("kind", ["PPM", "TGA", "EPS"])
def test_kinds_that_are_not_named_are_refused(kind):
    with pytest.raises(PortraitError, match="not an image that can be read"):
        read_picture(encode(Image.fromarray(GRADIENT), kind))


def test_jpeg_with_a_second_picture_behind_it():
    """MPO, as phones and stereo cameras write it, is a JPEG."""
    image = Image.fromarray(GRADIENT)
    assert read_picture(encode(image, "MPO", save_all=True, append_images=[image])).pixels.shape == GRADIENT.shape


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_truncated(kind):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8)
    data = encode(Image.fromarray(noise), kind)
    with pytest.raises(PortraitError):
        read_picture(data[: len(data) // 2])


def test_paths(tmp_path):
    with pytest.raises(PortraitError, match="Check the path"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(PortraitError):
        read_picture(tmp_path)
    path = tmp_path / "me.png"
    Image.fromarray(GRADIENT).save(path)
    picture = read_picture(str(path))
    assert picture.name == "me.png" and len(picture.sha256) == 64 and picture.reduced == 1


def test_absurdly_large_is_refused_by_its_header():
    """A PNG header that promises 20000 x 20000 pixels, with no pixels behind it."""
    data = bytearray(encode(Image.new("RGB", (8, 8)), "PNG"))
    import zlib

    data[16:24] = (20000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(PortraitError, match="absurdly large"):
        read_picture(bytes(data))
    with pytest.raises(PortraitError, match="absurdly large"):
        read_picture(np.broadcast_to(np.uint8(0), (20000, MAX_PIXELS // 10000, 3)))


def test_large_pictures_are_scaled_down():
    picture = read_picture(encode(Image.new("RGB", (WORKING_SIDE * 2, 300), "green"), "PNG"))
    assert picture.pixels.shape == (150, WORKING_SIDE, 3) and picture.reduced == pytest.approx(0.5)


def test_arrays():
    np.testing.assert_array_equal(read_picture(GRADIENT).pixels, GRADIENT)
    np.testing.assert_array_equal(read_picture(GRADIENT[..., :1]).pixels[..., 1], GRADIENT[..., 0])
    assert np.abs(read_picture(GRADIENT / 255).pixels.astype(int) - GRADIENT).max() <= 1
    for wrong in (np.zeros(5), np.zeros((5, 5, 2)), np.zeros((0, 5, 3)), np.array([["a"]])):
        with pytest.raises(PortraitError, match="is no picture"):
            read_picture(wrong)
