"""Where each of the 478 landmarks sits on the `anny` head: on triangles of its mesh, so that it follows any shape.

The landmark net finds the points on pictures of the neutral head from several sides; they are projected back to the
mesh and averaged. Inner lips, lid edges and irises follow the mesh itself, because units such as jawOpen and eyeBlink
must open and close exactly there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.spatial.transform import Rotation

from vasa_core.face import topology
from vasa_core.face.landmarks import FaceLandmarker, Region, region_from_landmarks
from vasa_core.training.anny_head import AnnyHead, edge_loop
from vasa_core.training.anny_render import (
    CENTRE,
    LEFT_LID_RIM,
    LIP_RIM,
    OVERSAMPLING,
    SCALE,
    SIZE,
    View,
    paint,
    photograph,
)

VIEWS = [(pitch, yaw, 0.0) for yaw in (-0.5, -0.25, 0.0, 0.25, 0.5) for pitch in (-0.2, 0.0, 0.2)]
FIRST_REGION = Region(np.array([256.0, 300.0]), 560.0, 0.0)
REGION_STEPS = 3
SIDE_POWER = 3  # a hit counts with the cosine between surface and viewer to this power
SMOOTHING = 1e-2  # of the warp from the canonical face to the hits; more where hits are seen from the side
IRIS_SHARE = 0.155  # radius of the iris against the distance between the eye balls' middles (11.8 mm to 63 mm, halved)

Finder = Callable[[NDArray[np.uint8]], NDArray[np.float64]]


@dataclass(frozen=True)
class Anchors:
    """`corners` [478, 3] vertex indices and `weights` [478, 3] barycentric."""

    corners: NDArray[np.int64]
    weights: NDArray[np.float64]

    def __call__(self, vertices: NDArray[np.float64]) -> NDArray[np.float64]:
        """[..., N, 3] vertices (or displacements) to [..., 478, 3]."""
        return np.einsum("...pcd,pc->...pd", vertices[..., self.corners, :], self.weights)


def mirror_map() -> NDArray[np.int64]:
    """[478] index of each landmark's partner on the other side of the face."""
    flipped = topology.CANONICAL * [-1, 1, 1]
    distance = np.linalg.norm(flipped[:, None] - topology.CANONICAL[None], axis=2)
    partner = distance.argmin(axis=1)
    partner[topology.LEFT_IRIS] = topology.RIGHT_IRIS[[0, 3, 2, 1, 4]]
    partner[topology.RIGHT_IRIS] = topology.LEFT_IRIS[[0, 3, 2, 1, 4]]
    return partner


def net_finder() -> Finder:
    """The shipped landmark net, on pictures made by `photograph`: [478, 3] px."""
    net = FaceLandmarker()

    def find(image: NDArray[np.uint8]) -> NDArray[np.float64]:
        region = FIRST_REGION
        for _ in range(REGION_STEPS):
            found = net.find(image, region)
            region = region_from_landmarks(found.points)
        return found.points.astype(np.float64)

    return find


def find_anchors(head: AnnyHead, find: Finder) -> Anchors:
    """Anchors of the 478 landmarks on the neutral head."""
    colours = paint(head)
    total, weight = np.zeros((topology.POINTS, 3)), np.zeros((topology.POINTS, 1))
    seen: set[int] = set()
    for turn in VIEWS:
        view = photograph(head, head.vertices, colours, turn)
        seen.update(np.unique(view.nearest[view.nearest >= 0]).tolist())
        points, facing = hits(head, view, find(view.image), turn)
        total += points * facing[:, None]
        weight += facing[:, None]
    places = total / np.maximum(weight, 1e-9)
    partner = mirror_map()
    places = (places + places[partner] * [-1, 1, 1]) / 2
    trust = (weight + weight[partner])[:, 0] / weight.max()
    canonical = topology.CANONICAL.astype(np.float64)
    smooth = RBFInterpolator(canonical, places, smoothing=SMOOTHING / trust, kernel="thin_plate_spline", degree=1)
    places = smooth(canonical)
    skin = len(head.quads["skin"]) * 2  # triangles of the skin come first
    visible = np.array(sorted(index for index in seen if index < skin))
    corners, weights = nearest_on_mesh(head.vertices, head.triangles[visible], places)
    _anchor_rims(head, places, corners, weights)
    _anchor_irises(head, corners, weights)
    return Anchors(corners, weights)


def hits(
    head: AnnyHead, view: View, found: NDArray[np.float64], turn: tuple[float, float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks in a picture put back on the mesh: [478, 3] dm, unturned, and [478] how much to trust each."""
    rows, columns = np.nonzero(view.nearest >= 0)
    side = view.nearest.shape[0]
    pixel = np.clip(np.rint(found[:, :2] * OVERSAMPLING).astype(int), 0, side - 1)
    outside = np.nonzero(view.nearest[pixel[:, 1], pixel[:, 0]] < 0)[0]
    for index in outside:  # beyond the outline: the nearest pixel of the head
        nearest = ((columns - pixel[index, 0]) ** 2 + (rows - pixel[index, 1]) ** 2).argmin()
        pixel[index] = columns[nearest], rows[nearest]
    triangle = view.nearest[pixel[:, 1], pixel[:, 0]]
    corner = view.points[head.triangles[triangle]]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    depth = view.depth[pixel[:, 1], pixel[:, 0]]
    seen = np.column_stack([pixel / OVERSAMPLING, depth]) - [view.image.shape[1] / 2, view.image.shape[0] / 2, 0]
    pitch, yaw, roll = turn
    rotation = Rotation.from_euler("zyx", [roll, -yaw, pitch])
    points = rotation.inv().apply(seen / (SCALE * view.image.shape[0] / SIZE)) + CENTRE
    trust = np.maximum(np.abs(normal[:, 2]), 0.02) ** SIDE_POWER
    trust[outside] *= 0.1
    return points, trust


def nearest_on_mesh(
    vertices: NDArray[np.float64], triangles: NDArray[np.int64], points: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Nearest triangles [P, 3] (vertex indices) and barycentric weights [P, 3] for `points` [P, 3]."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    ab, ac = b - a, c - a
    d00, d01, d11 = (ab * ab).sum(1), (ab * ac).sum(1), (ac * ac).sum(1)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    corners, weights = np.zeros((len(points), 3), np.int64), np.zeros((len(points), 3))
    for index, point in enumerate(points):
        ap = point - a
        d20, d21 = (ap * ab).sum(1), (ap * ac).sum(1)
        v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
        share = np.clip(np.stack([1 - v - w, v, w], axis=1), 0, None)
        share /= share.sum(axis=1, keepdims=True)
        place = share[:, :1] * a + share[:, 1:2] * b + share[:, 2:] * c
        best = ((place - point) ** 2).sum(axis=1).argmin()
        corners[index], weights[index] = triangles[best], share[best]
    return corners, weights


def _anchor_rims(
    head: AnnyHead, places: NDArray[np.float64], corners: NDArray[np.int64], weights: NDArray[np.float64]
) -> None:
    """Put inner lips and lid edges on the mesh's own edge loops, at the share of width where the net found them."""
    mouth = edge_loop(head, LIP_RIM)
    left_eye = edge_loop(head, LEFT_LID_RIM)
    flipped = head.vertices * [-1, 1, 1]
    right_eye = np.array([((head.vertices - flipped[v]) ** 2).sum(axis=1).argmin() for v in left_eye])
    for loop, upper, lower in (
        (mouth, topology.LIPS_INNER_UPPER, topology.LIPS_INNER_LOWER),
        (left_eye, topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER),
        (right_eye, topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER),
    ):
        x = head.vertices[loop, 0]
        turned = np.roll(loop, -int(x.argmin()))
        half = int(head.vertices[turned, 0].argmax())
        chains = [turned[: half + 1], np.append(turned[half:], turned[0])[::-1]]
        chains.sort(key=lambda chain: head.vertices[chain, 1].mean())
        # Both edges share one scale of width, so that paired points meet when the edges do.
        middle = (places[upper, 0] + places[lower, 0]) / 2
        share = (middle - middle[0]) / (middle[-1] - middle[0])
        for chain, landmarks in zip(chains, (upper, lower), strict=True):
            line = head.vertices[chain, 0]
            start, end = (
                (line[0], line[-1]) if places[landmarks[0], 0] < places[landmarks[-1], 0] else (line[-1], line[0])
            )
            for landmark, wanted in zip(landmarks, start + share * (end - start), strict=True):
                segment = int(np.clip(np.searchsorted(line, wanted) - 1, 0, len(chain) - 2))
                part = float(np.clip((wanted - line[segment]) / (line[segment + 1] - line[segment]), 0, 1))
                corners[landmark] = chain[segment], chain[segment + 1], chain[segment]
                weights[landmark] = 1 - part, part, 0


def _anchor_irises(head: AnnyHead, corners: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
    """Iris centres and rings on the front of the eye balls; the ring is right, up, left, down as the viewer sees it."""
    balls = {part: head.vertices[head.part_vertices(part)].mean(axis=0) for part in ("left_eye", "right_eye")}
    radius = IRIS_SHARE / 2 * float(np.linalg.norm(balls["left_eye"] - balls["right_eye"]))
    ring = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]]) * radius
    for part, landmarks in (("left_eye", topology.LEFT_IRIS), ("right_eye", topology.RIGHT_IRIS)):
        front = head.vertices[head.part_vertices(part), 2].min()
        points = np.column_stack([balls[part][:2] + ring, np.full(len(ring), front)])
        quads = head.quads[part]
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        triangles = triangles[head.vertices[triangles][:, :, 2].mean(axis=1) < balls[part][2]]
        corners[landmarks], weights[landmarks] = nearest_on_mesh(head.vertices, triangles, points)
