"""`syncd resync`: records are read and compared anew by the next cycle, whatever their time stamps say."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair, money


def test_an_order_is_compared_in_every_part(cli: Cli, pair: Pair) -> None:
    """What was changed in Webasyst behind the streams' back is put right, though neither shop lists the order as changed."""
    number = pair.place("A", shipping=1)
    cli("run", "--once")
    before = pair.office_order(number)["shipping"]
    pair.later(7200)
    pair.at_webasyst("order.edit", id=pair.office_order(number)["id"], shipping="77")

    told = json.loads(cli("resync", f"order:{number}", "--json").stdout)
    unchanged = pair.office_order(number)["shipping"]
    cli("run", "--once")

    assert told["marked"] == [{"kind": "order", "source": "cscart", "key": str(number)}]
    assert unchanged != before
    assert pair.office_order(number)["shipping"] == before


def test_an_order_that_was_never_carried(cli: Cli, pair: Pair) -> None:
    """An order that the cursor has passed is read again: here one that had a status which created none."""
    number = pair.place("A")
    pair.at_cscart("order.status", order_id=number, status="F")
    cli("run", "--once")
    pair.later(7200)
    cli("run", "--once")
    keep = {"SYNCD_ORDERS__SKIP_STATUSES": '["D","I","N"]'}
    cli("run", "--once", **keep)
    assert pair.office_orders() == []

    cli("resync", f"order:{number}", **keep)
    cli("run", "--once", **keep)

    assert pair.delivered() == {str(number): 1}


def test_a_product_by_its_sku(cli: Cli, pair: Pair) -> None:
    """A product is named by its SKU, its number or its id in Webasyst, and compared either way."""
    cli("run", "--once")
    pair.later(7200)
    pair.cscart.shop.edit("product.update", {"sku": "A", "price": "55.00"})
    office = str(pair.office_product("A")["id"])

    assert "Product" in cli("resync", "A").stdout
    assert cli("resync", f"product:webasyst:{office}").exit_code == 0
    cli("run", "--once")

    assert money(pair.office_sku("A")["price"]) == 55


def test_an_unlinked_product(cli: Cli, pair: Pair) -> None:
    """A product that only CS-Cart has is read again by its number."""
    off = {"SYNCD_PRODUCTS__CREATE_MISSING": "false"}
    cli("run", "--once", **off)
    pair.later(7200)
    key = pair.source_product("A")["product_id"]

    cli("resync", f"product:{key}")
    cli("run", "--once")

    assert pair.linked_products() == 1


def test_what_is_meant_by_nothing_is_told(cli: Cli, pair: Pair) -> None:
    """A key that names nothing is told with what to do, the others are marked; nothing is written to a shop."""
    assert cli("resync", "1").exit_code == 10
    cli("run", "--once")
    pair.forget_counts()

    result = cli("resync", "A", "NOSUCH", "--json")

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (len(told["marked"]), told["unknown"]) == (1, ["NOSUCH"])
    assert "order:NOSUCH" in result.stderr
    assert pair.writes == 0
    assert cli("resync", "A", "--source", "nowhere").exit_code == 10


def test_a_record_set_aside_is_tried_at_once(cli: Cli, pair: Pair) -> None:
    """The pause of a failure ends with the wish."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")
    pair.at_cscart("order.mend", order_id=number)

    cli("resync", str(number))
    pair.cycle("orders")

    assert pair.delivered() == {str(number): 1}


def test_a_persons_wish_is_no_call_of_the_shop(cli: Cli, pair: Pair) -> None:
    """Whether a shop still calls is told by its own calls alone, in the list and to those who watch for silence."""
    number = pair.place("A")
    cli("run", "--once")
    cli("resync", f"order:{number}")

    [row] = json.loads(cli("hooks", "list", "--json").stdout)["hooks"]

    assert (row["waiting"], row["done"], row["last_call"]) == (0, 0, None)
