"""Size and width of the mouth, and lips that meet."""

import numpy as np

from vasa_core.latent.space import LatentSpace
from vasa_core.motion.articulation import LIPS_MEET, LOWER_LIP, MOUTH_CORNERS, UPPER_LIP, _opening, articulate, meet


def mouth(speech: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Change of opening and width [T]."""
    space = LatentSpace.load()
    moved = space.decode(speech)
    width = moved[:, MOUTH_CORNERS[1], 0] - moved[:, MOUTH_CORNERS[0], 0]
    return moved[:, LOWER_LIP, 1] - moved[:, UPPER_LIP, 1], width


def test_width_grows_alone() -> None:
    speech = np.random.default_rng(0).standard_normal((20, 64)).astype(np.float32)
    opening, width = mouth(speech)
    larger, wider = mouth(articulate(speech, 1.0, 1.5))
    np.testing.assert_allclose(larger, opening, atol=1e-4)
    np.testing.assert_allclose(wider, 1.5 * width, atol=1e-4)


def test_lips_that_nearly_touch_do_and_open_ones_stay() -> None:
    _, direction = _opening()
    asked = np.array([-0.01, 0.0, 0.01, 0.02, LIPS_MEET, 0.1], np.float32)
    opening, width = mouth(meet(asked[:, None] * direction))
    assert opening[2] < 0.003 and opening[3] < 0.011
    np.testing.assert_allclose(opening[[0, 1, 4, 5]], asked[[0, 1, 4, 5]], atol=1e-4)
    np.testing.assert_allclose(width, 0, atol=1e-4)
    assert np.all(np.diff(opening) >= -1e-6)
