"""Painted rows of teeth: small float textures in mouth coordinates, softly shaded, tinted when they are drawn.

Widths are means of adult crowns (Wheeler's Dental Anatomy), as seen from the front, in units of an outer inter-ocular
distance of 88 mm.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import blur

MILLIMETRE = 1 / 88.0
"""Inter-ocular distances per mm: the outer eye corners of adults are about 88 mm apart."""
UPPER_WIDTHS = (8.6, 6.6, 6.9, 5.2, 3.6, 3.0)
"""mm across, from the midline, foreshortened by the arch: central, lateral, canine, premolars, molar."""
LOWER_WIDTHS = (5.3, 5.8, 6.0, 5.0, 3.8, 3.2)
UPPER_HEIGHTS = (10.3, 8.9, 9.9, 8.4, 7.6, 6.6)
"""mm of crown."""
LOWER_HEIGHTS = (8.9, 9.0, 9.8, 8.4, 7.6, 6.6)
UPPER_LIFT = (0.0, 0.6, 0.1, 0.8, 1.4, 2.0)
"""mm by which each upper edge stands above that of the central incisors."""
LOWER_LIFT = (0.0, 0.1, 0.0, 0.6, 1.2, 1.8)
PIXELS = 400.0
"""Texture pixels per inter-ocular distance: about twice what a 512 px portrait shows."""
HALF_WIDTH = 36 * MILLIMETRE
HEIGHT = 17 * MILLIMETRE
EDGE_ROOM = 2 * MILLIMETRE
"""Empty room beyond the incisal edge inside the texture."""


def paint_row(upper: bool) -> NDArray[np.float32]:
    """Paint one row of teeth, upper teeth hanging down, lower teeth standing up.

    Returns [H, W, 3] float32: brightness in [0, 1], share of gum in [0, 1], opacity in [0, 1]. Column x lies at
    (x / PIXELS - HALF_WIDTH); rows count from the gum side for the upper row: the incisal edge of the central teeth is
    at HEIGHT - EDGE_ROOM, and mirrored for the lower row.
    """
    widths, heights, lifts = (
        (UPPER_WIDTHS, UPPER_HEIGHTS, UPPER_LIFT) if upper else (LOWER_WIDTHS, LOWER_HEIGHTS, LOWER_LIFT)
    )
    over = 3
    scale = PIXELS * over
    columns, rows = int(2 * HALF_WIDTH * scale), int(HEIGHT * scale)
    s = (np.arange(columns) + 0.5) / scale - HALF_WIDTH
    t = (np.arange(rows) + 0.5) / scale - (HEIGHT - EDGE_ROOM)
    bounds = np.concatenate([[0], np.cumsum(widths)]) * MILLIMETRE
    which = np.clip(np.searchsorted(bounds, np.abs(s), side="right") - 1, 0, len(widths) - 1)
    centre = (bounds[which] + bounds[which + 1]) / 2
    across = (np.abs(s) - centre) / (bounds[which + 1] - bounds[which]) * 2
    lift = np.array(lifts)[which] * MILLIMETRE
    tall = np.array(heights)[which] * MILLIMETRE
    rounding = (0.9 * np.abs(across) ** 6 + 0.25 * across**2) * MILLIMETRE
    edge = -lift - rounding
    gum_line = -lift - tall + 1.6 * across**2 * MILLIMETRE
    depth = t[:, None]
    soft = 0.35 * MILLIMETRE
    opacity = np.clip((edge - depth) / soft + 0.5, 0, 1)
    gum = np.clip((gum_line - depth) / soft + 0.5, 0, 1)
    arch = np.clip(1 - 0.62 * (np.abs(s) / HALF_WIDTH) ** 2.2, 0, 1)
    round_shade = 1 - 0.08 * np.abs(across) ** 3 - 0.05 * np.clip((np.abs(across) - 0.8) / 0.2, 0, 1) ** 2
    height_share = np.clip((edge - depth) / tall, 0, 1)
    along = 0.93 + 0.07 * np.sin(np.pi * np.clip(height_share * 1.1, 0, 1))
    bright = arch * round_shade * along
    inside = bounds[-1] - np.abs(s)
    opacity = opacity * np.clip(inside / (2 * MILLIMETRE), 0, 1)
    row = np.stack([bright * np.ones_like(opacity), gum, opacity], -1).astype(np.float32)
    row = blur(row, 0.3 * MILLIMETRE * scale)
    small = np.asarray(cv2.resize(row, (columns // over, rows // over), interpolation=cv2.INTER_AREA), np.float32)
    return np.ascontiguousarray(small if upper else small[::-1])
