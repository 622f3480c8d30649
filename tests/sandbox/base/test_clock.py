"""The settable clock."""

from __future__ import annotations

from syncd.sandbox.clock import Clock


class Ticker:
    """A source of time that the test moves."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def test_a_clock_runs_with_its_source_until_it_is_set() -> None:
    """Unset it follows real time; set, it stands still."""
    source = Ticker()
    clock = Clock(source=source)
    source.time += 5
    assert (clock.now(), clock.frozen) == (1005.0, False)
    clock.set(10)
    source.time += 5
    assert (clock.now(), clock.frozen) == (10.0, True)


def test_advance_moves_a_standing_clock_and_shifts_a_running_one() -> None:
    """A shift of a running clock stays; negative values go back."""
    source = Ticker()
    clock = Clock(source=source)
    clock.advance(100)
    source.time += 1
    assert clock.now() == 1101.0
    standing = Clock(50)
    standing.advance(-20)
    assert standing.now() == 30.0


def test_a_standing_clock_runs_on_from_where_it_stands() -> None:
    """run() does not jump."""
    source = Ticker()
    clock = Clock(7, source=source)
    clock.run()
    source.time += 3
    assert (clock.now(), clock.frozen) == (10.0, False)
    clock.run()
    assert clock.now() == 10.0


def test_the_http_date_is_the_shops_time() -> None:
    """The Date header shows the shop's clock, whole seconds, GMT."""
    assert Clock(1_700_000_000.9).http_date() == "Tue, 14 Nov 2023 22:13:20 GMT"
