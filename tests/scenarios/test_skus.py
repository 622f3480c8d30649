"""Codes that cannot tell which product is meant, products that orders need, products that come and go."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair, lines_of, money


def test_a_code_that_two_products_share_is_set_aside_by_name(started: Pair) -> None:
    """Both products of a doubled code wait with their reason; the others go on; different codes deliver both."""
    one, two = started.product("TWIN"), started.product("TWIN")
    started.product("B")
    run = started.run()
    assert set(run.reasons) <= {str(one), str(two)}
    assert set(run.reasons.values()) == {"duplicate-sku"}
    assert "TWIN" in run.failures[0].message
    started.office_product("B")
    started.at_cscart("product.update", product_id=two, product_code="TWIN-2")
    assert started.run().exit is Exit.OK
    started.office_product("TWIN")
    started.office_product("TWIN-2")
    in_step(started)


def test_a_product_without_a_code_is_set_aside_by_name(started: Pair) -> None:
    """An empty SKU waits with its reason until it gets one."""
    number = started.product("", name="Nameless")
    run = started.run()
    assert run.reasons == {str(number): "empty-sku"}
    assert "Nameless" in run.text(number)
    started.at_cscart("product.update", product_id=number, product_code="NOW")
    assert started.run().exit is Exit.OK
    started.office_product("NOW")


def test_a_code_that_stands_twice_in_webasyst_is_nobodys(started: Pair) -> None:
    """An ambiguous SKU is not guessed: the product waits, an order's line counts as unknown, and staff's cure works."""
    first = started.office_has("DUP", price="1.00")
    second = started.at_webasyst("product.duplicate", id=first)
    product = started.product("DUP", price="7.00")
    number = started.place("DUP")
    run = started.run()
    assert run.reasons == {str(product): "ambiguous-sku"}
    assert [item["sku_id"] for item in started.office_order(number)["items"]] == [0]
    assert {
        sku["price"] for row in started.office_products() for sku in row["skus"] if sku["sku"] == "DUP"
    } == {"1.0000"}
    started.at_webasyst("product.delete", id=second)
    started.set(products={"sweep_time": 0})
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("DUP")["price"]) == money("7.00")
    in_step(started)


def test_a_renamed_code_is_reported_and_the_product_is_not_doubled(started: Pair) -> None:
    """A linked product whose SKU changed in CS-Cart is set aside; the same code in both shops heals it."""
    number = started.source_product("A")["product_id"]
    started.at_cscart("product.update", product_id=number, product_code="A-NEW")
    run = started.run()
    assert run.reasons == {str(number): "renamed-sku"}
    assert len(started.office_products()) == 1
    started.at_webasyst("sku.update", id=started.office_sku("A")["id"], sku="A-NEW")
    assert started.run().exit is Exit.OK
    assert len(started.office_products()) == 1


def test_an_order_finds_a_renamed_product_by_its_link(started: Pair) -> None:
    """The link knows the product, whatever its code is called now."""
    started.at_cscart("product.update", sku="A", product_code="A-NEW")
    number = started.place("A-NEW")
    started.run()
    assert [item["sku_code"] for item in started.office_order(number)["items"]] == ["A"]


@pytest.mark.parametrize("code", ["ab-1", " AB-1", "Ab-1 "])
def test_codes_are_compared_trimmed_and_without_case(started: Pair, code: str) -> None:
    """By default `AB-1` is `ab-1`."""
    started.office_has("AB-1", price="3.00")
    started.product(code, price="4.00")
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("AB-1")["price"]) == money("4.00")
    assert len(started.office_products()) == 2


def test_codes_may_be_compared_with_their_case(started: Pair) -> None:
    """By setting, `AB-1` and `ab-1` are two products."""
    started.set(products={"sku_case": True})
    started.office_has("AB-1", price="3.00")
    started.product("ab-1", price="4.00")
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("AB-1")["price"]) == money("3.00")
    assert money(started.office_sku("ab-1")["price"]) == money("4.00")


def test_a_product_that_an_order_needs_is_created_on_demand(started: Pair) -> None:
    """An order for a product that came after the last products cycle brings it along."""
    started.product("FRESH", price="21.00")
    number = started.place("FRESH")
    run = started.run("orders")
    assert run.exit is Exit.OK, run.failures
    assert lines_of(started.office_order(number)) == [("FRESH", Decimal(1), money("21.00"))]
    assert len(started.office_order(number)["items"]) == 1
    assert started.run().exit is Exit.OK
    started.office_product("FRESH")
    in_step(started)


def test_without_creating_an_unknown_product_is_a_free_line(started: Pair) -> None:
    """With `CREATE_MISSING` off nothing is created, neither by the products stream nor for an order."""
    started.set(products={"create_missing": False})
    started.product("FRESH")
    number = started.place("FRESH")
    assert started.run().exit is Exit.OK
    assert len(started.office_products()) == 1
    assert started.office_order(number)["items"][0]["sku_id"] == 0
    in_step(started)


def test_a_product_that_staff_just_made_is_found_without_a_scan(started: Pair) -> None:
    """A SKU that was created in Webasyst since the scan is found by an order's line."""
    started.set(products={"enabled": False})
    started.product("HAND")
    started.office_has("HAND")
    number = started.place("HAND")
    started.run("orders")
    assert [item["sku_code"] for item in started.office_order(number)["items"]] == ["HAND"]


def test_a_vanished_product_of_cscart_is_reported_and_stays_in_webasyst(started: Pair) -> None:
    """Deleted in CS-Cart: nothing is deleted or hidden in Webasyst, and the others go on."""
    started.product("B")
    started.product("C")
    started.run()
    started.at_cscart("product.delete", sku="B")
    started.at_cscart("product.update", sku="C", category_ids=[])
    started.set(products={"sweep_time": 0})
    assert started.run().exit is Exit.OK
    assert started.office_product("B")["status"] == "1"
    assert started.office_product("C")["status"] == "1"
    in_step(started)


def test_a_product_that_staff_deleted_is_not_made_again(started: Pair) -> None:
    """Deleted in Webasyst: reported by name, and not created again behind the staff's back."""
    started.product("B")
    started.run()
    number = started.source_product("B")["product_id"]
    started.at_webasyst("product.delete", id=started.office_product("B")["id"])
    started.set(products={"sweep_time": 0})
    started.at_cscart("product.update", sku="B", price="1.00")
    run = started.run()
    assert run.reasons == {str(number): "vanished"}
    assert len(started.office_products()) == 1


def test_hidden_and_disabled_products_are_hidden(started: Pair) -> None:
    """Status A is shown, H and D are hidden, for new products and for later changes."""
    for code, status in (("H", "H"), ("D", "D"), ("S", "A")):
        started.product(code, status=status)
    assert started.run().exit is Exit.OK
    assert [started.office_product(code)["status"] for code in "HDS"] == ["0", "0", "1"]
    started.at_cscart("product.update", sku="H", status="A")
    started.at_cscart("product.update", sku="S", status="H")
    assert started.run().exit is Exit.OK
    assert [started.office_product(code)["status"] for code in "HDS"] == ["1", "0", "0"]
    in_step(started)


def test_prices_are_converted_by_webasysts_own_rate(shops: Opener) -> None:
    """CS-Cart sells in euro, Webasyst's primary currency is the dollar: price and list price are converted to the cent."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, currencies={"USD": 1, "EUR": "1.1"}))
    pair.set(cscart={"currency": "EUR"})
    pair.product("A", price="10.55", list_price="12.00")
    pair.run()
    assert money(pair.office_sku("A")["price"]) == money("11.61")
    assert money(pair.office_sku("A")["compare_price"]) == money("13.20")
    pair.forget_counts()
    pair.later(30)
    pair.run()
    assert pair.writes == 0


def test_cscarts_currency_is_webasysts_primary_one_by_default(pair: Pair) -> None:
    """Without a setting nothing is converted."""
    pair.set(cscart={"currency": None})
    pair.run()
    assert money(pair.office_sku("A")["price"]) == money("10.00")


def test_promotions_do_not_leak_into_prices(started: Pair) -> None:
    """The price that arrives is the base price, not the one of a promotion that ends tomorrow."""
    started.at_cscart("promotion.set", zone="catalog", percent=50, skus=["A"])
    started.at_cscart("product.update", sku="A", amount=40)
    started.run()
    assert money(started.office_sku("A")["price"]) == money("10.00")


def test_a_shop_without_warehouses_has_its_stock(shops: Opener) -> None:
    """Webasyst without warehouses counts each SKU as a whole."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, stocks=0))
    pair.product("A", amount=7)
    assert pair.run().exit is Exit.OK
    assert pair.office_sku("A")["count"] == "7.000"
    pair.at_cscart("product.update", sku="A", amount=5)
    number = pair.place({"sku": "A", "amount": 2}, status="P")
    assert pair.run().exit is Exit.OK
    assert pair.office_sku("A")["count"] == "3.000"
    pair.office_order(number)
    in_step(pair)


def test_the_chosen_warehouse_gets_the_stock(started: Pair) -> None:
    """By setting, new products, stock and order lines go to another warehouse."""
    started.set(webasyst={"stock_id": 2})
    started.product("B", amount=9)
    number = started.place("B")
    assert started.run().exit is Exit.OK
    assert (started.stock("B", "1"), started.stock("B", "2")) == (Decimal(0), Decimal(8))
    assert started.office_order(number)["items"][0]["stock_id"] == 2


def test_new_products_get_the_chosen_category_and_type(started: Pair) -> None:
    """The defaults of the settings are where new products are filed; linked ones stay where they are."""
    category = started.at_webasyst("category.create", name="From CS-Cart")
    kind = started.at_webasyst("type.create", name="Imported")
    started.set(webasyst={"category_id": category, "type_id": kind})
    started.product("B")
    started.at_cscart("product.update", sku="A", price="11.00")
    assert started.run().exit is Exit.OK
    assert started.office_product("B")["category_ids"] == [category]
    assert started.office_product("B")["type_id"] == str(kind)
    assert started.office_product("A")["category_ids"] == []


def test_pictures_are_sent_once(started: Pair) -> None:
    """A new product's pictures arrive, a later run sends none again, a new picture is added."""
    started.product("B")
    started.at_cscart("product.image", sku="B", colour=1)
    started.run()
    assert len(started.office_product("B")["images"]) == 1
    started.at_cscart("product.update", sku="B", price="5.00")
    started.run()
    assert len(started.office_product("B")["images"]) == 1
    started.at_cscart("product.image", sku="B", colour=2)
    assert started.run().exit is Exit.OK
    assert len(started.office_product("B")["images"]) == 2
    assert len({row["digest"] for row in started.webasyst.dump()["images"]}) == 2


def test_a_picture_that_cannot_be_had_does_not_hold_the_product(started: Pair) -> None:
    """The product stands without its picture, the picture waits with its reason, and comes when it can be had."""
    number = started.product("B")
    started.at_cscart("product.image", sku="B", colour=1)
    started.cscart.faults.add(
        {"when": "before", "kind": "status", "status": 404, "match": {"name": "GET image"}, "times": None}
    )
    run = started.run()
    assert list(run.reasons) == [str(number)]
    started.office_product("B")
    started.cscart.faults.clear()
    assert started.run().exit is Exit.OK
    assert len(started.office_product("B")["images"]) == 1


def test_texts_and_search_fields_arrive(started: Pair) -> None:
    """Name, description, title, keywords and meta description arrive with creation and with later edits."""
    started.product(
        "B", full_description="<p>Long</p>", short_description="Short", page_title="Title", meta_keywords="k1, k2",
        meta_description="Meta",
    )  # fmt: skip
    started.run()
    product = started.office_product("B")
    assert product["description"] == "<p>Long</p>"
    assert product["summary"] == "Short"
    assert (product["extra"]["meta_title"], product["extra"]["meta_keywords"]) == ("Title", "k1, k2")
    started.at_cscart("product.update", sku="B", page_title="Better", full_description="New")
    started.run()
    product = started.office_product("B")
    assert (product["extra"]["meta_title"], product["description"]) == ("Better", "New")


def test_staffs_texts_stay_while_cscarts_do_not_change(started: Pair) -> None:
    """What staff wrote in Webasyst is not overwritten by a change of the price."""
    product = started.office_product("A")
    started.at_webasyst("product.update", id=product["id"], name="Staff's name", description="Staff's words")
    started.at_cscart("product.update", sku="A", price="11.00")
    assert started.run().exit is Exit.OK
    product = started.office_product("A")
    assert (product["name"], product["description"]) == ("Staff's name", "Staff's words")
    assert money(started.office_sku("A")["price"]) == money("11.00")
