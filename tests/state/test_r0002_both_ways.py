"""The second form of the database: what one way knew is kept, and what both ways need is not guessed."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from syncd.state import migrate, order_links, product_links
from syncd.state.database import Database

pytestmark = pytest.mark.usefixtures("real_migrations")

AT = "2026-11-21T12:00:00.000000Z"
LINKS = sa.table(
    "product_links",
    *(sa.column(name) for name in ("pair", "source_key", "sku_id", "product_id", "dirty")),
    sa.column("base", sa.JSON()),
    *(sa.column(name) for name in ("linked_at", "updated_at")),
)
ORDERS = sa.table(
    "order_links",
    *(sa.column(name) for name in ("pair", "source", "source_key", "reference", "order_id", "contact_id")),
    *(sa.column(name) for name in ("state", "status", "confirmed", "flag", "version")),
    sa.column("base", sa.JSON()),
    *(sa.column(name) for name in ("linked_at", "updated_at")),
)
ONE_WAY: dict[str, Any] = {
    "price": "10.5",
    "list_price": "12",
    "quantity": "5",
    "visible": True,
    "texts": {"name": "n1", "summary": "s1"},
    "images": "",
    "unlimited": [3],
}
PAIRS: dict[str, Any] = {
    "price": ["10.5", None],
    "list_price": ["12", None],
    "quantity": ["5", None],
    "visible": ["shown", None],
    "images": "",
    "unlimited": [3],
}


@pytest.fixture
def first(db: Database) -> Database:
    """A database of the first form."""
    migrate.downgrade(db, "0001")
    return db


def put(db: Database, *bases: dict[str, Any]) -> None:
    rows = [
        {
            "pair": "main",
            "source_key": str(number),
            "sku_id": number,
            "product_id": 10,
            "dirty": number == 1,
            "base": base,
            "linked_at": AT,
            "updated_at": AT,
        }
        for number, base in enumerate(bases, start=1)
    ]
    db.run_sync(lambda conn: conn.execute(sa.insert(LINKS), rows))


def bases(db: Database) -> list[dict[str, Any]]:
    """What the first form's program reads."""
    return list(
        db.run_sync(lambda conn: conn.scalars(sa.select(LINKS.c.base).order_by(LINKS.c.sku_id)).all())
    )


def test_the_base_keeps_the_sources_values(first: Database) -> None:
    """Each becomes a pair in which the office's value is not known; texts get a place of their own."""
    put(first, ONE_WAY)
    migrate.upgrade(first)
    link = first.run_sync(lambda conn: product_links.get(conn, "main", "1"))
    assert link is not None
    assert link.base == PAIRS
    assert link.texts == {"name": ["n1", None, ""], "summary": ["s1", None, ""]}
    assert (link.sku_id, link.dirty, link.dirty_back) == (1, True, False)


def test_texts_are_those_that_counted_last(first: Database) -> None:
    """A product that did not speak for the office product had kept what it said when it did, or nothing."""
    put(first, ONE_WAY | {"led": {"name": "n0"}}, ONE_WAY | {"led": {}}, {})
    migrate.upgrade(first)
    links = first.run_sync(lambda conn: product_links.by_products(conn, "main", [10]))
    assert [link.texts for link in links] == [{"name": ["n0", None, ""]}, {}, {}]
    assert [link.base for link in links] == [PAIRS, PAIRS, {}]


def test_hidden_products_and_those_that_agreed_on_less(first: Database) -> None:
    """Only what is there is carried over."""
    put(first, {"visible": False, "kept_hidden": True})
    migrate.upgrade(first)
    link = first.run_sync(lambda conn: product_links.get(conn, "main", "1"))
    assert link is not None
    assert link.base == {"visible": ["hidden", None], "kept_hidden": True}


def test_what_is_known_of_an_orders_state_counts_as_told(first: Database) -> None:
    """Nothing of the past is carried back to the source."""
    row: dict[str, Any] = {
        "pair": "main",
        "source": "cscart",
        "source_key": "7",
        "reference": "cscart:shop:7",
        "order_id": 501,
        "contact_id": 9,
        "state": "shipped",
        "status": "C",
        "confirmed": True,
        "flag": None,
        "version": "v1",
        "base": {"lines": []},
        "linked_at": AT,
        "updated_at": AT,
    }
    first.run_sync(lambda conn: conn.execute(sa.insert(ORDERS), [row]))
    migrate.upgrade(first)
    link = first.run_sync(lambda conn: order_links.get(conn, "main", "cscart", "7"))
    assert link is not None
    assert (link.state, link.carried, link.tracking, link.shipment_id) == ("shipped", "shipped", "", "")
    assert (link.difference, link.requested) == (None, False)


def test_the_way_there_and_back_again(first: Database) -> None:
    """The first form's program finds what it wrote."""
    put(first, ONE_WAY, {"visible": False, "texts": {}}, {"texts": {}})
    migrate.upgrade(first)
    migrate.downgrade(first, "0001")
    assert bases(first) == [ONE_WAY, {"visible": False, "texts": {}}, {"texts": {}}]
    migrate.upgrade(first)
    assert migrate.current(first) == migrate.head()


def test_going_back_keeps_what_the_source_said(first: Database) -> None:
    """What only both ways know is lost: the office's values, shared stock, and what orders took."""
    put(first, ONE_WAY)
    migrate.upgrade(first)
    link = first.run_sync(lambda conn: product_links.get(conn, "main", "1"))
    assert link is not None
    both = PAIRS | {
        "price": ["11", "9.9"],
        "visible": ["hidden", "hidden"],
        "shelf": ["5", "5", "5", "0"],
        "taken": "0",
        "pending": {"side": "cscart"},
        "pictures_there": "x",
    }
    first.run_sync(lambda conn: product_links.put_base(conn, "main", "1", both))
    migrate.downgrade(first, "0001")
    assert bases(first) == [ONE_WAY | {"price": "11", "visible": False}]
