"""The tally of a cycle."""

from __future__ import annotations

import pytest

from syncd.sync.outcome import Event, Tally


def test_events_are_counted() -> None:
    """Each event has a count of its own; what did not happen counts 0."""
    tally = Tally("orders")
    tally.add(Event.CREATED)
    tally.add(Event.CREATED, 2)
    assert (tally.of(Event.CREATED), tally.of(Event.FAILED)) == (3, 0)


def test_nothing_is_not_counted() -> None:
    """An event that happened no times does not show in the counts."""
    tally = Tally("orders")
    tally.add(Event.CREATED, 0)
    assert not tally.counts


@pytest.mark.parametrize("event", Event)
def test_reading_and_skipping_is_no_work(event: Event) -> None:
    """A cycle was busy when anything but reading and skipping happened."""
    tally = Tally("orders")
    tally.add(event)
    assert tally.busy == (event not in {Event.READ, Event.SKIPPED})


def test_a_cycle_without_events_was_idle() -> None:
    """Nothing read is nothing done."""
    assert not Tally("products").busy
