"""Takes of one motion as curves, to choose from without a face: a row for each, over the sound."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vasa_core.export.contact_sheet import BACKGROUND, INK, PANEL, draw_waveform
from vasa_core.export.files import PartFile, explained
from vasa_core.export.spread import Envelope
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion

WIDTH = 1400  # px
LANE = 130  # px
STRIP = 70  # px, the waveform
LABEL = 24  # px
GAP = 4  # px
UPPER_LIP, LOWER_LIP = 13, 14
FULL_OPENING = 0.4
"""Inter-ocular distances that fill a lane."""
FULL_ANGLE = np.radians(20)
"""Angle from the middle of a lane to its border."""
CURVES = (("lips", (120, 120, 126)), ("turn", (240, 176, 72)), ("nod", (110, 168, 214)), ("tilt", (160, 120, 200)))
GAZE = ("eyes", (120, 200, 130))
BLINK = ("blinks", (214, 90, 90))


class CurveSheet:
    """Collects takes piece by piece, one after the other. Sound goes into `envelope` during one of them."""

    def __init__(self, path: Path, fps: Fraction) -> None:
        self.envelope = Envelope()
        self._space = LatentSpace.load()
        self._fps = fps
        self._rows: list[tuple[str, list[NDArray[np.float32]]]] = []
        self._part = PartFile(path)

    def begin(self, label: str) -> None:
        """Begin the next take."""
        self._rows.append((label, []))

    def add(self, motion: Motion) -> None:
        """Take the next piece of it."""
        lips = self._space.basis[:, LOWER_LIP, 1] - self._space.basis[:, UPPER_LIP, 1]
        rest = self._space.neutral[LOWER_LIP, 1] - self._space.neutral[UPPER_LIP, 1]
        opening = np.maximum(rest + motion.latent @ lips, 0) / FULL_OPENING
        nod, left, tilt = motion.head_rotation.T / FULL_ANGLE
        columns = [opening, -left, nod, tilt, motion.gaze[:, 0] / FULL_ANGLE, motion.blink.mean(axis=1)]
        self._rows[-1][1].append(np.stack(columns, axis=1).astype(np.float32))

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
        row_height = LABEL + LANE + GAP
        under = len(self._rows) * row_height
        peaks = self.envelope.peaks()
        sheet = Image.new("RGB", (WIDTH, under + LABEL + (STRIP + GAP if len(peaks) else 0)), BACKGROUND)
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
        longest = 1
        for r, (label, pieces) in enumerate(self._rows):
            top = r * row_height
            pen.text((GAP + 4, top + LABEL // 2), label, INK, font, anchor="lm")
            pen.rectangle((GAP, top + LABEL, WIDTH - GAP, top + LABEL + LANE), fill=PANEL)
            if pieces:
                table = np.concatenate(pieces)
                longest = max(longest, len(table))
                _draw_lane(pen, table, top + LABEL)
        x = WIDTH - GAP
        for name, colour in reversed((*CURVES, GAZE, BLINK)):
            pen.text((x, LABEL // 2), name, colour, font, anchor="rm")
            x -= round(pen.textlength(name, font)) + 14
        seconds = float(longest / self._fps)
        for share in np.linspace(0, 1, 11):
            place, anchor = GAP + share * (WIDTH - 2 * GAP), "lm" if share == 0 else "rm" if share == 1 else "mm"
            pen.text((place, under + LABEL // 2), f"{share * seconds:.1f} s", INK, font, anchor=anchor)
        if len(peaks):
            draw_waveform(pen, (GAP, under + LABEL, WIDTH - GAP, under + LABEL + STRIP), peaks, [])
        return sheet


def _draw_lane(pen: ImageDraw.ImageDraw, table: NDArray[np.float32], top: int) -> None:
    """The curves of one take: lips as a surface from below, blinks as ticks from above, angles around the middle."""
    x = np.linspace(GAP, WIDTH - GAP, len(table))
    opening, *angles, gaze, blink = table.T
    bottom, middle = top + LANE, top + LANE / 2
    surface = bottom - LANE * opening.clip(0, 1)
    pen.polygon([(GAP, bottom), *_points(x, surface), (WIDTH - GAP, bottom)], fill=(62, 64, 70))
    for place, closure in zip(x, blink, strict=True):
        if closure > 0.1:
            pen.line((place, top, place, top + 0.18 * LANE * float(closure)), BLINK[1])
    for values, (_, colour) in zip((*angles, gaze), (*CURVES[1:], GAZE), strict=True):
        pen.line(_points(x, middle - LANE / 2 * values.clip(-1, 1)), colour, width=2)


def _points(x: NDArray, y: NDArray) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
