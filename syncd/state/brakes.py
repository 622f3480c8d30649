"""Brakes: a stream that is about to change suspiciously much stops until a person lets it pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from syncd.state.rows import counted, insert_for, upsert, values_of
from syncd.state.schema import brakes


@dataclass(frozen=True, slots=True)
class Brake:
    """One brake. `evidence` is what was about to happen; `released_at` is when a person let one pass go through."""

    pair: str
    stream: str
    kind: str
    evidence: Mapping[str, Any]
    pulled_at: datetime
    released_at: datetime | None


def pull(  # noqa: PLR0917
    conn: Connection, pair: str, stream: str, kind: str, evidence: Mapping[str, Any], at: datetime
) -> None:
    """Stop the stream. A brake that is engaged already keeps its time and takes the new evidence."""
    values = values_of(Brake(pair, stream, kind, dict(evidence), at, None))
    statement = insert_for(conn, brakes)
    engaged = {"evidence": statement.excluded.evidence}
    again = statement.on_conflict_do_update(
        index_elements=["pair", "stream", "kind"], set_=engaged, where=brakes.c.released_at.is_(None)
    )
    if counted(conn, again, values) == 0:
        upsert(conn, brakes, [values])


def release(conn: Connection, pair: str, stream: str | None, kind: str | None, at: datetime) -> int:
    """Let one pass through the engaged brakes of a stream and kind, `None` meaning every one; answers how many."""
    condition = (brakes.c.pair == pair) & brakes.c.released_at.is_(None)
    if stream is not None:
        condition &= brakes.c.stream == stream
    if kind is not None:
        condition &= brakes.c.kind == kind
    return conn.execute(update(brakes).where(condition).values(released_at=at)).rowcount


def consume(conn: Connection, pair: str, stream: str, kind: str) -> bool:
    """Use a release up: whether this pass may go through. The brake is gone and can be pulled again."""
    condition = _of(pair, stream) & (brakes.c.kind == kind) & brakes.c.released_at.is_not(None)
    return conn.execute(delete(brakes).where(condition)).rowcount > 0


def engaged(conn: Connection, pair: str, stream: str | None = None) -> list[Brake]:
    """The brakes that hold a stream, or any stream; the oldest first."""
    return [brake for brake in all(conn, pair, stream) if brake.released_at is None]


def all(conn: Connection, pair: str, stream: str | None = None) -> list[Brake]:
    """The brakes of a stream, or of all streams, those released but not used up included; the oldest first."""
    query = (
        select(brakes).where(_of(pair, stream)).order_by(brakes.c.pulled_at, brakes.c.stream, brakes.c.kind)
    )
    return [Brake(**row._mapping) for row in conn.execute(query)]


def _of(pair: str, stream: str | None) -> ColumnElement[bool]:
    condition = brakes.c.pair == pair
    return condition if stream is None else condition & (brakes.c.stream == stream)
