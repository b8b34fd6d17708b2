"""Scenes from Python: speaking, listening, idling, directed."""

from pathlib import Path

import numpy as np
import pytest

from vasa_core import AnimationSettings, Controls, Cue, Gesture, Idle, Listening, Motion, VasaError, animate, load_cues
from vasa_core.samples import LINES
from vasa_core.scene import sound_of, source_of


def made(scene: object, **options: object) -> Motion:
    return Motion.concatenate(list(animate(scene, **options)))


def test_idling_lasts_as_long_as_asked() -> None:
    motion = made(Idle(1.01), fps=30)
    assert len(motion) == 31 and motion.fps == 30
    assert len(made(Idle(0.04))) == 1


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan"), 1e6])
def test_times_that_cannot_be_idled(seconds: float) -> None:
    with pytest.raises(VasaError, match="cannot idle"):
        Idle(seconds)


def test_listening_lasts_as_long_as_the_sound() -> None:
    samples = np.random.default_rng(0).normal(0, 0.05, 9_000).astype(np.float32)
    assert len(made(Listening(samples))) == 15


def test_a_director_may_be_a_file_or_cues(tmp_path: Path) -> None:
    cues = [Cue(0.0, {"distance": 2.0}, ease=0.0), Cue(0.4, gesture=Gesture("nod"))]
    file = tmp_path / "cues.yaml"
    file.write_text("- {at: 0.4, gesture: nod}\n- {at: 0, distance: 2, ease: 0}\n")
    assert load_cues(file) == cues
    one, other = made(Idle(1), director=cues), made(Idle(1), director=file)
    np.testing.assert_array_equal(one.head_rotation, other.head_rotation)
    assert one.head_translation[:, 2].min() > 5
    plain = made(Idle(1), settings=AnimationSettings(controls=Controls(distance=2.0)))
    assert np.degrees(one.head_rotation - plain.head_rotation)[:, 0].max() == pytest.approx(7, abs=0.5)


def test_what_a_film_must_not_overwrite() -> None:
    assert source_of(Listening(LINES[0])) == source_of(LINES[0]) == LINES[0]
    assert source_of(Idle(1)) is None and sound_of(Idle(1)) is None
    assert source_of(b"RIFF") is None
