"""Picture sequences and contact sheets."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from vasa_core.errors import ExportError
from vasa_core.export.contact_sheet import ContactSheet
from vasa_core.export.images import ImageSequenceWriter
from vasa_core.export.spread import Envelope, Spread


def test_a_sequence_keeps_every_pixel(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (3, 32, 48, 3), np.uint8)
    writer = ImageSequenceWriter(tmp_path / "frames")
    for frame in frames:
        writer.write(frame)
    assert not (tmp_path / "frames").exists()
    writer.close()
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == ["frame_000000.png", "frame_000001.png", "frame_000002.png"]
    for name, frame in zip(names, frames, strict=True):
        np.testing.assert_array_equal(cv2.imread(str(tmp_path / "frames" / name))[..., ::-1], frame)


def test_a_sequence_never_mixes_with_another(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    ImageSequenceWriter(tmp_path / "frames").close()  # empty: taken
    (tmp_path / "frames" / "frame_000099.png").touch()
    with pytest.raises(ExportError, match="not empty"):
        ImageSequenceWriter(tmp_path / "frames")


@pytest.mark.parametrize("count", [1, 5, 16, 40, 1000])
def test_spread_reaches_over_the_whole_stream(count: int) -> None:
    spread: Spread[int] = Spread(16)
    for i in range(count):
        spread.add(i)
    places = [place for place, item in spread.chosen() if place == item]
    assert len(places) == min(count, 16)
    assert places[0] == 0
    assert places[-1] >= 0.98 * (count - 1)
    assert len(places) == 1 or np.ptp(np.diff(places)) <= 0.5 * np.median(np.diff(places)) + 1


def test_envelope_follows_the_sound() -> None:
    sound = np.zeros(1_000_003, np.float32)
    sound[700_000:800_000] = -0.5
    envelope = Envelope(bins=64, stretch=10)
    for piece in np.array_split(sound, 37):
        envelope.add(piece)
    peaks = envelope.peaks()
    assert 64 <= len(peaks) <= 130
    loud = np.flatnonzero(peaks == 0.5) / len(peaks)
    assert loud.min() == pytest.approx(0.70, abs=0.03)
    assert loud.max() == pytest.approx(0.80, abs=0.03)


def test_contact_sheet(tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path / "sheet.png", Fraction(25), mouth=(20, 30, 60, 70))
    for i in range(100):
        sheet.write(np.full((96, 96, 3), i, np.uint8))
    sheet.envelope.add(np.sin(np.arange(64_000) / 30).astype(np.float32))
    sheet.close()
    picture = np.array(Image.open(tmp_path / "sheet.png"))
    assert picture.shape[1] > 8 * 192
    assert (picture[100, 100] == 0).all()  # the first frame
    assert (picture == 99).all(axis=-1).sum() >= 2 * 192 * 192  # the last frame and its mouth


def test_contact_sheet_of_an_empty_clip(tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path / "sheet.png", Fraction(25))
    sheet.close()
    assert Image.open(tmp_path / "sheet.png").size[0] > 0
