"""Older records that a person asked for: which, how fast, and how far it has come. One row for each kind of record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from syncd.state.rows import upsert, values_of
from syncd.state.schema import backfills

ORDERS, PRODUCTS = "orders", "products"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any order of a shop."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """One backfill. `since` and `until` bound when orders were placed (`until` is the first moment beyond) and are `None`
    where they bound nothing; `rate` is in records a minute; `position` is what the worker needs to go on."""

    pair: str
    kind: str
    since: datetime | None
    until: datetime | None
    rate: int
    position: str
    done: int
    total: int | None
    asked_at: datetime
    worked_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether anything of it is left."""
        return self.finished_at is None


def get(conn: Connection, pair: str, kind: str) -> Backfill | None:
    """The latest backfill of a kind, finished or not."""
    row = conn.execute(select(backfills).where(backfills.c.pair == pair, backfills.c.kind == kind)).first()
    return None if row is None else Backfill(**row._mapping)


def all(conn: Connection, pair: str) -> list[Backfill]:
    """The latest backfill of each kind."""
    query = select(backfills).where(backfills.c.pair == pair).order_by(backfills.c.kind)
    return [Backfill(**row._mapping) for row in conn.execute(query)]


def put(conn: Connection, fill: Backfill) -> None:
    """Note a backfill, over the earlier one of its kind."""
    upsert(conn, backfills, [values_of(fill)])


def reach(conn: Connection, pair: str) -> datetime | None:
    """Since when orders are brought because a person asked for older ones; `None` where nobody did."""
    fill = get(conn, pair, ORDERS)
    return None if fill is None else fill.since or BEGINNING
