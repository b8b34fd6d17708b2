"""The portrait's own expression: partly kept under the motion, and a smile gives way to a frown."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.render.own_expression import OwnExpression

KEPT = 0.4


@pytest.fixture(scope="module")
def face() -> "Face":
    return Face(LatentSpace.load())


class Face:
    def __init__(self, space: LatentSpace) -> None:
        self._space = space

    def __call__(self, **units: float) -> NDArray[np.float32]:
        """Displacement of ARKit units; a name without side stands for both."""
        sided = {
            name + side: value
            for name, value in units.items()
            for side in (("Left", "Right") if name.startswith(("mouthSmile", "mouthFrown")) else ("",))
        }
        return self._space.decode(self._space.from_arkit(named_weights(**sided)))


def test_a_share_of_the_own_smile_stays_while_speaking(face: Face):
    smile, speech = face(mouthSmile=0.8), face(jawOpen=0.4)
    left = OwnExpression(smile, KEPT).take_off(speech)
    assert np.allclose(left, speech - (1 - KEPT) * smile, atol=1e-6)


def test_the_own_smile_gives_way_to_a_frown_steadily(face: Face):
    smile = face(mouthSmile=0.8)
    own = OwnExpression(smile, KEPT)
    kept = []
    for strength in np.linspace(0, 1, 21):
        frown = face(mouthFrown=float(strength))
        rest = own.take_off(frown) - frown
        kept.append(1 + float((rest * smile).sum() / (smile * smile).sum()))
    assert kept[0] == pytest.approx(KEPT, abs=1e-5)
    assert kept[-1] == pytest.approx(0, abs=1e-5)
    steps = np.diff(kept)
    assert steps.max() <= 1e-6
    assert steps.min() > -0.1


def test_other_expressions_stay_and_noise_counts_as_none(face: Face):
    frown = face(mouthFrown=0.8)
    assert np.allclose(OwnExpression(frown, KEPT).take_off(frown), KEPT * frown, atol=1e-6)
    noise = 0.05 * frown
    assert np.allclose(OwnExpression(noise, KEPT).take_off(frown), frown)
