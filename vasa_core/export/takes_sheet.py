"""Takes of one scene side by side, to choose from: a row for each, the same moments below each other."""

from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from vasa_core.export.contact_sheet import BACKGROUND, INK, draw_waveform, tile
from vasa_core.export.files import PartFile, explained
from vasa_core.export.sink import Frame
from vasa_core.export.spread import Envelope, Spread

COLUMNS = 10
TILE = 168  # px
GAP = 4  # px
LABEL = 24  # px, above each row
CAPTION = 20  # px, the times
STRIP = 56  # px, the waveform


class TakesSheet:
    """Collects takes as they go by, one after the other.

    Sound goes into `envelope` (mono samples, any rate) during one of them.
    """

    def __init__(self, path: Path, fps: Fraction) -> None:
        self.envelope = Envelope()
        self._fps = fps
        self._rows: list[_Row] = []
        self._part = PartFile(path)

    def row(self, label: str) -> "_Row":
        """The `FrameSink` of the next take."""
        self._rows.append(_Row(label))
        return self._rows[-1]

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
        rows = [(row.label, row.tiles.chosen()) for row in self._rows]
        columns = max((len(chosen) for _, chosen in rows), default=1)
        width = GAP + columns * (TILE + GAP)
        row_height = LABEL + TILE + GAP
        peaks = self.envelope.peaks()
        height = len(rows) * row_height + CAPTION + GAP + (STRIP + GAP if len(peaks) else 0)
        sheet = Image.new("RGB", (width, height), BACKGROUND)
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
        for r, (label, chosen) in enumerate(rows):
            top = r * row_height
            pen.text((GAP + 4, top + LABEL // 2), label, INK, font, anchor="lm")
            for c, (_, picture) in enumerate(chosen):
                sheet.paste(picture, (GAP + c * (TILE + GAP), top + LABEL))
        moments = [index for index, _ in rows[0][1]] if rows else []
        under = len(rows) * row_height
        for c, index in enumerate(moments):
            middle = GAP + c * (TILE + GAP) + TILE // 2
            pen.text((middle, under + CAPTION // 2), f"{float(index / self._fps):.2f} s", INK, font, anchor="mm")
        if len(peaks):
            frames = max((row.count for row in self._rows), default=0)
            strip = (GAP, under + CAPTION, width - GAP, under + CAPTION + STRIP)
            draw_waveform(pen, strip, peaks, [index / max(frames, 1) for index in moments])
        return sheet


class _Row:
    """One take. Its end is the sheet's business."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.tiles: Spread[Image.Image] = Spread(COLUMNS)
        self.count = 0

    def write(self, frame: Frame) -> None:
        if self.tiles.wants_next():
            self.tiles.add(tile(frame, TILE))
        else:
            self.tiles.skip()
        self.count += 1

    def close(self) -> None:
        """Nothing is left to do."""

    def abort(self) -> None:
        """Nothing was written."""
