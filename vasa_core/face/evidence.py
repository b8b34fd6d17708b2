"""What a single picture proves of an expression: a score of the net and the face's own measures must agree.

Scores mix up expression and build: a small mouth scores as a pucker, deep-set eyes as a squint. Measures alone cannot
tell a raised brow from a high one. So each sign needs both, each beyond what neutral faces show, and weighs as their
geometric mean, but no more than twice the weaker of the two. The figures are those of 100 rendered neutral heads with
their face units one by one, widened by what photographs and paintings of neutral faces show.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.face.blendshapes import SCORE_NAMES

SIDES = ("Left", "Right")
"""The subject's own."""
FRONTAL = 0.25
"""Yaw, rad, up to which the two sides are judged apart; beyond, their mean counts for both."""
ONE_SIDED = 0.4
"""Sides that differ by less count alike: faces are never quite even, nor is the net."""
CORNERS = {"Left": 291, "Right": 61}
INNER_BROW = {"Left": (336, 285), "Right": (107, 55)}
OUTER_BROW = {"Left": (300, 276), "Right": (70, 46)}
LIDS = {"Left": (386, 374), "Right": (159, 145)}
EYE_CORNERS = {"Left": (362, 263), "Right": (33, 133)}
INNER_LIPS = (13, 14)
MOUTH_CORNERS = (61, 291)

Measure = Callable[[NDArray[np.float32], str], float]


@dataclass(frozen=True)
class Sign:
    """One expression and what proves it."""

    unit: str
    """ARKit unit; with a side appended where there are two."""
    score: tuple[float, float]
    """Score up to which neutral faces reach, and that of the full expression."""
    measure: Measure
    """Of a shape [478, 3] in the canonical frame and a side."""
    usual: float
    """The measure of neutral faces."""
    spread: float
    """How far neutral faces stray from it (about a standard deviation): evidence begins there."""
    effect: float
    """Change of the measure at weight 1."""
    sided: bool = True


def _corner(shape: NDArray[np.float32], side: str) -> float:
    """How far the mouth's corner lies below the line between the lips."""
    return float(shape[CORNERS[side], 1] - shape[list(INNER_LIPS), 1].mean())


def _inner_brow(shape: NDArray[np.float32], side: str) -> float:
    return float(shape[list(INNER_BROW[side]), 1].mean())


def _outer_brow(shape: NDArray[np.float32], side: str) -> float:
    return float(shape[list(OUTER_BROW[side]), 1].mean())


def _opening(shape: NDArray[np.float32], side: str) -> float:
    """Height of the eye against its width: large eyes are both."""
    upper, lower = LIDS[side]
    inner, outer = EYE_CORNERS[side]
    width = abs(float(shape[outer, 0] - shape[inner, 0]))
    return float(shape[lower, 1] - shape[upper, 1]) / max(width, 1e-3)


def _width(shape: NDArray[np.float32], side: str) -> float:
    right, left = MOUTH_CORNERS
    return float(shape[left, 0] - shape[right, 0])


SIGNS = (
    Sign("mouthFrown", (0.04, 0.25), _corner, 0.012, 0.014, 0.060),
    Sign("browInnerUp", (0.12, 0.55), _inner_brow, -0.228, 0.026, -0.045, sided=False),
    Sign("browOuterUp", (0.25, 0.75), _outer_brow, -0.168, 0.032, -0.040),
    Sign("browDown", (0.20, 0.55), _inner_brow, -0.228, 0.013, 0.049),
    Sign("eyeSquint", (0.42, 0.75), _opening, 0.365, 0.040, -0.120),
    Sign("eyeWide", (0.04, 0.35), _opening, 0.365, 0.055, 0.150),
    Sign("mouthPucker", (0.60, 0.95), _width, 0.550, 0.080, -0.105, sided=False),
)
"""What is looked for beside smiles, an open jaw and bared teeth; lengths in outer inter-ocular distances."""


def weigh(shape: NDArray[np.float32], scores: NDArray[np.float32], yaw: float) -> dict[str, float]:
    """Weights in [0, 1] of the ARKit units that the face proves; those it does not are left out.

    Parameters
    ----------
    shape : [478, 3] in the canonical frame, turned to the front
    scores : [52] in the order of `SCORE_NAMES`
    yaw : of the face in its picture, rad
    """
    found = {}
    for sign in SIGNS:
        weights = [_weigh_side(sign, shape, scores, side) for side in SIDES]
        if not sign.sided:
            weights = [float(np.mean(weights))]
        elif abs(yaw) > FRONTAL or (min(weights) > 0 and abs(weights[0] - weights[1]) < ONE_SIDED):
            weights = [float(np.mean(weights))] * 2
        names = [sign.unit + side for side in SIDES] if sign.sided else [sign.unit]
        found.update({name: weight for name, weight in zip(names, weights, strict=True) if weight > 0})
    return found


def _weigh_side(sign: Sign, shape: NDArray[np.float32], scores: NDArray[np.float32], side: str) -> float:
    name = sign.unit + side if sign.sided else sign.unit
    none, full = sign.score
    score = (float(scores[SCORE_NAMES.index(name)]) - none) / (full - none)
    beyond = (sign.measure(shape, side) - sign.usual) * np.sign(sign.effect) - sign.spread
    low, high = np.sort(np.clip([score, beyond / abs(sign.effect)], 0, 1))
    return float(min(np.sqrt(low * high), 2 * low))
