"""What linked orders ask of the office's stock."""

from __future__ import annotations

from decimal import Decimal

from syncd.state import order_stock
from syncd.state.database import Database
from syncd.state.order_stock import Demand

D = Decimal


def put(
    db: Database, order_id: int, quantities: dict[int, Decimal], *, reduced: bool, pair: str = "main"
) -> set[int]:
    return db.run_sync(lambda conn: order_stock.put(conn, pair, order_id, quantities, reduced=reduced))


def demand(db: Database, *sku_ids: int) -> dict[int, Demand]:
    return db.run_sync(lambda conn: order_stock.demand(conn, "main", sku_ids))


def test_orders_add_up(db: Database) -> None:
    """Those that the office has taken and those it has not, apart; SKUs that nobody asks for are absent."""
    put(db, 1, {4: D(2), 5: D("0.5")}, reduced=True)
    put(db, 2, {4: D(3)}, reduced=True)
    put(db, 3, {4: D(7)}, reduced=False)
    assert demand(db, 4, 5, 6) == {4: Demand(taken=D(5), open=D(7)), 5: Demand(taken=D("0.5"))}


def test_an_order_that_was_noted_again_counts_once(db: Database) -> None:
    """What is known of it is replaced: other numbers, other lines, taken or given back."""
    put(db, 1, {4: D(2), 5: D(1)}, reduced=False)
    put(db, 1, {4: D(3), 6: D(1)}, reduced=True)
    assert demand(db, 4, 5, 6) == {4: Demand(taken=D(3)), 6: Demand(taken=D(1))}
    put(db, 1, {4: D(3), 6: D(1)}, reduced=False)
    assert demand(db, 4, 5, 6) == {4: Demand(open=D(3)), 6: Demand(open=D(1))}


def test_an_order_that_asks_for_nothing_is_forgotten(db: Database) -> None:
    """Others stay."""
    put(db, 1, {4: D(2)}, reduced=True)
    put(db, 2, {4: D(1)}, reduced=True)
    put(db, 1, {}, reduced=False)
    assert demand(db, 4) == {4: Demand(taken=D(1))}


def test_what_changed_is_told(db: Database) -> None:
    """SKUs that came, went, or are asked for otherwise; what is known already is not written again."""
    assert put(db, 1, {4: D(2), 5: D(1)}, reduced=False) == {4, 5}
    before = db.commits
    assert put(db, 1, {4: D(2), 5: D(1)}, reduced=False) == set()
    assert db.commits == before
    assert put(db, 1, {4: D(2), 6: D(1)}, reduced=False) == {5, 6}
    assert put(db, 1, {4: D(2), 6: D(1)}, reduced=True) == {4, 6}
    assert put(db, 1, {}, reduced=True) == {4, 6}


def test_pairs_are_told_apart(db: Database) -> None:
    """The same order and SKU of another pair are others."""
    put(db, 1, {4: D(2)}, reduced=True, pair="other")
    assert demand(db, 4) == {}
    put(db, 1, {}, reduced=True)
    assert db.run_sync(lambda conn: order_stock.demand(conn, "other", [4])) == {4: Demand(taken=D(2))}


def test_more_skus_than_fit_into_one_query(db: Database) -> None:
    """A batch of any size is answered."""
    put(db, 1, {number: D(number) for number in range(1, 2001)}, reduced=True)
    found = demand(db, *range(1, 3000))
    assert len(found) == 2000
    assert found[1999] == Demand(taken=D(1999))
