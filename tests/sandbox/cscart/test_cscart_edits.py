"""What customers and staff do in the shop, and the switches that make it an odd shop."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.cscart import edits
from tests.sandbox.cscart.client import NOW, Api
from tests.sandbox.cscart.conftest import Start


def test_every_operation_is_in_the_table() -> None:
    """The documentation names all operations."""
    for name in [*edits.OPERATIONS, "live"]:
        assert f"``{name}``" in (edits.__doc__ or ""), name


@pytest.mark.parametrize(
    ("op", "args", "text"),
    [
        ("fly", {}, "no operation 'fly'"),
        ("order.place", {}, "argument 'lines' is missing"),
        ("order.place", {"lines": [{"sku": "nope"}]}, "no product with the code 'nope'"),
        ("order.place", {"lines": [{"sku": "SKU-000001", "amount": 10**6}]}, "in stock"),
        ("order.place", {"lines": [{"sku": "SKU-000001"}], "shipping": 99}, "the shop refused"),
        ("order.status", {"order_id": 99, "status": "C"}, "no order 99"),
        ("order.break", {"order_id": 1}, "say set, drop"),
        ("product.update", {"product_id": 999}, "no product 999"),
        ("promotion.set", {"zone": "moon"}, "zone must be"),
        ("payment.delete", {"payment_id": 99}, "no payment method 99"),
        ("shipping.disable", {"shipping_id": 99}, "no shipping method 99"),
        ("setting", {"colour": 1}, "no setting 'colour'"),
        ("setting", {"rewrite": "yes"}, "wants bool"),
    ],
)
def test_what_cannot_be_done_is_said_clearly(api: Api, op: str, args: dict[str, Any], text: str) -> None:
    """ValueError names the record or the argument."""
    api.place()
    with pytest.raises(ValueError, match=text):
        api.edit(op, **args)


def test_overselling_makes_stock_negative(api: Api) -> None:
    """With oversell the shop accepts what it does not have."""
    api.place("SKU-000001", 1000, oversell=True)
    assert int(api.product(1)["amount"]) < 0


def test_an_edited_order(api: Api) -> None:
    """Lines, address, notes, shipping and discount change; stock and updated_at follow."""
    number = api.place(amount=2)
    before = int(api.product(1)["amount"])
    api.shop.clock.advance(30)
    api.edit(
        "order.edit", order_id=number, lines=[{"sku": "SKU-000002", "amount": 1, "price": "50.00"}],
        customer={"s_city": "Bonn"}, notes="n", details="d", shipping=1, discount="5.00",
    )  # fmt: skip
    order = api.order(number)
    assert (order["subtotal"], order["subtotal_discount"], order["shipping_cost"]) == (50, 5, "300.00")
    assert (order["s_city"], order["notes"], order["details"], order["total"]) == ("Bonn", "n", "d", "345.00")
    assert (order["updated_at"], order["status"]) == (str(NOW + 30), "O")
    assert int(api.product(1)["amount"]) == before + 2


def test_broken_orders_until_they_are_mended(api: Api) -> None:
    """Replaced fields, missing fields, unreadable JSON; lists suffer too."""
    first, second = api.place(), api.place()
    api.edit("order.break", order_id=first, set={"total": "lots"}, drop=["products"])
    broken = api.order(first)
    assert broken["total"] == "lots" and "products" not in broken
    api.edit("order.break", order_id=second, invalid_json=True)
    for answer in (api.get(f"orders/{second}"), api.get("orders", {"get_orders_data": 1})):
        with pytest.raises(ValueError, match="Expecting"):
            _ = answer.json
    assert api.edit("order.mend", order_id=second) == 1
    assert api.order(second)["total"] != "lots"
    assert api.edit("order.mend") == 1
    assert len(api.read("orders", get_orders_data=1)["orders"]) == 2


def test_hidden_and_touched_orders(api: Api) -> None:
    """An order can be kept out of lists, and its updated_at set alone."""
    number = api.place()
    api.edit("order.hide", order_id=number)
    assert api.ids() == [] and api.order(number)
    api.edit("order.show", order_id=number)
    api.edit("order.touch", order_id=number, updated_at=0)
    assert api.ids(updated_at_to="0") == [str(number)]
    assert api.edit("order.delete", order_id=number) == number


def test_a_new_picture_has_a_new_address(api: Api) -> None:
    """And can be taken away again."""
    first = api.edit("product.image", sku="SKU-000001", colour=1)
    second = api.edit("product.image", sku="SKU-000001")
    assert first != second == api.product(1)["main_pair"]["detailed"]["image_path"]
    assert api.edit("product.image", sku="SKU-000001", remove=True) is None
    assert api.product(1)["main_pair"] == []


def test_a_further_picture_leaves_the_main_one_alone(api: Api) -> None:
    """It stands behind those that are there."""
    main = api.edit("product.image", sku="SKU-000001")
    further = api.edit("product.image", sku="SKU-000001", more=True)
    found = api.product(1)
    assert found["main_pair"]["detailed"]["image_path"] == main
    assert further in [pair["detailed"]["image_path"] for pair in found["image_pairs"].values()]


@pytest.mark.parametrize("name", ["updated_at_from", "get_orders_data", "updated_in_hours", "filter_params"])
def test_an_old_shop_ignores_parameters(api: Api, name: str) -> None:
    """What the shop does not know has no effect."""
    api.place()
    api.edit("setting", ignore=[name])
    orders = api.read("orders", updated_at_from=NOW + 1, get_orders_data=1)["orders"]
    assert bool(orders) is (name == "updated_at_from")
    full = api.read("orders", get_orders_data=1)["orders"][0]
    assert ("products" in full) is (name != "get_orders_data")
    assert bool(api.pids(updated_in_hours=0)) is (name == "updated_in_hours")
    assert bool(api.pids(**{"filter_params[product_code][]": "none"})) is (name == "filter_params")


def test_life_in_the_shop_is_random_but_repeats_with_the_seed(start: Start) -> None:
    """The same seed lives the same life; the shop stays readable."""

    def life() -> list[Any]:
        api = start(products=20, seed=3)
        deeds = [api.edit("live") for _ in range(60)]
        assert {"order.place", "order.status", "product.update"} <= {deed["op"] for deed in deeds}
        assert api.read("orders", get_orders_data=1, items_per_page=0)["orders"]
        return deeds

    assert life() == life()
    assert start(products=0).edit("live")["op"] == "nothing"


def test_the_dump_shows_the_whole_state(start: Start) -> None:
    """Natural names, money as text."""
    api = start(products=3, orders=1)
    state = api.running.dump()
    assert state["products"]["1"]["code"] == "SKU-000001"
    assert isinstance(state["products"]["1"]["price"], str)
    assert state["orders"]["1"]["lines"][0]["amount"] > 0
    assert {"settings", "statuses", "promotions", "hooks", "now"} <= set(state)


def test_an_unknown_edition_is_refused(start: Start) -> None:
    """Only the two editions of the contract exist."""
    with pytest.raises(ValueError, match="edition"):
        start(edition="LITE")
