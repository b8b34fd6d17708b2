import numpy as np

from vasa_core.motion.track import ARRAY_FIELDS, Motion


def ramp(frames: int) -> Motion:
    motion = Motion.still(frames, 5)
    for name in ARRAY_FIELDS:
        getattr(motion, name)[:] = np.arange(frames)[:, None]
    return motion


def test_slices_joined_give_the_track_again() -> None:
    motion = ramp(20)
    parts = [motion.slice(0, 7), motion.slice(7, 8), motion.slice(8, 20)]
    assert parts[1].start == 7 / motion.fps
    joined = Motion.concatenate(parts)
    for name in ARRAY_FIELDS:
        np.testing.assert_array_equal(getattr(joined, name), getattr(motion, name))


def test_resampling_interpolates_between_frames_and_holds_the_ends() -> None:
    motion = ramp(10)
    times = np.array([-1.0, 0.02, 0.04, 0.1, 5.0])
    np.testing.assert_allclose(motion.resample(times).latent[:, 0], [0, 0.5, 1, 2.5, 9], atol=1e-5)


def test_a_motion_without_a_tongue_has_one_at_rest() -> None:
    still = Motion.still(3, 5)
    given = {name: getattr(still, name) for name in ARRAY_FIELDS if name != "tongue"}
    motion = Motion(**given)
    assert motion.tongue.shape == (3, 3) and motion.tongue.dtype == np.float32
    assert not motion.tongue.any()
