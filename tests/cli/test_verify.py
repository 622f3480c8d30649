"""`syncd verify`: each difference is found, nothing else is, and `--fix` has it put right by the ordinary streams."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from syncd.sandbox.webasyst.shop import WebasystShop
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

Told = dict[str, Any]
Plant = Callable[[Pair, int], None]
BACK = {"SYNCD_STATUSES_BACK": '{"shipped":"B"}', "SYNCD_PRODUCTS__IMAGES": "false"}
OWNED = "SYNCD_PRODUCTS__OWNERS"


def verify(cli: Cli, *options: str, **env: str) -> Told:
    """What the command tells; its exit code must fit."""
    result = cli("verify", "--json", *options, **BACK, **env)
    told: Told = json.loads(result.stdout)
    assert result.exit_code == (3 if told["differences"] else 0), result.stderr
    return told


def fields(told: Told) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["name"], one["field"]) for one in told["differences"]]


def sku(pair: Pair, code: str, **columns: Any) -> None:
    pair.at_webasyst("sku.update", id=pair.office_sku(code)["id"], **columns)


def office(pair: Pair, code: str, **columns: Any) -> None:
    pair.at_webasyst("product.update", id=pair.office_product(code)["id"], **columns)


def lines(pair: Pair, number: int) -> list[dict[str, Any]]:
    return [dict(row) for row in pair.office_order(number)["items"]]


@pytest.fixture
def filled(cli: Cli, pair: Pair) -> int:
    """Four products and two orders in step; answers the number of the first order, which is on its way (processed)."""
    for code in "BCD":
        pair.product(code, full_description=f"About {code}", list_price="15.00")
    number = pair.place({"sku": "A", "amount": 2}, "B", shipping=1)
    pair.place("C")
    pair.at_cscart("order.status", order_id=number, status="P")
    cli("run", "--once", **BACK)
    cli("run", "--once", **BACK)
    pair.forget_counts()
    return number


def test_nothing_differs(cli: Cli, pair: Pair, filled: int) -> None:
    """Two shops in step have no difference: exit code 0, everything was compared, nothing was written."""
    told = verify(cli)

    assert told == {"version": 1, "products": 4, "orders": 2, "differences": [], "marked": 0}
    assert pair.writes == 0
    assert "Both shops agree" in cli("verify", **BACK).stdout


PRODUCTS: dict[str, tuple[Plant, str]] = {
    "a price in CS-Cart": (lambda pair, n: pair.at_cscart("product.update", sku="B", price="11.11"), "price"),
    "a price in Webasyst": (lambda pair, n: sku(pair, "B", price="12.12"), "price"),
    "a list price": (
        lambda pair, n: pair.at_cscart("product.update", sku="B", list_price="20"),
        "list_price",
    ),
    "a list price in Webasyst": (lambda pair, n: sku(pair, "B", compare_price="21"), "list_price"),
    "stock in CS-Cart": (lambda pair, n: pair.at_cscart("product.update", sku="B", amount=7), "quantity"),
    "stock in Webasyst": (lambda pair, n: sku(pair, "B", stock={"1": "3"}), "quantity"),
    "hidden in CS-Cart": (lambda pair, n: pair.at_cscart("product.update", sku="B", status="H"), "visible"),
    "hidden in Webasyst": (lambda pair, n: office(pair, "B", status="0"), "visible"),
    "a name": (lambda pair, n: office(pair, "B", name="Other"), "name"),
    "a text": (
        lambda pair, n: pair.at_cscart("product.update", sku="B", full_description="New"),
        "description",
    ),
    "a text in Webasyst": (lambda pair, n: office(pair, "B", description="New"), "description"),
    "deleted in Webasyst": (
        lambda pair, n: pair.at_webasyst("product.delete", id=pair.office_product("B")["id"]),
        "product",
    ),
    "deleted in CS-Cart": (lambda pair, n: pair.at_cscart("product.delete", sku="B"), "product"),
    "another SKU": (lambda pair, n: sku(pair, "B", sku="Z"), "sku"),
}


@pytest.mark.parametrize("case", PRODUCTS)
def test_a_difference_of_a_product_is_found(cli: Cli, pair: Pair, filled: int, case: str) -> None:
    """Whatever differs is told once, with the product's SKU and the field, and nothing else is."""
    key = pair.source_product("B")["product_id"]
    plant, field = PRODUCTS[case]
    plant(pair, filled)

    told = verify(cli)

    assert [(one["key"], one["field"]) for one in told["differences"]] == [(str(key), field)]


ORDERS: dict[str, tuple[Plant, set[str]]] = {
    "a line's price": (
        lambda pair, n: pair.at_webasyst(
            "order.edit", id=pair.office_order(n)["id"], items=_cheaper(pair, n)
        ),
        {"lines", "total"},
    ),
    "shipping": (
        lambda pair, n: pair.at_webasyst("order.edit", id=pair.office_order(n)["id"], shipping="99"),
        {"shipping", "total"},
    ),
    "a discount": (
        lambda pair, n: pair.at_webasyst("order.edit", id=pair.office_order(n)["id"], discount="1"),
        {"discount", "total"},
    ),
    "an address": (
        lambda pair, n: pair.at_cscart("order.edit", order_id=n, customer={"s_city": "Elsewhere"}),
        {"address"},
    ),
    "a status in CS-Cart": (
        lambda pair, n: pair.at_cscart("order.status", order_id=n, status="C"),
        {"status"},
    ),
    "a status in Webasyst": (
        lambda pair, n: pair.at_webasyst("order.action", id=pair.office_order(n)["id"], action="ship"),
        {"status"},
    ),
    "lines in CS-Cart": (
        lambda pair, n: pair.at_cscart("order.edit", order_id=n, lines=[{"sku": "A", "amount": 5}]),
        {"lines", "total"},
    ),
    "deleted in CS-Cart": (lambda pair, n: pair.at_cscart("order.delete", order_id=n), {"order"}),
}


def _cheaper(pair: Pair, number: int) -> list[dict[str, Any]]:
    return [
        {"id": row["id"], "sku_id": row["sku_id"], "quantity": row["quantity"], "price": "0.50"}
        for row in lines(pair, number)
    ]


@pytest.mark.parametrize("case", ORDERS)
def test_a_difference_of_an_order_is_found(cli: Cli, pair: Pair, filled: int, case: str) -> None:
    """Whatever differs is told with the order's number and the part, and no other order is. (Edits move stock as well.)"""
    plant, parts = ORDERS[case]
    plant(pair, filled)

    told = verify(cli)

    found = [one for one in told["differences"] if one["kind"] == "order"]
    assert {one["key"] for one in found} == {str(filled)}
    assert {one["field"] for one in found} == parts
    assert {one["field"] for one in told["differences"] if one not in found} <= {"quantity"}


LEFT_ALONE: dict[str, tuple[str, Plant]] = {
    "a price of nobody's": ('{"price":"none"}', PRODUCTS["a price in Webasyst"][0]),
    "a text of nobody's": ('{"description":"none"}', PRODUCTS["a text in Webasyst"][0]),
    "stock of nobody's": ('{"quantity":"none"}', PRODUCTS["stock in Webasyst"][0]),
    "a flag of nobody's": ('{"status":"none"}', PRODUCTS["hidden in Webasyst"][0]),
}


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_the_owners_leave_to_each_shop_is_no_difference(
    cli: Cli, pair: Pair, filled: int, case: str
) -> None:
    """A field that neither shop owns may differ."""
    owners, plant = LEFT_ALONE[case]
    plant(pair, filled)

    assert verify(cli, **{OWNED: owners})["differences"] == []


@pytest.mark.parametrize(("owner", "plant"), [("cscart", "a text in Webasyst"), ("webasyst", "a text")])
def test_a_text_edited_where_it_is_not_owned(
    cli: Cli, pair: Pair, filled: int, owner: str, plant: str
) -> None:
    """The streams leave such an edit alone; the comparison tells it, and `--fix` puts the owner's text over it."""
    env = {OWNED: json.dumps({"description": owner})}
    PRODUCTS[plant][0](pair, filled)
    assert fields(verify(cli, **env)) == [("product", "B", "description")]

    fixed = verify(cli, "--fix", **env)
    cli("run", "--once", **BACK, **env)

    assert fixed["marked"] == 1
    assert verify(cli, **env)["differences"] == []
    assert pair.source_detail("B")["full_description"] == "About B"
    assert pair.office_product("B")["description"] == "About B"


def test_an_edit_in_webasyst_is_told_after_a_cycle_has_seen_it(cli: Cli, pair: Pair, filled: int) -> None:
    """That a cycle let an edit of CS-Cart's text stand does not make it agreed."""
    env = {OWNED: '{"description":"cscart"}'}
    PRODUCTS["a text in Webasyst"][0](pair, filled)
    cli("run", "--once", **BACK, **env)

    assert fields(verify(cli, **env)) == [("product", "B", "description")]


@pytest.mark.parametrize(
    "case", ["a list price in Webasyst", "stock in Webasyst", "a price in CS-Cart", "hidden in Webasyst"]
)
def test_fix_has_products_put_right(cli: Cli, pair: Pair, filled: int, case: str) -> None:
    """`--fix` writes nothing itself; the next run does, and then both shops agree."""
    PRODUCTS[case][0](pair, filled)
    pair.forget_counts()

    assert verify(cli, "--fix")["marked"] == 1
    assert pair.writes == 0
    cli("run", "--once", **BACK)

    assert verify(cli)["differences"] == []


@pytest.mark.parametrize("case", ["a status in CS-Cart", "a status in Webasyst", "an address", "shipping"])
def test_fix_has_orders_put_right(cli: Cli, pair: Pair, filled: int, case: str) -> None:
    """An order that differs is compared anew in every part, and its status follows whichever side is ahead."""
    ORDERS[case][0](pair, filled)

    assert verify(cli, "--fix")["marked"] == 1
    cli("run", "--once", **BACK)

    assert verify(cli)["differences"] == []


def test_fix_overwrites_no_edit_of_the_staffs(cli: Cli, pair: Pair, filled: int) -> None:
    """Lines that staff edited in Webasyst stay as they are, and are told as a record set aside."""
    ORDERS["a line's price"][0](pair, filled)
    before = lines(pair, filled)

    verify(cli, "--fix")
    cli("run", "--once", **BACK)

    assert lines(pair, filled) == before
    assert str(filled) in cli("failed", "list").stdout


def test_a_moved_back_order_is_found(cli: Cli, pair: Pair, filled: int) -> None:
    """An order that the office lost a status of is told, though its status was applied once."""
    shop = pair.webasyst.shop
    assert isinstance(shop, WebasystShop)
    shop.state.store.orders.rows[pair.office_order(filled)["id"]].state_id = "new"

    told = verify(cli)

    assert fields(told) == [("order", str(filled), "status")]


def test_a_sample_is_a_share(cli: Cli, pair: Pair, filled: int) -> None:
    """Only a share of the records is compared; a share that makes no sense is refused."""
    counts = {verify(cli, "--sample", "50%")["products"] for _ in range(6)}

    assert min(counts) < 4
    assert verify(cli, "--sample", "100%")["orders"] == 2
    for wrong in ("5", "0%", "101%", "many"):
        assert cli("verify", "--sample", wrong).exit_code == 10


def test_a_renamed_product_is_no_difference_of_its_orders(cli: Cli, pair: Pair, filled: int) -> None:
    """An order line keeps the name and the SKU that it was agreed with; only the product differs."""
    pair.at_cscart("product.update", sku="A", name="Renamed")

    assert fields(verify(cli)) == [("product", "A", "name")]


def test_before_the_first_run(cli: Cli) -> None:
    """Without a first run there is nothing to compare."""
    assert cli("verify").exit_code == 10
