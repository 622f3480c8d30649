"""What was known is known again: orders after a lost data directory, customers whose contact is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from syncd.app import App, Shops, open_database
from syncd.daemon.cycle import Cycles
from syncd.daemon.once import Exit
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair

BOB = {"email": "bob@example.test", "firstname": "Bob", "lastname": "Brown"}


def test_a_merged_contact_is_not_ordered_for(started: Pair) -> None:
    """The user map's contact is gone from Webasyst: the next order gets a living one, and so do those after it."""
    first = started.place("A", customer=BOB)
    started.run("orders")
    gone = started.office_order(first)["contact_id"]
    started.at_webasyst("contact.delete", id=gone)
    numbers = [started.place("A", customer=BOB) for _ in range(2)]
    assert started.run("orders").exit is Exit.OK
    living = {started.office_order(number)["contact_id"] for number in numbers}
    assert living == {row["id"] for row in started.customers()}
    assert gone not in living
    in_step(started)


def test_the_daemon_notices_a_merged_contact_too(started: Pair) -> None:
    """What one cycle saw in Webasyst is no proof for the next one, in the same process."""
    first = started.place("A", customer=BOB)

    async def two_cycles() -> int:
        settings = started.settings()
        db = open_database(settings)
        try:
            async with App(settings, db, now=started.now) as app:
                cycles = Cycles(await Shops.connect(app))
                await cycles.run("orders")
                started.at_webasyst("contact.delete", id=started.office_order(first)["contact_id"])
                number = started.place("A", customer=BOB)
                await cycles.run("orders")
                return number
        finally:
            db.close()

    number = asyncio.run(two_cycles())
    assert [row["id"] for row in started.customers()] == [started.office_order(number)["contact_id"]]


@pytest.mark.parametrize("case", ["older than the new start", "in a status that creates nothing"])
def test_an_order_is_linked_again_after_a_lost_data_directory(pair: Pair, tmp_path: Path, case: str) -> None:
    """Orders that would create nothing today are still ours when they carry our reference, and follow their status."""
    older = case.startswith("older")
    pair.set(statuses='{"P":"processed","C":"completed","I":"deleted"}')
    if older:
        pair.set(orders={"since": None})
    pair.run()
    pair.later(60)
    number = pair.place("A")
    pair.run("orders")
    pair.later(86_400)
    pair.data_dir = tmp_path / "another"
    pair.run("products")
    pair.later(60)
    pair.at_cscart("order.status", order_id=number, status="P" if older else "I")
    assert pair.run("orders").exit is Exit.OK
    assert pair.office_order(number)["state_id"] == ("processing" if older else "deleted")
    assert pair.link(number).confirmed


def test_the_first_start_is_kept_though_webasyst_is_away(pair: Pair) -> None:
    """Orders placed after the first start count, also when Webasyst answered nothing at that start."""
    pair.set(orders={"since": None}, http={"deadline": 1})
    pair.webasyst.faults.add({"when": "before", "kind": "drop", "times": None})
    assert pair.run().exit is Exit.FAILED
    pair.webasyst.faults.clear()
    pair.later(3600)
    number = pair.place("A")
    pair.later(3600)
    assert pair.run().exit is Exit.OK
    assert pair.delivered() == {str(number): 1}
