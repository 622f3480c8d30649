"""Licence numbers that come later than their order: waited for, then done without, and written when they are there."""

from __future__ import annotations

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.sources import MARKETPLACE, World

PAUSES = (61, 301, 901)
"""Seconds: a little more than 1, 5 and 15 minutes."""


def read(world: World) -> int:
    """One cycle of the daemon; answers how many orders wait."""
    return world.cycle(MARKETPLACE).failures


def test_an_order_waits_for_its_licence(world: World) -> None:
    """A paid order without a licence number is not made before its number is there, and then with it, once."""
    number = world.buy("marketplace", status="P")
    assert (read(world), world.office_orders()) == (1, [])
    world.at("marketplace", "issue_licence", order_id=number, licence_number="CSC-AAAA-0001", shown=False)
    world.later(PAUSES[0])
    assert read(world) == 0
    assert world.delivery("marketplace", number)["params"]["licence_numbers"] == "A: CSC-AAAA-0001"


@pytest.mark.parametrize("places", [["params"], ["comment"]])
def test_an_order_is_made_without_its_licence_in_the_end(world: World, places: list[str]) -> None:
    """After 1, 5 and 15 minutes the order is made with a note that says what it lacks; the number ends the note."""
    world.let("marketplace", licences=places)
    number = world.buy("marketplace", status="P")
    for pause in PAUSES:
        assert (read(world), world.office_orders()) == (1, [])
        world.later(pause)
    assert read(world) == 0
    order = world.delivery("marketplace", number)
    assert order["params"]["syncd_note"] == "made without its licence numbers"
    assert order["state_id"] == "paid"
    world.at("marketplace", "issue_licence", order_id=number, licence_number="CSC-AAAA-0001")
    assert world.run(MARKETPLACE).exit is Exit.OK
    after = world.delivery("marketplace", number)
    assert "CSC-AAAA-0001" in after["comment"] + after["params"].get("licence_numbers", "")
    assert not after["params"].get("syncd_note")
    assert after["id"] == order["id"]


def test_looks_out_of_turn_do_not_shorten_the_wait(world: World) -> None:
    """Runs by hand, and calls of the source, look at the order at once, but do not use up its three pauses."""
    number = world.buy("marketplace", status="P")
    for _ in range(5):
        assert world.run(MARKETPLACE).reasons == {str(number): "awaits"}
    assert world.office_orders() == []
    world.later(PAUSES[0])
    assert (read(world), world.office_orders()) == (1, [])
    world.at("marketplace", "issue_licence", order_id=number, licence_number="CSC-AAAA-0001", shown=False)
    assert world.run(MARKETPLACE).exit is Exit.OK
    world.delivery("marketplace", number)


@pytest.mark.parametrize("places", [["params"], ["comment"]])
def test_a_second_licence_of_a_line_keeps_the_first(world: World, places: list[str]) -> None:
    """Of two pieces the source tells only the number that it issued last: both stand in the office."""
    world.let("marketplace", licences=places)
    line = {"sku": "A", "amount": 2, "licence": "CSC-AAAA-0001"}
    number = world.buy("marketplace", line, status="P")
    assert world.run(MARKETPLACE).exit is Exit.OK
    world.at("marketplace", "issue_licence", order_id=number, line=1, licence_number="CSC-AAAA-0002")
    assert world.run(MARKETPLACE).exit is Exit.OK
    order = world.delivery("marketplace", number)
    told = order["params"].get("licence_numbers", "") + order["comment"]
    assert ("CSC-AAAA-0001" in told, "CSC-AAAA-0002" in told) == (True, True)
