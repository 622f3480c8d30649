"""What happens to an order after it arrived: edits in CS-Cart, work in Webasyst, statuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair, lines_of, money

ADDRESS = {
    "s_country": "RU",
    "s_state": "MOS",
    "s_city": "Москва",
    "s_zipcode": "101000",
    "s_address": "ул. Ленина, 1",
}


@pytest.fixture
def sold(started: Pair) -> tuple[Pair, int]:
    """An order of two pieces of A, with shipping, that has arrived in Webasyst."""
    started.product("B", price="5.00")
    number = started.place(
        {"sku": "A", "amount": 2}, shipping=1, customer={"email": "a@example.test", **ADDRESS}
    )
    assert started.run().exit is Exit.OK
    started.later(600)
    return started, number


@pytest.mark.parametrize("state", ["new", "processing"])
def test_an_edit_of_lines_arrives_while_the_order_may_be_edited(sold: tuple[Pair, int], state: str) -> None:
    """More pieces, one line more, one less: while the order is new or processing it follows, shipping included."""
    pair, number = sold
    if state == "processing":
        pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action="process")
    pair.at_cscart(
        "order.edit", order_id=number, lines=[{"sku": "A", "amount": 5}, {"sku": "B", "price": "4.00"}]
    )
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert lines_of(pair.office_order(number)) == [("A", Decimal(5), money(10)), ("B", Decimal(1), money(4))]
    assert money(pair.office_order(number)["shipping"]) == 300
    in_step(pair)
    assert (pair.stock("A"), pair.stock("B")) == (Decimal(45), Decimal(49))


def test_a_line_that_stays_keeps_its_id_and_warehouse(sold: tuple[Pair, int]) -> None:
    """The edited order keeps the line that both versions have, with its id and its warehouse."""
    pair, number = sold
    before = pair.office_order(number)["items"][0]
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 3}, {"sku": "B"}])
    pair.run()
    after = next(row for row in pair.office_order(number)["items"] if row["sku_code"] == "A")
    assert (after["id"], after["stock_id"]) == (before["id"], before["stock_id"])


@pytest.mark.parametrize("state", ["shipped", "completed"])
def test_an_edit_of_lines_after_shipping_is_flagged_and_not_written(
    sold: tuple[Pair, int], state: str
) -> None:
    """The goods are on their way: the order stays as it is, and the operator is told."""
    pair, number = sold
    for action in ["ship"] if state == "shipped" else ["complete"]:
        pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action=action)
    before = lines_of(pair.office_order(number))
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 9}])
    run = pair.run()
    assert run.exit is Exit.OUTSTANDING
    assert run.reasons == {str(number): "edited-too-late"}
    assert lines_of(pair.office_order(number)) == before
    assert pair.link(number).flag
    in_step(pair, but=[number])
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 2}])
    assert pair.run().exit is Exit.OK
    assert pair.link(number).flag is None


def test_lines_edited_in_both_shops_are_left_to_a_person(sold: tuple[Pair, int]) -> None:
    """Staff added a line in Webasyst, the customer another one in CS-Cart: nobody's edit is overwritten."""
    pair, number = sold
    order = pair.office_order(number)
    sku = pair.office_sku("B")
    pair.at_webasyst(
        "order.edit",
        id=order["id"],
        items=[
            {"item_id": order["items"][0]["id"]},
            {"product_id": sku["product_id"], "sku_id": sku["id"], "quantity": 7, "price": 1},
        ],
    )
    there = lines_of(pair.office_order(number))
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 4}])
    run = pair.run()
    assert run.reasons == {str(number): "edited-too-late"}
    assert lines_of(pair.office_order(number)) == there


def test_staffs_edit_in_webasyst_alone_is_left_alone(sold: tuple[Pair, int]) -> None:
    """What staff changes in an order in Webasyst stays, also when its status moves in CS-Cart."""
    pair, number = sold
    order = pair.office_order(number)
    pair.at_webasyst(
        "order.edit", id=order["id"], items=[{"item_id": order["items"][0]["id"], "quantity": 1}]
    )
    pair.at_cscart("order.status", order_id=number, status="P")
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert lines_of(pair.office_order(number)) == [("A", Decimal(1), money(10))]
    assert pair.office_order(number)["state_id"] == "processing"


EDITS: dict[str, tuple[dict[str, Any], str, object]] = {
    "comment": ({"notes": "Ring twice"}, "comment", "Ring twice"),
    "discount": ({"discount": "2.50"}, "discount", "2.5000"),
    "shipping cost": ({"shipping_cost": "12.00"}, "shipping", "12.0000"),
}


@pytest.mark.parametrize("name", EDITS)
def test_later_edits_of_amounts_and_texts_arrive(sold: tuple[Pair, int], name: str) -> None:
    """A changed comment, discount or shipping cost arrives, and the total agrees."""
    pair, number = sold
    change, column, wanted = EDITS[name]
    pair.at_cscart("order.edit", order_id=number, **change)
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert pair.office_order(number)[column] == wanted
    in_step(pair)


def test_a_later_edit_of_the_address_arrives(sold: tuple[Pair, int]) -> None:
    """The delivery address follows, translated to Webasyst's country and region codes."""
    pair, number = sold
    customer = {
        "s_country": "DE",
        "s_state": "BY",
        "s_city": "München",
        "s_zipcode": "80331",
        "s_address": "Am Platz 2",
    }
    pair.at_cscart("order.edit", order_id=number, customer=customer)
    assert pair.run().exit is Exit.OK
    params = pair.office_order(number)["params"]
    assert (params["shipping_address.country"], params["shipping_address.city"]) == ("deu", "München")
    assert params["shipping_address.street"] == "Am Platz 2"


def test_another_shipping_method_brings_its_name_and_its_cost(sold: tuple[Pair, int]) -> None:
    """Webasyst keeps the old name when a cost is sent along: both arrive all the same."""
    pair, number = sold
    pair.at_cscart("order.edit", order_id=number, shipping=2)
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    order = pair.office_order(number)
    assert order["params"]["shipping_name"].startswith("Pickup")
    assert money(order["shipping"]) == money(pair.source_orders()[str(number)]["shipping_cost"])
    in_step(pair)


def test_a_known_contacts_old_address_does_not_win(sold: tuple[Pair, int]) -> None:
    """A known customer orders to another address: the order says the new one, the contact stays the same."""
    pair, _ = sold
    moved = {**ADDRESS, "s_city": "Тверь", "s_address": "Новая, 2", "email": "a@example.test"}
    number = pair.place("A", customer=moved)
    assert pair.run().exit is Exit.OK
    params = pair.office_order(number)["params"]
    assert (params["shipping_address.city"], params["shipping_address.street"]) == ("Тверь", "Новая, 2")
    assert len(pair.customers()) == 1


def test_an_address_may_lack_what_the_old_one_had(sold: tuple[Pair, int]) -> None:
    """Sub-fields that the new address lacks are not left over from the contact's old one."""
    pair, _ = sold
    number = pair.place("A", customer={"email": "a@example.test", "s_country": "DE", "s_city": "Köln"})
    assert pair.run().exit is Exit.OK
    params = pair.office_order(number)["params"]
    assert params["shipping_address.city"] == "Köln"
    assert params.get("shipping_address.street", "") == ""
    assert params.get("shipping_address.zip", "") == ""


def test_statuses_follow_the_map_through_the_workflow(sold: tuple[Pair, int]) -> None:
    """Each mapped letter is one action; a letter that is not mapped moves nothing; a repeated run moves nothing."""
    pair, number = sold
    for letter, state in (("B", "new"), ("P", "processing"), ("O", "processing"), ("C", "completed")):
        pair.at_cscart("order.status", order_id=number, status=letter)
        assert pair.run().exit is Exit.OK
        assert pair.office_order(number)["state_id"] == state
        pair.later(60)
    assert not [
        name for name in pair.webasyst.counters.by_method if name in {"shop.order.process", "shop.order.ship"}
    ]


def test_a_status_never_moves_backwards(sold: tuple[Pair, int]) -> None:
    """Staff has completed the order already; CS-Cart's `paid` that asks for less is set aside, not forced."""
    pair, number = sold
    pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action="complete")
    pair.at_cscart("order.status", order_id=number, status="P")
    run = pair.run()
    assert run.reasons == {str(number): "status-out-of-reach"}
    assert pair.office_order(number)["state_id"] == "completed"
    pair.at_cscart("order.status", order_id=number, status="C")
    assert pair.run().exit is Exit.OK


def test_an_order_that_staff_deleted_stays_deleted(sold: tuple[Pair, int]) -> None:
    """A deleted order is an end: it is neither restored nor made again, and the operator is told."""
    pair, number = sold
    pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action="delete")
    pair.at_cscart("order.status", order_id=number, status="P")
    run = pair.run()
    assert run.reasons == {str(number): "status-out-of-reach"}
    assert pair.office_order(number)["state_id"] == "deleted"


def test_a_workflow_without_the_action_is_no_detour(sold: tuple[Pair, int]) -> None:
    """A paid order cannot be shipped by `delete`: what the state does not allow is set aside."""
    pair, number = sold
    pair.set(statuses='{"P":"paid","C":"completed","I":"deleted"}')
    pair.at_cscart("order.status", order_id=number, status="P")
    assert pair.run().exit is Exit.OK
    assert pair.office_order(number)["state_id"] == "paid"
    pair.later(60)
    pair.at_cscart("order.status", order_id=number, status="I")
    run = pair.run()
    assert run.reasons == {str(number): "status-out-of-reach"}
    assert pair.office_order(number)["state_id"] == "paid"


def test_an_order_cancelled_before_it_was_seen_creates_nothing(started: Pair) -> None:
    """An order that is first seen cancelled, failed, declined or incomplete creates no order in Webasyst."""
    for letter in "FDI":
        started.place("A", status=letter)
    assert started.run().exit is Exit.OK
    assert started.office_orders() == []


def test_a_status_moved_in_webasyst_already_is_a_success(sold: tuple[Pair, int]) -> None:
    """Staff was quicker: there is nothing to do and nothing to report."""
    pair, number = sold
    pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action="process")
    pair.at_cscart("order.status", order_id=number, status="P")
    pair.forget_counts()
    assert pair.run("orders").exit is Exit.OK
    assert pair.webasyst.counters.writes == 0
    assert pair.link(number).state == "processing"


def test_another_recipient_is_told_and_taken_back(sold: tuple[Pair, int]) -> None:
    """Somebody else who takes the delivery stands in the order's params, and goes when the buyer takes it after all."""
    pair, number = sold
    other = {"s_firstname": "Boris", "s_lastname": "B", "s_phone": "7"}
    pair.at_cscart("order.edit", order_id=number, customer={"firstname": "Anna", **other})
    assert pair.run("orders").exit is Exit.OK
    assert pair.office_order(number)["params"]["shipping_recipient"] == "Boris B, 7"
    pair.later(600)
    pair.at_cscart("order.edit", order_id=number, customer=dict.fromkeys(other, ""))
    assert pair.run("orders").exit is Exit.OK
    assert not pair.office_order(number)["params"].get("shipping_recipient")
