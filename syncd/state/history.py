"""What happened to each record, one line per event, so that anybody can be told why it looks as it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from syncd.state.rows import batches, values_of
from syncd.state.schema import history


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event of one record."""

    pair: str
    stream: str
    record_key: str
    at: datetime
    event: str
    detail: Mapping[str, Any]


DROPPED = "dropped"
"""A person had a failure forgotten."""

_COLUMNS = [column for column in history.columns if column.name != "id"]


def add(conn: Connection, entry: HistoryEntry) -> None:
    """Add one event."""
    add_many(conn, [entry])


def add_many(conn: Connection, entries: Sequence[HistoryEntry]) -> None:
    """Add events in the order in which they happened."""
    if entries:
        conn.execute(insert(history), [values_of(entry) for entry in entries])


def of(conn: Connection, pair: str, record_key: str, stream: str | None = None) -> list[HistoryEntry]:
    """The events of a record in the order in which they were added; keys of several streams may be the same."""
    query = select(*_COLUMNS).where(history.c.pair == pair, history.c.record_key == record_key)
    if stream is not None:
        query = query.where(history.c.stream == stream)
    return [HistoryEntry(**row._mapping) for row in conn.execute(query.order_by(history.c.id))]


def forgotten(conn: Connection, pair: str, stream: str, keys: Sequence[str]) -> set[str]:
    """Those of the records of which the last that happened is that a person had their failure forgotten."""
    found: dict[str, str] = {}
    for batch in batches(keys):
        mine = (history.c.pair == pair) & (history.c.stream == stream) & history.c.record_key.in_(batch)
        rows = conn.execute(select(history.c.record_key, history.c.event).where(mine).order_by(history.c.id))
        found.update((row.record_key, row.event) for row in rows)
    return {key for key, event in found.items() if event == DROPPED}


def prune(conn: Connection, older_than: datetime) -> int:
    """Forget the events of all pairs before that time; answers how many."""
    return conn.execute(delete(history).where(history.c.at < older_than)).rowcount
