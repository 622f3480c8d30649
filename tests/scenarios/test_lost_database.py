"""A lost or empty database: what stands in Webasyst is found again, not made again."""

from __future__ import annotations

from pathlib import Path

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair


def test_a_new_data_directory_adopts_everything_by_its_reference(shops: Opener, tmp_path: Path) -> None:
    """Without its memory, syncd finds its orders by their reference and its products by SKU; it makes nothing twice."""
    pair = shops(CSCartShop(products=30, orders=60))
    assert pair.run().exit is Exit.OK
    orders, products = len(pair.office_orders()), len(pair.office_products())
    pair.data_dir = tmp_path / "another"
    pair.forget_counts()
    run = pair.run()
    assert run.exit is Exit.OK, (run.failures, run.reports)
    assert (len(pair.office_orders()), len(pair.office_products())) == (orders, products)
    assert run.count("orders", "adopted") == orders
    assert pair.calls("shop.order.add") == 0
    in_step(pair)


def test_more_references_than_an_address_holds_are_searched_in_parts(shops: Opener, tmp_path: Path) -> None:
    """A search for 200 orders by reference stays below the shop's longest address (414 beyond 8 KB)."""
    pair = shops(CSCartShop(products=10, orders=5))
    pair.at_cscart("product.update", sku="SKU-000001", amount=1000)
    pair.run()
    pair.set(cscart={"company_id": 1})
    for index in range(60):
        pair.place("SKU-000001", customer={"email": f"{index}@example.test", "firstname": "X"})
    pair.webasyst.faults.add(
        {"when": "after", "kind": "drop", "match": {"name": "shop.order.add"}, "times": None}
    )
    assert pair.run("orders").exit is Exit.OK
    answers = {entry.status for entry in pair.webasyst.counters.journal if entry.name == "shop.order.search"}
    assert answers == {200}
    in_step(pair)


def test_products_that_stand_in_webasyst_already_are_linked_by_sku(pair: Pair) -> None:
    """A product that staff made by hand is linked, whatever the case and blanks of its SKU."""
    pair.product("b-1")
    pair.office_has("B-1 ", price="3.00")
    assert pair.run().exit is Exit.OK
    assert [sku["sku"] for row in pair.office_products() for sku in row["skus"]].count("B-1 ") == 1
    assert len(pair.office_products()) == 2
