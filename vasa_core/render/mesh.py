"""The portrait's mesh: the face, finely divided at lips and lids, and its surroundings; made once per portrait."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vasa_core.face import topology
from vasa_core.face.asset import FaceAsset
from vasa_core.render.corners import soften_motion
from vasa_core.render.coverage import covered
from vasa_core.render.frame import FaceFrame, face_frame
from vasa_core.render.lidline import settle_lids
from vasa_core.render.lidmesh import LidMesh, make_lid_mesh
from vasa_core.render.lipline import LipLine, find_lip_line
from vasa_core.render.outskirts import connect, outer_points
from vasa_core.render.rims import Rim, make_rim
from vasa_core.render.subdivision import Subdivided, boundary_edges
from vasa_core.render.surroundings import head_share, inward_share, surroundings
from vasa_core.render.tidy import flatten_steep, limit_slope, untangle
from vasa_core.render.unfold import unfold_mouth

STEEPEST = 2.1
"""Most px of depth per px across: below cot(25 deg), so that nothing folds at 20 degrees of yaw and 15 of pitch."""
PIVOT_DEPTH = 0.55
"""Depth of what the head turns about, inter-ocular distances behind the eye corners; its height is the chin's."""
TILE = 32.0
"""px of a frame of 512: side of the tiles that triangles are drawn by."""
LEAST_WEIGHT = 2e-3
"""Landmarks that count less for a vertex are left out: together they would move it by a hundredth of a pixel."""
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
LIP_SPREAD = 0.8
"""Skin averages the motion of the lip edge over so much of its distance from it: the corners' skin is not torn."""
LID_PLATEAU = (0.3, 0.1)
"""Share of the reach that moves as one with the lid edge: the lashes keep their shape."""


@dataclass
class HeadMesh:
    """Everything about the mesh that stays the same from frame to frame."""

    rest: NDArray[np.float32]
    """[V, 3] enrolled position in px of the frame; also where the texture is read."""
    triangles: NDArray[np.int32]
    """[N, 3], only those that show something of the person."""
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
    face: int
    """So many vertices, the first ones, belong to the face; the others surround it."""
    mouth: Rim
    eyes: tuple[Rim, Rim]
    """The subject's left and right eye."""
    lids: tuple[LidMesh, LidMesh]
    """The skin around the subject's left and right eye."""
    lips: LipLine
    frame: FaceFrame
    pivot: NDArray[np.float32]
    """[3] px: what the head turns about."""


def build_mesh(asset: FaceAsset) -> HeadMesh:
    """Make the mesh of a portrait, in px of its frame."""
    frame = face_frame(asset)
    image, low, high = asset.image, float(-asset.margin), float(asset.size + asset.margin)
    landmarks = asset.landmarks[: topology.MESH_POINTS].astype(np.float64)
    fine, chains = _refined_face()
    rest: NDArray[np.float32] = np.asarray(fine.weights @ landmarks, np.float32)
    lips = find_lip_line(image, rest, chains["lips_upper"], chains["lips_lower"], frame.right, frame.down, frame.unit)
    loose = _make_rims(rest, chains, frame)
    lips.settle(rest, loose[0])
    for rim in loose[1:]:
        settle_lids(image, rest, rim, frame.down, frame.unit, frame.px)
    oval = _oval_ring(fine.triangles, topology.FACE_OVAL)
    around = outer_points(rest[:, :2], rest[oval, :2], low, high, frame.px)
    ring_triangles = connect(rest[oval, :2], around)
    face = len(rest)
    lookup = np.concatenate([oval, np.arange(face, face + len(around))]).astype(np.int32)
    triangles = np.concatenate([fine.triangles, lookup[ring_triangles]]).astype(np.int32)

    depth, follow = surroundings(around, rest[oval], fine.weights[oval], frame, landmarks)
    rest = np.concatenate([rest, np.column_stack([around, depth])]).astype(np.float32)
    weights = sparse.vstack([fine.weights, follow]).tocsr()
    hole_edges = np.unique(np.concatenate([np.array(chain) for chain in chains.values()]))
    at_border = (np.isclose(around, low) | np.isclose(around, high)).any(1)
    around_mouth = unfold_mouth(rest, triangles, loose[0], hole_edges, frame)
    untangle(rest, triangles, np.concatenate([hole_edges, around_mouth, face + np.flatnonzero(at_border)]), frame.px)
    limit_slope(rest, STEEPEST, frame.px)
    flatten_steep(rest, triangles, STEEPEST)

    shown = covered(rest + np.float32(asset.margin), triangles, asset.matte)
    shown |= (triangles < face).all(1)
    triangles = triangles[shown]
    used = np.unique(np.concatenate([np.arange(face), triangles.ravel()]))
    renumbered = np.zeros(len(rest), np.int32)
    renumbered[used] = np.arange(len(used))
    rest, weights, triangles = rest[used], weights[used], renumbered[triangles]

    lip_weights = (weights[loose[0].lower] - weights[loose[0].upper]).tocsr().astype(np.float32)
    weights = _thinned(soften_motion(weights, rest, triangles, loose[0], frame))
    triangles = triangles[_by_tiles(rest, triangles, frame.px)]

    rims = _make_rims(rest[:face], chains, frame)
    chin = landmarks[152]
    share = head_share(rest, frame, chin)
    share[:face] = 1
    pivot = np.array([(frame.eyes[0] + chin[0]) / 2, chin[1], PIVOT_DEPTH * frame.unit], np.float32)
    return HeadMesh(
        rest=rest,
        triangles=triangles,
        weights=weights.astype(np.float32),
        lip_weights=lip_weights,
        head_share=share,
        inward=np.where(rest[:, :2] < (low + high) / 2, 1, -1).astype(np.float32),
        inward_share=inward_share(rest, low, high, frame),
        face=face,
        mouth=rims[0],
        eyes=(rims[1], rims[2]),
        lids=(make_lid_mesh(rest, triangles, rims[1]), make_lid_mesh(rest, triangles, rims[2])),
        lips=lips,
        frame=frame,
        pivot=pivot,
    )


def _by_tiles(rest: NDArray[np.float32], triangles: NDArray[np.int32], px: float) -> NDArray[np.intp]:
    """Order [N] of triangles tile by tile of the picture: what is drawn next is near what was, and in the cache."""
    tile = np.floor(rest[triangles, :2].mean(1) / (TILE * px)).astype(np.int64)
    return np.lexsort((tile[:, 0], tile[:, 1]))


def _thinned(weights: sparse.csr_matrix) -> sparse.csr_matrix:
    """Weights [V, 468] without those that hardly count, every row's sum as before."""
    thin = weights.tocsr().copy()
    thin.data[np.abs(thin.data) < LEAST_WEIGHT] = 0
    thin.eliminate_zeros()
    before, after = np.asarray(weights.sum(1)).ravel(), np.asarray(thin.sum(1)).ravel()
    scale = np.where(np.abs(after) > 1e-6, before / np.where(np.abs(after) > 1e-6, after, 1), 1)
    return (sparse.diags_array(scale) @ thin).tocsr()


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
            LIP_SPREAD if name == "lips" else 0.0,
        )
        for name, reach, plateau in sizes
    ]


@cache
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
