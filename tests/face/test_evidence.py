"""What counts as an own expression: score and measure must both show it."""

import numpy as np
import pytest

from vasa_core.face.blendshapes import SCORE_NAMES
from vasa_core.face.evidence import SIDES, SIGNS, weigh
from vasa_core.latent.space import LatentSpace, named_weights


def _scores(**values: float) -> np.ndarray:
    scores = np.zeros(len(SCORE_NAMES), np.float32)
    for name, value in values.items():
        scores[SCORE_NAMES.index(name)] = value
    return scores


def _names(sign) -> list[str]:
    return [sign.unit + side for side in SIDES] if sign.sided else [sign.unit]


@pytest.fixture(scope="module")
def neutral() -> np.ndarray:
    return LatentSpace.load().neutral


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.unit)
def test_a_score_alone_proves_nothing(neutral, sign):
    sides = [(sign.measure(neutral, side) - sign.usual) * np.sign(sign.effect) for side in SIDES]
    if max(sides) > sign.spread:
        pytest.skip("this face is built like that")
    assert not set(_names(sign)) & set(weigh(neutral, _scores(**dict.fromkeys(_names(sign), 1.0)), 0.0))


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.unit)
def test_a_measure_alone_proves_nothing(neutral, sign):
    moved = neutral + LatentSpace.load().decode(
        LatentSpace.load().from_arkit(named_weights(**dict.fromkeys(_names(sign), 1.0)))
    )
    assert weigh(moved, _scores(), 0.0) == {}


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if sign.unit != "mouthPucker"], ids=lambda sign: sign.unit)
def test_both_together_prove_it(neutral, sign):
    space = LatentSpace.load()
    full = dict.fromkeys(_names(sign), 1.0)
    moved = neutral + 2 * space.decode(space.from_arkit(named_weights(**full)))
    found = weigh(moved, _scores(**full), 0.0)
    assert set(found) == set(full) and min(found.values()) > 0.3


def test_from_the_side_both_sides_count_alike(neutral):
    space = LatentSpace.load()
    moved = neutral + 2 * space.decode(space.from_arkit(named_weights(browDownLeft=1.0)))
    scores = _scores(browDownLeft=1.0, browDownRight=1.0)
    assert set(weigh(moved, scores, 0.0)) == {"browDownLeft"}
    found = weigh(moved, scores, 0.5)
    assert found["browDownLeft"] == found["browDownRight"]
