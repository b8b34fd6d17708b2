"""Control errors of constructed motions, and what a performer that obeys or does not is told."""

import numpy as np
import pytest

from vasa_core.evaluation.control_errors import distance_error, gaze_error, looked_at, stood_at
from vasa_core.evaluation.quality_controls import DISTANCES, GAZES_DEG, measure_obedience
from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.channels import LATENT_SIZE
from vasa_core.motion.controls import Controls
from vasa_core.motion.emotion import parse_emotion
from vasa_core.motion.gaze import eyes_in_head
from vasa_core.motion.track import CAMERA_DISTANCE, Motion

SMILE = ("mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight")


def looking(yaw: float, pitch: float, distance: float = 1.0) -> Motion:
    """100 frames of eyes that hold a direction (degrees) under a moving head, with an avert, a blink and a start."""
    motion = Motion.still(100, LATENT_SIZE)
    motion.head_rotation[:, 1] = np.radians(4 * np.sin(np.arange(100) / 9))
    world = np.repeat(np.radians([[yaw, pitch]]), 100, axis=0)
    world[:20] = 0
    world[70:85] += 0.2
    motion.gaze[:] = eyes_in_head(world, motion.head_rotation)
    motion.blink[50:55] = 1
    motion.gaze[50:55] = -1
    motion.head_translation[:, 2] = CAMERA_DISTANCE * (distance - 1) + 0.05 * np.sin(np.arange(100))
    motion.head_translation[:20, 2] = 0
    return motion


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (9, 0), (-7, 5), (0, -8)])
def test_the_direction_that_is_held_is_found(yaw: float, pitch: float) -> None:
    seen = looked_at(looking(yaw, pitch))
    assert np.degrees(seen) == pytest.approx([yaw, pitch], abs=0.1)
    assert gaze_error(seen, np.radians([yaw, pitch])) < 0.15
    assert gaze_error(seen, np.radians([yaw + 3, pitch])) == pytest.approx(3, abs=0.2)


def test_gaze_error_is_an_angle() -> None:
    assert gaze_error(np.radians([3.0, 4.0]), np.zeros(2)) == pytest.approx(5, abs=0.01)
    assert np.isnan(looked_at(Motion.still(10, LATENT_SIZE))).all()


@pytest.mark.parametrize("distance", [0.8, 1.0, 1.3])
def test_distance_is_that_of_the_settled_head(distance: float) -> None:
    assert stood_at(looking(0, 0, distance)) == pytest.approx(distance, abs=0.005)
    assert distance_error(1.1, 1.0) == pytest.approx(0.1)
    assert distance_error(0.72, 0.8) == pytest.approx(0.1)


class Made:
    """Does what is asked, `share` of it; emotions: smiles whenever happiness is asked for."""

    def __init__(self, share: float) -> None:
        self.share = share

    def speak(self, samples: np.ndarray, seed: int = 0, controls: Controls | None = None) -> Motion:
        asked = controls or Controls()
        motion = Motion.still(100, LATENT_SIZE)
        if asked.gaze is not None:
            motion.gaze[:] = self.share * np.asarray(asked.gaze)
        if asked.distance is not None:
            motion.head_translation[:, 2] = CAMERA_DISTANCE * self.share * (asked.distance - 1)
        weights = np.zeros(52, np.float32)
        if isinstance(asked.emotion, str):
            weights[[ARKIT_INDEX[name] for name in SMILE]] = 0.8 * parse_emotion(asked.emotion)[0]
        motion.latent[:] = LatentSpace.load().from_arkit(weights)
        return motion


def test_obedience_of_who_obeys_and_who_does_not() -> None:
    good = measure_obedience(Made(1.0), np.zeros(16000, np.float32), 1)  # type: ignore[arg-type]
    assert good.figures["gaze_error_deg"] < 1e-3 and good.figures["distance_error"] < 1e-6
    assert good.gazes["-15 0"] == pytest.approx((-15, 0)) and good.distances["1.3"] == pytest.approx(1.3)
    assert good.emotions["happy"] == "happy" and good.emotions["neutral"] == "neutral"
    assert good.emotions["sad"] == "neutral" and good.figures["emotions_recognised"] == 2
    assert "happy, sad (seen as neutral), " in good.emotions_in_words()
    half = measure_obedience(Made(0.5), np.zeros(16000, np.float32), 1)  # type: ignore[arg-type]
    assert half.figures["gaze_error_deg"] == pytest.approx(np.mean([np.hypot(*g) / 2 for g in GAZES_DEG]), rel=0.02)
    assert half.figures["distance_error"] == pytest.approx(np.mean([abs(d - 1) / 2 / d for d in DISTANCES]), rel=1e-3)
    assert half.figures["gaze_error_worst_deg"] == pytest.approx(7.5, rel=0.01)
