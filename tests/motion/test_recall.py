"""Going on in the middle of a sound: what is heard then is what would have been heard."""

import numpy as np
import pytest

from vasa_core.audio.encoder import LIVE
from vasa_core.audio.reading import load_audio
from vasa_core.motion.channels import SPEAKING
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.hearing import Heard, Hearing
from vasa_core.motion.innovations import BLOCK
from vasa_core.samples import DEMO_LINE

PLACE = 2 * 16_000
"""Where the sound is gone on with; a whole number of blocks."""


def heard_from(samples: np.ndarray, before: np.ndarray | None) -> list[Heard]:
    hearing = Hearing(LIVE, BLOCK)
    hearing.begin(SPEAKING, before)
    hearing.push(samples)
    found = []
    while (heard := hearing.take()) is not None:
        found.append(heard)
    return found


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return load_audio(DEMO_LINE)


def test_features_and_prosody_go_on(voice: np.ndarray) -> None:
    whole = heard_from(voice[: 2 * PLACE], None)[PLACE // 1280 :]
    part = heard_from(voice[PLACE : 2 * PLACE], voice[:PLACE])
    assert len(part) == len(whole)
    for one, other in zip(part, whole, strict=True):
        assert one.features is not None
        assert other.features is not None
        assert np.corrcoef(one.features.ravel(), other.features.ravel())[0, 1] > 0.98
        np.testing.assert_allclose(one.prosody, other.prosody, atol=0.05)


def test_no_motion_is_made_of_what_is_recalled(voice: np.ndarray) -> None:
    face = MotionGenerator()
    face.recall(voice[:PLACE])
    assert face.frames == 0
    motion = face.push(voice[PLACE : PLACE + face.delay_samples])
    assert len(motion) == BLOCK
    assert motion.start == 0
    assert len(face.finish()) == face.delay_samples // 640 - BLOCK
