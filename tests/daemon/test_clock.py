"""The machine's clock: a step back is noticed, and only that."""

from __future__ import annotations

from syncd.daemon.clock import Steps


def test_a_step_back_is_told_once() -> None:
    """With its seconds, give or take what passed meanwhile."""
    wall, steady = [10_000.0], [50.0]
    clock = Steps(lambda: wall[-1], lambda: steady[-1])
    wall.append(10_001.0 - 3600)
    steady.append(51.0)
    assert clock.back() == 3600
    assert clock.back() == 0


def test_time_that_passes_and_steps_ahead_are_none() -> None:
    """A machine that slept wakes up with a clock that is ahead; small corrections come all the time."""
    wall, steady = [10_000.0], [50.0]
    clock = Steps(lambda: wall[-1], lambda: steady[-1])
    for passed, shown in ((1.0, 1.0), (1.0, 3600.0), (1.0, 0.5)):
        wall.append(wall[-1] + shown)
        steady.append(steady[-1] + passed)
        assert clock.back() == 0
