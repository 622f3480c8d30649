"""A source that suddenly cancels most of its orders is asked about before Webasyst deletes them."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.sources import World

CROWD = 12


@pytest.mark.parametrize(
    ("source", "status"), [("horoshop", 4), ("justclick", "cancel"), ("marketplace", "I")]
)
def test_a_mass_cancel_waits_for_a_person(world: World, source: str, status: Any) -> None:
    """All open orders of a week ago are cancelled at once, with many more orders of another shop in Webasyst: the brake of
    the stream is pulled, and none is deleted before a person lets it."""
    world.set(brakes={"min": 5}, orders={"since": "2000-01-01"})
    for number in range(3 * CROWD):
        world.place("A", customer={"email": f"c{number}@example.test", "firstname": "C"})
    world.run("orders")
    numbers = [world.buy(source, customer={"email": f"{n}@example.test"}) for n in range(CROWD)]
    stream = f"orders.{source}"
    assert world.run(stream).exit is Exit.OK
    world.later(7 * 86_400)
    world.run(stream)
    for number in numbers:
        world.at(source, "change_status", order_id=number, status=status)
    run = world.run(stream)
    assert run.reports[stream].brakes
    assert {world.delivery(source, number)["state_id"] for number in numbers} == {"new"}
    world.run(stream, override=True)
    assert {world.delivery(source, number)["state_id"] for number in numbers} == {"deleted"}
