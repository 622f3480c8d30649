"""An order placed at a further source stands in Webasyst once, as it was sold (issue: point 1 of what it must show)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from syncd.daemon.once import Exit
from syncd.shops.pace import Pace
from tests.scenarios.shops import Row, lines_of, money
from tests.scenarios.sources import CURRENCY, HOROSHOP, JUSTCLICK, MARKETPLACE, SOURCES, World

LINES: dict[str, list[Row]] = {
    "horoshop": [{"sku": "A", "quantity": 2, "price": "12.50"}, {"sku": "B", "price": "100"}],
    "justclick": [{"sku": "A", "quantity": 2, "sum": "12.50"}, {"sku": "B", "sum": "100"}],
    "marketplace": [{"sku": "A", "amount": 2, "price": "12.50"}, {"sku": "B", "price": "100"}],
}
CUSTOMER: dict[str, dict[str, str]] = {
    "horoshop": {"name": "Тест Олена", "email": "olena@example.test", "phone": "+38 (050) 000-00-01"},
    "justclick": {"first_name": "Olena", "last_name": "Test", "email": "olena@example.test"},
    "marketplace": {"firstname": "Olena", "lastname": "Test", "email": "olena@example.test"},
}


def office_contact(world: World, order: Row) -> Row:
    found: Row = next(row for row in world.webasyst.dump()["contacts"] if row["id"] == order["contact_id"])
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_an_order_arrives_once_as_it_was_sold(world: World, source: str) -> None:
    """Lines, total, currency, number and customer are those of the source; a second run changes nothing."""
    number = world.buy(source, *LINES[source], customer=CUSTOMER[source])
    assert world.run().exit is Exit.OK
    order = world.delivery(source, number)
    assert lines_of(order) == [("A", Decimal(2), money("12.50")), ("B", Decimal(1), money(100))]
    assert (money(order["total"]), order["currency"]) == (money(125), CURRENCY[source])
    assert order["params"]["sales_channel"] == f"other:{source}"
    assert office_contact(world, order)["emails"] == ["olena@example.test"]
    world.forget_counts()
    run = world.run()
    assert (run.exit, world.writes) == (Exit.OK, 0)


def test_three_orders_of_three_sources_do_not_meet(world: World) -> None:
    """Orders of equal number and buyer at all sources are as many orders in Webasyst, and the buyer is one contact."""
    for source in SOURCES:
        world.buy(source, order_id=777, customer=CUSTOMER[source])
    assert world.run().exit is Exit.OK
    orders = [world.delivery(source, 777) for source in SOURCES]
    assert len({order["id"] for order in orders}) == len(SOURCES)
    assert len({order["contact_id"] for order in orders}) == 1


def test_horoshops_customers_are_known_by_phone(world: World) -> None:
    """The e-mail may be missing or another one: the same phone is the same contact. An e-mail known from elsewhere is found
    where the phone is not."""
    known = CUSTOMER["horoshop"]
    first = world.buy("horoshop", customer=known)
    world.run()
    others = [{"email": ""}, {"email": "other@example.test"}, {"phone": "+38 (067) 000-00-02"}]
    numbers = [world.buy("horoshop", customer=known | other) for other in others]
    assert world.run().exit is Exit.OK
    contacts = {world.delivery("horoshop", number)["contact_id"] for number in [first, *numbers]}
    assert len(contacts) == 1


def test_the_licence_number_travels_with_the_order(world: World) -> None:
    """A paid order of the Marketplace brings its licence number into the params and, where that is set, the comment."""
    world.let("marketplace", licences=["params", "comment"])
    number = world.buy(
        "marketplace", {"sku": "A", "licence": "CSC-8F2K-19QX-0001"}, status="P", notes="thank you"
    )
    assert world.run(MARKETPLACE).exit is Exit.OK
    order = world.delivery("marketplace", number)
    assert order["params"]["licence_numbers"] == "A: CSC-8F2K-19QX-0001"
    assert order["comment"] == "thank you\nA: CSC-8F2K-19QX-0001"
    assert order["state_id"] == "paid"


def test_the_licence_number_travels_nowhere_when_that_is_set(world: World) -> None:
    """With no place for licences in the settings, no part of the order has the number."""
    world.let("marketplace", licences=[])
    number = world.buy("marketplace", {"sku": "A", "licence": "CSC-8F2K-19QX-0001"}, status="P")
    world.run(MARKETPLACE)
    assert "8F2K" not in str(world.delivery("marketplace", number))


def test_a_payment_goes_before_the_parcel(world: World) -> None:
    """Paid and shipped at Horoshop: Webasyst notes the payment by an action of its own, and then ships."""
    number = world.buy("horoshop")
    world.run(HOROSHOP)
    world.at("horoshop", "pay", order_id=number)
    world.at("horoshop", "change_status", order_id=number, status=6)
    assert world.run(HOROSHOP).exit is Exit.OK
    order = world.delivery("horoshop", number)
    assert (order["state_id"], bool(order["paid_datetime"])) == ("shipped", True)


def test_a_parcel_that_is_paid_at_the_door(world: World) -> None:
    """Cash on delivery: shipped and delivered without a payment, and paid where the source says so later."""
    number = world.buy("horoshop", payment_id=15)
    world.run(HOROSHOP)
    for status in (6, 3):
        world.at("horoshop", "change_status", order_id=number, status=status)
        assert world.run(HOROSHOP).exit is Exit.OK
    assert world.delivery("horoshop", number)["state_id"] == "completed"
    world.at("horoshop", "pay", order_id=number)
    assert world.run(HOROSHOP).exit is Exit.OK
    assert world.delivery("horoshop", number)["state_id"] == "completed"


def test_a_payment_alone_moves_the_order(world: World) -> None:
    """An order that is still new at Horoshop, but paid, is paid in Webasyst."""
    number = world.buy("horoshop")
    world.run(HOROSHOP)
    world.at("horoshop", "pay", order_id=number)
    world.run(HOROSHOP)
    assert world.delivery("horoshop", number)["state_id"] == "paid"


def test_justclick_is_asked_less_than_once_a_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the settings allow: calls need different times on their way, and two must not arrive within a second. The
    other sources are asked as often as the settings say, and JustClick no more often than they do."""
    paces: list[float] = []

    def pace(calls_per_second: float) -> Pace:
        paces.append(calls_per_second)
        return Pace(10_000)

    monkeypatch.setattr("syncd.shops.transport.Pace", pace)
    world.run()
    most = max(paces)
    [slow] = [each for each in paces if each < most]
    assert slow < 1 < most
    paces.clear()
    world.set(http={"calls_per_second": 0.5})
    world.run()
    assert set(paces) == {0.5}


def test_a_new_process_keeps_justclicks_silence(world: World) -> None:
    """After code 8 a run by another process asks nothing within half an hour: who goes on may have the account blocked."""
    number = world.buy("justclick")
    world.at("justclick", "refuse", code=8)
    assert world.run(JUSTCLICK).exit is not Exit.OK
    world.at("justclick", "refuse", code=0)
    counters = world.sources["justclick"].counters
    counters.reset()
    world.later(1700)
    assert world.run(JUSTCLICK).exit is not Exit.OK
    assert sum(counters.by_method.values()) == 0
    world.later(200)
    assert world.run(JUSTCLICK).exit is Exit.OK
    world.delivery("justclick", number)


def test_a_late_payment_of_an_old_order(world: World) -> None:
    """JustClick's order of half a year ago that is paid today is paid in Webasyst, too."""
    world.let("justclick", since="2020-01-01")
    number = world.buy("justclick")
    world.run(JUSTCLICK)
    world.later(180 * 86400)
    world.buy("justclick")
    world.run(JUSTCLICK)
    world.at("justclick", "pay", order_id=number)
    assert world.run(JUSTCLICK).exit is Exit.OK
    assert world.delivery("justclick", number)["state_id"] == "paid"


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("horoshop", {"status": 4}),
        ("justclick", {"status": "cancel"}),
        ("marketplace", {"status": "I"}),
    ],
)
def test_a_cancel_deletes_the_order(world: World, source: str, end: dict[str, Any]) -> None:
    """Cancelled at its source, an order is deleted in Webasyst, and its pieces are back on the shelf."""
    number = world.buy(source, {"sku": "A"})
    world.run()
    world.at(source, "change_status", order_id=number, **end)
    assert world.run().exit is Exit.OK
    assert world.delivery(source, number)["state_id"] == "deleted"
    assert world.stock("A") == Decimal(50)


def test_a_code_that_webasyst_lacks(world: World) -> None:
    """An unknown SKU is a line with its name and price, or holds the order where that is set, by each source's own rule."""
    world.let("justclick", unknown_sku="hold")
    strange = {"title": "Strange thing", "price": "7.00"}
    here = world.buy("horoshop", {"sku": "NOWHERE", **strange})
    held = world.buy("justclick", {"sku": "NOWHERE", **strange})
    run = world.run()
    assert run.reasons == {str(held): "unknown-sku"}
    [(name, _, price)] = lines_of(world.delivery("horoshop", here))
    assert ("NOWHERE" in name, price) == (True, money(7))
    world.office_has("NOWHERE")
    assert world.run().exit is Exit.OK
    assert lines_of(world.delivery("justclick", held)) == [("NOWHERE", Decimal(1), money(7))]


@pytest.mark.parametrize("when", ["params", "comment"])
def test_a_later_licence_updates_the_same_order(world: World, when: str) -> None:
    """A licence that is issued after the order was completed in Webasyst joins the first one there."""
    world.let("marketplace", licences=[when])
    number = world.buy("marketplace", {"sku": "A", "licence": "CSC-AAAA-0001"}, "B", status="C")
    world.run(MARKETPLACE)
    before = world.delivery("marketplace", number)
    assert before["state_id"] == "completed"
    world.later(60)
    world.at("marketplace", "issue_licence", order_id=number, line=2, licence_number="CSC-BBBB-0002")
    assert world.run(MARKETPLACE).exit is Exit.OK
    after = world.delivery("marketplace", number)
    told = after["params"]["licence_numbers"] if when == "params" else after["comment"]
    assert ("CSC-AAAA-0001" in told, "CSC-BBBB-0002" in told) == (True, True)
    assert (after["id"], after["total"]) == (before["id"], before["total"])
