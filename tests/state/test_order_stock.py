"""What orders ask of the office's stock."""

from __future__ import annotations

from decimal import Decimal

from syncd.state import order_stock
from syncd.state.database import Database
from syncd.state.order_stock import Demand

D = Decimal


def put(db: Database, order_id: int, quantities: dict[int, str], *, reduced: bool = False) -> None:
    rows = {sku_id: D(quantity) for sku_id, quantity in quantities.items()}
    db.run_sync(lambda conn: order_stock.put(conn, "main", order_id, rows, reduced=reduced))


def demand(db: Database, *sku_ids: int) -> dict[int, Demand]:
    return db.run_sync(lambda conn: order_stock.demand(conn, "main", sku_ids))


def test_orders_are_added_up_by_what_was_taken_and_what_was_not(db: Database) -> None:
    """SKUs that nobody asks for are absent."""
    put(db, 1, {4: "2", 5: "1.5"})
    put(db, 2, {4: "3"}, reduced=True)
    put(db, 3, {4: "1"})
    assert demand(db, 4, 5, 6) == {4: Demand(D(3), D(3)), 5: Demand(open=D("1.5"))}


def test_an_order_is_noted_whole(db: Database) -> None:
    """What it asked for before counts no more, and an empty one is forgotten."""
    put(db, 1, {4: "2", 5: "1"})
    put(db, 1, {4: "1", 6: "1"}, reduced=True)
    assert demand(db, 4, 5, 6) == {4: Demand(taken=D(1)), 6: Demand(taken=D(1))}
    put(db, 1, {})
    assert demand(db, 4, 5, 6) == {}


def test_what_is_known_is_not_written_again(db: Database) -> None:
    """However the number is written; a change of any part is."""
    put(db, 1, {4: "2"})
    before = db.commits
    put(db, 1, {4: "2.000"})
    assert db.commits == before
    put(db, 1, {4: "2"}, reduced=True)
    put(db, 1, {4: "3"}, reduced=True)
    assert db.commits == before + 2
