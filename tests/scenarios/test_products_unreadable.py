"""Rows of Webasyst that cannot be read: nothing is made beside them, and they stop nothing else."""

from __future__ import annotations

from syncd.daemon.once import Exit
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.shops import Pair, money


def status(pair: Pair, code: str, value: str) -> None:
    """Something in the shop writes a status that the contract does not know; "odd" makes the whole row unreadable."""
    assert isinstance(pair.webasyst.shop, WebasystShop)
    product_id = pair.office_product(code)["id"]
    for row in pair.webasyst.shop.state.store.products:
        if row.id == product_id:
            row.status = value


def test_a_status_of_its_own_is_a_hidden_product(started: Pair) -> None:
    """A product with another status than 1 is read as hidden, linked, and shown because CS-Cart sells it."""
    started.office_has("X1")
    status(started, "X1", "-1")
    started.product("X1")
    assert started.run().exit is Exit.OK
    assert started.office_product("X1")["status"] == "1"


def test_nothing_is_created_beside_an_unreadable_product(started: Pair) -> None:
    """Its codes are known, so the product is set aside with the reason, and goes on when the row can be read."""
    started.office_has("X1", price="9.00")
    status(started, "X1", "odd")
    started.product("X1")
    started.product("X2")
    started.later(90_000)
    run = started.run()
    assert list(run.reasons.values()) == ["office-unreadable"]
    assert started.office_sku("X1")
    assert started.office_sku("X2")
    status(started, "X1", "1")
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("X1")["price"]) == money(10)


def test_an_unreadable_product_has_not_vanished_and_stops_no_other(started: Pair) -> None:
    """A linked product whose row cannot be read is set aside alone; a sweep keeps it."""
    started.product("X2")
    started.run()
    status(started, "A", "odd")
    started.later(90_000)
    for code in ("A", "X2"):
        started.at_cscart("product.update", sku=code, price="12.00")
    run = started.run()
    assert list(run.reasons.values()) == ["office-unreadable"]
    assert money(started.office_sku("X2")["price"]) == money(12)


def test_while_codes_cannot_be_read_nothing_is_created(started: Pair) -> None:
    """A row that hides even its codes might be the very product that seems to be missing."""
    started.office_has("X1")
    assert isinstance(started.webasyst.shop, WebasystShop)
    for sku in started.webasyst.shop.state.store.skus:
        if sku.sku == "X1":
            sku.sku = ["X1"]  # type: ignore[assignment]
    started.product("NEW")
    started.later(90_000)
    run = started.run()
    assert list(run.reasons.values()) == ["office-unreadable"]
