"""`syncd verify`: each difference is found, nothing else is, and `--fix` has it put right by the ordinary streams."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncd.app import PAIR, SOURCE
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import failures, order_links, product_links
from syncd.sync.order_decision import SkipReason
from syncd.sync.order_handling import DELETED
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

Told = dict[str, Any]
Plant = Callable[[Pair, int], object]
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


def test_stock_is_told_as_each_shop_shows_it(cli: Cli, pair: Pair, filled: int) -> None:
    """What orders took off Webasyst's stock is no part of the number, which people compare with what they see there."""
    pair.at_cscart("product.update", sku="A", amount=40)

    (found,) = verify(cli)["differences"]

    assert (found["source_says"], found["webasyst_says"]) == ("40", "48")
    assert pair.stock("A") == 48


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


def _unknown(pair: Pair) -> int:
    """An order for a product that neither shop has any more."""
    pair.product("LOST")
    number = pair.place("LOST")
    pair.at_cscart("product.delete", sku="LOST")
    return number


UNLINKED: dict[str, tuple[Plant, str]] = {
    "not there": (lambda pair, n: pair.place("C"), "does not exist"),
    "held": (lambda pair, n: _unknown(pair), "does not exist (unknown-sku)"),
    "unreadable": (
        lambda pair, n: pair.at_cscart("order.break", order_id=pair.place("C"), drop=["total"]),
        "does not exist (unreadable)",
    ),
}


@pytest.mark.parametrize("case", UNLINKED)
def test_an_order_that_webasyst_lacks_is_found(cli: Cli, pair: Pair, filled: int, case: str) -> None:
    """An order that nothing is linked to is told with the reason why, and only those that the sync should have made."""
    plant, answered = UNLINKED[case]
    plant(pair, filled)
    pair.at_cscart("order.status", order_id=pair.place("C"), status="F")
    if "(" in answered:
        cli("run", "--once", **BACK, SYNCD_ORDERS__UNKNOWN_SKU="hold")

    told = verify(cli, SYNCD_ORDERS__UNKNOWN_SKU="hold")

    (found,) = [one for one in told["differences"] if one["kind"] == "order"]
    assert (found["key"], found["webasyst"]) == (str(filled + 2), 0)
    assert (found["field"], found["webasyst_says"]) == ("order", answered)


def test_fix_brings_an_order_that_webasyst_lacks(cli: Cli, pair: Pair, filled: int) -> None:
    """An order that its stream has passed by (a lost link) is read anew, and adopted."""
    pair.later(7200)
    cli("run", "--once", **BACK)
    with pair.database() as db:
        db.run_sync(lambda conn: order_links.remove(conn, PAIR, SOURCE, str(filled)))
    cli("run", "--once", **BACK)

    (found,) = verify(cli, "--fix")["differences"]
    assert (found["key"], found["field"]) == (str(filled), "order")
    assert (found["webasyst"], found["webasyst_says"]) == (pair.office_order(filled)["id"], "not linked")
    cli("run", "--once", **BACK)

    assert verify(cli)["differences"] == []
    assert pair.delivered()[str(filled)] == 1


def test_a_second_order_with_the_same_reference_is_found(cli: Cli, pair: Pair, filled: int) -> None:
    """However it came about: both numbers are told. One that was deleted counts no more."""
    shop = pair.webasyst.shop
    assert isinstance(shop, WebasystShop)
    orders = shop.state.store.orders
    twin = replace(orders.rows[pair.link(filled).order_id], id=900)
    orders.put(900, twin)

    (found,) = verify(cli)["differences"]

    assert (found["key"], found["field"]) == (str(filled), "order")
    assert found["webasyst_says"] == "also stands there as 900"
    orders.put(900, replace(twin, state_id="deleted"))
    assert verify(cli)["differences"] == []


def test_a_product_that_webasyst_lacks_is_found(cli: Cli, pair: Pair, filled: int) -> None:
    """One that no cycle has seen yet, one that cannot be made, and one that lost its link; others' are no difference."""
    pair.product("E")
    nameless = str(pair.product(""))
    assert {found for found in fields(verify(cli))} == {
        ("product", "E", "product"),
        ("product", nameless, "product"),
    }

    assert verify(cli, "--fix")["marked"] == 2
    cli("run", "--once", **BACK)
    with pair.database() as db:
        key = str(pair.source_product("B")["product_id"])
        db.run_sync(lambda conn: product_links.remove(conn, PAIR, [key]))

    told = {(one["name"], one["webasyst_says"] == "not linked") for one in verify(cli)["differences"]}
    assert told == {(nameless, False), ("B", True)}
    without = verify(cli, SYNCD_PRODUCTS__CREATE_MISSING="false")["differences"]
    assert {one["name"] for one in without} == {nameless, "B"}


def test_a_product_that_only_webasyst_has(cli: Cli, pair: Pair, filled: int) -> None:
    """It is a difference where CS-Cart is to have it, and its own affair otherwise."""
    pair.office_has("OWN")
    cli("run", "--once", **BACK, SYNCD_PRODUCTS__SWEEP_TIME="0")

    assert verify(cli)["differences"] == []
    found = verify(cli, SYNCD_PRODUCTS__CREATE_IN_CSCART="true", SYNCD_CSCART__CATEGORY_ID="1")["differences"]
    assert [(one["name"], one["source_says"]) for one in found] == [("OWN", "does not exist")]


def test_what_webasyst_has_is_not_missing_before_its_first_scan(cli: Cli, pair: Pair) -> None:
    """Before products ever ran nobody has looked what Webasyst has: it is looked up, and not taken for nothing."""
    for code in "ABCDEFG":
        pair.office_has(code)
        if code != "A":
            pair.product(code)
    cli("run", "--once", "orders", **BACK)

    told = verify(cli)["differences"]

    assert {(one["name"], one["webasyst_says"]) for one in told} == {
        (code, "not linked") for code in "ABCDEFG"
    }


def test_what_webasyst_has_is_read_afresh(cli: Cli, pair: Pair, filled: int) -> None:
    """What staff just made in Webasyst is found; what they deleted there, and what CS-Cart has by now, is not."""
    wanted = {"SYNCD_PRODUCTS__CREATE_IN_CSCART": "true", "SYNCD_CSCART__CATEGORY_ID": "1"}
    pair.office_has("TWIN")
    gone = pair.office_has("GONE")
    cli("run", "--once", **BACK, SYNCD_PRODUCTS__SWEEP_TIME="0")
    pair.at_webasyst("product.delete", id=gone)
    pair.office_has("NEW")
    pair.product("TWIN")

    found = verify(cli, **wanted)["differences"]

    assert {(one["name"], one["source_says"], one["webasyst_says"]) for one in found} == {
        ("TWIN", "not linked", "not linked"),
        ("NEW", "does not exist", "Product NEW"),
    }


def test_fix_ends_the_pause_of_what_cscart_would_not_take(cli: Cli, pair: Pair, filled: int) -> None:
    """A product that CS-Cart refused is tried again by the next cycle, however long it would rest."""
    wanted = {"SYNCD_PRODUCTS__CREATE_IN_CSCART": "true", "SYNCD_CSCART__CATEGORY_ID": "1"}
    pair.office_has("OWN")
    pair.cscart.faults.add(
        {"when": "before", "kind": "status", "status": 400, "body": "{}", "match": {"name": "POST products"}}
    )
    cli("run", "--once", **BACK, **wanted)

    def rests() -> list[bool]:
        with pair.database() as db:
            now = pair.now()
            return [one.next_at > now for one in db.run_sync(lambda conn: failures.all(conn, PAIR))]

    assert rests() == [True]
    assert verify(cli, "--fix", **wanted)["marked"] == 1
    assert rests() == [False]


def test_what_a_person_had_forgotten_is_no_difference(cli: Cli, pair: Pair, filled: int) -> None:
    """Somebody who drops a failure knows that the record stays away, until it is asked for again."""
    hold = {"SYNCD_ORDERS__UNKNOWN_SKU": "hold"}
    number = _unknown(pair)
    pair.product("")
    cli("run", "--once", **BACK, **hold)
    for failure in json.loads(cli("failed", "list", "--json", **BACK, **hold).stdout)["failures"]:
        assert cli("failed", "drop", failure["stream"], failure["record"], "--yes", **BACK).exit_code == 0

    assert verify(cli, **hold)["differences"] == []
    cli("resync", f"order:{number}", **BACK)
    assert fields(verify(cli, **hold)) == [("order", str(number), "order")]


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


def test_what_is_switched_off_is_not_compared(cli: Cli, pair: Pair, filled: int) -> None:
    """Products and orders are compared where their streams are on."""
    assert verify(cli, SYNCD_ORDERS__ENABLED="false")["orders"] == 0
    assert verify(cli, SYNCD_PRODUCTS__ENABLED="false")["products"] == 0


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


def test_what_vanished_and_was_told_is_no_difference(cli: Cli, pair: Pair, filled: int) -> None:
    """A product or an order that left CS-Cart is reported once by its stream, and stays in Webasyst for good."""
    pair.at_cscart("product.delete", sku="D")
    pair.at_cscart("order.delete", order_id=filled)
    assert {one["field"] for one in verify(cli)["differences"]} >= {"product", "order"}
    cli("run", "--once", **BACK, SYNCD_PRODUCTS__SWEEP_TIME="0")
    with pair.database() as db:
        link = replace(pair.link(filled), flag=DELETED)
        db.run_sync(lambda conn: order_links.put(conn, link))

    kinds = {(one["kind"], one["field"]) for one in verify(cli)["differences"]}

    assert not kinds & {("product", "product"), ("order", "order")}


def test_an_order_that_was_let_go_is_not_compared(cli: Cli, pair: Pair, filled: int) -> None:
    """An order that is another company's by now, or was taken off the streams otherwise, may say what it likes."""
    ORDERS["shipping"][0](pair, filled)
    with pair.database() as db:
        link = replace(pair.link(filled), flag=SkipReason.OTHER_COMPANY)
        db.run_sync(lambda conn: order_links.put(conn, link))

    assert verify(cli)["differences"] == []


def test_another_companys_orders_are_not_missed(cli: Cli, pair: Pair, filled: int) -> None:
    """Who chooses a company later is not told for good that the others' orders are gone: they stand in CS-Cart. One that
    was deleted there is told all the same."""
    company = {"SYNCD_CSCART__COMPANY_ID": "2"}
    pair.at_cscart("order.delete", order_id=filled + 1)

    found = [one for one in verify(cli, **company)["differences"] if one["kind"] == "order"]

    assert [(one["key"], one["source_says"]) for one in found] == [(str(filled + 1), "not shown")]


def test_an_order_that_lost_its_reference_is_found_by_its_number(cli: Cli, pair: Pair, filled: int) -> None:
    """Staff may take the reference off an order in Webasyst: it is compared all the same."""
    shop = pair.webasyst.shop
    assert isinstance(shop, WebasystShop)
    del shop.state.store.orders.rows[pair.link(filled).order_id].params["syncd_ref"]

    assert verify(cli)["differences"] == []


def test_before_the_first_run(cli: Cli) -> None:
    """Without a first run there is nothing to compare."""
    assert cli("verify").exit_code == 10
