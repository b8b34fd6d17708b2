"""Eyes as drawings have them: huge, or of other shapes than people's, where the tracker finds a person's eye inside.

Such an eye is found by its clean white: a region of one colour that is not skin's, with an iris in it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasa_core.render.layers import blur, polygon

REACH = 0.36
"""Inter-ocular distances around the tracked eye where its white may reach."""
CHEEK = ((-0.1, 0.1), (0.42, 0.55))
"""Inter-ocular distances beside and below the middle of the eye where skin is seen: a drawn eye may reach far down."""
LESS_COLOUR = 0.5
"""White has less than this share of the skin's saturation."""
BRIGHTNESS = 0.68
"""White is at least this bright against the skin."""
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
BRIGHTEST = 100.0
"""Grey levels that white reaches at least."""
AGREES = 0.88
"""Where the tracked opening and the white's share this much (intersection over union), the tracked one is right."""
SIZES = (0.5, 14.0)
"""Area of a drawn eye against the tracked opening."""
CORE, FLATNESS = 0.06, 7.0
"""A drawing's white is plain: so much of the eye is white 2 px from anything else, and varies by that many levels."""
CONTAINS, BEYOND = 0.75, 0.2
"""Share of the tracked opening that lies in a drawn eye, and share of that which lies beyond the tracked one if its
white is not plain."""
OFF_CENTRE = 0.2
"""Inter-ocular distances that its iris may lie from the middle of the tracked opening."""
IRIS_SHARE = (0.06, 0.85)
"""Share of a drawn eye that is not white."""
INTO_LINE = 1.0
"""px that the upper edge lies above the white: in the drawn line, where no white shines in."""
ASPECTS = (0.6, 2.4)
"""Height of an iris against its width."""


@dataclass
class DrawnEye:
    """An eye found by its white, px of the picture."""

    corners: NDArray[np.float64]
    """[2, 2] its left and right end."""
    columns: NDArray[np.float64]
    """[n] from one end to the other."""
    top: NDArray[np.float64]
    """[n] y of its upper edge there."""
    bottom: NDArray[np.float64]
    """[n] y of its lower edge there."""
    centre: NDArray[np.float64]
    """[2] of the iris."""
    radii: NDArray[np.float64]
    """[2] half the iris's width and height."""


def find_drawn_eye(image: NDArray[np.uint8], outline: NDArray[np.float64], unit: float, px: float) -> DrawnEye | None:
    """Find an eye that its tracked `outline` [n, 2] px does not fit, or None where that does.

    Parameters: `image` [H, W, 3]; `unit` px of the inter-ocular distance; `px` size of the picture against 512.
    """
    low = np.maximum(np.floor(outline.min(0) - REACH * unit), 0).astype(int)
    high = np.minimum(np.ceil(outline.max(0) + REACH * unit), image.shape[1::-1]).astype(int)
    patch = blur(image[low[1] : high[1], low[0] : high[0]], 0.6 * px)
    tracked = polygon(outline - low, patch.shape) > 0.5
    white = _white(patch, _skin(image, outline.mean(0), unit))
    regions, labels, boxes, _ = cv2.connectedComponentsWithStats(white.astype(np.uint8), connectivity=4)
    inside = np.bincount(labels[tracked], minlength=regions)
    ends = boxes[:, :2] + boxes[:, 2:4]
    framed = np.asarray((boxes[:, :2] > 0).all(1) & (ends < patch.shape[1::-1]).all(1))
    framed[0] = False
    seen = (framed & (inside > 4 * px * px))[labels]
    if seen.sum() < 0.1 * tracked.sum() or not tracked.any():
        return None
    hull = cv2.convexHull(np.argwhere(seen)[:, ::-1].astype(np.int32))
    whole = np.zeros(seen.shape, np.uint8)
    cv2.fillConvexPoly(whole, hull, (1,))
    eye = whole > 0
    size = eye.sum() / tracked.sum()
    overlap = (eye & tracked).sum() / (eye | tracked).sum()
    if overlap > AGREES or not SIZES[0] < size < SIZES[1]:
        return None
    if not IRIS_SHARE[0] < (eye & ~white).sum() / eye.sum() < IRIS_SHARE[1]:
        return None
    core = cv2.erode((eye & white).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(round(2 * px), 1)) > 0
    plain = core.sum() >= CORE * eye.sum() and patch[core].std(0).max() <= FLATNESS
    contained = (eye & tracked).sum() / tracked.sum()
    if contained < CONTAINS or not (plain or (eye & ~tracked).sum() > BEYOND * eye.sum()):
        return None
    iris = _iris(eye, white, labels.astype(np.int32))
    if iris is None or np.hypot(*(iris[0] + low - outline.mean(0))) > OFF_CENTRE * unit:
        return None
    centre, radii = iris
    return _edges(eye, seen, low.astype(np.float64), centre, radii, px)


def _skin(image: NDArray[np.uint8], middle: NDArray[np.float64], unit: float) -> NDArray[np.float64]:
    """[3] colour of the cheek."""
    (left, right), (top, bottom) = (
        [int(np.clip(middle[axis] + part * unit, 1, image.shape[1 - axis] - 1)) for part in CHEEK[axis]]
        for axis in (0, 1)
    )
    cheek = image[top - 1 : bottom, left - 1 : right].reshape(-1, 3)
    return np.asarray(np.median(cheek, axis=0), np.float64)


def _white(patch: NDArray[np.float32], skin: NDArray[np.float64]) -> NDArray[np.bool_]:
    """[h, w] what is as white as an eye, against the skin of the cheek [3]."""
    light, spread = patch @ LUMINANCE, patch.max(-1) - patch.min(-1)
    level = float(skin @ LUMINANCE)
    saturation = float((skin.max() - skin.min()) / max(level, 1))
    least = max(BRIGHTEST, BRIGHTNESS * level)
    return np.asarray((spread < LESS_COLOUR * saturation * light) & (light > least), np.bool_)


def _iris(
    eye: NDArray[np.bool_], white: NDArray[np.bool_], labels: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Centre and radii of the ellipse that borders on white, px of the patch."""
    rim = cv2.erode(eye.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    outer = np.unique(labels[rim & eye & white])
    sclera = np.isin(labels, outer[outer > 0])
    dark = (eye & ~sclera).astype(np.uint8)
    border = (dark > 0) & (cv2.dilate((sclera & eye).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~rim
    points = np.argwhere(border)[:, ::-1] + 0.5
    if len(points) < 12:
        return None
    # An ellipse along the axes: a x^2 + b y^2 + c x + d y = 1, centred first for the sake of the numbers.
    middle = points.mean(0)
    x, y = (points - middle).T / 10
    (a, b, c, d), *_ = np.linalg.lstsq(np.stack([x * x, y * y, x, y], -1), np.ones(len(x)), rcond=None)
    if a <= 0 or b <= 0:
        return None
    level = 1 + c * c / (4 * a) + d * d / (4 * b)
    radii = 10 * np.sqrt(np.array([level / a, level / b]))
    if not ASPECTS[0] < radii[1] / radii[0] < ASPECTS[1] or radii[0] > 0.6 * np.ptp(np.nonzero(eye)[1]):
        return None
    return middle + 10 * np.array([-c / (2 * a), -d / (2 * b)]), radii


def _edges(
    eye: NDArray[np.bool_],
    seen: NDArray[np.bool_],
    origin: NDArray[np.float64],
    centre: NDArray[np.float64],
    radii: NDArray[np.float64],
    px: float,
) -> DrawnEye:
    """Upper and lower edge of the eye; where the iris touches a lid, the edge goes on as it does beside it."""
    columns = np.flatnonzero(eye.any(0))
    top = eye.argmax(0)[columns].astype(np.float64)
    bottom = eye.shape[0] - eye[::-1].argmax(0)[columns].astype(np.float64)
    sure_top = np.array([seen[int(row) : int(row) + 2, column].any() for row, column in zip(top, columns, strict=True)])
    sure_bottom = np.array(
        [seen[int(row) - 2 : int(row), column].any() for row, column in zip(bottom, columns, strict=True)]
    )
    place = (columns - columns.mean()) / max(np.ptp(columns), 1) * 2
    for edge, sure, outward in ((top, sure_top, -1), (bottom, sure_bottom, 1)):
        if (~sure).any() and sure.sum() > 12:
            near = sure & (np.abs(place) < 0.9)
            course = np.polynomial.polynomial.Polynomial.fit(place[near], edge[near], 4)(place)
            edge[~sure] = np.where(outward * (course - edge) > 0, course, edge)[~sure]
    top = top - INTO_LINE * px
    x = columns + 0.5
    ends = np.array([[x[0] - 0.5, (top[0] + bottom[0]) / 2], [x[-1] + 0.5, (top[-1] + bottom[-1]) / 2]])
    return DrawnEye(ends + origin, x + origin[0], top + origin[1], bottom + origin[1], centre + origin, radii)
