"""What is asked of a face, over time: eased, held, freed, and met exactly."""

import numpy as np
import pytest

from vasa_core.errors import ControlError, CueError, EmotionError
from vasa_core.motion.channels import EMOTIONS, SPEAKING
from vasa_core.motion.controls import Controls
from vasa_core.motion.cues import Cue, parse_cues
from vasa_core.motion.director import Director
from vasa_core.motion.easing import Eased
from vasa_core.motion.gestures import GESTURES, Gesture

BLOCK = 2
TIMES = np.arange(0, 4, 0.01)


def asked(director: Director, name: str, frames: int = 100) -> list:
    """A field of the direction at each frame; None where nothing is asked for."""
    values: list = []
    for begin in range(0, frames, BLOCK):
        part = getattr(director.at(begin, BLOCK, SPEAKING)[0], name)
        values.extend([None] * BLOCK if part is None else part)
    return values


def hints(director: Director, frames: int = 100) -> np.ndarray:
    return np.degrees(np.concatenate([director.at(i, BLOCK, SPEAKING)[1] for i in range(0, frames, BLOCK)]))


def test_what_nobody_asks_for_is_left_to_the_face() -> None:
    direction, hint = Director().at(0, BLOCK, SPEAKING)
    assert direction.gaze is direction.distance is direction.emotion is direction.blink_rate is None
    assert np.all(direction.expressiveness == 1) and np.all(direction.stillness == 0)
    assert np.all(hint == 0) and np.all(direction.state == SPEAKING)


def test_controls_count_from_the_first_frame_on() -> None:
    controls = Controls(gaze="up", distance=1.4, emotion="happy:0.3,sad:0.2", stillness=0.5, blink_rate=8)
    direction, _ = Director(controls).at(0, BLOCK, SPEAKING)
    np.testing.assert_allclose(np.degrees(direction.gaze), [[0, 12]] * 2, atol=1e-4)
    np.testing.assert_allclose(direction.distance, 1.4)
    assert direction.emotion[0, EMOTIONS.index("happy")] == pytest.approx(0.3)
    assert direction.stillness[0] == 0.5 and direction.blink_rate[0] == 8


def test_a_gaze_jumps_and_a_distance_eases() -> None:
    cues = parse_cues("- {at: 1, gaze: [10, 0], distance: 2}\n- {at: 3, gaze: free}")
    gaze = asked(Director(cues=cues), "gaze")
    assert gaze[24 - 1] is None and gaze[25][0] == pytest.approx(np.radians(10)) and gaze[76] is None
    distance = np.array([1.0 if value is None else value for value in asked(Director(cues=cues), "distance")])
    assert distance[25] == 1 and np.all(distance[50:] == 2)
    steps = np.diff(distance)
    assert steps.min() >= 0 and steps.max() < 0.09 and np.abs(np.diff(steps)).max() < 0.012


def test_an_ease_of_its_own() -> None:
    distance = asked(Director(cues=parse_cues("- {at: 0, distance: 2, ease: 3}")), "distance")
    assert distance[37] == pytest.approx(1.5, abs=0.02) and distance[74] < 2 == distance[75]


def test_a_cue_goes_on_from_the_control_before_it() -> None:
    director = Director(Controls(emotion="happy"), parse_cues("- {at: 1, emotion: sad:0.5}"))
    emotion = np.array(asked(director, "emotion"))
    happy, sad = emotion[:, EMOTIONS.index("happy")], emotion[:, EMOTIONS.index("sad")]
    assert np.all(happy[:26] == 1) and np.all(sad[38:] == 0.5) and np.all(happy[38:] == 0)
    assert np.abs(np.diff(emotion, axis=0)).max() < 0.2
    assert emotion.sum(axis=1).max() <= 1 + 1e-6


def test_values_do_not_creep_over_many_changes() -> None:
    director = Director()
    for change in range(200):
        director.change(change * 0.1, distance=0.7 if change % 2 else 1.31)
    assert asked(director, "distance", 600)[-1] == np.float32(0.7)


def test_wishes_of_a_game_that_stands_still_do_not_pile_up() -> None:
    value = Eased(0.0)
    for tick in range(1000):
        value.aim(2.0, tick % 7, 1.0)
        value.aim(2.0, 3.0, 1.0)
    assert len(value._changes) == 1
    np.testing.assert_allclose(value.at(np.array([2.5, 3.0]))[:, 0], [1.5, 3.0])
    director = Director()
    for _ in range(3):
        director.gesture(0.0, Gesture("nod"))
    assert hints(director, 20)[:, 0].max() < 7.5


def test_changes_on_the_way_have_no_corners() -> None:
    value = Eased(0.0)
    value.aim(0.5, 1.0, 1.0)
    value.aim(0.9, -1.0, 0.8)
    value.aim(1.3, 0.3, 1.0)
    curve = value.at(TIMES)[:, 0]
    speed = np.diff(curve) / 0.01
    assert curve[-1] == pytest.approx(0.3) and np.abs(np.diff(speed)).max() < 0.4


def test_a_freed_control_is_let_go_after_its_ease() -> None:
    director = Director(Controls(distance=2), parse_cues("- {at: 1, distance: free}"))
    distance = asked(director, "distance")
    assert distance[24] == 2 and distance[48] == pytest.approx(1, abs=0.01) and distance[52] is None
    still = asked(Director(Controls(stillness=1), parse_cues("- {at: 0, stillness: free}")), "stillness")
    assert still[-1] == 0, "the model is told the usual"


def test_a_held_head_eases_in_and_out() -> None:
    cues = parse_cues("- {at: 0.4, head: {turn: 10, nod: -5, tilt: 4}}\n- {at: 2, head: free}")
    hint = hints(Director(cues=cues))
    np.testing.assert_allclose(hint[40], [-5, -10, 4], atol=1e-4)  # x nods down, y turns to the viewer's left
    assert np.all(hint[:10] == 0) and np.abs(hint[-20:]).max() < 1e-4
    assert np.abs(np.diff(hint, axis=0)).max() < 1.2


@pytest.mark.parametrize("name", GESTURES)
def test_gestures_begin_and_end_at_rest(name: str) -> None:
    gesture = Gesture(name)
    angles = np.degrees(gesture.at(TIMES - 0.5))
    axis = {"shake": 0, "nod": 1, "tilt": 2}[name]
    assert 6 < np.abs(angles[:, axis]).max() < 9
    assert np.abs(np.delete(angles, axis, axis=1)).max() == 0
    outside = (TIMES < 0.5) | (0.5 + gesture.lasts < TIMES)
    assert np.abs(angles[outside]).max() == 0
    assert np.abs(np.diff(angles, axis=0)).max() < 1.2, "120 degrees a second"
    assert np.abs(np.diff(angles, n=2, axis=0)).max() < 0.2, "no corners"


def test_gestures_can_be_of_any_number_and_size() -> None:
    down = np.degrees(Gesture("nod", times=4).at(TIMES))[:, 1]
    peaks = np.flatnonzero((down[1:-1] > down[:-2]) & (down[1:-1] >= down[2:]) & (down[1:-1] > 0.5))
    assert len(peaks) == 4 and np.all(np.diff(down[peaks + 1]) < 0), "each smaller than the one before"
    assert np.degrees(Gesture("nod", size=-0.5).at(TIMES))[:, 1].min() == pytest.approx(-3.5, abs=0.1)


def test_cues_start_gestures_and_are_forgotten_when_cleared() -> None:
    director = Director(cues=[Cue(1.0, gesture=Gesture("tilt")), Cue(3.0, {"distance": 2})])
    hint = hints(director, 60)
    assert np.abs(hint[:25]).max() == 0 and hint[:, 2].max() == pytest.approx(8, abs=0.1)
    director.clear()
    assert director.at(100, BLOCK, SPEAKING)[0].distance is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"distance": 0.1}, "Choose 0.5 to 3"),
        ({"distance": float("nan")}, "no distance"),
        ({"distance": "near"}, "no distance"),
        ({"gaze": (1.0, 0.0)}, "Choose -45 to 45 degrees"),
        ({"gaze": (0.1,)}, "no gaze"),
        ({"gaze": "sideways"}, "no gaze"),
        ({"expressiveness": 3}, "Choose 0 to 2"),
        ({"blink_rate": -1}, "Choose 0 to 60"),
        ({"head": (0, 0)}, "head's turn"),
        ({"emotion": [1, 2]}, "no emotion"),
    ],
)
def test_controls_that_cannot_be(wrong: dict, says: str) -> None:
    with pytest.raises(ControlError, match=says):
        Controls(**wrong)


def test_unknown_emotions_and_controls() -> None:
    with pytest.raises(EmotionError, match="happy"):
        Controls(emotion="hapy")
    with pytest.raises(ControlError, match="Did you mean 'distance'"):
        Director().change(0, distanse=2)
    with pytest.raises(ControlError, match="seconds"):
        Director().change(0, -1.0, distance=2)


@pytest.mark.parametrize("wrong", ["cues.yaml", [Cue(0, {"gaze": "up"}), 3], [{"at": 1, "gaze": "up"}]])
def test_only_cues_are_played(wrong: object) -> None:
    director = Director()
    with pytest.raises(CueError, match="load_cues"):
        director.play(0, wrong)
    assert asked(director, "gaze", 4) == [None] * 4, "none of them is followed"
