"""The portrait's mesh: the face, finely divided at lips and lids, and its surroundings; made once per portrait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from vasa_core.face import topology
from vasa_core.face.asset import FaceAsset
from vasa_core.render.headmask import find_head
from vasa_core.render.layers import distance_to
from vasa_core.render.lidline import settle_lids
from vasa_core.render.lipline import LipLine, find_lip_line
from vasa_core.render.outskirts import MARGIN, connect, outer_points
from vasa_core.render.rims import Rim, make_rim
from vasa_core.render.subdivision import Subdivided, boundary_edges
from vasa_core.render.tidy import limit_slope, untangle

STEEPEST = 2.4
"""Largest depth per px across: below cot(20 deg) = 2.7, so that nothing folds over at 20 degrees of yaw."""
BACK_DEPTH = 0.7
"""Depth of hair, ears and neck in inter-ocular distances behind the eye corners' plane, as the tracker sees ears."""
BACK_REACH = 0.25
"""Inter-ocular distances over which the surroundings fall from the face's edge towards BACK_DEPTH."""
FOLLOW_REACH = {"jaw": 0.85, "side": 0.35}
"""Inter-ocular distances over which the surroundings follow the face's own motion: below the chin and elsewhere."""
HEAD_RADII = {"side": 1.1, "top": 1.55, "bottom": 1.5}
"""Head with hair as an ellipse around the eyes' midpoint, in inter-ocular distances."""
SURE_RADIUS = 0.9
"""Within so many radii of that ellipse everything goes along with the head, whatever its colour."""
FADE = 0.85
"""Inter-ocular distances over which the head's hold on its surroundings fades: sharper, and the background would fold
when the head tilts by 10 degrees."""
BORDER_FADE = 0.55
"""Inter-ocular distances from the picture's border over which motion across it fades: pixels beyond it do not exist."""
CHIN_TO_SHOULDER = 1.05
"""Inter-ocular distances from the chin down to where the shoulders keep SHOULDER_SHARE of the head's motion."""
SHOULDER_SHARE = 0.1
LIP_REACH = (0.2, 0.42)
"""Inter-ocular distances above and below that follow the lip edges when they are corrected: up to the nose, down to
the chin."""
TO_BROW = 0.8
"""Share of the way from lid to brow that follows a closing lid: the brow itself stays."""
LID_REACH_ABOVE = (0.08, 0.2)
"""Bounds of that way in inter-ocular distances."""
LID_REACH_BELOW = 0.12
"""Inter-ocular distances below the lower lid that follow it: down to the cheek."""
LEFT_BROW_LOWER, RIGHT_BROW_LOWER = (283, 282, 295), (53, 52, 65)
"""Landmarks on the lower edge of the brows."""
LIP_PLATEAU = (0.25, 0.25)
"""Share of LIP_REACH that moves as one with the lip edge: the red of the lips keeps its shape."""
LID_PLATEAU = (0.3, 0.1)
"""Share of the reach that moves as one with the lid edge: the lashes keep their shape."""


@dataclass
class FaceFrame:
    """The portrait's own axes in its picture."""

    unit: float
    """Inter-ocular distance in px."""
    axes: NDArray[np.float32]
    """[3, 3] scale * rotation: canonical displacement (inter-ocular units) to px."""
    right: NDArray[np.float32]
    """[2] unit vector towards the face's right side in the picture (viewer's right)."""
    down: NDArray[np.float32]
    """[2] unit vector from brow to chin in the picture."""
    eyes: NDArray[np.float32]
    """[3] midpoint of the outer eye corners, px."""


@dataclass
class HeadMesh:
    """Everything about the mesh that stays the same from frame to frame."""

    rest: NDArray[np.float32]
    """[V, 3] enrolled position in px of the portrait; also where the texture is read."""
    triangles: NDArray[np.int32]
    """[N, 3], the upper lids last: shut lids overlap the lower ones."""
    weights: sparse.csr_matrix
    """[V, 468] vertex displacement from landmark displacements."""
    lip_weights: sparse.csr_matrix
    """[n, 468] lower minus upper lip edge, from landmark displacements."""
    head_share: NDArray[np.float32]
    """[V] in [0, 1]: how far the vertex goes along with the head."""
    inward: NDArray[np.float32]
    """[V, 2] direction away from the nearer border of the picture: 1 or -1."""
    inward_share: NDArray[np.float32]
    """[V, 2] in [0, 1]: what is left of motion in that direction near the border."""
    at_hole: NDArray[np.bool_]
    """[N] triangles that touch the rim of a hole: drawn in every frame, over what is drawn inside the hole."""
    mouth: Rim
    eyes: tuple[Rim, Rim]
    """The subject's left and right eye."""
    lips: LipLine
    frame: FaceFrame
    pivot: NDArray[np.float32]
    """[3] px: what the head turns about."""


def face_frame(asset: FaceAsset) -> FaceFrame:
    """Axes of the portrait's face."""
    axes = (Rotation.from_rotvec(asset.pose.rotation).as_matrix() * asset.pose.scale).astype(np.float32)
    points = asset.landmarks
    corners = points[list(topology.OUTER_EYE_CORNERS)]
    right = axes[:2, 0] / np.linalg.norm(axes[:2, 0])
    down = axes[:2, 1] / np.linalg.norm(axes[:2, 1])
    return FaceFrame(float(asset.pose.scale), axes, right, down, corners.mean(0).astype(np.float32))


def build_mesh(asset: FaceAsset) -> HeadMesh:
    """Make the mesh of a portrait."""
    frame = face_frame(asset)
    size = asset.image.shape[0]
    landmarks = asset.landmarks[: topology.MESH_POINTS].astype(np.float64)
    fine, chains = _refined_face()
    rest: NDArray[np.float32] = np.asarray(fine.weights @ landmarks, np.float32)
    lips = find_lip_line(
        asset.image, rest, chains["lips_upper"], chains["lips_lower"], frame.right, frame.down, frame.unit
    )
    loose = _make_rims(rest, chains, frame)
    lips.settle(rest, loose[0])
    for rim in loose[1:]:
        settle_lids(asset.image, rest, rim, frame.down, frame.unit)
    oval = _oval_ring(fine.triangles, topology.FACE_OVAL)
    around = outer_points(rest[:, :2], rest[oval, :2], size)
    ring_triangles = connect(rest[oval, :2], around)
    first = len(rest)
    lookup = np.concatenate([oval, np.arange(first, first + len(around))]).astype(np.int32)
    triangles = np.concatenate([fine.triangles, lookup[ring_triangles]]).astype(np.int32)

    depth, follow = _surroundings(around, rest[oval], fine.weights[oval], frame, landmarks)
    rest = np.concatenate([rest, np.column_stack([around, depth])]).astype(np.float32)
    weights = sparse.vstack([fine.weights, follow]).tocsr()
    hole_edges = np.unique(np.concatenate([np.array(chain) for chain in chains.values()]))
    border = first + np.flatnonzero(np.isclose(np.abs(around - size / 2).max(1), size / 2 + MARGIN))
    untangle(rest, triangles, np.concatenate([hole_edges, border]))
    limit_slope(rest, STEEPEST)

    rims = _make_rims(rest[:first], chains, frame)
    over = np.zeros(len(rest), bool)
    for rim in rims[1:]:
        over[rim.above.vertices] = True
    last = over[triangles].any(1)
    triangles = np.concatenate([triangles[~last], triangles[last]])
    on_rim = np.zeros(len(rest), bool)
    for rim in rims:
        on_rim[rim.upper] = on_rim[rim.lower] = True
    chin = landmarks[152]
    pivot = np.array([frame.eyes[0] * 0.5 + chin[0] * 0.5, chin[1], 0.55 * frame.unit], np.float32)
    return HeadMesh(
        rest=rest,
        triangles=triangles,
        weights=weights.astype(np.float32),
        lip_weights=(weights[rims[0].lower] - weights[rims[0].upper]).tocsr().astype(np.float32),
        head_share=_head_share(asset.image, rest, first, oval, frame, chin),
        inward=np.where(rest[:, :2] < size / 2, 1, -1).astype(np.float32),
        inward_share=(1 - _fade(np.minimum(rest[:, :2], size - rest[:, :2]) / (BORDER_FADE * frame.unit))).astype(
            np.float32
        ),
        at_hole=np.asarray(on_rim[triangles].any(axis=1), np.bool_),
        mouth=rims[0],
        eyes=(rims[1], rims[2]),
        lips=lips,
        frame=frame,
        pivot=pivot,
    )


def _make_rims(rest: NDArray[np.float32], chains: dict[str, list[int]], frame: FaceFrame) -> list[Rim]:
    sizes = [("lips", LIP_REACH, LIP_PLATEAU)]
    for name, brow in (("left", LEFT_BROW_LOWER), ("right", RIGHT_BROW_LOWER)):
        lid = rest[chains[f"{name}_upper"], :2].mean(0)
        space = float((lid - rest[list(brow), :2].mean(0)) @ frame.down) / frame.unit
        above = float(np.clip(TO_BROW * space, *LID_REACH_ABOVE))
        sizes.append((name, (above, LID_REACH_BELOW), LID_PLATEAU))
    return [
        make_rim(
            rest,
            chains[f"{name}_upper"],
            chains[f"{name}_lower"],
            np.arange(len(rest), dtype=np.int32),
            frame.down,
            (reach[0] * frame.unit, reach[1] * frame.unit),
            plateau,
        )
        for name, reach, plateau in sizes
    ]


def _refined_face() -> tuple[Subdivided, dict[str, list[int]]]:
    chains = {
        "lips_upper": topology.LIPS_INNER_UPPER.tolist(),
        "lips_lower": topology.LIPS_INNER_LOWER.tolist(),
        "left_upper": topology.LEFT_EYE_UPPER.tolist(),
        "left_lower": topology.LEFT_EYE_LOWER.tolist(),
        "right_upper": topology.RIGHT_EYE_UPPER.tolist(),
        "right_lower": topology.RIGHT_EYE_LOWER.tolist(),
    }
    corners = [chain[k] for chain in chains.values() for k in (0, -1)]
    fine = Subdivided(topology.TRIANGLES[:, ::-1], topology.MESH_POINTS)
    for selects in (False, True):
        near = np.zeros(fine.weights.shape[0], bool)
        for chain in chains.values():
            near[chain] = True
        fine.refine(np.asarray(near[fine.triangles].any(axis=1)) if selects else None, corners)
        chains = {name: fine.refine_chain(chain) for name, chain in chains.items()}
    if len({len(chains["lips_upper"]), len(chains["lips_lower"])}) != 1:
        raise AssertionError("lip edges lost their pairing")
    return fine, chains


def _oval_ring(triangles: NDArray[np.int32], oval: NDArray[np.int32]) -> NDArray[np.int32]:
    following = dict(boundary_edges(triangles))
    ring = [int(oval[0])]
    while True:
        after = following[ring[-1]]
        if after == ring[0]:
            return np.array(ring, np.int32)
        ring.append(after)


def _surroundings(
    around: NDArray[np.float32],
    oval: NDArray[np.float32],
    oval_weights: sparse.csr_matrix,
    frame: FaceFrame,
    landmarks: NDArray[np.float64],
) -> tuple[NDArray[np.float64], sparse.csr_matrix]:
    """Depth [N] px of the outer points and how they follow the landmarks [N, 468]."""
    distance, _ = cKDTree(oval[:, :2]).query(around)
    gaps = np.linalg.norm(around[:, None] - oval[None, :, :2], axis=-1)
    near = np.exp(-0.5 * ((gaps - gaps.min(1, keepdims=True)) / (0.12 * frame.unit)) ** 2)
    near /= near.sum(1, keepdims=True)
    start = near @ oval[:, 2]
    depth = start + (BACK_DEPTH * frame.unit - start) * (1 - np.exp(-distance / (BACK_REACH * frame.unit)))
    jaw_line = landmarks[[58, 288], :2].mean(0) @ frame.down
    below = np.clip((around @ frame.down - jaw_line) / (0.4 * frame.unit), 0, 1)
    reach = (FOLLOW_REACH["side"] + (FOLLOW_REACH["jaw"] - FOLLOW_REACH["side"]) * below) * frame.unit
    fade = 0.5 + 0.5 * np.cos(np.pi * np.clip(distance / reach, 0, 1))
    near[near < 1e-3] = 0
    return depth, (sparse.csr_matrix(near * fade[:, None]) @ oval_weights).tocsr()


def _head_share(
    image: NDArray[np.uint8],
    rest: NDArray[np.float32],
    face: int,
    oval: NDArray[np.int32],
    frame: FaceFrame,
    chin: NDArray[np.float64],
) -> NDArray[np.float32]:
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32) + np.float32(0.5)
    radius = _head_radius(np.stack([columns, rows], -1), frame)
    head = find_head(image, rest[oval, :2], radius) | (radius < SURE_RADIUS)
    away = distance_to(head) / (FADE * frame.unit)
    at = np.clip(np.round(rest[:, :2] - 0.5).astype(int), 0, np.array(image.shape[1::-1]) - 1)
    share = _fade(away[at[:, 1], at[:, 0]])
    t = (rest[:, :2] - chin[:2]) @ frame.down / frame.unit
    share = np.minimum(share, SHOULDER_SHARE + (1 - SHOULDER_SHARE) * _fade(t / CHIN_TO_SHOULDER))
    share[:face] = 1
    return share.astype(np.float32)


def _head_radius(points: NDArray[np.float32], frame: FaceFrame) -> NDArray[np.float32]:
    offset = (points - frame.eyes[:2]) / frame.unit
    s, t = offset @ frame.right, offset @ frame.down
    return np.hypot(s / HEAD_RADII["side"], t / np.where(t < 0, HEAD_RADII["top"], HEAD_RADII["bottom"]))


def _fade(x: NDArray) -> NDArray:
    """1 before 0, 0 after 1, smooth between."""
    x = np.clip(x, 0, 1)
    return 1 - x * x * (3 - 2 * x)
