"""Shared handwork of the tables' modules: upserts that both databases understand, long key lists, rows as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Table, case
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

ItemT = TypeVar("ItemT")
BATCH = 900
"""Keys per query: older SQLite libraries take 999 variables in one statement."""


def insert_for(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - takes long, and most databases are SQLite

    return postgresql.insert(table)


def upsert(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, growing: Sequence[str] = ()
) -> None:
    """Insert the rows; where the primary key exists, its other columns are overwritten, the `growing` ones only by more."""
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    statement = insert_for(conn, table)
    changed: dict[str, Any] = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in key
    }
    for name in growing:
        new, old = statement.excluded[name], table.c[name]
        changed[name] = case((new > old, new), else_=old)
    conn.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def insert_missing(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row unless its primary key exists; answers whether it was new."""
    key = [column.name for column in table.primary_key]
    return counted(conn, insert_for(conn, table).on_conflict_do_nothing(index_elements=key), row) > 0


def counted(conn: Connection, statement: sqlite.Insert | postgresql.Insert, row: Mapping[str, Any]) -> int:
    """Run an INSERT and answer how many rows it wrote; SQLAlchemy keeps that number only when it is asked to."""
    return conn.execute(statement, row, execution_options={"preserve_rowcount": True}).rowcount


def values_of(record: Any) -> dict[str, Any]:
    """A dataclass instance as column values, not copied deeply."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def batches(items: Iterable[ItemT], size: int = BATCH) -> Iterator[list[ItemT]]:
    """The distinct items in lists that fit into one query, in the order given."""
    left = iter(dict.fromkeys(items))
    while batch := list(islice(left, size)):
        yield batch
