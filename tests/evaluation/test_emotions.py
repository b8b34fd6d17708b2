"""The rules that name an emotion from ARKit weights, on faces as the literature describes them."""

import numpy as np
import pytest

from vasa_core.evaluation.emotions import LEAST, recognise
from vasa_core.evaluation.gallery_shots import ANGER, SADNESS, SMILE, SURPRISE
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.channels import EMOTIONS

SPEECH = (
    {"jawOpen": 0.35},
    {"jawOpen": 0.12, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4, "mouthSmileLeft": 0.3, "mouthSmileRight": 0.3},
    {"jawOpen": 0.2, "mouthPucker": 0.6, "mouthFunnel": 0.3},
    {"mouthPressLeft": 0.35, "mouthPressRight": 0.35},
    {"jawOpen": 0.06, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
)


def both(**weights: float) -> dict[str, float]:
    return {name + side: value for name, value in weights.items() for side in ("Left", "Right")}


AFRAID = {"browInnerUp": 0.9, **both(browOuterUp=0.3, browDown=0.4, eyeWide=0.8, mouthStretch=0.7)}
DISGUSTED = both(noseSneer=0.8, mouthUpperUp=0.6, browDown=0.4, cheekSquint=0.4, mouthFrown=0.3)
CONTEMPT = {"mouthSmileLeft": 0.5, "mouthDimpleLeft": 0.6}
FACES = {
    "happy": SMILE,
    "sad": SADNESS,
    "angry": ANGER,
    "afraid": AFRAID,
    "surprised": SURPRISE,
    "disgusted": DISGUSTED,
    "contempt": CONTEMPT,
    "neutral": {"jawOpen": 0.1, "browInnerUp": 0.15, **both(mouthSmile=0.1)},
}


@pytest.mark.parametrize("name", FACES)
def test_textbook_faces_are_named(name: str):
    said, scores = recognise(named_weights(**FACES[name]))
    assert said == name
    assert set(scores) == set(EMOTIONS)
    assert name == "neutral" or scores[name] == max(scores.values()) >= LEAST


@pytest.mark.parametrize("name", FACES)
def test_speech_over_it_changes_no_name(name: str):
    space = LatentSpace.load()
    sounds = space.from_arkit(np.stack([named_weights(**sound) for sound in SPEECH]))
    shut = {unit: value for unit, value in FACES[name].items() if unit != "jawOpen"}
    weights = space.to_arkit(sounds + space.from_arkit(named_weights(**shut)))
    assert recognise(weights)[0] == name


@pytest.mark.parametrize("name", EMOTIONS)
def test_mirror_images_are_named_alike(name: str):
    swapped = {
        unit.replace("Left", "?").replace("Right", "Left").replace("?", "Right"): value
        for unit, value in FACES[name].items()
    }
    assert recognise(named_weights(**swapped))[0] == name


def test_a_face_that_always_frowns_is_read_against_its_own_neutral():
    neutral = named_weights(**both(browDown=0.6))
    assert recognise(neutral)[0] == "angry"
    assert recognise(neutral, neutral)[0] == "neutral"
    assert recognise(np.zeros((5, len(ARKIT_NAMES))))[0] == "neutral"
