"""Raised brows go up as far as living ones, with their tails, and nothing else of the face does."""

import numpy as np

from vasa_core.face.topology import LEFT_BROW, RIGHT_BROW, RIGHT_EYE_LOWER, RIGHT_EYE_UPPER
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.render.brows import lift_brows

RAISED = named_weights(browInnerUp=1, browOuterUpLeft=1, browOuterUpRight=1)
LIVING_RISE = (0.08, 0.13)
"""Outer inter-ocular distances: 7 to 12 of 90 mm."""


def rise(displacement, brow):
    return -displacement[list(brow), 1]


def test_a_full_raise_is_as_high_as_in_life_and_takes_the_tail_along():
    space = LatentSpace.load()
    before = space.decode(space.from_arkit(RAISED))
    after = lift_brows(before)
    for brow in (RIGHT_BROW, LEFT_BROW):
        assert LIVING_RISE[0] < rise(after, brow).mean() < LIVING_RISE[1]
        assert rise(after, brow).min() / rise(after, brow).mean() > rise(before, brow).min() / rise(before, brow).mean()
    eye = [*RIGHT_EYE_UPPER, *RIGHT_EYE_LOWER]
    assert np.abs(after[eye] - before[eye]).max() < 0.005


def test_frowns_smiles_and_rest_stay_as_they_are():
    space = LatentSpace.load()
    for weights in (named_weights(browDownLeft=1, browDownRight=1), named_weights(jawOpen=1, mouthSmileLeft=1)):
        before = space.decode(space.from_arkit(weights))
        assert np.abs(lift_brows(before) - before).max() < 0.01


def test_one_brow_rises_alone_and_many_frames_are_like_one():
    space = LatentSpace.load()
    one = space.decode(space.from_arkit(named_weights(browOuterUpLeft=1)))
    lifted = lift_brows(np.stack([one, 0 * one]))
    added = -(lifted - np.stack([one, 0 * one]))[..., 1]
    assert np.array_equal(lifted[0], lift_brows(one)) and not added[1].any()
    assert added[0, list(LEFT_BROW)].mean() > 5 * added[0, list(RIGHT_BROW)].mean()
