"""From the model's channels to what is drawn: units, eyes in the head, lids, distance, hints."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.channels import EXPRESSION_UNITS, IDLE, SIZES, Direction, Performance
from vasa_core.motion.compose import compose
from vasa_core.motion.gaze import REACH, eyes_in_head
from vasa_core.motion.track import Motion

FRAMES = 3


def performance(**channels: object) -> Performance:
    made = Performance(**{name: np.zeros((FRAMES, size), np.float32) for name, size in SIZES.items()})
    for name, value in channels.items():
        getattr(made, name)[:] = value
    return made


def composed(hint: np.ndarray | None = None, distance: float | None = None, **channels: object) -> Motion:
    asked = None if distance is None else np.full(FRAMES, distance, np.float32)
    return compose(performance(**channels), Direction(np.full(FRAMES, IDLE), distance=asked), hint)


def sight(angles: np.ndarray) -> np.ndarray:
    yaw, pitch = np.asarray(angles, float)
    return np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)])


def test_units_are_added_to_the_speech() -> None:
    space = LatentSpace.load()
    units = np.zeros(len(EXPRESSION_UNITS))
    units[EXPRESSION_UNITS.index("browInnerUp")] = 0.5
    added = composed(speech=0.3, units=units).latent - composed(speech=0.3).latent
    np.testing.assert_allclose(added[0], space.from_arkit(named_weights(browInnerUp=0.5)), atol=1e-5)


@pytest.mark.parametrize("rotation", [(0.1, 0.0, 0.0), (0.0, -0.2, 0.0), (0.05, 0.1, -0.1)])
@pytest.mark.parametrize("gaze", [(0.0, 0.0), (0.1, 0.05), (-0.15, -0.1)])
def test_eyes_hold_their_target_while_the_head_turns(rotation: tuple, gaze: tuple) -> None:
    eyes = eyes_in_head(np.array([gaze]), np.array([rotation]))[0]
    seen = Rotation.from_rotvec(rotation).apply(sight(eyes))
    assert np.degrees(np.arccos(np.clip(seen @ sight(np.array(gaze)), -1, 1))) < 2.5  # less where eyes reach freely


def test_eyes_reach_only_so_far() -> None:
    wide = np.linspace(-1, 1, 201)
    eyes = eyes_in_head(np.stack([wide, 0.5 * wide], axis=1), np.zeros((201, 3)))
    assert np.all(np.abs(eyes) <= REACH[1]) and np.all(np.diff(eyes, axis=0) >= 0)
    near = np.abs(wide) < 0.15
    np.testing.assert_allclose(eyes[near, 0], wide[near], atol=1e-6)


def test_lids_that_nearly_meet_are_shut() -> None:
    assert composed(blink=0.94).blink.min() == 1
    np.testing.assert_allclose(composed(blink=0.5).blink, 0.5)
    rising = [float(composed(blink=closure).blink[0, 0]) for closure in np.linspace(0.7, 1.1, 41)]
    assert np.all(np.diff(rising) >= 0) and np.diff(rising).max() < 0.02


def test_the_asked_distance_is_where_the_head_goes() -> None:
    motion = composed(distance=1.5, head_translation=(0.1, 0.2, 0.3))
    np.testing.assert_allclose(motion.head_translation[0], [0.1, 0.2, 0.3 + 3.5], atol=1e-5)


def test_a_hint_turns_the_head_about_the_neck_and_not_the_eyes() -> None:
    hint = np.tile(np.float32([0.0, 0.15, 0.0]), (FRAMES, 1))
    plain, turned = composed(gaze=(0.1, 0.0)), composed(hint, gaze=(0.1, 0.0))
    np.testing.assert_allclose(turned.head_rotation - plain.head_rotation, hint)
    assert turned.gaze[0, 0] - plain.gaze[0, 0] == pytest.approx(0.15, abs=1e-3)
    assert 0 < np.abs(turned.head_translation).max() < 0.1


def test_what_was_made_is_not_changed() -> None:
    made = performance(head_translation=(0.1, 0.2, 0.3), tongue=1.2)
    motion = compose(made, Direction(np.full(FRAMES, IDLE), distance=np.full(FRAMES, 2.0, np.float32)))
    assert made.head_translation[0, 2] == np.float32(0.3)
    assert motion.tongue.max() == 1
