"""Subdivision of a triangle mesh with holes: finer, smooth vertices as fixed weighted sums of the coarse ones.

Interior edges use the butterfly rule (Dyn, Levin and Gregory 1990), boundary edges the four-point rule (Dubuc 1986), so
that lips and lids become smooth curves while every coarse vertex stays where it is.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Edge = tuple[int, int]


def edge_key(a: int, b: int) -> Edge:
    """The edge between two vertices, whatever its direction."""
    return (a, b) if a < b else (b, a)


class Subdivided:
    """A triangle mesh and the weights that make its vertices from the coarse ones.

    `triangles` [N, 3] int32; `weights` [V, coarse] CSR, rows summing to 1; the coarse vertices come first.
    """

    def __init__(self, triangles: NDArray[np.int32], vertices: int) -> None:
        self.triangles = triangles
        self.weights = sparse.identity(vertices, format="csr", dtype=np.float64)
        self._midpoints: dict[Edge, int] = {}

    def refine(self, selected: NDArray[np.bool_] | None = None, corners: Iterable[int] = ()) -> None:
        """Split the selected triangles [N] (all by default) into four, and their neighbours so that no edge hangs.

        `corners` are boundary vertices where a boundary curve ends, such as the corners of the mouth.
        """
        triangles = self.triangles.tolist()
        chosen = np.ones(len(triangles), bool) if selected is None else selected
        split = {
            edge_key(t[k], t[(k + 1) % 3]) for t, take in zip(triangles, chosen, strict=True) if take for k in range(3)
        }
        rows = _midpoint_rules(triangles, split, set(corners))
        count = self.weights.shape[0]
        self._midpoints = {edge: count + i for i, edge in enumerate(rows)}
        row = np.array([i for i, rule in enumerate(rows.values()) for _ in rule])
        column = np.array([vertex for rule in rows.values() for vertex in rule])
        weight = np.array([share for rule in rows.values() for share in rule.values()])
        finer = sparse.coo_matrix((weight, (row, column)), (len(rows), count))
        self.weights = sparse.vstack([self.weights, finer.tocsr() @ self.weights]).tocsr()
        self.triangles = np.array([piece for t in triangles for piece in _pieces(t, self._midpoints)], np.int32)

    def refine_chain(self, chain: Iterable[int]) -> list[int]:
        """A polyline of the mesh after the last `refine`: the new vertices set in between."""
        old = list(chain)
        new = [old[0]]
        for a, b in itertools.pairwise(old):
            middle = self._midpoints.get(edge_key(a, b))
            new += [b] if middle is None else [middle, b]
        return new


def boundary_edges(triangles: NDArray[np.int32]) -> list[Edge]:
    """Edges that belong to one triangle only, in that triangle's direction."""
    owners: dict[Edge, list[Edge]] = defaultdict(list)
    for t in triangles.tolist():
        for k in range(3):
            owners[edge_key(t[k], t[(k + 1) % 3])].append((t[k], t[(k + 1) % 3]))
    return [directed[0] for directed in owners.values() if len(directed) == 1]


def _midpoint_rules(triangles: list[list[int]], split: set[Edge], corners: set[int]) -> dict[Edge, dict[int, float]]:
    opposite: dict[Edge, list[int]] = defaultdict(list)
    for t in triangles:
        for k in range(3):
            opposite[edge_key(t[k], t[(k + 1) % 3])].append(t[(k + 2) % 3])
    beside: dict[int, list[int]] = defaultdict(list)
    for (a, b), across in opposite.items():
        if len(across) == 1:
            beside[a].append(b)
            beside[b].append(a)
    rules = {}
    for a, b in sorted(split):
        across = opposite[a, b]
        rules[a, b] = _boundary_rule(a, b, beside, corners) if len(across) == 1 else _butterfly_rule(a, b, opposite)
    return rules


def _boundary_rule(a: int, b: int, beside: dict[int, list[int]], corners: set[int]) -> dict[int, float]:
    before = [v for v in beside[a] if v != b]
    after = [v for v in beside[b] if v != a]
    if (a in corners and b in corners) or len(before) != 1 or len(after) != 1:
        return {a: 0.5, b: 0.5}
    if a in corners:
        return {a: 0.375, b: 0.75, after[0]: -0.125}
    if b in corners:
        return {b: 0.375, a: 0.75, before[0]: -0.125}
    return {before[0]: -0.0625, a: 0.5625, b: 0.5625, after[0]: -0.0625}


def _butterfly_rule(a: int, b: int, opposite: dict[Edge, list[int]]) -> dict[int, float]:
    rule: dict[int, float] = defaultdict(float, {a: 0.5, b: 0.5})
    across = opposite[edge_key(a, b)]
    wings = []
    for c in across:
        for end, other in ((a, b), (b, a)):
            wings.append([v for v in opposite[edge_key(end, c)] if v != other])
    if len(across) != 2 or any(len(wing) != 1 for wing in wings):
        return dict(rule)
    for c in across:
        rule[c] += 0.125
    for wing in wings:
        rule[wing[0]] -= 0.0625
    return dict(rule)


def _pieces(t: list[int], midpoints: dict[Edge, int]) -> list[list[int]]:
    middle = [midpoints.get(edge_key(t[k], t[(k + 1) % 3])) for k in range(3)]
    count = sum(m is not None for m in middle)
    if count == 0:
        return [t]
    if count == 3:
        ab, bc, ca = (int(m) for m in middle if m is not None)
        return [[t[0], ab, ca], [ab, t[1], bc], [ca, bc, t[2]], [ab, bc, ca]]
    if count == 1:
        k = next(i for i in range(3) if middle[i] is not None)
        a, b, c, m = t[k], t[(k + 1) % 3], t[(k + 2) % 3], int(middle[k] or 0)
        return [[a, m, c], [m, b, c]]
    k = next(i for i in range(3) if middle[i] is None)
    a, b, c = t[k], t[(k + 1) % 3], t[(k + 2) % 3]
    bc, ca = int(middle[(k + 1) % 3] or 0), int(middle[(k + 2) % 3] or 0)
    return [[a, b, bc], [a, bc, ca], [ca, bc, c]]
