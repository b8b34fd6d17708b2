"""The motion of an actor whose motion is known comes back."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from vasa_core.export.curves import full_arkit
from vasa_core.latent.arkit import ARKIT_INDEX
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import ARRAY_FIELDS, Motion
from vasa_core.performance.capture import Performance
from vasa_core.performance.gaps import SHORT_S
from vasa_core.performance.solve import CaptureSettings, solve

from .conftest import BLINK, FPS, FRAMES, Actor


def opening(motion: Motion, space: LatentSpace) -> np.ndarray:
    """[T] lip opening of a motion, inter-ocular distances."""
    shown = space.decode(motion.latent)
    return shown[:, 14, 1] - shown[:, 13, 1]


def test_every_frame_is_there(solved: Motion) -> None:
    assert len(solved) == FRAMES
    assert solved.fps == FPS
    assert all(np.isfinite(getattr(solved, name)).all() for name in ARRAY_FIELDS)


def test_lips_come_back(actor: Actor, solved: Motion, space: LatentSpace) -> None:
    seen, true = opening(solved, space), opening(actor.truth, space)
    assert np.corrcoef(seen, true)[0, 1] > 0.95
    assert np.ptp(seen) == pytest.approx(np.ptp(true), rel=0.3)
    assert np.abs(seen[actor.jaw == 0]).mean() < 0.15 * np.ptp(true)
    jaw = full_arkit(solved, space)[:, ARKIT_INDEX["jawOpen"]]
    assert np.corrcoef(jaw, actor.jaw)[0, 1] > 0.9


def test_the_head_comes_back(actor: Actor, solved: Motion) -> None:
    """A little less of it, for the actor's relief is flatter than a real head."""
    for axis in (0, 1):
        seen, true = (np.degrees(motion.head_rotation[:, axis]) for motion in (solved, actor.truth))
        assert np.corrcoef(seen, true)[0, 1] > 0.98
        share, start = np.polyfit(true, seen, 1)
        assert 0.55 < share < 1.15
        assert np.abs(seen - share * true - start).max() < 2.5
    assert np.abs(np.degrees(solved.head_rotation[:, 2])).max() < 1.5


def test_the_head_does_not_wander(actor: Actor, solved: Motion) -> None:
    """What the head's turning moves is not taken for a shift."""
    assert np.abs(solved.head_translation[:, :2] - solved.head_translation[:, :2].mean(axis=0)).max() < 0.06


def test_a_blink_comes_back(actor: Actor, solved: Motion) -> None:
    open_eyes = np.delete(solved.blink, np.r_[BLINK.start - 2 : BLINK.stop + 2], axis=0)
    assert solved.blink[BLINK].max(axis=0).min() > 0.85
    assert np.abs(solved.blink.mean(axis=1).argmax() - actor.truth.blink.mean(axis=1).argmax()) <= 1
    assert open_eyes.mean() < 0.1


def test_the_gaze_comes_back(actor: Actor, solved: Motion) -> None:
    aside, ahead = solved.gaze[18:28, 0].mean(), solved.gaze[2:13, 0].mean()
    assert np.degrees(aside - ahead) == pytest.approx(-15, abs=9)
    still = np.r_[2:13, 18:28, 33:38]
    assert np.corrcoef(solved.gaze[still, 0], actor.truth.gaze[still, 0])[0, 1] > 0.9


def test_the_first_frame_as_reference(performance: Performance, space: LatentSpace) -> None:
    motion = solve(performance, Fraction(FPS), space, CaptureSettings("first", "first", 0.5))
    whole = solve(performance, Fraction(FPS), space, CaptureSettings("first", "first"))
    assert np.abs(np.degrees(whole.head_rotation[0])).max() < 2.5
    np.testing.assert_allclose(motion.head_rotation, whole.head_rotation / 2, atol=1e-6)
    assert np.abs(space.decode(whole.latent[:3])).max() < 0.03


def test_an_actor_who_begins_with_a_blink(performance: Performance, solved: Motion, space: LatentSpace) -> None:
    """Shut eyes are no measure: neither for lids nor for the gaze."""
    begin = BLINK.start + 1
    rest = replace(
        performance,
        times=performance.times[begin:] - performance.times[begin],
        points=performance.points[begin:],
        found=performance.found[begin:],
    )
    motion = solve(rest, Fraction(FPS), space, CaptureSettings("first", "first"))
    assert motion.blink[0].min() > 0.4
    assert motion.blink[8:].max() < 0.2
    assert np.abs(np.degrees(motion.gaze[8:])).mean() < 5
    assert np.abs(motion.latent).max() < 3 * np.abs(solved.latent).max()


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(30_000, 1001), Fraction(60)])
def test_other_frame_rates(performance: Performance, solved: Motion, space: LatentSpace, fps: Fraction) -> None:
    motion = solve(performance, fps, space)
    assert len(motion) == np.ceil(FRAMES / FPS * float(fps))
    times = np.arange(len(motion)) / float(fps)
    known = times <= performance.times[-1]
    np.testing.assert_allclose(motion.latent[known], solved.resample(times[known]).latent, atol=1e-3)


def test_a_short_gap_is_bridged(performance: Performance, solved: Motion, space: LatentSpace) -> None:
    found = performance.found.copy()
    found[20:25] = False
    with pytest.warns(UserWarning, match="No face in 5 of 60 frames"):
        motion = solve(replace(performance, found=found), Fraction(FPS), space)
    assert np.abs(np.diff(motion.head_rotation[18:27], axis=0)).max() < np.radians(4)
    assert np.abs(motion.latent[20:25]).max() < 2 * np.abs(solved.latent).max()


def test_in_a_long_gap_the_face_rests(performance: Performance, space: LatentSpace) -> None:
    found = performance.found.copy()
    found[10:40] = False
    assert 30 / FPS > SHORT_S
    with pytest.warns(UserWarning, match="rests"):
        motion = solve(replace(performance, found=found), Fraction(FPS), space)
    for curve in (motion.latent, motion.gaze, motion.blink):
        np.testing.assert_array_equal(curve[20:30], 0)
    assert np.abs(motion.latent[5:9]).max() > 0
    assert len(motion) == FRAMES


def test_a_face_that_comes_late(performance: Performance, space: LatentSpace) -> None:
    found = performance.found.copy()
    found[:25] = found[-25:] = False
    with pytest.warns(UserWarning, match="No face in 50"):
        motion = solve(replace(performance, found=found), Fraction(FPS), space)
    np.testing.assert_array_equal(motion.latent[[0, -1]], 0)
    np.testing.assert_array_equal(motion.head_rotation[0], motion.head_rotation[24])
