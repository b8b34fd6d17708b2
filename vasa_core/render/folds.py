"""Where skin folds and from when on: anatomy, the same on everybody, told by landmarks."""

from dataclasses import dataclass

Point = dict[int, float]
"""Landmarks and their shares of a point."""


@dataclass(frozen=True)
class Fold:
    """One fold of the subject's right side, or across the middle; the left side's is its mirror image."""

    path: tuple[Point, ...]
    pairs: tuple[tuple[int, int], ...]
    """Landmarks on both sides of the fold, evenly along it: what they come nearer to each other is the compression."""
    begin: float
    """Compression (share of the distance) at which the fold begins to show."""
    full: float
    """Compression at which it is fully there."""
    depth: float
    """Opacity of its shadow then."""
    width: float
    """Inter-ocular distances."""
    mirrored: bool = True


FOLDS = (
    # From the wing of the nose around the mouth: smiles.
    Fold(
        path=(
            {129: 0.6, 36: 0.2, 203: 0.2},
            {203: 1.0},
            {206: 0.85, 92: 0.15},
            {216: 1.0},
            {212: 0.55, 216: 0.45},
            {212: 0.85, 214: 0.15},
        ),
        # From the mouth's corner to what cheeks do not move: raised cheeks deepen the fold, and stretch its skin.
        pairs=((40, 129), (61, 33), (61, 127), (61, 127)),
        begin=0.015,
        full=0.2,
        depth=0.32,
        width=0.06,
    ),
    # The upper part of the same: a wing of the nose that is drawn up.
    Fold(
        path=({129: 0.9, 203: 0.1}, {129: 0.4, 203: 0.45, 165: 0.15}, {206: 0.7, 165: 0.3}, {216: 0.5, 92: 0.5}),
        pairs=((129, 133), (129, 133), (129, 133)),
        begin=0.045,
        full=0.11,
        depth=0.3,
        width=0.05,
    ),
    # Across the root of the nose, twice: disgust.
    Fold(
        path=(
            {245: 0.7, 193: 0.3},
            {122: 0.85, 193: 0.15},
            {6: 0.85, 197: 0.15},
            {351: 0.85, 417: 0.15},
            {465: 0.7, 417: 0.3},
        ),
        pairs=((193, 217), (193, 217), (417, 437), (417, 437)),
        begin=0.085,
        full=0.17,
        depth=0.22,
        width=0.03,
        mirrored=False,
    ),
    Fold(
        path=(
            {188: 0.9, 174: 0.1},
            {196: 0.8, 122: 0.2},
            {197: 0.8, 195: 0.2},
            {419: 0.8, 351: 0.2},
            {412: 0.9, 399: 0.1},
        ),
        pairs=((193, 217), (193, 217), (417, 437), (417, 437)),
        begin=0.085,
        full=0.17,
        depth=0.2,
        width=0.03,
        mirrored=False,
    ),
    # Down from the corner of the mouth: corners drawn down.
    Fold(
        path=({61: 0.4, 57: 0.6}, {57: 0.35, 43: 0.65}, {43: 0.4, 106: 0.6}, {106: 0.55, 204: 0.2, 202: 0.25}),
        pairs=((43, 32), (43, 32), (43, 32)),
        begin=0.05,
        full=0.14,
        depth=0.26,
        width=0.045,
    ),
    # Upright between the brows: anger.
    Fold(
        path=({9: 0.62, 107: 0.38}, {8: 0.55, 55: 0.45}, {193: 0.5, 168: 0.5}),
        pairs=((107, 336), (55, 285)),
        begin=0.06,
        full=0.3,
        depth=0.26,
        width=0.035,
    ),
    # Across the forehead: raised brows.
    Fold(
        path=(
            {104: 0.55, 105: 0.45},
            {69: 0.55, 66: 0.45},
            {108: 0.55, 107: 0.45},
            {151: 0.55, 9: 0.45},
            {337: 0.55, 336: 0.45},
            {299: 0.55, 296: 0.45},
            {333: 0.55, 334: 0.45},
        ),
        pairs=((104, 105), (69, 66), (108, 107), (151, 9), (337, 336), (299, 296), (333, 334)),
        begin=0.05,
        full=0.27,
        depth=0.1,
        width=0.045,
        mirrored=False,
    ),
    Fold(
        path=(
            {103: 0.05, 104: 0.95},
            {67: 0.05, 69: 0.95},
            {109: 0.1, 108: 0.9},
            {10: 0.1, 151: 0.9},
            {338: 0.1, 337: 0.9},
            {297: 0.05, 299: 0.95},
            {332: 0.05, 333: 0.95},
        ),
        pairs=((104, 105), (69, 66), (108, 107), (151, 9), (337, 336), (299, 296), (333, 334)),
        begin=0.08,
        full=0.3,
        depth=0.08,
        width=0.045,
        mirrored=False,
    ),
    # Below the lower lid: squinting, broad smiles.
    Fold(
        path=({228: 0.6, 31: 0.4}, {229: 0.7, 24: 0.3}, {230: 0.7, 23: 0.3}, {231: 0.7, 22: 0.3}, {232: 0.8, 26: 0.2}),
        pairs=((130, 117), (23, 119), (22, 120)),
        begin=0.06,
        full=0.28,
        depth=0.22,
        width=0.035,
    ),
)
