"""The sampler's way from noise to clean, on distributions whose best guesses are known in closed form."""

import numpy as np
import pytest

from vasa_core.motion.schedule import noise_level, sampling_times, signal_level, solver_weights

STEPS = 8


def spread_sampled(spread: float, steps: int, second_order: bool = True) -> float:
    """SD of samples drawn for a normal distribution of this SD around 0.3 whose posterior mean is exact."""
    times = sampling_times(steps)
    kept, added, trend = solver_weights(times)
    sample = np.random.default_rng(0).standard_normal(20000)
    earlier = None
    for step, time in enumerate(times[:-1]):
        signal, noise = float(signal_level(time)), float(noise_level(time))
        gain = signal * spread**2 / (signal**2 * spread**2 + noise**2)
        clean = 0.3 + gain * (sample - signal * 0.3)
        ahead = clean if earlier is None or not second_order else clean + trend[step] * (clean - earlier)
        sample = kept[step] * sample + added[step] * ahead
        earlier = clean
    assert abs(sample.mean() - 0.3) < 0.02
    return float(sample.std())


def test_times_go_from_noise_to_clean():
    times = sampling_times(STEPS)
    assert times[0] == 1 and abs(times[-1]) < 1e-6 and (np.diff(times) < 0).all()
    assert 1 - times[1] < 1 / STEPS > times[-2]


def test_the_last_step_takes_the_guess_as_it_is():
    kept, added, trend = solver_weights(sampling_times(STEPS))
    assert abs(kept[-1]) < 1e-6 and abs(added[-1] - 1) < 1e-6 and trend[0] == trend[-1] == 0


@pytest.mark.parametrize("spread", [0.1, 0.3, 1.0])
def test_samples_vary_as_much_as_what_they_are_drawn_from(spread: float):
    # First-order steps lose most of what varies little: small moves of the head.
    second, first = (abs(spread_sampled(spread, STEPS, order) / spread - 1) for order in (True, False))
    assert second < 0.25
    assert second <= first + 0.01


def test_one_step_is_enough_to_run():
    assert spread_sampled(1.0, 1) < 0.1
