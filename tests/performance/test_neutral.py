"""The actor's neutral face, though nobody was asked to be neutral."""

import numpy as np
import pytest

from vasa_core.face.expression import lip_gap, mouth_width
from vasa_core.face.pose import Pose, from_canonical
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.performance.dynamics import lid_gap
from vasa_core.performance.neutral import actor_neutral

FRAMES = 80


def talking(space: LatentSpace, **always: float) -> np.ndarray:
    """[T, 478, 3] px of a face that talks and blinks under an expression that never leaves it."""
    time = np.arange(FRAMES) / 25
    jaw = 0.35 * np.clip(np.sin(2 * np.pi * 2.2 * time), 0, None)
    blink = np.exp(-0.5 * ((np.arange(FRAMES) - 30) / 1.5) ** 2)
    weights = named_weights(**always) + jaw[:, None] * named_weights(jawOpen=1)
    weights = weights + blink[:, None] * named_weights(eyeBlinkLeft=1, eyeBlinkRight=1)
    turn = np.radians(6) * np.stack([np.sin(2 * time), np.sin(3 * time), 0.5 * np.sin(time)], axis=1)
    pose = Pose(
        turn.astype(np.float32), np.tile(np.float32([200, 180, 0]), (FRAMES, 1)), np.full(FRAMES, 90, np.float32)
    )
    return from_canonical(space.neutral + space.decode(space.from_arkit(weights)) + space.turn_bias(turn), pose)


def test_lips_closed_and_eyes_open(space: LatentSpace) -> None:
    neutral = actor_neutral(talking(space), space.turn_field)
    assert np.abs(lip_gap(neutral)).max() < 0.012
    assert lid_gap(neutral) == pytest.approx(lid_gap(space.neutral), rel=0.15)


def test_lips_that_never_shut(space: LatentSpace) -> None:
    parted = lip_gap(actor_neutral(talking(space, jawOpen=0.25), space.turn_field)).mean()
    shown = lip_gap(space.neutral + space.decode(space.from_arkit(named_weights(jawOpen=0.25)))).mean()
    assert shown > 0.03
    assert parted < 0.5 * shown


def test_a_smile_that_never_leaves(space: LatentSpace) -> None:
    smile = {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8}
    neutral = actor_neutral(talking(space, **smile), space.turn_field)
    shown = space.neutral + space.decode(space.from_arkit(named_weights(**smile)))
    taken = mouth_width(shown) - mouth_width(neutral)
    assert taken > 0.3 * (mouth_width(shown) - mouth_width(space.neutral))
