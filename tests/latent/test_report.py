"""The figures of the latent space: those its card states, and a small measurement of them."""

import pytest

from vasa_core.evaluation.latent_report import measure_leak
from vasa_core.models import read_card


def test_card_states_what_the_space_reaches():
    scores = read_card("latent_space").details["scores"]
    leak = scores["shares of variance on rendered heads"]
    assert leak["pose"] < 0.05
    assert leak["identity"] < 0.05
    assert leak["face"] > 0.8
    trips = scores["round trips"]
    assert trips["opening"] > 0.995
    assert trips["lip_error"] < 0.003
    assert trips["arkit"] < 0.02
    assert trips["arkit_face"] < 0.03


@pytest.mark.slow
def test_little_of_pose_and_identity_leaks(anny):
    leak = measure_leak(anny, identities=(950, 951))
    assert leak.pose < 0.06
    assert leak.identity < 0.06
    assert leak.face > 0.75
