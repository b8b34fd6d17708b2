import numpy as np
import pytest

from bridge.stage.clock import JUMP_S, AudioClock

REPORT_S = 0.25
HOUR_S = 3600.0
ALLOWED_S = 0.010


def engine_position(time: float, drift: float, begun: float) -> float:
    """Where an engine's sound is whose clock runs too fast by `drift`."""
    return (time - begun) * (1 + drift)


@pytest.mark.parametrize("drift", [200e-6, -200e-6, 0.0])
def test_an_hour_of_drift_stays_below_ten_milliseconds(drift: float) -> None:
    """Reports jitter as those of an engine that mixes 1024 samples at 48 kHz at a time do."""
    random = np.random.default_rng(1)
    clock = AudioClock()
    clock.start(0.0, -0.08)
    begun = 0.11  # the engine began to play 30 ms later than was expected
    worst = 0.0
    for time in np.arange(0.5, HOUR_S, REPORT_S):
        now = float(time) + random.uniform(0, 0.03)
        buffer = 1024 / 48_000
        heard = np.floor(engine_position(now, drift, begun) / buffer) * buffer + buffer / 2
        clock.report(now, heard)
        if now > 5:
            worst = max(worst, abs(clock.position(now + 0.1) - engine_position(now + 0.1, drift, begun)))
    assert worst < ALLOWED_S
    assert clock.drift == pytest.approx(drift, abs=100e-6)


def test_drift_is_remembered_through_a_gap() -> None:
    clock = AudioClock()
    clock.start(0.0, 0.0)
    for time in np.arange(0.25, 300, REPORT_S):
        clock.report(float(time), engine_position(float(time), 200e-6, 0.0))
    assert clock.position(330.0) == pytest.approx(engine_position(330.0, 200e-6, 0.0), abs=0.004)


def test_jumps_are_taken_at_once() -> None:
    clock = AudioClock()
    clock.start(0.0, 0.0)
    assert clock.report(1.0, 1.0 + 2 * JUMP_S) == pytest.approx(2 * JUMP_S)
    assert clock.position(1.0) == pytest.approx(1.0 + 2 * JUMP_S)


def test_the_age_of_a_report_counts() -> None:
    clock = AudioClock()
    clock.report(1.0, 0.5, age=0.1)
    assert clock.position(1.0) == pytest.approx(0.6)
    assert clock.running


def test_a_held_clock_stands_still() -> None:
    clock = AudioClock()
    clock.start(0.0, 0.0)
    clock.hold(2.0)
    assert clock.position(9.0) == 2.0
    assert clock.when(3.0) == float("inf")
    clock.start(10.0, 2.0)
    assert clock.when(3.0) == 11.0
