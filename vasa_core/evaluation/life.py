"""How alive a face is: head, lips, lids, brows and gaze as curves of landmarks, and the figures drawn from them.

Needs numpy alone, and works on the 478 points of any tracker with MediaPipe's numbering, so that an independent tracker
can judge a rendered video. Lengths are in outer inter-ocular distances (points 33 to 263), angles in degrees.
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

INNER_LIPS = (13, 14)
MOUTH_CORNERS = (61, 291)
OUTER_EYES = (33, 263)
RIGHT_EYE = (33, 133, 159, 145)
"""Outer corner, inner corner, upper lid, lower lid; `right` and `left` are the subject's."""
LEFT_EYE = (263, 362, 386, 374)
IRISES = (468, 473)
BROWS = (105, 334)
SKULL: tuple[int, ...] = (10, 151, 9, 8, 168, 6, 197, 33, 133, 362, 263, 127, 356)
SKULL += (162, 389, 21, 251, 54, 284, 103, 332, 67, 297, 109, 338)
"""Forehead, temples, bridge of the nose and eye corners: what speech and expression hardly move."""

BLINK_ON = 0.5
"""Closure at which a blink begins; well above the droop of the lid when the gaze falls."""
BLINK_OFF = 0.25
BLINK_LONGEST_S = 0.8
FULL_CLOSURE = 0.6
"""Closure that Face Mesh reports for shut lids, measured on real blinks: it sees the lashes as an opening."""


@dataclass
class Curves:
    """What the metrics need of T tracked frames. Frames without a face are filled from their neighbours."""

    fps: float
    head_rotation: Array
    """[T, 3] rad about x (pitch), y (yaw), z (roll), against the clip's own mean head; x right, y down, z away."""
    lip_opening: Array
    """[T] distance of the inner lips (13, 14)."""
    mouth_width: Array
    """[T] distance of the mouth corners (61, 291)."""
    brow_height: Array
    """[T] mean height of the brows (105, 334) above the line of the eye corners."""
    eye_opening: Array
    """[T, 2] distance of the lids over the eye's width, right and left eye of the subject."""
    iris: Array
    """[T, 2] place of the irises between the eye corners: right and down, in eye widths from the middle."""
    found: float
    """Share of frames in which the tracker saw a face."""


def curves_of(points: Array, fps: float) -> Curves:
    """Curves of tracked landmarks.

    Parameters
    ----------
    points
        [T, 478, 3] in pixels (z in pixels too, smaller is nearer); NaN where no face was found.
    fps
        Frames per second.
    """
    seen = np.isfinite(points.reshape(len(points), -1)).all(axis=1)
    if not np.any(seen):
        raise ValueError("No frame shows a face; give a video in which the face can be seen.")
    points = fill_gaps(np.asarray(points, np.float64), np.asarray(seen, bool))
    unit = _distance(points, *OUTER_EYES)
    rotation, upright = _head(points)
    corners = upright[:, [RIGHT_EYE[0], RIGHT_EYE[1], LEFT_EYE[1], LEFT_EYE[0]]]
    brow = corners[..., 1].mean(axis=1) - upright[:, BROWS, 1].mean(axis=1)
    lids = np.stack([_distance(points, e[2], e[3]) / _distance(points, e[0], e[1]) for e in (RIGHT_EYE, LEFT_EYE)], 1)
    return Curves(
        fps=fps,
        head_rotation=rotation,
        lip_opening=_distance(points, *INNER_LIPS) / unit,
        mouth_width=_distance(points, *MOUTH_CORNERS) / unit,
        brow_height=brow,
        eye_opening=lids,
        iris=_iris(upright),
        found=float(seen.mean()),
    )


def fill_gaps(values: Array, seen: NDArray[np.bool_]) -> Array:
    """Replace the frames [T, ...] not `seen` by linear interpolation between those that are."""
    if seen.all():
        return values
    flat = values.reshape(len(values), -1).copy()
    times, known = np.arange(len(values)), np.flatnonzero(seen)
    for column in range(flat.shape[1]):
        flat[:, column] = np.interp(times, known, flat[known, column])
    return flat.reshape(values.shape)


def procrustes(source: Array, target: Array) -> Array:
    """Rotations [T, 3, 3] that turn the centred shapes `source` [T, N, 3] onto the centred `target` [N, 3]."""
    covariance = np.einsum("tni,nj->tij", source, target)
    u, _, vt = np.linalg.svd(covariance)
    v, ut = vt.transpose(0, 2, 1), u.transpose(0, 2, 1)
    flip = np.ones((len(source), 3))
    flip[:, 2] = np.sign(np.linalg.det(v @ ut))
    return (v * flip[:, None, :]) @ ut


def _distance(points: Array, a: int, b: int) -> Array:
    return np.linalg.norm(points[:, a] - points[:, b], axis=-1)


def _head(points: Array) -> tuple[Array, Array]:
    """Head rotations [T, 3] and all points in the head's own upright frame [T, 478, 3], inter-ocular distance 1."""
    centre = points[:, SKULL].mean(axis=1, keepdims=True)
    unit = np.median(_distance(points, *OUTER_EYES))
    scale = np.linalg.norm(points[:, SKULL] - centre, axis=(1, 2))
    shapes = (points - centre) * (np.median(scale) / scale / unit)[:, None, None]
    mean = shapes[len(shapes) // 2, SKULL]
    for _ in range(4):
        turns = procrustes(shapes[:, SKULL], mean)
        mean = np.einsum("tij,tnj->tni", turns, shapes[:, SKULL]).mean(axis=0)
    upright = np.einsum("tij,tnj->tni", turns, shapes)
    axes = _own_axes(upright.mean(axis=0))
    upright = upright @ axes.T
    relative = axes @ turns.transpose(0, 2, 1) @ axes.T
    mean_turn = _vector(relative).mean(axis=0)
    return _vector(relative) - mean_turn, upright


def _own_axes(shape: Array) -> Array:
    """Axes [3, 3] of a face: x along the eye corners, y down from the forehead to the chin, z into the head."""
    x = shape[263] + shape[362] - shape[33] - shape[133]
    x /= np.linalg.norm(x)
    y = shape[152] - shape[10]
    y -= x * (x @ y)
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)])


def _vector(rotation: Array) -> Array:
    """Rotation vectors [T, 3] of matrices [T, 3, 3] that turn less than 180 degrees."""
    skew = np.stack(
        [
            rotation[:, 2, 1] - rotation[:, 1, 2],
            rotation[:, 0, 2] - rotation[:, 2, 0],
            rotation[:, 1, 0] - rotation[:, 0, 1],
        ],
        axis=1,
    )
    sine = np.linalg.norm(skew, axis=1) / 2
    angle = np.arctan2(sine, (np.trace(rotation, axis1=1, axis2=2) - 1) / 2)
    return skew * (np.where(sine > 1e-9, angle / np.maximum(2 * sine, 1e-9), 0.5))[:, None]


def _iris(upright: Array) -> Array:
    places = []
    for (outer, inner, *_), iris in zip((RIGHT_EYE, LEFT_EYE), IRISES, strict=True):
        width = np.abs(upright[:, inner, 0] - upright[:, outer, 0])
        middle = (upright[:, inner] + upright[:, outer]) / 2
        places.append((upright[:, iris, :2] - middle[:, :2]) / width[:, None])
    return np.mean(places, axis=0)


def closure_of(eye_opening: Array) -> Array:
    """Lid closure [T] in [0, 1] of eye openings [T, 2]: 0 at the clip's own open level (80th percentile), 1 shut."""
    level = np.percentile(eye_opening, 80, axis=0)
    return np.clip(1 - eye_opening / np.maximum(level, 1e-6), 0, 1).mean(axis=1)


@dataclass
class Blinks:
    """Blinks found in a closure curve; arrays have one entry per blink."""

    time: Array
    """s, at the deepest frame."""
    depth: Array
    """Greatest closure, 1 = shut."""
    closing: Array
    """s from a tenth of the depth to the deepest frame."""
    opening: Array
    """s from the deepest frame back to a tenth of the depth."""


def find_blinks(closure: Array, fps: float) -> Blinks:
    """Blinks in a closure curve [T] in [0, 1]: excursions past `BLINK_ON` that end within `BLINK_LONGEST_S`."""
    rows: list[tuple[float, float, float, float]] = []
    i, total = 0, len(closure)
    while i < total:
        if closure[i] < BLINK_ON:
            i += 1
            continue
        end = i
        while end < total and closure[end] > BLINK_OFF:
            end += 1
        if (end - i) / fps <= BLINK_LONGEST_S:
            peak = i + int(np.argmax(closure[i:end]))
            foot = 0.1 * closure[peak]
            rows.append(
                (
                    peak / fps,
                    float(closure[peak]),
                    _reach(closure[: peak + 1][::-1], foot) / fps,
                    _reach(closure[peak:], foot) / fps,
                )
            )
        i = end
    table = np.array(rows, float).reshape(-1, 4)
    return Blinks(*table.T)


def _reach(curve: Array, level: float) -> float:
    """Frames until a falling curve reaches `level` (fraction of a frame by linear interpolation)."""
    for i in range(1, len(curve)):
        if curve[i] <= level:
            step = curve[i - 1] - curve[i]
            return i - 1 + (float((curve[i - 1] - level) / step) if step > 0 else 1.0)
    return float(len(curve) - 1)


@dataclass
class Life:
    """The figures of liveliness of one clip."""

    seconds: float
    found: float
    head_sd_pitch: float
    head_sd_yaw: float
    head_sd_roll: float
    head_delta: float
    """Mean absolute change per axis, degrees per 1/25 s (VASA-1's delta-P)."""
    head_jitter: float
    """RMS of head rotation above 8 Hz, degrees."""
    blinks_per_minute: float
    blinks_full: float
    """Share of the blinks that shut the eye; NaN without blinks."""
    opening_median: float
    opening_95: float
    opening_speed: float
    """Mean absolute speed of the lip opening, per second."""
    mouth_width_sd: float
    brow_sd: float
    iris_sd: float
    """SD of the iris across the eye, eye widths."""

    def as_dict(self) -> dict[str, float]:
        """Name to value."""
        return asdict(self)


def life_of(curves: Curves) -> Life:
    """All figures of one clip."""
    fps, turn = curves.fps, np.degrees(curves.head_rotation)
    sd = turn.std(axis=0)
    closure = closure_of(curves.eye_opening)
    blinks = find_blinks(closure, fps)
    seconds = len(closure) / fps
    return Life(
        seconds=seconds,
        found=curves.found,
        head_sd_pitch=float(sd[0]),
        head_sd_yaw=float(sd[1]),
        head_sd_roll=float(sd[2]),
        head_delta=head_delta(curves.head_rotation, fps),
        head_jitter=power_above(turn, fps, 8.0),
        blinks_per_minute=len(blinks.time) * 60 / seconds,
        blinks_full=float((blinks.depth >= FULL_CLOSURE).mean()) if len(blinks.time) else float("nan"),
        opening_median=float(np.median(curves.lip_opening)),
        opening_95=float(np.percentile(curves.lip_opening, 95)),
        opening_speed=float(np.abs(np.diff(curves.lip_opening)).mean() * fps) if len(closure) > 1 else 0.0,
        mouth_width_sd=float(curves.mouth_width.std()),
        brow_sd=float(curves.brow_height.std()),
        iris_sd=float(curves.iris[:, 0].std()),
    )


def head_delta(rotation: Array, fps: float) -> float:
    """Mean absolute change per axis of head rotation [T, 3] rad, in degrees per 1/25 s (VASA-1's pose variation)."""
    if len(rotation) < 2:
        return 0.0
    return float(np.degrees(np.abs(np.diff(rotation, axis=0)).mean()) * fps / 25)


def power_above(values: Array, fps: float, hertz: float) -> float:
    """RMS of what lies above `hertz` in the columns of `values` [T, C] together (Hann window, mean and trend off)."""
    count = len(values)
    if count < 16:
        return 0.0
    time = np.linspace(-1, 1, count)[:, None]
    centred = values - values.mean(axis=0)
    centred = centred - time * (centred * time).sum(axis=0) / (time**2).sum()
    window = np.hanning(count)[:, None]
    spectrum = np.abs(np.fft.rfft(centred * window, axis=0)) ** 2
    high = np.fft.rfftfreq(count, 1 / fps) > hertz
    return float(np.sqrt(2 * spectrum[high].sum() / count / (window**2).sum()))
