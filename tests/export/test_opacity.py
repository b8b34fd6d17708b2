"""Opacity: premultiplied inside, straight in files."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vasa_core.errors import ExportError
from vasa_core.export.contact_sheet import BEHIND, ContactSheet
from vasa_core.export.images import ImageSequenceWriter, write_png
from vasa_core.export.opacity import is_opaque, over, straight, straight_for_film
from vasa_core.export.sound import open_sound
from vasa_core.export.video import VideoWriter
from vasa_core.samples import LINES

SIDE = 64
COLOUR = np.array([200, 100, 50])


def ball() -> np.ndarray:
    """A soft-edged disc of `COLOUR`, premultiplied."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    opacity = np.clip((20 - np.hypot(x, y)) / 8, 0, 1)[..., None]
    return np.concatenate([COLOUR * opacity, 255 * opacity], axis=2).round().astype(np.uint8)


def test_straight_colours_are_the_same_under_any_opacity() -> None:
    frame = ball()
    result = straight(frame)
    np.testing.assert_array_equal(result[..., 3], frame[..., 3])
    visible = frame[..., 3] > 40
    assert np.abs(result[visible, :3].astype(int) - COLOUR).max() <= 4
    assert (result[frame[..., 3] == 0] == 0).all()
    again = result[..., :3].astype(float) * result[..., 3:] / 255
    assert np.abs(again - frame[..., :3]).max() <= 1


def test_colours_flow_on_under_transparent_pixels() -> None:
    result = straight_for_film(ball())
    beside = (ball()[..., 3] == 0) & (cv2.dilate(ball()[..., 3], np.ones((3, 3))) > 0)
    assert np.abs(result[beside, :3].astype(int) - COLOUR).max() <= 12
    assert (result[beside, 3] == 0).all()


def test_over_a_colour() -> None:
    result = over(ball(), (10, 20, 30))
    assert result.shape == (SIDE, SIDE, 3)
    np.testing.assert_array_equal(result[0, 0], (10, 20, 30))
    np.testing.assert_array_equal(result[SIDE // 2, SIDE // 2], COLOUR)
    opaque = ball()
    opaque[..., 3] = 255
    np.testing.assert_array_equal(over(opaque, (1, 2, 3)), opaque[..., :3])
    assert is_opaque(opaque) and not is_opaque(ball())


def test_png_keeps_straight_colours(tmp_path: Path) -> None:
    writer = ImageSequenceWriter(tmp_path / "frames")
    writer.write(ball())
    opaque = ball()
    opaque[..., 3] = 255
    writer.write(opaque)
    writer.close()
    first, second = (cv2.imread(str(tmp_path / "frames" / f"frame_00000{i}.png"), cv2.IMREAD_UNCHANGED) for i in (0, 1))
    np.testing.assert_array_equal(cv2.cvtColor(first, cv2.COLOR_BGRA2RGBA), straight(ball()))
    assert second.shape == (SIDE, SIDE, 3)
    np.testing.assert_array_equal(second[..., ::-1], opaque[..., :3])


def test_one_picture(tmp_path: Path) -> None:
    write_png(tmp_path / "one.png", ball()[..., :3])
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "one.png"))[..., ::-1], ball()[..., :3])


def read(path: Path) -> list[np.ndarray]:
    """[h, w, 4] frames of a film, by the coder that knows opacity."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name != "vp9":
            return [frame.to_ndarray(format="rgba") for frame in container.decode(stream)]
        coder = av.CodecContext.create("libvpx-vp9", "r")
        packets = [packet for packet in container.demux(stream) if packet.size]
        return [f.to_ndarray(format="rgba") for packet in [*packets, None] for f in coder.decode(packet)]


@pytest.mark.parametrize("name", ["out.mov", "out.webm"])
def test_films_keep_opacity_and_straight_colours(tmp_path: Path, name: str) -> None:
    writer = VideoWriter(tmp_path / name, (SIDE, SIDE), Fraction(25), open_sound(LINES[1]), alpha=True)
    for _ in range(5):
        writer.write(ball())
    writer.close()
    frames = read(tmp_path / name)
    assert len(frames) == 5
    frame, true = frames[2].astype(int), straight(ball()).astype(int)
    assert np.abs(frame[..., 3] - true[..., 3]).mean() < 4
    visible = true[..., 3] > 100
    assert np.abs(frame[visible, :3] - COLOUR).mean() < 8
    with av.open(str(tmp_path / name)) as container:
        assert container.streams.audio[0].codec_context.name == ("aac" if name.endswith("mov") else "opus")


def test_opaque_webm(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "out.webm", (SIDE, SIDE), Fraction(25))
    opaque = np.full((SIDE, SIDE, 4), 255, np.uint8)
    opaque[..., :3] = COLOUR
    for _ in range(3):
        writer.write(opaque)
    writer.close()
    with av.open(str(tmp_path / "out.webm")) as container:
        frames = list(container.decode(video=0))
    assert [frame.format.name for frame in frames] == ["yuv420p"] * 3
    assert np.abs(frames[1].to_ndarray(format="rgb24")[32, 32].astype(int) - COLOUR).max() < 8


def test_rgba_frames_are_the_same_film_as_rgb(tmp_path: Path) -> None:
    rgba = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 4), np.uint8)
    rgba[..., 3] = 255
    for name, frame in (("a.mp4", rgba), ("b.mp4", np.ascontiguousarray(rgba[..., :3]))):
        writer = VideoWriter(tmp_path / name, (SIDE, SIDE), Fraction(25))
        writer.write(frame)
        writer.close()
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv"])
def test_films_without_opacity_say_what_has_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"\.mov .* or \.webm .* PNG sequence"):
        VideoWriter(tmp_path / name, (SIDE, SIDE), Fraction(25), alpha=True)
    assert not list(tmp_path.iterdir())


def test_a_contact_sheet_of_transparent_frames(tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path / "sheet.png", Fraction(25))
    sheet.write(ball())
    drawn = np.array(sheet.draw())
    assert (drawn == BEHIND).all(axis=-1).sum() > 5000
    assert (np.abs(drawn.astype(int) - COLOUR).max(axis=-1) < 3).sum() > 1000
    sheet.abort()
