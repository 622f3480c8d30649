"""The cycles that ran: when, how they ended, and what they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from syncd.state.rows import values_of
from syncd.state.schema import runs


@dataclass(frozen=True, slots=True)
class Run:
    """One cycle of one stream; `counts` holds what happened how often."""

    pair: str
    stream: str
    started_at: datetime
    finished_at: datetime
    outcome: str
    counts: Mapping[str, int]
    message: str = ""


_COLUMNS = [column for column in runs.columns if column.name != "id"]


def record(conn: Connection, run: Run) -> None:
    """Add a finished cycle."""
    conn.execute(insert(runs), [values_of(run)])


def last(conn: Connection, pair: str) -> dict[str, Run]:
    """The latest cycle of each stream."""
    newest = select(func.max(runs.c.id)).where(runs.c.pair == pair).group_by(runs.c.stream)
    found = conn.execute(select(*_COLUMNS).where(runs.c.id.in_(newest)).order_by(runs.c.stream))
    return {run.stream: run for run in (Run(**row._mapping) for row in found)}


def recent(conn: Connection, pair: str, limit: int = 50, stream: str | None = None) -> list[Run]:
    """The latest cycles of a stream, or of all streams; the newest first."""
    query = select(*_COLUMNS).where(runs.c.pair == pair)
    if stream is not None:
        query = query.where(runs.c.stream == stream)
    return [Run(**row._mapping) for row in conn.execute(query.order_by(runs.c.id.desc()).limit(limit))]


def prune(conn: Connection, older_than: datetime) -> int:
    """Forget the cycles of all pairs that finished before, but each stream's latest; answers how many."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.pair, runs.c.stream)
    return conn.execute(
        delete(runs).where(runs.c.finished_at < older_than, runs.c.id.not_in(newest))
    ).rowcount
