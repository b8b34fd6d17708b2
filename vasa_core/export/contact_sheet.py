"""A contact sheet: frames spread over a clip with their times, the mouths enlarged, and the waveform below."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vasa_core.export.files import PartFile, explained
from vasa_core.export.opacity import over
from vasa_core.export.sink import Frame
from vasa_core.export.spread import Envelope, Spread

COLUMNS = 8
ROWS = 2
TILE = 192  # px, a frame and a mouth crop alike
GAP = 6  # px
CAPTION = 20  # px, below each frame
STRIP = 84  # px, the waveform
BACKGROUND = (24, 25, 28)
BEHIND = (88, 92, 100)
"""Shows through transparent frames."""
INK = (214, 216, 220)
PANEL = (34, 36, 40)
WAVE = (110, 168, 214)
MARK = (240, 176, 72)

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in px of the frame."""


def mouth_box(landmarks: NDArray[np.float32], mouth: NDArray[np.integer], size: int) -> Box:
    """A square around the mouth with room for an open jaw, from `landmarks` [478, 3] px and indices of the lips."""
    points = landmarks[mouth, :2]
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    half = 0.75 * float(np.ptp(points[:, 0]))
    left, top = np.clip(centre - half + (0, 0.15 * half), 0, size - 2 * half).round().astype(int)
    side = round(2 * half)
    return int(left), int(top), int(left) + side, int(top) + side


class ContactSheet:
    """Collects a clip as it goes by and draws its contact sheet. A `FrameSink`.

    Sound goes into `envelope` (mono samples, any rate) whenever it is there.
    """

    def __init__(self, path: Path, fps: Fraction, mouth: Box | None = None) -> None:
        self.envelope = Envelope()
        self._fps = fps
        self._mouth = mouth
        self._tiles: Spread[list[Image.Image]] = Spread(COLUMNS * ROWS)  # a frame and its mouth
        self._count = 0
        self._part = PartFile(path)

    def write(self, frame: Frame) -> None:
        """Take the next frame."""
        self._tiles.add(self._tiles_of(frame) if self._tiles.wants_next() else [])
        self._count += 1

    def _tiles_of(self, frame: Frame) -> list[Image.Image]:
        if self._mouth is None:
            return [tile(frame)]
        left, top, right, bottom = self._mouth
        return [tile(frame), tile(frame[top:bottom, left:right])]

    def close(self) -> None:
        """Draw the sheet and write it as PNG."""
        sheet = self.draw()
        with explained(self._part.target):
            sheet.save(self._part.path, format="png")
        self._part.commit()

    def abort(self) -> None:
        """Drop what was collected; harmless after `close`."""
        self._part.discard()

    def draw(self) -> Image.Image:
        """The sheet so far."""
        chosen = self._tiles.chosen()
        rows = [chosen[i : i + COLUMNS] for i in range(0, len(chosen), COLUMNS)]
        row_height = TILE + CAPTION + GAP + ((TILE + GAP) if self._mouth else 0)
        columns = max((len(row) for row in rows), default=1)
        width = columns * (TILE + GAP) + GAP
        peaks = self.envelope.peaks()
        strip_height = STRIP + GAP if len(peaks) else 0
        sheet = Image.new("RGB", (width, GAP + len(rows) * row_height + strip_height), BACKGROUND)
        pen = ImageDraw.Draw(sheet)
        font = ImageFont.load_default(13)
        for r, row in enumerate(rows):
            for c, (index, tiles) in enumerate(row):
                x, y = GAP + c * (TILE + GAP), GAP + r * row_height
                for picture, top in zip(tiles, (y, y + TILE + CAPTION), strict=False):
                    sheet.paste(picture, (x, top))
                caption = f"{float(index / self._fps):.2f} s"
                pen.text((x + TILE // 2, y + TILE + CAPTION // 2), caption, INK, font, anchor="mm")
        if len(peaks):
            strip = (GAP, sheet.height - STRIP - GAP, width - GAP, sheet.height - GAP)
            draw_waveform(pen, strip, peaks, [index / max(self._count, 1) for index, _ in chosen])
        return sheet


def draw_waveform(pen: ImageDraw.ImageDraw, box: Box, peaks: NDArray[np.float32], marks: list[float]) -> None:
    """A waveform of `peaks` [n] in a box, with lines at `marks`, shares of the whole in [0, 1]."""
    left, top, right, bottom = box
    middle, half = (top + bottom) / 2, (bottom - top) / 2 - 4
    pen.rectangle(box, fill=PANEL)
    loudest = float(peaks.max(initial=0.0))
    if loudest > 0:
        edges = np.linspace(0, len(peaks), right - left + 1).astype(int)
        for x, (begin, end) in enumerate(pairwise(edges), start=left):
            height = half * float(peaks[begin : max(end, begin + 1)].max()) / loudest
            pen.line((x, middle - height, x, middle + height), WAVE)
    for share in marks:
        x = left + round(share * (right - left))
        pen.line((x, top, x, bottom), MARK)


def tile(picture: Frame, side: int = TILE) -> Image.Image:
    """A picture as a square of `side` px, transparent ones over grey."""
    way = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return Image.fromarray(cv2.resize(over(picture, BEHIND), (side, side), interpolation=way))
