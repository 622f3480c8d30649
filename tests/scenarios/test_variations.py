"""The rows of one variation group are the SKUs of one Webasyst product."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair, money

GROUP = ("SKU-000006", "SKU-000007", "SKU-000008")


@pytest.fixture
def grouped(shops: Opener) -> Pair:
    """Ten products, three of them one variation group."""
    return shops(CSCartShop(products=10))


def rows(pair: Pair) -> list[dict[str, Any]]:
    return [pair.office_product(code) for code in GROUP]


def test_a_group_is_one_product_with_its_skus(grouped: Pair) -> None:
    """Three rows of a group become three SKUs, named by what distinguishes them, each with price and stock."""
    assert grouped.run().exit is Exit.OK
    assert len({row["id"] for row in rows(grouped)}) == 1
    assert len(rows(grouped)[0]["skus"]) == 3
    for code in GROUP:
        assert money(grouped.office_sku(code)["price"]) == money(grouped.source_product(code)["price"])
        assert grouped.stock(code) == grouped.source_product(code)["amount"]
    assert len({grouped.office_sku(code)["name"] for code in GROUP}) == 3
    in_step(grouped)


def test_without_grouping_each_row_is_a_product(grouped: Pair) -> None:
    """By setting, variations are products of their own."""
    grouped.set(products={"group_variations": False})
    assert grouped.run().exit is Exit.OK
    assert len({row["id"] for row in rows(grouped)}) == 3


def test_existing_skus_are_matched_wherever_they_are(grouped: Pair) -> None:
    """SKUs of a group that stand in different Webasyst products already stay there and follow prices and stock."""
    homes = [grouped.office_has(code, price="1.00") for code in GROUP]
    assert grouped.run().exit is Exit.OK
    assert [row["id"] for row in rows(grouped)] == homes
    for code in GROUP:
        assert money(grouped.office_sku(code)["price"]) == money(grouped.source_product(code)["price"])
    in_step(grouped)


def test_texts_of_a_product_that_holds_strangers_are_left_alone(grouped: Pair) -> None:
    """Two CS-Cart products that are no group share a Webasyst product: only prices and stock are written there."""
    product = grouped.at_webasyst(
        "product.create",
        name="Staff's set",
        skus=[
            {"sku": "SKU-000001", "price": 1, "stock": {"1": 1, "2": 1}},
            {"sku": "SKU-000002", "price": 1},
        ],
    )
    assert grouped.run().exit is Exit.OK
    assert grouped.office_product("SKU-000001")["id"] == product
    assert grouped.office_product("SKU-000001")["name"] == "Staff's set"
    for code in ("SKU-000001", "SKU-000002"):
        assert money(grouped.office_sku(code)["price"]) == money(grouped.source_product(code)["price"])


def test_a_member_that_joins_later_becomes_a_further_sku(grouped: Pair) -> None:
    """A row that comes into the group after the first run is one more SKU of the same product; the others stay."""
    held = GROUP[2]
    grouped.at_cscart("product.update", sku=held, product_code="")
    grouped.run()
    before = {sku["id"]: (sku["price"], sku["sort"], sku["status"]) for sku in rows_of(grouped)}
    grouped.at_cscart("product.update", product_id=8, product_code=held)
    run = grouped.run()
    assert run.exit is Exit.OK, run.failures
    assert len({row["id"] for row in rows(grouped)}) == 1
    after = {sku["id"]: (sku["price"], sku["sort"], sku["status"]) for sku in rows_of(grouped)}
    assert {key: after[key] for key in before} == before
    assert grouped.stock(held, "2") == 0
    in_step(grouped)


def rows_of(pair: Pair) -> list[dict[str, Any]]:
    skus: list[dict[str, Any]] = pair.office_product(GROUP[0])["skus"]
    return skus


def test_hiding_one_member_hides_its_sku_only(grouped: Pair) -> None:
    """A disabled row hides its SKU; the product is shown while any of its rows is."""
    grouped.run()
    grouped.at_cscart("product.update", sku=GROUP[1], status="D")
    assert grouped.run().exit is Exit.OK
    assert [grouped.office_sku(code)["status"] for code in GROUP] == ["1", "0", "1"]
    assert grouped.office_product(GROUP[0])["status"] == "1"
    for code in GROUP:
        grouped.at_cscart("product.update", sku=code, status="H")
    assert grouped.run().exit is Exit.OK
    assert grouped.office_product(GROUP[0])["status"] == "0"
    in_step(grouped)


def test_an_order_for_a_variation_takes_its_sku(grouped: Pair) -> None:
    """The line of an order is the SKU of the row that was bought."""
    grouped.run()
    number = grouped.place(GROUP[1])
    grouped.run()
    assert [item["sku_code"] for item in grouped.office_order(number)["items"]] == [GROUP[1]]
    in_step(grouped)
