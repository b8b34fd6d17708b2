import io
import struct
import threading

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from bridge.protocol.errors import BridgeError
from bridge.sending import SendBuffers, WirePacker
from bridge.textures import BlockEncoder, Encoder, make_encoder, whole_blocks

SIZES = (256, 508, 512, 1024)
FORMATS = ("rgba", "bgra", "jpeg", "bc1", "bc3")
ORIGINS = ("top-left", "bottom-left")


def soft_frame(size: int) -> np.ndarray:
    """Smooth colours, different in every corner and channel, clear at the left, premultiplied."""
    corners = np.array([[[250, 20, 40], [30, 240, 60]], [[20, 50, 230], [220, 210, 40]]], np.uint8)
    colour = cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    opacity = np.clip(np.linspace(-0.5, 1.5, size, dtype=np.float32), 0, 1)[None, :, None].repeat(size, 0)
    return np.concatenate([colour * opacity, opacity * 255], -1).round().astype(np.uint8)


def as_dds(texture: bytes, size: int, kind: bytes) -> bytes:
    """A DirectDraw Surface file round BC blocks."""
    pixel_format = struct.pack("<II4s5I", 32, 0x4, kind, 0, 0, 0, 0, 0)
    header = struct.pack("<7I44x", 124, 0x81007, size, size, len(texture), 0, 0) + pixel_format
    return b"DDS " + header + struct.pack("<5I", 0x1000, 0, 0, 0, 0) + texture


def decoded(texture: bytes, size: int, encoder: Encoder) -> np.ndarray:
    """The texture as [size, size, 4] RGBA, top row first, by other libraries than those that encoded it."""
    if encoder.format in ("rgba", "bgra"):
        picture = np.frombuffer(texture, np.uint8).reshape(size, size, 4)
        picture = picture if encoder.format == "rgba" else picture[..., [2, 1, 0, 3]]
    else:
        kind = {"bc1": b"DXT1", "bc3": b"DXT5"}
        file = texture if encoder.format == "jpeg" else as_dds(texture, size, kind[encoder.format])
        picture = np.asarray(Image.open(io.BytesIO(file)).convert("RGBA"))
    return picture if encoder.origin == "top-left" else picture[::-1]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("size", SIZES)
def test_what_comes_out_is_the_frame(format, origin, size) -> None:
    frame = soft_frame(size)
    before = frame.copy()
    encoder = make_encoder(format, size, origin)
    texture = encoder.encode(frame)
    assert np.array_equal(frame, before), "the frame was written to"
    assert len(texture) <= encoder.room(size)
    if format != "jpeg":
        assert len(texture) == encoder.room(size)
    wanted = frame.astype(int)
    if encoder.alpha == "none":
        wanted[..., 3] = 255
    worst = {"rgba": 0, "bgra": 0, "jpeg": 24, "bc1": 24, "bc3": 24}[format]
    usual = {"rgba": 0, "bgra": 0, "jpeg": 1.5, "bc1": 3, "bc3": 3}[format]
    off = np.abs(decoded(texture, size, encoder).astype(int) - wanted)
    assert off.max() <= worst
    assert off.mean() <= usual


@pytest.mark.parametrize("format", FORMATS)
def test_a_buffer_that_is_given_gets_the_same_bytes(format) -> None:
    frame = soft_frame(256)
    encoder = make_encoder(format, 256, "bottom-left")
    room = bytearray(b"\xaa" * (encoder.room(256) + 64))
    length = encoder.encode_into(frame, memoryview(room))
    assert bytes(room[:length]) == encoder.encode(frame)
    assert room[length:] == b"\xaa" * (len(room) - length)


@pytest.mark.parametrize("format", ["jpeg", "bc1"])
def test_formats_without_opacity_lie_over_a_colour(format) -> None:
    frame = soft_frame(256)
    encoder = make_encoder(format, 256, behind=(10, 130, 250))
    picture = decoded(encoder.encode(frame), 256, encoder).astype(int)
    clear = 1 - frame[..., 3:] / 255
    wanted = frame[..., :3] + clear * np.array([10, 130, 250])
    assert np.abs(picture[..., :3] - wanted).mean() < 3
    assert np.abs(picture[:, :40, :3] - [10, 130, 250]).max() <= 8
    assert encoder.alpha == "none"


def test_black_and_clear_blocks_stay_opaque_in_bc1() -> None:
    encoder = make_encoder("bc1", 256)
    picture = decoded(encoder.encode(np.zeros((256, 256, 4), np.uint8)), 256, encoder)
    assert (picture == [0, 0, 0, 255]).all()


def test_the_worst_jpeg_fits_its_room() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (260, 260, 4), dtype=np.uint8)
    encoder = make_encoder("jpeg", 260, quality=100)
    assert len(encoder.encode(noise)) <= encoder.room(260)


def test_quality_counts() -> None:
    frame = soft_frame(512)
    few, many = (make_encoder("jpeg", 512, quality=quality).encode(frame) for quality in (20, 95))
    assert len(few) < len(many)
    assert simplejpeg.decode_jpeg_header(few)[:2] == (512, 512)


def test_blocks_refuse_other_sizes() -> None:
    with pytest.raises(BridgeError, match="no multiple of 4; ask for 508 pixels"):
        make_encoder("bc3", 510)
    assert isinstance(make_encoder("bc1", whole_blocks(511)), BlockEncoder)


def test_buffers_are_not_lent_twice() -> None:
    buffers = SendBuffers(16, 2)
    first, second = buffers.take(), buffers.take()
    assert first is not None and second is not None
    assert buffers.take() is None
    thread = threading.Thread(target=first.give_back)
    thread.start()
    thread.join()
    again = buffers.take()
    assert again is not None and again.view is first.view
    assert buffers.take() is None


def test_a_frame_on_the_wire_is_not_written_over() -> None:
    packer = WirePacker(make_encoder("rgba", 256, "bottom-left"), 256, buffers=2)
    frames = [np.full((256, 256, 4), value, np.uint8) for value in (1, 2, 3)]
    one, two = packer.pack(frames[0]), packer.pack(frames[1])
    assert one is not None and two is not None and one.sent is not None
    assert packer.pack(frames[2]) is None
    assert set(one.payload) == {1} and set(two.payload) == {2}
    one.sent()
    three = packer.pack(frames[2])
    assert three is not None and set(three.payload) == {3} and set(two.payload) == {2}


def test_smaller_frames_go_through_the_same_packer() -> None:
    packer = WirePacker(make_encoder("bgra", 512), 512)
    packed = packer.pack(soft_frame(256))
    assert packed is not None and len(packed.payload) == 256 * 256 * 4


def test_coded_textures_need_no_buffer() -> None:
    packer = WirePacker(make_encoder("jpeg", 256), 256, buffers=1)
    packed = [packer.pack(soft_frame(256)) for _ in range(3)]
    assert all(one is not None and one.sent is None and isinstance(one.payload, bytes) for one in packed)


def test_frames_that_need_no_change_are_not_copied() -> None:
    packer = WirePacker(make_encoder("rgba", 256), 256, buffers=1)
    frame = soft_frame(256)
    for _ in range(3):
        packed = packer.pack(frame)
        assert packed is not None and packed.sent is None
        assert np.shares_memory(np.frombuffer(packed.payload, np.uint8), frame)
