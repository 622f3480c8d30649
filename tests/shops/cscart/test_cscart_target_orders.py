"""Writing orders and shipments to the sandbox shop over real sockets, and what the shop makes of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from syncd.errors import BrokenAnswer, Held, InDoubt, NotAuthorised, Refused
from syncd.model.exchange import Shipment, SourceLine
from syncd.model.order import Order
from syncd.sandbox.running import RunningShop
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.target import CSCartTarget
from tests.shops.cscart.conftest import Aim
from tests.shops.cscart.cscart_shop import FakeShop, sample

pytestmark = pytest.mark.anyio

NOBODY: frozenset[str] = frozenset()
PUT_ORDER = {"method": "PUT", "path": "orders/"}


def place(sandbox: RunningShop, *skus: str, amount: int = 1, **args: Any) -> str:
    """A guest buys; returns the order's key."""
    lines = [{"sku": sku, "amount": amount} for sku in skus or ("SKU-000001",)]
    customer = {"email": "guest@example.test", "firstname": "Anna"}
    args = {"lines": lines, "customer": customer, **args}
    return str(sandbox.edit("order.place", **args)["order_id"])


async def read(target: CSCartTarget, key: str) -> Order:
    order = await target.order(key)
    assert isinstance(order, Order)
    return order


def bodies(sandbox: RunningShop, method: str = "PUT") -> list[Any]:
    """What was sent by this method."""
    return [json.loads(entry.body) for entry in sandbox.counters.journal if entry.method == method]


# -- statuses -----------------------------------------------------------------------------------------------------------


async def test_a_status_moves_and_nobody_gets_a_mail(sandbox: RunningShop, target: CSCartTarget) -> None:
    """The body holds nothing but the status, so the order is not rebuilt."""
    key = place(sandbox)
    before = await read(target, key)
    sandbox.edit("product.update", sku="SKU-000001", price="1.00")
    await target.set_status(key, "C", NOBODY)
    after = await read(target, key)
    assert (after.status, after.lines, after.total) == ("C", before.lines, before.total)
    await target.set_status(key, "P", frozenset({"user", "vendor"}))
    assert bodies(sandbox) == [{"status": "C"}, {"status": "P", "notify_user": "1", "notify_vendor": "1"}]


async def test_only_the_list_of_statuses_tells_which_letters_exist(
    sandbox: RunningShop, target: CSCartTarget
) -> None:
    """The shop stores an unknown letter and answers yes, also for an order that it does not have (§4.6)."""
    key = place(sandbox)
    known = await target.statuses()
    assert "Z" not in known
    assert known["C"] == "Complete"
    await target.set_status(key, "Z", NOBODY)
    assert (await read(target, key)).status == "Z"
    await target.set_status("9999", "C", NOBODY)
    assert await target.order("9999") is None


async def test_a_status_may_become_another(sandbox: RunningShop, target: CSCartTarget) -> None:
    """On short stock B is stored: the order has to be read back."""
    key = place(sandbox, amount=3)
    await target.set_status(key, "I", NOBODY)
    sandbox.edit("product.update", sku="SKU-000001", amount=1)
    await target.set_status(key, "P", NOBODY)
    assert (await read(target, key)).status == "B"


async def test_a_lost_answer_leaves_a_status_in_doubt(sandbox: RunningShop, target: CSCartTarget) -> None:
    """It was done all the same, and it is sent once."""
    key = place(sandbox)
    sandbox.faults.add({"when": "after", "kind": "status", "status": 500, "match": PUT_ORDER})
    with pytest.raises(InDoubt) as caught:
        await target.set_status(key, "C", NOBODY)
    assert caught.value.ended
    assert (await read(target, key)).status == "C"
    assert len(bodies(sandbox)) == 1


async def test_a_key_that_may_not_write_orders(sandbox: RunningShop, target: CSCartTarget) -> None:
    """The error names the privileges."""
    key = place(sandbox)
    sandbox.edit("setting", privileges=["view_orders"])
    with pytest.raises(NotAuthorised, match="edit_order and update_status"):
        await target.set_status(key, "C", NOBODY)
    with pytest.raises(NotAuthorised, match="edit_order"):
        await target.add_shipment(key, "1", "RR1")


# -- shipments ----------------------------------------------------------------------------------------------------------


async def test_a_shipment_holds_what_is_left(sandbox: RunningShop, target: CSCartTarget) -> None:
    """It is made with the order's own method, takes all pieces, and changes neither status nor time of the order."""
    key = place(sandbox, "SKU-000001", "SKU-000002", amount=2, shipping=1)
    before = await read(target, key)
    assert (before.shipping_id, before.shipped) == ("1", False)
    made = await target.add_shipment(key, before.shipping_id, "RR1")
    (shipment,) = await target.shipments(key)
    assert (shipment.shipment_id, shipment.tracking_number) == (made, "RR1")
    assert list(shipment.items.values()) == [2, 2]
    after = await read(target, key)
    assert after.shipped
    assert (after.status, after.updated_at) == (before.status, before.updated_at)
    assert bodies(sandbox, "POST") == [{"order_id": key, "shipping_id": "1", "tracking_number": "RR1"}]


async def test_the_rest_of_a_partly_shipped_order(sandbox: RunningShop, target: CSCartTarget) -> None:
    """What staff shipped already is not shipped again."""
    key = place(sandbox, amount=3, shipping=1)
    first = sandbox.edit("shipment.create", order_id=int(key), tracking_number="BY-HAND")
    made = await target.add_shipment(key, "1", "RR2")
    shipments = {shipment.shipment_id: shipment for shipment in await target.shipments(key)}
    assert list(shipments) == [str(first), made]
    assert sum(sum(shipment.items.values()) for shipment in shipments.values()) == 3


async def test_another_tracking_number(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Nothing but the number is sent: the shop refuses any key beyond its four."""
    key = place(sandbox, shipping=1)
    made = await target.add_shipment(key, "1", "RR1")
    await target.change_shipment(made, "RR2")
    assert [shipment.tracking_number for shipment in await target.shipments(key)] == ["RR2"]
    assert bodies(sandbox) == [{"tracking_number": "RR2"}]
    with pytest.raises(Refused) as caught:
        await target.change_shipment("999", "RR2")
    assert caught.value.code == "gone"


async def test_a_shipment_that_the_shop_refuses(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Without a number, or of an order that is not there."""
    key = place(sandbox, shipping=1)
    for order, number in ((key, ""), ("999", "RR1")):
        with pytest.raises(Refused):
            await target.add_shipment(order, "1", number)
    assert await target.shipments(key) == []


async def test_shipments_of_other_orders_are_left_out(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Each order has its own."""
    keys = [place(sandbox, shipping=1) for _ in range(3)]
    made = [await target.add_shipment(key, "1", f"RR{key}") for key in keys]
    assert [shipment.shipment_id for shipment in await target.shipments(keys[1])] == [made[1]]


def listed(*rows: dict[str, Any], total: str | None = None) -> httpx.Response:
    params = [] if total is None else {"total_items": total, "items_per_page": 100, "page": 1}
    return httpx.Response(200, json={"shipments": list(rows), "params": params})


def a_shipment(number: int, **fields: Any) -> dict[str, Any]:
    row: dict[str, Any] = sample("shipments_list.json")["shipments"][0]
    return row | {"shipment_id": str(number)} | fields


async def test_the_last_page_that_comes_again_ends_the_reading(shop: FakeShop, client: CSCartClient) -> None:
    """The shop repeats it for ever; every shipment comes once (contracts/cscart §1.9)."""
    rows = [a_shipment(number) for number in range(1, 101)]
    shop.before = lambda request: listed(*rows, total="9999")
    target = CSCartTarget(client, company=None, language=None, currency="RUB")
    assert len(await target.shipments("98")) == 100
    assert len(shop.calls) == 2


async def test_shapes_of_a_shipment(shop: FakeShop, client: CSCartClient) -> None:
    """Pieces are a map of texts, `[]` for an empty parcel; ids come as text or number; a stranger's row is dropped."""
    rows = [
        a_shipment(4),
        a_shipment(5, products=[], shipment_id=5, order_id=98, tracking_number=None),
        a_shipment(6, order_id="99"),
    ]
    shop.before = lambda request: listed(*rows)
    target = CSCartTarget(client, company=None, language="ru", currency="RUB")
    assert await target.shipments("98") == [
        Shipment("4", "RR123456789RU", {"1330857165": Decimal(2), "4206517528": Decimal(1)}),
        Shipment("5", "", {}),
    ]
    query = dict(shop.calls[0].params)
    assert query == {
        "order_id": "98",
        "page": "1",
        "items_per_page": "100",
        "sort_by": "id",
        "sort_order": "asc",
        "sl": "ru",
    }


async def test_a_shipment_that_cannot_be_read_is_not_missing(shop: FakeShop, client: CSCartClient) -> None:
    """Otherwise the order would be shipped twice."""
    shop.before = lambda request: listed(a_shipment(4, shipment_id="?"))
    target = CSCartTarget(client, company=None, language=None, currency="RUB")
    with pytest.raises(BrokenAnswer, match="shipment_id"):
        await target.shipments("98")


# -- lines --------------------------------------------------------------------------------------------------------------

LINES = [SourceLine("4", "Four", 2, Decimal("50.00")), SourceLine("5", "Five", 1, Decimal("7.50"))]


STORED = [("4", Decimal(2), Decimal("50.00")), ("5", Decimal(1), Decimal("7.50"))]


def told(order: Order) -> list[tuple[str, Decimal, Decimal]]:
    return sorted((line.product_key, line.quantity, line.unit_price) for line in order.lines)


def consistent(order: Order, discount: Decimal) -> bool:
    """Whether the order has this discount, and its total says so."""
    return (order.discount, order.unexplained) == (discount, Decimal(0))


async def test_lines_are_stored_as_they_are_told(sandbox: RunningShop, target: CSCartTarget) -> None:
    """All of them, the first included, at their own prices and not at the catalogue's; one call does it."""
    key = place(sandbox, "SKU-000001", shipping=1)
    before = await read(target, key)
    await target.write_lines(key, LINES, Decimal(0))
    order = await read(target, key)
    assert told(order) == STORED
    assert consistent(order, Decimal(0))
    assert order.total == Decimal("107.50") + before.shipping_cost
    assert (order.status, order.customer) == (before.status, before.customer)
    (body,) = bodies(sandbox)
    assert list(body) == ["products"]
    assert body["products"]["1"]["company_id"] == "1"


async def test_a_list_would_lose_or_reprice_lines(sandbox: RunningShop, target: CSCartTarget) -> None:
    """What is sent is an object with the keys from "1" on (contracts/cscart §4.5, §4.6)."""
    key = place(sandbox)
    await target.write_lines(key, LINES, Decimal(0))
    (body,) = bodies(sandbox)
    assert isinstance(body["products"], dict)
    assert list(body["products"]) == ["1", "2"]
    assert {"product_id", "price"} <= set(body["products"]["1"])


@pytest.mark.parametrize(("old", "new"), [("0", "10.00"), ("5.00", "0"), ("5.00", "107.50")])
async def test_a_new_discount_is_in_the_total(
    sandbox: RunningShop, target: CSCartTarget, old: str, new: str
) -> None:
    """The shop computes the total before it takes the discount in, so the total goes along in a second call."""
    key = place(sandbox, "SKU-000001", shipping=1, discount=old)
    await target.write_lines(key, LINES, Decimal(new))
    order = await read(target, key)
    assert consistent(order, Decimal(new))
    assert order.total == Decimal("107.50") - Decimal(new) + order.shipping_cost
    assert told(order) == STORED
    assert [set(body) for body in bodies(sandbox)] == [
        {"products"},
        {"products", "subtotal_discount", "total"},
    ]


async def test_a_discount_that_stays_costs_no_second_call(sandbox: RunningShop, target: CSCartTarget) -> None:
    """The shop keeps it."""
    key = place(sandbox, "SKU-000001", shipping=1, discount="5.00")
    await target.write_lines(key, LINES, Decimal(5))
    order = await read(target, key)
    assert consistent(order, Decimal(5))
    assert len(bodies(sandbox)) == 1


async def test_taxes_on_top_are_computed_anew(sandbox: RunningShop, target: CSCartTarget) -> None:
    """With a discount too, the total is that of the shop."""
    key = place(sandbox, "SKU-000001", shipping=1, tax=20)
    await target.write_lines(key, LINES, Decimal(10))
    order = await read(target, key)
    assert consistent(order, Decimal(10))
    assert order.extras


async def test_stock_follows_the_lines(sandbox: RunningShop, target: CSCartTarget) -> None:
    """What was taken for the old lines comes back, what the new ones need is taken, once."""

    def stock(number: str) -> int:
        return int(sandbox.dump()["products"][number]["amount"])

    before = stock("1"), stock("4")
    key = place(sandbox, "SKU-000001", amount=3)
    await target.write_lines(key, LINES, Decimal(10))
    assert (stock("1"), stock("4")) == (before[0], before[1] - 2)


async def test_what_add_ons_noted_on_a_line_stays(sandbox: RunningShop, target: CSCartTarget) -> None:
    """A line of the same product keeps it; the shop's own notes are not sent back."""
    lines = [{"sku": "SKU-000004", "amount": 1, "extra": {"external_id": "7"}}]
    key = place(sandbox, lines=lines)
    await target.write_lines(key, LINES, Decimal(0))
    (body,) = bodies(sandbox)
    assert [line["extra"] for line in body["products"].values()] == [{"external_id": "7"}, {}]


@pytest.mark.parametrize(
    "line",
    [
        {"sku": "SKU-000013", "amount": 1, "options": {"5": 22}},
        {"sku": "SKU-000004", "amount": 1, "extra": {"is_edp": "Y"}},
    ],
    ids=["options", "download"],
)
async def test_lines_that_hold_more_are_left_alone(
    sandbox: RunningShop, target: CSCartTarget, line: dict[str, Any]
) -> None:
    """Chosen options and downloads would be lost: nothing is sent."""
    key = place(sandbox, lines=[line])
    with pytest.raises(Held, match="Change the order in CS-Cart"):
        await target.write_lines(key, LINES, Decimal(0))
    assert sandbox.counters.writes == 0


async def test_an_order_that_is_gone_or_refused(sandbox: RunningShop, target: CSCartTarget) -> None:
    """A missing order is told before anything is sent; a method that is gone makes the shop refuse."""
    with pytest.raises(Refused) as caught:
        await target.write_lines("999", LINES, Decimal(0))
    assert caught.value.code == "gone"
    key = place(sandbox)
    before = await read(target, key)
    sandbox.edit("shipping.disable", shipping_id=2)
    with pytest.raises(Refused):
        await target.write_lines(key, LINES, Decimal(0))
    assert (await read(target, key)).lines == before.lines


@pytest.mark.parametrize("skip", [0, 1])
async def test_a_lost_answer_leaves_lines_in_doubt_and_writing_again_puts_them_right(
    sandbox: RunningShop, target: CSCartTarget, skip: int
) -> None:
    """After either call: the same lines once more end in the same order."""
    key = place(sandbox, "SKU-000001", shipping=1)
    sandbox.faults.add({"when": "answer", "kind": "empty", "match": PUT_ORDER, "skip": skip})
    with pytest.raises(InDoubt):
        await target.write_lines(key, LINES, Decimal(10))
    assert (await read(target, key)).unexplained == 0
    await target.write_lines(key, LINES, Decimal(10))
    order = await read(target, key)
    assert consistent(order, Decimal(10))
    assert told(order) == STORED


async def test_an_order_unreadable_between_the_calls_is_in_doubt(sandbox: RunningShop, aim: Aim) -> None:
    """Something was written, so it must not look as if nothing had been sent."""
    target = aim(sandbox, deadline=2)
    key = place(sandbox, shipping=1)
    match = {"method": "GET", "path": f"orders/{key}"}
    sandbox.faults.add({"when": "answer", "kind": "empty", "match": match, "skip": 1, "times": None})
    with pytest.raises(InDoubt, match="lines of order"):
        await target.write_lines(key, LINES, Decimal(10))
    sandbox.faults.clear()
    assert len((await read(target, key)).lines) == 2
