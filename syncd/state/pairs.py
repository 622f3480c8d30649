"""The pairs of shops: which account a pair was made for and since when its orders are synced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from syncd.state.rows import insert_missing, values_of
from syncd.state.schema import pairs


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair; `account` is part of every external reference and therefore never changes."""

    pair: str
    account: str
    since: datetime
    created_at: datetime


def get(conn: Connection, pair: str) -> Pair | None:
    """The pair as it was first written; `None` before that."""
    row = conn.execute(select(pairs).where(pairs.c.pair == pair)).first()
    return None if row is None else Pair(**row._mapping)


def put(conn: Connection, record: Pair) -> Pair:
    """Write the pair once; afterwards only `since` may change, to an earlier time. Answers what is stored."""
    insert_missing(conn, pairs, values_of(record))
    conn.execute(
        update(pairs)
        .where(pairs.c.pair == record.pair, pairs.c.since > record.since)
        .values(since=record.since)
    )
    stored = get(conn, record.pair)
    assert stored is not None
    return stored


def all(conn: Connection) -> list[Pair]:
    """Every pair, by name."""
    return [Pair(**row._mapping) for row in conn.execute(select(pairs).order_by(pairs.c.pair))]
