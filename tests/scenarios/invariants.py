"""What must hold after every scenario, whatever happened in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select

from syncd.state.schema import order_links, product_links
from tests.scenarios.shops import DELETING, Pair, money

SKIPPED = "FDIN"
"""Statuses that create no order when an order is first seen in them."""


def in_step(pair: Pair, *, but: Collection[int | str] = ()) -> None:
    """Nothing was deleted, links are 1:1, and every order that counts stands once in Webasyst with its total.

    `but` names orders that are set aside on purpose.
    """
    nothing_deleted(pair)
    links_are_one_to_one(pair)
    every_order_once(pair, but={str(number) for number in but})


def nothing_deleted(pair: Pair) -> None:
    """syncd takes nothing away in a shop."""
    names = [*pair.webasyst.counters.by_method, *pair.cscart.counters.by_method]
    assert [name for name in names if any(part in name for part in DELETING)] == []


def links_are_one_to_one(pair: Pair) -> None:
    """No record of one shop is tied to two of the other."""
    with pair.database() as db:
        orders = db.run_sync(lambda conn: conn.execute(select(order_links)).all())
        products = db.run_sync(lambda conn: conn.execute(select(product_links)).all())
    for side in (
        [(row.source, row.source_key) for row in orders],
        [row.order_id for row in orders],
        [row.source_key for row in products],
        [row.sku_id for row in products],
    ):
        assert [key for key, number in Counter(side).items() if number > 1] == []


def every_order_once(pair: Pair, *, but: Collection[str] = ()) -> None:
    """Every order of CS-Cart that counts has exactly one order in Webasyst, and it says the same total."""
    office = {row["params"].get("cscart_order_id"): row for row in pair.office_orders()}
    delivered = pair.delivered()
    assert [number for number, times in delivered.items() if times > 1 and number != "?"] == []
    for number, order in pair.source_orders().items():
        if order["is_parent"] or number in but or (order["status"] in SKIPPED and number not in office):
            continue
        assert number in office, f"order {number} did not arrive"
        assert money(office[number]["total"]) == money(order["total"]), f"total of order {number}"
