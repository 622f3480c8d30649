"""Codes that the office did not have, so that the same search is not repeated in every cycle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from syncd.state.rows import batches, upsert
from syncd.state.schema import misses


def put_many(conn: Connection, pair: str, keys: Iterable[str], at: datetime) -> None:
    """Remember that these code keys were looked for in vain."""
    upsert(conn, misses, [{"pair": pair, "code_key": key, "at": at} for key in dict.fromkeys(keys)])


def known(conn: Connection, pair: str, keys: Iterable[str], since: datetime | None = None) -> set[str]:
    """Those of the keys that were looked for in vain at or after `since` (at any time without it)."""
    found: set[str] = set()
    for batch in batches(keys):
        query = select(misses.c.code_key).where(misses.c.pair == pair, misses.c.code_key.in_(batch))
        found |= set(conn.scalars(query if since is None else query.where(misses.c.at >= since)))
    return found


def clear(conn: Connection, pair: str) -> None:
    """Forget every miss: the office's catalogue was read anew."""
    conn.execute(delete(misses).where(misses.c.pair == pair))
