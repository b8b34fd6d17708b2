"""How much of pose and identity leaks into the latents, measured with the shipped space, and what its card states."""

from dataclasses import replace
from pathlib import Path

import pytest

from vasa_core.evaluation.latent_report import measure_leak, measure_sample
from vasa_core.latent.space import LatentSpace
from vasa_core.models import read_card

TRACKED_HEADS = Path(__file__).parent / "data" / "tracked_heads.npz"


def test_little_of_pose_and_identity_leaks(space: LatentSpace):
    """Three rendered heads, seven turns, eight expressions; measured 0.024, 0.016 and 0.885.

    The limits leave half as much again for another fit of the space, and are far from what a space gives that does
    not take the turns off (pose 0.17, face 0.75).
    """
    leak = measure_sample(TRACKED_HEADS, space)
    assert leak.pose < 0.035
    assert leak.identity < 0.025
    assert leak.face > 0.85


def test_turns_would_leak_without_the_turn_field(space: LatentSpace):
    leak = measure_sample(TRACKED_HEADS, replace(space, turn_field=0 * space.turn_field))
    assert leak.pose > 0.1
    assert leak.face < 0.8


def test_card_states_what_the_space_reaches(space: LatentSpace):
    scores = read_card("latent_space").details["scores"]
    stated = scores["shares of variance on rendered heads"]
    leak = measure_sample(TRACKED_HEADS, space)
    # The card's figures are from twice as many heads and expressions.
    assert stated["pose"] == pytest.approx(leak.pose, abs=0.01)
    assert stated["identity"] == pytest.approx(leak.identity, abs=0.015)
    assert stated["face"] == pytest.approx(leak.face, abs=0.03)
    trips = scores["round trips"]
    assert trips["opening"] > 0.995
    assert trips["lip_error"] < 0.003
    assert trips["arkit"] < 0.02
    assert trips["arkit_face"] < 0.03


@pytest.mark.slow
def test_the_same_from_the_rendered_heads_themselves(anny):
    leak = measure_leak(anny, identities=(950, 951))
    assert leak.pose < 0.06
    assert leak.identity < 0.06
    assert leak.face > 0.75
