import numpy as np

from vasa_core.motion.schedule import noise_level, sampling_times, signal_level


def test_signal_and_noise_keep_unit_variance() -> None:
    t = np.linspace(0, 1, 11, dtype=np.float32)
    np.testing.assert_allclose(signal_level(t) ** 2 + noise_level(t) ** 2, 1, atol=1e-6)


def test_sampling_runs_from_pure_noise_to_the_clean_sample() -> None:
    times = sampling_times(4)
    assert len(times) == 5
    assert abs(signal_level(times[0])) < 1e-6
    assert noise_level(times[-1]) == 0
