"""Lips that meet: the gap between them follows the motion exactly, whatever the portrait's own lips do."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.render.carry import carried
from vasa_core.render.mesh import HeadMesh

UPPER_LIP_SHARE = 0.4
"""Share of a correction of the lip gap that the upper lip takes; the lower lip, on the jaw, takes the rest."""
UPPER_OVAL_SHARE = 0.1
"""The same of what rounds a wide opening off: jaws pull the lower lip."""
MEETING = 0.02
"""Lip gap in inter-ocular distances below which paired lip points also line up sideways."""
ROUNDING = 13
"""Points of the lip edge, of 41, over which its opening is smoothed: tense lips form no corner in the middle."""
WINDOW = np.hanning(ROUNDING + 2)[1:-1] / np.hanning(ROUNDING + 2)[1:-1].sum()
"""The weights of that smoothing."""
WIDE = (0.1, 0.3)
"""Gap in the middle, inter-ocular distances, from which the opening begins to round off, and at which it is oval."""
OVAL_SHARE = 0.9
"""Height of a wide opening near the corners against an oval's."""
OVAL_POWER = 0.85
"""Roundness of that oval: 0.5 would be an ellipse, which mouths never reach, 1 a lens of two parabolas."""
RAISED = 0.032
"""Inter-ocular distances (about 2.8 mm) by which a wide opening draws up the middle of both lips: the levators lift the
upper lip off the incisors, whereas a dropping jaw alone would pull it down over them."""
RAISED_FROM = (0.12, 0.27)
"""Gap in the middle, inter-ocular distances, from which the upper lip is drawn up, and at which it is up."""
RAISED_POWER = 0.6
"""How far out along the lip that goes: (1 - place^2) to this power, with the corners at -1 and 1."""
MOST_WIDENED = 1.25
"""Smoothing may widen the opening beside the middle by this factor to keep the middle's."""


def meet_lips(
    mesh: HeadMesh, position: NDArray[np.float32], lip_displacement: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bring the lips of `position` [V, 3] px to the gap [n] px, returned, that `lip_displacement` [478, 3] asks for."""
    rim, down = mesh.mouth, mesh.frame.down
    opening = lip_displacement[: topology.MESH_POINTS] @ (mesh.frame.axes.T[:, :2] @ down)
    wanted = carried(mesh.lip_weights, opening[:, None])[:, 0]
    plain = np.maximum(_rounded(wanted), 0)
    gap = _oval(plain, mesh.frame.unit)
    apart = position[rim.lower, :2] - position[rim.upper, :2]
    along = apart @ down
    closing = (gap - along)[:, None] * down
    sideways = apart - along[:, None] * down
    sideways *= (1 - np.clip(gap / (MEETING * mesh.frame.unit), 0, 1))[:, None]
    change = (closing - sideways).astype(np.float32)
    rounding = ((gap - plain)[:, None] * down).astype(np.float32)
    raised = UPPER_LIP_SHARE * (change - rounding) + UPPER_OVAL_SHARE * rounding
    middle = rim.upper[len(gap) // 2]
    already = float((mesh.rest[middle, :2] - position[middle, :2] + raised[len(gap) // 2]) @ down)
    raised += _lift(gap, already, mesh.frame.unit)[:, None] * down
    rim.above.move(position, -raised)
    rim.below.move(position, change - raised)
    return gap


def _lift(gap: NDArray[np.float32], already: float, unit: float) -> NDArray[np.float32]:
    """How far the lips [n] are drawn up at a `gap` [n], px: the teeth of an open mouth show, its gap stays.

    What the motion has `already` raised the upper lip by, px, counts.
    """
    share = _ramp(float(gap[len(gap) // 2]) / unit, RAISED_FROM) * min(max(1 - already / (RAISED * unit), 0.0), 1.0)
    place = np.linspace(-1, 1, len(gap))
    return np.asarray(share * RAISED * unit * (1 - place * place) ** RAISED_POWER, np.float32)


def _oval(gap: NDArray[np.float32], unit: float) -> NDArray[np.float32]:
    """Lip gaps [n] px, rounded towards an oval where the mouth is wide open."""
    middle = float(gap[len(gap) // 2])
    share = _ramp(middle / unit, WIDE) * OVAL_SHARE
    if share == 0:
        return gap
    place = np.linspace(-1, 1, len(gap))
    oval = middle * (1 - place * place) ** OVAL_POWER
    return np.maximum(gap, share * oval).astype(np.float32)


def _rounded(gap: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lip gaps [n] along the mouth, corner to corner, without a kink: smoothed, in the middle as wide as before."""
    half = ROUNDING // 2
    mirrored = np.concatenate([-gap[half:0:-1], gap, -gap[-2 : -half - 2 : -1]])
    smooth = np.convolve(mirrored, WINDOW, "valid")
    middle = len(gap) // 2
    if gap[middle] > 0 and smooth[middle] > 0:
        smooth *= np.clip(gap[middle] / smooth[middle], 1, MOST_WIDENED)
    return smooth.astype(np.float32)


def _ramp(value: float, ends: tuple[float, float]) -> float:
    """0 up to the first of `ends`, 1 from the second, smooth between."""
    x = min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)
    return x * x * (3 - 2 * x)
