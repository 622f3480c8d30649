"""Reading orders: filters, hidden orders, the full order and its shapes (cscart §4.1-§4.4)."""

# ruff: noqa: RUF001 - names in other scripts are the point here

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.cscart.client import NOW, Api
from tests.sandbox.cscart.conftest import Start


def balanced(order: dict[str, Any]) -> bool:
    """Tell whether the amounts add up to the total (cscart §4.3)."""
    parts = [
        Decimal(str(order[key])) for key in ("subtotal", "shipping_cost", "tax_subtotal", "payment_surcharge")
    ]
    return sum(parts) - Decimal(str(order["subtotal_discount"])) == Decimal(order["total"])


def test_updated_at_bounds_are_inclusive_and_whole_seconds(api: Api) -> None:
    """>= and <=; an empty upper bound means 0; an ISO date is cast to its year."""
    first = api.place()
    api.shop.clock.advance(10.7)
    second = api.place()
    assert api.order(second)["updated_at"] == str(NOW + 10)
    assert api.ids(updated_at_from=NOW + 10) == [str(second)]
    assert api.ids(updated_at_from=NOW + 11) == []
    assert api.ids(updated_at_to=NOW) == [str(first)]
    assert api.ids(updated_at_to="") == []
    assert len(api.ids(updated_at_from="2026-02-24")) == 2


def test_incomplete_and_parent_orders_are_hidden_in_lists_only(start: Start) -> None:
    """N shows up on demand, T and parents never; both can be read by id."""
    api = start(products=10, companies=2, edition="MULTIVENDOR")
    api.edit("order.place", lines=[{"sku": "SKU-000001"}], customer={}, status="N")
    placed = api.edit(
        "order.place", lines=[{"sku": "SKU-000001"}, {"sku": "SKU-000002"}], customer={}, shipping=1
    )
    assert set(api.ids()) == {"3", "4"} == {str(number) for number in placed["suborder_ids"]}
    assert set(api.ids(include_incompleted=1)) == {"1", "3", "4"}
    assert api.ids(status="N") == ["1"]
    assert (api.order(1)["status"], api.order(2)["status"], api.order(2)["is_parent_order"]) == (
        "N",
        "T",
        "Y",
    )
    assert {api.order(3)["parent_order_id"], api.order(4)["parent_order_id"]} == {"2"}
    total = Decimal(api.order(3)["total"]) + Decimal(api.order(4)["total"])
    assert total == Decimal(api.order(2)["total"])


def test_the_status_of_a_parent_goes_to_its_children(start: Start) -> None:
    """One change, all suborders."""
    api = start(products=10, companies=2, edition="MULTIVENDOR")
    lines = {"1": {"product_id": 1, "amount": 1}, "2": {"product_id": 2, "amount": 1}}
    body = {"user_id": 3, "payment_id": 6, "shipping_id": {"1": 1, "2": 2}, "products": lines}
    placed = api.post("orders", body).json
    assert [type(number) for number in placed["suborder_ids"]] == [int, int] and len(
        placed["suborders_data"]
    ) == 2
    assert [api.order(number)["shipping_ids"] for number in placed["suborder_ids"]] == ["1", "2"]
    api.put(f"orders/{placed['order_id']}", {"status": "C"})
    assert [api.order(number)["status"] for number in placed["suborder_ids"]] == ["C", "C"]


def test_full_orders_in_the_list(api: Api) -> None:
    """get_orders_data replaces rows by full orders, equal to the details; short rows lack updated_at."""
    number = api.place()
    assert "updated_at" not in api.read("orders")["orders"][0]
    assert api.read("orders", get_orders_data=1)["orders"] == [api.order(number)]


def test_statuses_are_filtered_by_letter_or_array(api: Api) -> None:
    """A comma list is one unknown letter."""
    first, second = api.place(status="P"), api.place(status="C")
    assert api.ids(status="P") == [str(first)]
    assert len(api.get("orders", [("status[]", "P"), ("status[]", "C")]).json["orders"]) == 2
    assert api.ids(status="P,C") == []
    assert second


def test_other_order_filters(api: Api) -> None:
    """Ids, users, texts, amounts, payments, products, periods."""
    api.place(user_id=3, customer={}, timestamp=NOW - 3600)
    api.place(
        "SKU-000003",
        customer={"email": "Maria@example.test", "phone": "0999", "company": "GmbH", "lastname": "L"},
    )
    total = api.order(2)["total"]
    for query in (
        {"order_id": "2,77"}, {"email": "maria"}, {"phone": "999"}, {"company": "gmb"}, {"cname": " l"},
        {"total_from": total, "total_to": total}, {"p_ids": 3}, {"period": "C", "time_from": NOW, "time_to": NOW},
    ):  # fmt: skip
        assert api.ids(**query) == ["2"], query
    assert api.ids(user_id=3) == ["1"] and len(api.ids(user_id=0)) == 2
    assert len(api.ids(**{"payments[]": 12})) == 2 and api.ids(storefront_id=5) == []
    assert len(api.ids(period="D")) == 2 and api.ids(period="LD") == []
    api.edit("order.status", order_id=1, status="P")
    assert api.ids(has_invoice=1) == ["1"] and len(api.ids(no_issuer=1)) == 2


def test_orders_are_sorted_by_known_keys_only(api: Api) -> None:
    """date is the default and the fall-back; updated_at is no key."""
    for amount in (3, 1, 2):
        api.place(amount=amount)
    assert api.ids() == ["3", "2", "1"]
    assert api.ids(sort_by="order_id", sort_order="asc") == ["1", "2", "3"]
    assert api.ids(sort_by="total", sort_order="asc") == ["2", "3", "1"]
    assert api.read("orders", sort_by="updated_at")["params"]["sort_by"] == "date"


def test_a_missing_address_looks_like_the_stores_default(api: Api) -> None:
    """Empty country and state are filled in the answer, with their names."""
    number = api.place(customer={"email": "x@example.test", "firstname": "А" * 40, "s_country": "DE"})
    order = api.order(number)
    assert (order["b_country"], order["b_state"], order["b_country_descr"]) == ("US", "MA", "United States")
    assert (order["s_country"], order["s_country_descr"], order["b_city"]) == ("DE", "Germany", "")
    assert len(order["firstname"]) == 32
    api.edit("setting", default_country="", default_state="")
    assert "b_country_descr" not in api.order(number) and "s_country_descr" in api.order(number)


def test_item_ids_are_crc32_of_product_and_options(api: Api) -> None:
    """One line may exceed 31 bits; options are part of the key."""
    number = api.place(lines=[{"sku": "SKU-000013", "options": {"5": 22}}, {"sku": "SKU-000012"}])
    keys = set(api.order(number)["products"])
    assert keys == {str(zlib.crc32(b"13_22")), str(zlib.crc32(b"12"))} == {"4206517528", "1330857165"}


def test_options_change_the_price_and_leave_a_snapshot(api: Api) -> None:
    """The modifier is in original_price, the names are kept as a list."""
    base = Decimal(api.product(13)["base_price"])
    line = next(
        iter(api.order(api.place(lines=[{"sku": "SKU-000013", "options": {"5": 22}}]))["products"].values())
    )
    assert Decimal(str(line["original_price"])) == Decimal(line["price"]) == base + 50
    assert Decimal(str(line["base_price"])) == base
    assert line["extra"]["product_options"] == {"5": "22"}
    assert line["extra"]["product_options_value"][0]["variant_name"].endswith("black")


def test_empty_maps_are_empty_lists(api: Api) -> None:
    """promotions, taxes, fields, payment_info and doc_ids are [] when empty; coupons is absent."""
    order = api.order(api.place(tax=0))
    for key in ("promotions", "taxes", "fields", "payment_info", "doc_ids", "shipment_ids"):
        assert order[key] == []
    assert "coupons" not in order and "use_discount" not in order and "shipping_tax_value" not in order


def test_a_discount_with_a_coupon(api: Api) -> None:
    """The coupon is lower-cased; the discount is outside the lines."""
    order = api.order(api.place(coupon="ВЕСНА10", amount=3))
    assert order["coupons"] == {"весна10": ["7"]} and order["promotion_ids"] == "7"
    assert order["promotions"]["7"]["total_discount"] == order["subtotal_discount"] > 0
    assert balanced(order)
    assert "coupons" not in api.order(api.place(coupon="unknown"))


def test_a_line_discount_is_inside_the_price(api: Api) -> None:
    """discount is per unit in the line and summed in the order."""
    number = api.edit("promotion.set", percent=10, skus=["SKU-000001"])
    order = api.order(api.place(amount=2))
    line = next(iter(order["products"].values()))
    assert Decimal(str(line["base_price"])) - Decimal(str(line["discount"])) == Decimal(line["price"])
    assert order["discount"] == pytest.approx(line["discount"] * 2) and order["use_discount"] is True
    assert order["promotions"][str(number)]["total_discount"] == order["discount"] and balanced(order)


def test_taxes_on_top_of_prices_count_in_tax_subtotal(api: Api) -> None:
    """Included taxes do not; both add up."""
    outside = api.order(api.place("SKU-000003", 2))
    assert outside["taxes"]["7"]["price_includes_tax"] == "N"
    assert outside["tax_subtotal"] == outside["taxes"]["7"]["tax_subtotal"] > 0 and balanced(outside)
    inside = api.order(api.place("SKU-000001", 2))
    assert inside["tax_subtotal"] == 0 and inside["taxes"]["6"]["tax_subtotal"] > 0 and balanced(inside)
    own = api.order(api.place(tax={"rate": 5, "included": False}))
    assert own["tax_subtotal"] > 0 and balanced(own)


def test_surcharge_and_shipping(api: Api) -> None:
    """A payment with a fee, a courier with taxes, a forced cost, free shipping by promotion."""
    order = api.order(api.place(payment_id=13, shipping=1))
    assert order["payment_surcharge"] > 0 and order["shipping_cost"] == "300.00" and balanced(order)
    assert order["shipping_tax_value"] == 50 and order["taxes"]["6"]["applies"]["S_0_1"] == 50
    assert api.order(api.place(shipping=1, shipping_cost="12.30"))["shipping_cost"] == "12.30"
    api.edit("promotion.set", zone="cart", free_shipping=True)
    assert api.order(api.place(shipping=1))["shipping_cost"] == "0.00"


def test_shipping_may_be_absent_a_list_or_empty(api: Api) -> None:
    """No method: the key is missing; nothing to ship: an empty list; otherwise entries that need shipment."""
    without = api.order(api.place(shipping=None))
    assert "shipping" not in without and without["need_shipment"] is True
    normal = api.order(api.place())
    assert normal["shipping"][0]["need_shipment"] is True and "need_shipment" not in normal
    api.edit("product.create", code="DL", name="Download", price=1, amount=9, is_edp="Y")
    digital = api.order(api.place("DL"))
    assert (digital["shipping"], digital["need_shipping"]) == ([], False)


def test_need_shipment_can_stand_alone(start: Start) -> None:
    """When only the second vendor's group has a method, its key gets an entry that holds nothing else."""
    api = start(products=10, companies=2, edition="MULTIVENDOR")
    api.edit(
        "product.create",
        code="DL",
        name="AAA",
        price=1,
        amount=9,
        is_edp="Y",
        company_id=1,
        category_ids=[166],
    )
    placed = api.edit("order.place", lines=[{"sku": "DL"}, {"sku": "SKU-000002"}], customer={}, shipping=1)
    entries = api.order(placed["order_id"])["shipping"]
    assert entries[1] == {"need_shipment": True} and "need_shipment" not in entries[0]


def test_lines_of_deleted_products_keep_their_snapshot(api: Api) -> None:
    """Name and code stay; the product is marked as deleted."""
    number = api.place("SKU-000002")
    name = api.product(2)["product"]
    api.edit("product.update", sku="SKU-000002", name="Renamed")
    assert next(iter(api.order(number)["products"].values()))["product"] == "Renamed"
    api.edit("product.delete", sku="SKU-000002")
    line = next(iter(api.order(number)["products"].values()))
    assert (line["product"], line["product_code"], line["deleted_product"]) == (name, "SKU-000002", True)
    assert line["product_status"] is None and line["is_accessible"] is False


def test_lines_are_ordered_by_name_and_variations_are_named(api: Api) -> None:
    """The map follows product names; a variation shows its values in brackets."""
    order = api.order(api.place(lines=[{"sku": f"SKU-00000{n}"} for n in (1, 7, 3)]))
    names = [line["product"] for line in order["products"].values()]
    plain = [line["extra"]["product"].casefold() for line in order["products"].values()]
    assert plain == sorted(plain) and any(name.endswith("(M)") for name in names)


def test_deleted_payment_methods_and_users(api: Api) -> None:
    """Only storefront_ids is left of a payment; the user type is empty."""
    number = api.place(user_id=3)
    api.edit("payment.delete", payment_id=12)
    api.edit("user.delete", user_id=3)
    order = api.order(number)
    assert (order["payment_method"], order["user_type"], order["user_id"]) == (
        {"storefront_ids": ""},
        "",
        "3",
    )
    assert api.order(api.place(payment_id=6))["user_type"] == "C"


def test_seeded_orders_add_up_and_repeat_with_the_seed(start: Start) -> None:
    """Every seeded order balances; the same seed makes the same shop; guests, coupons and statuses vary."""
    first = start(products=40, orders=40, seed=5).read("orders", get_orders_data=1, items_per_page=0)[
        "orders"
    ]
    second = start(products=40, orders=40, seed=5).read("orders", get_orders_data=1, items_per_page=0)[
        "orders"
    ]
    keys = ("order_id", "total", "status", "updated_at", "email", "notes")
    assert [[row[key] for key in keys] for row in first] == [[row[key] for key in keys] for row in second]
    assert all(balanced(row) for row in first)
    assert len({row["status"] for row in first}) > 4 and {"0"} < {row["user_id"] for row in first}
    assert any("coupons" in row for row in first) and any(row["tax_subtotal"] for row in first)
    assert any(row["payment_surcharge"] for row in first)
