"""A Webasyst order says CS-Cart's total, whatever it is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_SAVE, Pair, lines_of, money

Args = dict[str, Any]
A = {"sku": "A", "amount": 3}
KINDS: dict[str, Args] = {
    "plain": {},
    "another price": {"lines": [{"sku": "A", "amount": 3, "price": "7.77"}]},
    "shipping cost": {"shipping": 1},
    "order discount": {"discount": "4.44"},
    "discount and shipping": {"discount": "12.34", "shipping": 1},
    "discount as large as the lines": {"discount": "30.00", "shipping": 1},
    "tax outside the prices": {"tax": "8"},
    "tax inside the prices": {"tax": {"rate": "20", "included": True}},
    "payment surcharge": {"surcharge": "1.99"},
    "method with a fee": {"payment_id": 13},
    "tax, surcharge, discount, shipping": {
        "tax": "8",
        "surcharge": "0.55",
        "discount": "3.33",
        "shipping": 1,
    },
    "a total typed in, higher": {"total": "99.99"},
    "a total typed in, lower": {"total": "12.00"},
    "nothing to pay": {"discount": "30.00", "shipping": None},
    "given away": {"lines": [{"sku": "A", "amount": 1, "price": "0"}], "shipping": None},
}


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_the_total_is_equal_to_the_cent(started: Pair, args: Args) -> None:
    """Whatever a total is made of, the order in Webasyst says the same total, and a second run changes nothing."""
    given = {"lines": [A], **args}
    number = started.place(*given.pop("lines"), **given)
    run = started.run("orders")
    assert run.exit is Exit.OK, run.failures
    in_step(started)
    assert started.link(number).flag is None
    started.forget_counts()
    started.run("orders")
    assert started.writes == 0


def test_the_discount_stands_in_the_discount_and_the_lines_keep_the_price_paid(started: Pair) -> None:
    """With discounts on, an order-level discount is Webasyst's discount and a line's price is the one paid."""
    number = started.place({"sku": "A", "amount": 2, "price": "8.50"}, discount="1.11")
    started.run("orders")
    order = started.office_order(number)
    assert lines_of(order) == [("A", Decimal(2), money("8.50"))]
    assert money(order["discount"]) == money("1.11")


def test_without_discounts_the_order_stands_at_its_full_price_and_nobody_is_alarmed(started: Pair) -> None:
    """With discounts off, the order-level discount is not sent and the expected total is the one without it."""
    started.set(orders={"discounts": False})
    number = started.place({"sku": "A", "amount": 2}, discount="5.00", shipping=1)
    run = started.run("orders")
    assert run.exit is Exit.OK, run.failures
    order = started.office_order(number)
    assert money(order["discount"]) == 0
    assert money(order["total"]) == money(started.source_orders()[str(number)]["total"]) + 5
    assert started.link(number).flag is None


def test_coupon_codes_are_named_in_the_order(started: Pair) -> None:
    """The codes of coupons stand in the order's params, their worth in the discount."""
    started.at_cscart("promotion.set", zone="cart", percent=10, coupon="spring10")
    number = started.place(A, coupon="spring10")
    started.run("orders")
    order = started.office_order(number)
    assert order["params"]["coupon_codes"] == "spring10"
    assert money(order["discount"]) == money("3.00")
    in_step(started)


def test_taxes_and_surcharges_are_lines_with_their_names(started: Pair) -> None:
    """What comes on top of the prices is a line of its own, with its name."""
    number = started.place(A, tax="8", payment_id=13)
    started.run("orders")
    names = [name for name, _, _ in lines_of(started.office_order(number))]
    assert "A" in names
    assert any("8" in name and "ax" in name for name in names)
    assert len(names) == 3
    in_step(started)


def test_shipping_and_payment_methods_are_named(started: Pair) -> None:
    """The names of the shipping and the payment method arrive, the cost in the shipping cost."""
    number = started.place(A, shipping=1, payment_id=6)
    started.run("orders")
    order = started.office_order(number)
    assert order["params"]["shipping_name"] == "Courier"
    assert order["params"]["payment_name"] == "Cash on delivery"
    assert order["params"]["sales_channel"] == "other:cscart"
    assert money(order["shipping"]) == 300


def test_an_order_of_products_that_no_longer_exist_arrives_as_free_lines(started: Pair) -> None:
    """An unknown SKU is a free line with name, price and code: never dropped; such an order starts empty."""
    started.set(products={"enabled": False})
    started.product("GONE", price="12.00")
    number = started.place({"sku": "GONE", "amount": 2})
    started.at_cscart("product.delete", sku="GONE")
    run = started.run("orders")
    assert run.exit is Exit.OK, run.failures
    (name, quantity, price), *rest = lines_of(started.office_order(number))
    assert "GONE" in name
    assert "Product GONE" in name
    assert (quantity, price, rest) == (Decimal(2), money("12.00"), [])
    in_step(started)


def test_known_and_unknown_lines_go_together(started: Pair) -> None:
    """One unknown line does not make the known one a free line."""
    started.product("GONE", price="12.00")
    number = started.place("GONE", "A")
    started.at_cscart("product.delete", sku="GONE")
    assert started.run("orders").exit is Exit.OK
    assert len(started.office_order(number)["items"]) == 2
    assert ("A", Decimal(1), money("10.00")) in lines_of(started.office_order(number))
    in_step(started)


def test_a_long_order_arrives_whole_and_one_beyond_the_limit_is_held(shops: Opener) -> None:
    """PHP cuts a form of more than 1,000 variables silently: 250 lines arrive, 300 are held and nothing is sent."""
    pair = shops(CSCartShop(products=300, variations=False))
    pair.set(products={"images": False})
    pair.run("products")
    lines = [{"sku": row["code"], "price": "1.11"} for row in pair.cscart.dump()["products"].values()]
    number = pair.place(*lines[:250], oversell=True)
    too_long = pair.place(*lines, oversell=True)
    run = pair.run("orders")
    assert run.reasons == {str(too_long): "too-large"}
    assert len([row for row in pair.office_order(number)["items"] if row["sku_code"]]) == 250
    in_step(pair, but=[too_long])


@pytest.fixture
def in_euro(shops: Opener) -> Pair:
    """CS-Cart sells in euro, Webasyst counts in dollars and knows the euro at 1.1."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, currencies={"USD": 1, "EUR": "1.1"}))
    pair.set(cscart={"currency": "EUR"})
    pair.product("A", price="10.00")
    pair.run()
    pair.forget_counts()
    return pair


def test_an_order_in_another_currency_keeps_its_currency(in_euro: Pair) -> None:
    """The order stands in euro, with euro prices and the euro total; the product stands in dollars."""
    number = in_euro.place({"sku": "A", "amount": 2}, shipping=1, discount="1.00")
    run = in_euro.run("orders")
    assert run.exit is Exit.OK, run.failures
    order = in_euro.office_order(number)
    assert order["currency"] == "EUR"
    assert lines_of(order) == [("A", Decimal(2), money("10.00"))]
    assert order["params"]["shipping_name"] == "Courier"
    assert money(in_euro.office_sku("A")["price"]) == money("11.00")
    in_step(in_euro)


@pytest.mark.parametrize("kind", ["drop", "reset"])
def test_an_order_in_another_currency_whose_answer_is_lost_arrives_once(in_euro: Pair, kind: str) -> None:
    """The creation by `order.save` tells no id even when all is well; a lost answer makes no second order."""
    in_euro.set(http={"deadline": 1})
    for number in range(3):
        in_euro.place("A", customer={"email": f"{number}@example.test", "firstname": "X"})
    in_euro.webasyst.faults.add({"when": "after", "kind": kind, "match": ORDER_SAVE, "times": None})
    in_euro.run("orders")
    in_euro.run("orders")
    in_euro.webasyst.faults.clear()
    assert in_euro.run("orders").exit is Exit.OK
    assert len(in_euro.office_orders()) == 3
    in_step(in_euro)


def test_a_currency_that_webasyst_lacks_is_told_before_anything_is_written(shops: Opener) -> None:
    """Nothing runs while Webasyst does not know CS-Cart's currency; once it is added there, all arrives."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, currencies={"USD": 1}))
    pair.set(cscart={"currency": "EUR"})
    pair.product("A")
    number = pair.place("A")
    assert pair.run().exit is Exit.MISCONFIGURED
    assert pair.writes == 0
    pair.at_webasyst("currency", code="EUR", rate="1.25")
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert pair.office_order(number)["currency"] == "EUR"
    in_step(pair)
